/**
 * What is planned: the files of the workspace's folder, of the working tree or of one commit, as they were at one moment.
 *
 * SECURITY: a commit is read from git's objects alone (`git-objects.ts`). A link that leads out of the folder is refused,
 * and what `init` leaves in a folder (`.terraform`) is never copied: it is believed without a check.
 */
import { mkdirSync, readdirSync, readFileSync, realpathSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, sep } from 'node:path';
import { digestOf, sha256Hex } from '../../core/digest.ts';
import { CountersignError } from '../../core/errors.ts';
import { makeVisibleLine } from '../../core/render-safe.ts';
import { blobsIn, entriesOfTree, runGit } from './git.ts';

export interface Source {
  /** By path below the folder, with `/`. */
  files: ReadonlyMap<string, Buffer>;
  /** null: the working tree. */
  commit: string | null;
  /** Of those that were fetched, and are in the files. */
  modules?: readonly ModuleRecord[];
}
/** What is signed and told of a module that was fetched. */
export interface ModuleRecord {
  /** Of its call, as Terraform has it: `NAME.NAME`. */
  key: string;
  source: string;
  /** Of a registry. */
  version?: string;
  /** Where the registry says that it lies. */
  from?: string;
  /** Of git. */
  commit?: string;
  /** Over the paths and contents of its files, in hexadecimal digits. */
  sha256: string;
}

const MAX_FILES = 10_000;
const MAX_BYTES = 64 * 1024 * 1024;
/** Of git and of Terraform itself, at any depth: states hold secrets, and `terraform.d` would be a place of providers. */
const NOT_COPIED =
  /(?:^|\/)(?:\.git|\.terraform|terraform\.d|[^/]*\.tfstate(?:\.[^/]*)?|\.terraform\.tfstate\.lock\.info)(?:\/|$)/;
/** OpenTofu takes `x.tofu` in place of `x.tf`. */
const OWN_FILE = /(?:^|\/)(?:plan\.tfplan|countersign(?:_override)?\.(?:tf|tofu)(?:\.json)?)$/;
export const isCopied = (path: string): boolean => !NOT_COPIED.test(path);
export const isOwnFile = (path: string): boolean => OWN_FILE.test(path);
/** One for all paths that some file system takes for the same. */
export const nameOnDisk = (path: string): string => path.toLowerCase().normalize('NFC');

export const digestOfSource = ({ files }: Pick<Source, 'files'>): string =>
  digestOf([...files].sort(([a], [b]) => (a < b ? -1 : 1)).map(([path, bytes]) => [path, sha256Hex(bytes)]));

/** The same in hexadecimal digits alone, as a policy pins a module. */
export const sha256OfFiles = (files: Source['files']): string => digestOfSource({ files }).replace(/^sha256:/, '');

/** @throws INPUT_CONFIGURATION_REFUSED, INPUT_TOO_LARGE, INPUT_NOT_FOUND. */
export async function readSource(root: string, ref: string | undefined): Promise<Source> {
  return ref === undefined ? { files: ofFolder(root), commit: null } : ofCommit(root, ref);
}

export function writeSource({ files }: Pick<Source, 'files'>, folder: string): void {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const made = new Set<string>();
  const names = new Set<string>();
  for (const [path, bytes] of files) {
    const file = join(folder, path);
    const name = nameOnDisk(path);
    // Where names are the same whatever their case, one would be written over the other.
    if (names.has(name)) throw refuse(path, 'the name of another file, in other letters', 'Rename one of them.');
    names.add(name);
    const parent = dirname(file);
    if (!made.has(parent)) mkdirSync(parent, { recursive: true, mode: 0o700 });
    made.add(parent);
    writeFileSync(file, bytes, { mode: 0o600 });
  }
}

const refuse = (path: string, why: string, remedy: string) =>
  new CountersignError('INPUT_CONFIGURATION_REFUSED', `${makeVisibleLine(path)}: ${why}.`, remedy);

/** Adds a file, within bounds. */
function collector() {
  const files = new Map<string, Buffer>();
  let bytes = 0;
  const add = (path: string, content: Buffer) => {
    if (OWN_FILE.test(path)) throw refuse(path, 'a file of this name is made by Countersign', 'Rename this file.');
    bytes += content.length;
    if (files.size >= MAX_FILES || bytes > MAX_BYTES)
      throw new CountersignError(
        'INPUT_TOO_LARGE',
        `The folder of the workspace has more than ${MAX_FILES} files or 64 MB.`,
        'The policy owners can name a smaller folder as the root of this workspace.',
      );
    files.set(path, content);
  };
  return { files, add };
}

