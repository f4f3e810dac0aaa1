/**
 * Changes of files in a git repository, read from its objects.
 *
 * SECURITY: nothing of the repository runs: no hook, filter, text conversion, external diff, fsmonitor, signature
 * program or pager, and nothing is fetched. Only ids and blobs are read, by commands that convert nothing.
 */
import { execFileSync } from 'node:child_process';
import { programPath } from '../config.ts';
import { CountersignError } from '../core/errors.ts';
import type { History } from '../policy-lab/rehearse/rehearse.ts';

const FILES = ['*.yaml', '*.yml', '*.json', '*.template'];
/** A larger file is no template that a cloud takes. */
const MOST_BYTES = 1_000_000;
const ENVIRONMENT = {
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_NO_LAZY_FETCH: '1',
  // Versions before 2.45 do not know the line above; whatever they would fetch with is refused.
  GIT_ALLOW_PROTOCOL: 'none',
  GIT_NO_REPLACE_OBJECTS: '1',
  GIT_OPTIONAL_LOCKS: '0',
  GIT_TERMINAL_PROMPT: '0',
  GIT_ATTR_NOSYSTEM: '1',
  LC_ALL: 'C',
};
const SETTINGS = [
  'core.fsmonitor=false',
  'core.hooksPath=/dev/null',
  'core.attributesFile=/dev/null',
  'core.pager=cat',
  'log.showSignature=false',
  'diff.external=',
];

/** @throws INPUT_INVALID when this is no repository, or git is not here. */
export function historyOf(repository: string, since: Date, path: string | undefined): History {
  const git = (args: string[], input?: string) =>
    run(repository, ['-C', repository, ...SETTINGS.flatMap((setting) => ['-c', setting]), ...args], input);
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
  const texts = blobsOf(git(['cat-file', '--batch'], ids.map((id) => `${id}\n`).join('')));
  const textOf = (id: string): string | null => texts.get(id) ?? null;
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
    return execFileSync('git', ['--no-pager', ...args], {
      env: { PATH: programPath(), HOME: '/nonexistent', ...ENVIRONMENT },
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

/** `ID blob SIZE LF BYTES LF`, one behind the other. */
function blobsOf(bytes: Buffer): Map<string, string> {
  const texts = new Map<string, string>();
  for (let at = 0; at < bytes.length; ) {
    const end = bytes.indexOf(10, at);
    const [id = '', kind, size = '0'] = bytes.toString('latin1', at, end < 0 ? bytes.length : end).split(' ');
    if (end < 0) break;
    // `ID missing`: of a partial clone, and nothing is fetched.
    if (kind !== 'blob') {
      at = end + 1;
      continue;
    }
    const length = Number(size);
    if (length <= MOST_BYTES) texts.set(id, bytes.toString('utf8', end + 1, end + 1 + length));
    at = end + 1 + length + 1;
  }
  return texts;
}
