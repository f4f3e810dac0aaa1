/**
 * One process at a time uses the copy of a workspace.
 *
 * INVARIANT: whoever uses it holds a lock of the operating system (SQLite's), which ends with the process and by no clock;
 * and no process that an executor started there, and left behind, still runs.
 */
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { CountersignError } from '../../core/errors.ts';
import type { Owner, Presence } from '../../core/owner.ts';
import { openSqlite } from '../../sqlite.ts';
import { type Folders, makeFolders } from './folders.ts';

/** The processes of this machine. */
export interface Processes {
  /** One that this process has just started. */
  of(pid: number): Owner;
  presenceOf(owner: Owner): Presence;
}

const PAUSE_MILLISECONDS = 50;
const WAITS_SECONDS = 15 * 60;

/** @throws WORKSPACE_BUSY after 15 minutes, or while an apply runs that has lost its executor. */
export async function holding<T>(
  folders: Folders,
  processes: Processes,
  run: () => Promise<T>,
  seconds = WAITS_SECONDS,
): Promise<T> {
  makeFolders(folders);
  const held = await hold(folders, seconds);
  try {
    mustBeQuiet(folders, processes);
    return await run();
  } finally {
    held.close();
  }
}

export async function hold(folders: Folders, seconds = WAITS_SECONDS): Promise<{ close(): void }> {
  const lock = openSqlite(folders.busy, 0);
  const until = Date.now() + seconds * 1000;
  for (;;) {
    try {
      lock.exec('BEGIN EXCLUSIVE');
      return lock;
    } catch (error) {
      if (!String((error as { code?: string }).code).startsWith('SQLITE_BUSY') || Date.now() > until) {
        lock.close();
        throw busy('another plan or apply of this workspace is running', 'Try again when it has ended.');
      }
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MILLISECONDS));
    }
  }
}

const busy = (why: string, remedy: string) =>
  new CountersignError('WORKSPACE_BUSY', `The workspace is in use: ${why}.`, remedy);

/** What an executor started last; null: nothing. */
export function runningIn({ running }: Pick<Folders, 'running'>): { digest: string; owner: Owner } | null {
  try {
    return JSON.parse(readFileSync(running, 'utf8')) as { digest: string; owner: Owner };
  } catch {
    return null;
  }
}

/**
 * A process that works in the copy, or null. Where there is a /proc: a program that was killed leaves its providers
 * behind, and an executor may die before it has written down what it started.
 */
export function processIn({ work }: Pick<Folders, 'work'>): number | null {
  for (const pid of entriesOf('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      const cwd = readlinkSync(`/proc/${pid}/cwd`);
      if (cwd === work || cwd.startsWith(`${work}/`)) return Number(pid);
    } catch {
      // It has ended, or is another user's.
    }
  }
  return null;
}

function entriesOf(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

export function mustBeQuiet(folders: Folders, { presenceOf }: Pick<Processes, 'presenceOf'>): void {
  const left = processIn(folders);
  if (left !== null) throw busy(`a process of an earlier run still works there (${left})`, 'Wait until it ends.');
  const last = runningIn(folders);
  if (!last) return;
  const presence = presenceOf(last.owner);
  if (presence === 'dead') return;
  throw busy(
    presence === 'alive'
      ? `an apply that has lost its executor still runs (process ${last.owner.pid})`
      : `an apply may still run on ${last.owner.host} (process ${last.owner.pid})`,
    'Wait until it ends; then countersign reconcile finds its outcome.',
  );
}