function ofFolder(root: string): Map<string, Buffer> {
  const { files, add } = collector();
  let top: string;
  try {
    top = realpathSync(root);
  } catch {
    throw new CountersignError('INPUT_NOT_FOUND', `The folder of the workspace, ${root}, is not there.`, {
      agent: 'Tell the user: the policy names this folder.',
      person: 'Check out the repository there, or name another folder in the policy.',
    });
  }
  const walk = (below: string) => {
    for (const entry of readdirSync(join(top, below), { withFileTypes: true })) {
      const path = below === '' ? entry.name : `${below}/${entry.name}`;
      if (NOT_COPIED.test(path)) continue;
      if (entry.isDirectory()) walk(path);
      else if (entry.isFile()) add(path, readFileSync(join(top, path)));
      else if (entry.isSymbolicLink()) add(path, linked(top, path));
      else throw refuse(path, 'neither a file nor a folder', 'Remove it.');
    }
  };
  walk('');
  return files;
}

const LINK_REMEDY = 'Put the file itself in its place.';

function linked(top: string, path: string): Buffer {
  let target: string;
  try {
    target = realpathSync(join(top, path));
  } catch {
    throw refuse(path, 'a symbolic link that leads nowhere', LINK_REMEDY);
  }
  if (!target.startsWith(top + sep) || NOT_COPIED.test(target.slice(top.length + 1)))
    throw refuse(path, 'a symbolic link that leads out of the folder', LINK_REMEDY);
  if (!statSync(target).isFile()) throw refuse(path, 'a symbolic link to a folder', LINK_REMEDY);
  return readFileSync(target);
}

const REF = /^[A-Za-z0-9_][A-Za-z0-9_./@-]{0,254}$/;

async function ofCommit(root: string, ref: string): Promise<Source> {
  const notFound = () =>
    new CountersignError('INPUT_NOT_FOUND', `There is no commit ${makeVisibleLine(ref, 80)} in ${root}.`, {
      agent: 'Name a commit or branch of that repository, or leave out ref for the working tree.',
      person: 'Name a commit or branch of that repository.',
    });
  if (!REF.test(ref) || ref.includes('..')) throw notFound();
  const git = (args: string[], input?: string) =>
    runGit(root, args, { input, maxBytes: 2 * MAX_BYTES }).catch((error: Error) => {
      throw unreadable(root, error.message);
    });
  const commit = (
    await git(['rev-parse', '--verify', '--quiet', '--end-of-options', `${ref}^{commit}`]).catch(() => Buffer.alloc(0))
  )
    .toString()
    .trim();
  if (!/^[0-9a-f]{40,64}$/.test(commit)) throw notFound();
  const prefix = (await git(['rev-parse', '--show-prefix'])).toString().replace(/\n$/, '');
  const entries = await entriesOfTree(git, `${commit}:${prefix.replace(/\/$/, '')}`);
  const { files, add } = collector();
  if (entries.length > MAX_FILES) add('', Buffer.alloc(MAX_BYTES + 1));
  for (const { path, mode } of entries) {
    if (/(?:^|\/)\.terraform\//.test(path))
      throw refuse(path, 'a .terraform folder in the commit', 'Remove it from the repository: init makes it anew.');
    if (mode === '120000') throw refuse(path, 'a symbolic link in the commit', LINK_REMEDY);
    if (mode === '160000') throw refuse(path, 'a submodule', 'Put its files into the repository.');
  }
  const wanted = entries.filter(({ path }) => !NOT_COPIED.test(path));
  const blobs = await blobsIn(git, wanted);
  for (const { path, id } of wanted) {
    const blob = blobs.get(id);
    if (!blob) throw refuse(path, 'git does not have its content', 'Fetch the whole commit.');
    add(path, Buffer.from(blob));
  }
  return { files, commit };
}

const unreadable = (root: string, why: string) =>
  new CountersignError('INPUT_NOT_FOUND', `git cannot read ${root}: ${why}.`, {
    agent: 'Tell the user: the folder of the workspace must be in a git repository to plan a commit.',
    person: 'The folder of the workspace must be in a git repository, and git must be installed.',
  });
