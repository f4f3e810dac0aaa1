/**
 * Fetches one commit of a git repository by https.
 *
 * SECURITY: git runs with nothing of this user, neither configuration nor environment nor home folder: so there is no
 * credential helper, netrc, key, proxy or cookie. Https is its only protocol, and no redirect or submodule is followed.
 * Nothing is checked out.
 */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { CountersignError } from '../../../core/errors.ts';
import { blobsIn, entriesOfTree, type Git as Run, runGit } from '../git.ts';
import type { Git } from './address.ts';
import { moduleRefused, moduleUnreachable } from './refused.ts';
import { type Entry, filesOf, MAX_BYTES } from './unpack.ts';

export interface FetchOptions {
  /** A folder of ours, in which a repository is made and removed. */
  scratch: string;
  /** File of PEM, in place of those of the machine. */
  authoritiesFile: string | undefined;
  signal: AbortSignal;
}

const COMMIT = /^[0-9a-f]{40}$/;

/** @throws INPUT_CONFIGURATION_REFUSED, WORKSPACE_MODULE_UNREACHABLE. */
export async function fetchCommit(
  address: Git,
  { scratch, authoritiesFile, signal }: FetchOptions,
): Promise<{ files: Map<string, Buffer>; commit: string }> {
  mkdirSync(scratch, { recursive: true, mode: 0o700 });
  const folder = mkdtempSync(join(scratch, 'fetch-'));
  const git: Run = (args, input) =>
    runGit(folder, args, {
      input,
      maxBytes: 2 * MAX_BYTES,
      maxFileBytes: MAX_BYTES,
      environment: { GIT_ALLOW_PROTOCOL: 'https' },
      settings: [
        'http.followRedirects=false',
        // One file, of which the size is limited.
        'fetch.unpackLimit=1',
        ...(authoritiesFile === undefined ? [] : [`http.sslCAInfo=${authoritiesFile}`]),
      ],
      signal,
    });
  try {
    await git(['init', '--quiet', '--bare', '--template=', '.']);
    const commit = await commitOf(address, git);
    const fetched = ['fetch', '--quiet', '--depth=1', '--no-tags', '--no-recurse-submodules', '--no-write-fetch-head'];
    await git([...fetched, '--end-of-options', address.url, commit]);
    return { files: await filesAt(commit, git, address), commit };
  } catch (error) {
    if (error instanceof CountersignError) throw error;
    const { message, cause } = error as Error;
    // That is all that git says when the limit ends it.
    if (/invalid index-pack output|signal 25|file too large/i.test(String(cause)))
      throw tooLarge(address, ', or it is packed in a way that git does not read');
    throw moduleUnreachable(`${address.pattern} cannot be fetched: ${message}`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const tooLarge = ({ pattern }: Git, or = '') =>
  moduleRefused(`${pattern}: more than 64 MB${or}`, 'Use a smaller module.');

async function commitOf({ url, ref, pattern }: Git, git: Run): Promise<string> {
  if (ref !== undefined && COMMIT.test(ref)) return ref;
  const listing = (await git(['ls-remote', '--quiet', '--end-of-options', url])).toString('utf8');
  const ids = new Map(listing.split('\n').map((line) => line.split('\t').reverse() as [string, string]));
  const named = (ref === undefined ? ['HEAD'] : [`refs/tags/${ref}`, `refs/heads/${ref}`, `refs/${ref}`, ref])
    // An annotated tag is a thing of its own; the commit that it names stands beside it.
    .flatMap((name) => ids.get(`${name}^{}`) ?? ids.get(name) ?? []);
  const [commit] = new Set(named);
  if (commit === undefined || !COMMIT.test(commit))
    throw moduleRefused(
      `${pattern} has no ${ref === undefined ? 'default branch' : `branch or tag ${ref}`}`,
      'Name a tag, a branch, or the whole id of a commit.',
    );
  if (new Set(named).size > 1)
    throw moduleRefused(
      `${pattern} has a branch and a tag ${ref}, of different commits`,
      `Write ref=refs/tags/${ref}, or the id of the commit.`,
    );
  return commit;
}

async function filesAt(commit: string, git: Run, address: Git): Promise<Map<string, Buffer>> {
  const { pattern } = address;
  const entries = await entriesOfTree(git, commit, { sizes: true });
  if (entries.reduce((sum, { size }) => sum + size, 0) > MAX_BYTES) throw tooLarge(address);
  const submodule = entries.find(({ mode }) => mode === '160000');
  if (submodule)
    throw moduleRefused(`${pattern}: ${submodule.path}: a submodule, which is not fetched`, 'Use a module without.');
  const blobs = await blobsIn(git, entries);
  return filesOf(
    entries.map(({ path, mode, id }): Entry => {
      const content = blobs.get(id) ?? Buffer.alloc(0);
      return { path, kind: mode === '120000' ? 'link' : 'file', content, target: content.toString('utf8') };
    }),
    pattern,
  );
}
