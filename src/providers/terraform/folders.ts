/**
 * Where a workspace's files lie in the state folder. Plan files and copies hold secrets: all of it is 0700 and 0600.
 *
 * INVARIANT: the copy is at the same absolute path for every plan and every apply: `path.cwd` and `abspath` are in what
 * was planned.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export interface Folders {
  /** The workspace's own. */
  all: string;
  /** The copy that is planned and applied. */
  work: string;
  /** Locked by the one process that uses the copy. */
  busy: string;
  /** The process of the newest apply. */
  running: string;
  home: string;
  plugins: string;
  /** Empty: no provider is found there. */
  none: string;
  /** Of modules that are being fetched. */
  fetching: string;
  /** Empty: nothing of a user's own configuration counts. */
  cliConfiguration: string;
  /** Of one plan, by the digest of its file. */
  plan(digest: string): { all: string; file: string; source: string; changes: string; sensitive: string };
  /** Of one apply. */
  run(digest: string): { all: string; log: string; errors: string; ended: string; unsaved: string };
}

const DIGEST = /^sha256:([0-9a-f]{64})$/;

export function foldersOf(home: string, workspace: string): Folders {
  const all = join(home, 'workspaces', workspace);
  const named = (digest: string): string => {
    const [, hex] = DIGEST.exec(digest) ?? [];
    // A name with a separator would leave the folder.
    if (hex === undefined) throw new Error(`not a digest: ${digest}`);
    return hex;
  };
  return {
    all,
    work: join(all, 'work'),
    busy: join(all, 'busy.db'),
    running: join(all, 'running.json'),
    home: join(all, 'home'),
    plugins: join(all, 'plugins'),
    none: join(all, 'none'),
    fetching: join(all, 'fetching'),
    cliConfiguration: join(all, 'cli.tfrc'),
    plan(digest) {
      const folder = join(all, 'plans', named(digest));
      return {
        all: folder,
        file: join(folder, PLAN_FILE),
        source: join(folder, 'source'),
        changes: join(folder, 'changes.json'),
        sensitive: join(folder, 'sensitive.json'),
      };
    },
    run(digest) {
      const folder = join(all, 'runs', named(digest));
      const file = (name: string) => join(folder, name);
      return {
        all: folder,
        log: file('apply.jsonl'),
        errors: file('errors.txt'),
        ended: file('ended.json'),
        unsaved: file('errored.tfstate'),
      };
    },
  };
}

export const PLAN_FILE = 'plan.tfplan';

export function makeFolders(folders: Folders): void {
  for (const folder of [folders.all, folders.home, folders.plugins, folders.none])
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  writeFileSync(folders.cliConfiguration, '', { mode: 0o600 });
}
