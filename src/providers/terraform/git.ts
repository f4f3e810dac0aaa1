/** Runs git on objects of a repository that nobody here trusts (`git-objects.ts`), and reads trees and blobs with it. */
import { spawn } from 'node:child_process';
import { blobsOf, GIT_ARGUMENTS, GIT_ENVIRONMENT } from '../../git-objects.ts';

export interface GitOptions {
  input?: string | undefined;
  /** Of what it prints. */
  maxBytes: number;
  /** Over those of `git-objects.ts`. */
  environment?: Readonly<Record<string, string>>;
  settings?: readonly string[];
  /** Of each file that it writes; it is ended past that. */
  maxFileBytes?: number;
  signal?: AbortSignal;
}
export type Git = (args: string[], input?: string) => Promise<Buffer>;

const KEPT_OF_STDERR = 2_000;
const BLOCK = 512;

/** @throws Error with what git said last; all that it said is its cause. */
export function runGit(folder: string, args: readonly string[], options: GitOptions): Promise<Buffer> {
  const { input = '', maxBytes, environment = {}, settings = [], maxFileBytes, signal } = options;
  const whole = [
    ...GIT_ARGUMENTS,
    ...[`safe.directory=${folder}`, ...settings].flatMap((setting) => ['-c', setting]),
    ...args,
  ];
  // The limit is the operating system's, and a shell sets it. Its script is constant.
  const [program, given] =
    maxFileBytes === undefined
      ? ['git', whole]
      : [
          '/bin/sh',
          ['-c', 'ulimit -f "$1" && shift && exec git "$@"', 'sh', String(Math.ceil(maxFileBytes / BLOCK)), ...whole],
        ];
  return new Promise((resolve, reject) => {
    const child = spawn(program, given, {
      cwd: folder,
      env: { PATH: '/usr/bin:/bin:/usr/local/bin', ...GIT_ENVIRONMENT, ...environment },
      stdio: ['pipe', 'pipe', 'pipe'],
      killSignal: 'SIGKILL',
      ...(signal ? { signal } : {}),
    });
    const chunks: Buffer[] = [];
    let size = 0;
    let said = '';
    child.stdout.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size > maxBytes) child.kill('SIGKILL');
      else chunks.push(chunk);
    });
    child.stderr.on('data', (chunk: Buffer) => {
      said = (said + chunk.toString('utf8')).slice(-KEPT_OF_STDERR);
    });
    child.stdin.on('error', () => undefined);
    child.stdin.end(input);
    child.on('error', (error: NodeJS.ErrnoException) => reject(new Error(String(error.code))));
    child.on('close', (code, ended) =>
      code === 0
        ? resolve(Buffer.concat(chunks))
        : reject(new Error(said.trim().split('\n').at(-1) || `it ended with ${code ?? ended}`, { cause: said })),
    );
  });
}

export interface TreeEntry {
  mode: string;
  id: string;
  path: string;
  /** In bytes, where it was asked for. */
  size: number;
}

/** @param sizes needs every blob to be there. */
export async function entriesOfTree(git: Git, tree: string, { sizes = false } = {}): Promise<TreeEntry[]> {
  const listing = (await git(['ls-tree', '-r', '-z', '--full-tree', ...(sizes ? ['-l'] : []), tree])).toString();
  return listing.split('\0').filter(Boolean).map(entryOf);
}

function entryOf(line: string): TreeEntry {
  const form = /^(\d{6}) \w+ ([0-9a-f]+)(?: +(\d+|-))?\t([\s\S]*)$/;
  const [, mode = '', id = '', size, path = ''] = form.exec(line) ?? [];
  return { mode, id, path, size: Number(size) || 0 };
}

/** By id. What git does not have is not in it. */
export const blobsIn = async (git: Git, entries: readonly TreeEntry[]): Promise<Map<string, Buffer>> =>
  blobsOf(await git(['cat-file', '--batch'], entries.map(({ id }) => `${id}\n`).join('')));
