/** Changes of files in a git repository, read from its objects alone (`git-objects.ts`). */
import { execFileSync } from 'node:child_process';
import { programPath } from '../config.ts';
import { CountersignError } from '../core/errors.ts';
import { blobsOf, GIT_ARGUMENTS, GIT_ENVIRONMENT } from '../git-objects.ts';
import type { History } from '../policy-lab/rehearse/rehearse.ts';

const FILES = ['*.yaml', '*.yml', '*.json', '*.template'];
/** A larger file is no template that a cloud takes. */
const MOST_BYTES = 1_000_000;
/** @throws INPUT_INVALID when this is no repository, or git is not here. */
export function historyOf(repository: string, since: Date, path: string | undefined): History {
  const git = (args: string[], input?: string) => run(repository, ['-C', repository, ...args], input);
  const listed = git([
    'log',
    '--first-parent',
    '--diff-merges=first-parent',
    '--reverse',
    `--since=${since.toISOString()}`,
    '--format=%x01%H%x02%ct%x02%ae',
    '--raw',
    '--no-abbrev',
    '--no-renames',
    '--no-ext-diff',
    '--no-textconv',
    '--no-show-signature',
    '-z',
    '--',
    ...(path === undefined ? FILES : [path]),
  ]).toString('utf8');
  const authors = new Map<string, number>();
  const numberOf = (mail: string): number => {
    const known = authors.get(mail) ?? authors.size + 1;
    authors.set(mail, known);
    return known;
  };
  const found = listed.split('\x01').slice(1).map(commitOf);
  const ids = [...new Set(found.flatMap(({ files }) => files.flatMap(({ ids }) => ids)))].filter(isBlob);
  const blobs = blobsOf(git(['cat-file', '--batch'], ids.map((id) => `${id}\n`).join('')));
  const textOf = (id: string): string | null => {
    const blob = blobs.get(id);
    return blob && blob.length <= MOST_BYTES ? blob.toString('utf8') : null;
  };
  return {
    commits: found.map(({ at, mail }) => ({ at, author: numberOf(mail) })),
    revisions: found.flatMap(({ commit, at, mail, files }) =>
      files.map(({ path: name, ids: [before, after] }) => ({
        commit,
        at,
        author: numberOf(mail),
        path: name,
        before: textOf(before),
        after: textOf(after),
      })),
    ),
  };
}

function run(repository: string, args: string[], input: string | undefined): Buffer {
  try {
    return execFileSync('git', [...GIT_ARGUMENTS, ...args], {
      env: { PATH: programPath(), ...GIT_ENVIRONMENT },
      input: input ?? '',
      maxBuffer: 2 ** 30,
      stdio: ['pipe', 'pipe', 'pipe'],
    });
  } catch (error) {
    const said = String((error as { stderr?: Buffer }).stderr ?? '').split('\n')[0] || (error as Error).message;
    throw new CountersignError(
      'INPUT_INVALID',
      `The history of ${repository} could not be read: ${said}`,
      'Name a git repository that you own with --git, and install git.',
    );
  }
}

const isBlob = (id: string): boolean => !/^0+$/.test(id);

/** `:MODE MODE ID ID STATUS NUL PATH NUL …` after the commit's own line. */
function commitOf(text: string) {
  const [head = '', ...rest] = text.split('\0');
  const [commit = '', seconds = '0', mail = ''] = head.trim().split('\x02');
  const files: { path: string; ids: [string, string] }[] = [];
  const parts = rest.map((part) => part.replace(/^\n+/, '')).filter((part) => part !== '');
  for (let index = 0; index + 1 < parts.length; index += 2) {
    const [modeBefore = '', modeAfter = '', before = '', after = ''] = parts[index]!.slice(1).split(' ');
    // A link or a submodule is no file that somebody deploys.
    if ([modeBefore, modeAfter].every((mode) => /^(?:100|000)/.test(mode)))
      files.push({ path: parts[index + 1]!, ids: [before, after] });
  }
  return { commit, at: new Date(Number(seconds) * 1000), mail, files };
}
