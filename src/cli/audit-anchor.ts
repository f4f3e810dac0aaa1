/**
 * `audit anchor`: keeps a signed checkpoint in a file, or as a commit on a branch of a git repository, or has a witness
 * cosign it.
 *
 * INVARIANT: a place that has a checkpoint which the ledger does not continue is left as it is.
 * SECURITY: of the repository nothing runs: objects and one ref are written by git's plumbing, with its hooks off, and
 * GIT_ variables of the caller do not reach it.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { environmentWith } from '../config.ts';
import { counted } from '../core/counted.ts';
import { AUDIT_REMEDY, CountersignError } from '../core/errors.ts';
import { makeVisibleLine } from '../core/render-safe.ts';
import { openCheckpoint } from '../ledger/checkpoint.ts';
import { type Cosignature, parseWitnessKey } from '../ledger/cosignature.ts';
import type { OpenLedger } from '../ledger/ledger.ts';
import { isPrefix, type SignedHead } from '../ledger/log-key.ts';
import type { NoteKey } from '../ledger/note.ts';
import { type Cosigned, cosigned, cosignedText } from './audit-witness.ts';
import { knownKeys, signedHead } from './log-keys.ts';

/** `before`: events that the place covered already. */
export interface Anchored {
  place: string;
  before: number | null;
  size: number;
  commit?: string;
  cosignatures?: Cosignature[];
}

interface Anchoring {
  ledger: OpenLedger;
  head: SignedHead;
  known: readonly NoteKey[];
}

export async function anchorInFile(anchoring: Anchoring, file: string): Promise<Anchored> {
  const before = existsSync(file) ? await continued(anchoring, readFileSync(file, 'utf8'), file) : null;
  writeFileSync(`${file}.new`, anchoring.head.text);
  renameSync(`${file}.new`, file);
  return { place: file, before, size: anchoring.head.checkpoint.size };
}

/** @returns its size. @throws LEDGER_TAMPERED when the ledger does not continue it; INPUT_INVALID. */
async function continued({ ledger, head, known }: Anchoring, kept: string, place: string): Promise<number> {
  const { checkpoint } = openCheckpoint(kept, known);
  if (await isPrefix(ledger, checkpoint, head.checkpoint)) return checkpoint.size;
  throw new CountersignError(
    'LEDGER_TAMPERED',
    `${place} has a checkpoint of ${counted(checkpoint.size, 'event')} that this ledger does not continue; it was left as it is.`,
    AUDIT_REMEDY,
  );
}

/** The branch has one file, `checkpoint`, and a commit for each anchoring. */
export async function anchorInGit(
  anchoring: Anchoring,
  repository: string,
  named: string | undefined,
): Promise<Anchored> {
  const { text, checkpoint } = anchoring.head;
  const branch = named ?? `countersign-${checkpoint.origin.split('/').at(-1)}`;
  if (!/^[A-Za-z0-9][A-Za-z0-9._/-]*$/.test(branch))
    throw new CountersignError('INPUT_INVALID', 'This is not the name of a branch.', 'Pass one like: --branch anchors');
  const git = gitIn(repository);
  const ref = `refs/heads/${branch}`;
  const parent = git(['for-each-ref', '--format=%(objectname)', ref]).trim();
  const place = `${repository} (${branch})`;
  const before =
    parent === '' ? null : await continued(anchoring, git(['cat-file', 'blob', `${parent}:checkpoint`]), place);
  if (before === checkpoint.size) return { place, before, size: checkpoint.size, commit: parent };
  const blob = git(['hash-object', '-w', '--stdin', '--no-filters'], text).trim();
  const tree = git(['mktree'], `100644 blob ${blob}\tcheckpoint\n`).trim();
  const message = `Checkpoint of ${counted(checkpoint.size, 'event')} of ${checkpoint.origin}\n`;
  const commit = git(['commit-tree', tree, ...(parent === '' ? [] : ['-p', parent])], message).trim();
  git(['update-ref', ref, commit, parent === '' ? '0'.repeat(commit.length) : parent]);
  return { place, before, size: checkpoint.size, commit };
}

const SETTINGS = ['core.hooksPath=/dev/null', 'user.name=Countersign', 'user.email=countersign@localhost'];

/** @throws CONFIG_INVALID with git's own first line. */
function gitIn(repository: string): (args: readonly string[], input?: string) => string {
  const env = Object.fromEntries(Object.entries(environmentWith({})).filter(([name]) => !name.startsWith('GIT_')));
  return (args, input = '') => {
    try {
      const settings = SETTINGS.flatMap((setting) => ['-c', setting]);
      return execFileSync('git', ['-C', repository, ...settings, ...args], {
        input,
        encoding: 'utf8',
        stdio: 'pipe',
        env: { ...env, GIT_NO_LAZY_FETCH: '1', GIT_NO_REPLACE_OBJECTS: '1' },
      });
    } catch (error) {
      const { stderr, message } = error as { stderr?: string; message: string };
      throw new CountersignError(
        'CONFIG_INVALID',
        `git ${args[0]} failed: ${(stderr || message).trim().split('\n')[0]}`,
        'Check that git is installed and that --git names a repository that you can write.',
        { cause: error },
      );
    }
  };
}

export interface Places {
  file?: string;
  git?: string;
  branch?: string;
  /** The submission prefix of a witness, and its verifier key. */
  witness?: string;
  witnessKey?: string;
  key?: string;
}

/** The witness first: what it cosigned is what the other places keep. @throws INPUT_INVALID; as signHead and cosigned. */
export async function anchorAll(
  ledger: OpenLedger,
  home: string,
  { file, git, branch, witness, witnessKey, key }: Places,
): Promise<Anchored[]> {
  if (file === undefined && git === undefined && witness === undefined)
    throw new CountersignError(
      'INPUT_INVALID',
      'No place for the checkpoint was named.',
      'Pass --file FILE, --git FOLDER or --witness URL, or several.',
    );
  const signed = await signedHead(ledger, home, key);
  const seen = witness === undefined ? undefined : await witnessed(ledger, signed, witness, witnessKey);
  const anchoring = { ledger, head: seen ?? signed, known: knownKeys(home, undefined) };
  const { size } = signed.checkpoint;
  return [
    ...(seen ? [{ place: witness!, before: null, size, cosignatures: seen.cosignatures }] : []),
    ...(file === undefined ? [] : [await anchorInFile(anchoring, file)]),
    ...(git === undefined ? [] : [await anchorInGit(anchoring, git, branch)]),
  ];
}

async function witnessed(
  ledger: OpenLedger,
  head: SignedHead,
  prefix: string,
  key: string | undefined,
): Promise<Cosigned> {
  if (key === undefined)
    throw new CountersignError(
      'INPUT_INVALID',
      'The verifier key of the witness is missing.',
      'Pass the key that its operator publishes: --witness-key VKEY',
    );
  return cosigned(ledger, head, prefix, parseWitnessKey(key));
}

export function anchoredText({ place, size, commit, cosignatures = [] }: Anchored): string {
  const where = `${place}: checkpoint of ${counted(size, 'event')}`;
  const by = [...(commit === undefined ? [] : [`commit ${commit}`]), ...cosignatures.map(cosignedText)];
  return makeVisibleLine([where, ...by].join(', '), Number.POSITIVE_INFINITY);
}
