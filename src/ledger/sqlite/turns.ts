/**
 * Who writes next. What is asked for at one moment is one transaction, with one sync of the disk for all of it.
 *
 * INVARIANT: a transaction holds the writing connection from its begin to its end, over everything that it awaits:
 * appends and transactions of others wait in a queue, in the order of asking, so that none of theirs is lost with it.
 * Each of those that share one has a savepoint: what throws undoes its own part alone. Nobody is told of an end before
 * the commit. All handles of a process on one file share the queue: SQLite waits for a lock without letting its holder
 * go on.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import { realpathSync } from 'node:fs';
import type Database from 'better-sqlite3';
import type { WrittenEvent } from '../events.ts';
import { readable } from './database.ts';
import type { Writing } from './writing.ts';

interface Part {
  run(): unknown;
  /** Of an append alone. */
  event: WrittenEvent | undefined;
  resolve(result: unknown): void;
  reject(error: unknown): void;
}
type Commit = (parts: readonly Part[]) => Promise<void> | undefined;

interface Turns {
  /** @param commit of the handle; parts of one handle share a transaction. */
  ask<T>(commit: Commit, run: () => T | Promise<T>, event?: WrittenEvent): Promise<T>;
  /** The transaction that the running code is inside of. */
  inside: AsyncLocalStorage<{ isOpen: boolean }>;
}
/** By file. Kept for the process's life: a process opens few. */
const turns = new Map<string, Turns>();

export function turnsOn(file: string): Turns {
  const path = realpathSync(file);
  const known = turns.get(path) ?? { ask: createQueue(), inside: new AsyncLocalStorage() };
  turns.set(path, known);
  return known;
}

/** So that one who waits with many others is not told late. */
const MOST_TOGETHER = 100;

function createQueue(): Turns['ask'] {
  const waiting: (Part & { commit: Commit })[] = [];
  let isServing = false;

  async function serve(): Promise<void> {
    while (waiting.length > 0) {
      const { commit } = waiting[0]!;
      const other = waiting.findIndex((part) => part.commit !== commit);
      const together = waiting.splice(0, Math.min(other < 0 ? waiting.length : other, MOST_TOGETHER));
      const committing = commit(together);
      // What is done at once had nobody come in between.
      if (committing) await committing;
    }
    isServing = false;
  }

  return (commit, run, event) =>
    new Promise((resolve, reject) => {
      waiting.push({ commit, run, event, resolve: resolve as Part['resolve'], reject });
      if (isServing) return;
      isServing = true;
      // Whoever asks in the same turn of the loop is served with it.
      queueMicrotask(serve);
    });
}

/** @returns commits parts together and tells each of its end; it never throws. */
export function groupCommit(db: Database.Database, writing: Writing): Commit {
  const sql = (text: string) => db.prepare(text);
  const [begin, commit, rollback] = [sql('BEGIN IMMEDIATE'), sql('COMMIT'), sql('ROLLBACK')];
  const [save, release, undo] = [sql('SAVEPOINT part'), sql('RELEASE part'), sql('ROLLBACK TO part')];

  /** Without a savepoint: the statement undoes itself. */
  function runOneRow({ resolve, reject }: Part, event: WrittenEvent): () => void {
    try {
      const written = writing.append(event);
      return () => resolve(written);
    } catch (error) {
      writing.forget();
      if (!db.inTransaction) throw error;
      return () => reject(readable(error));
    }
  }

  async function runSaved(part: Part): Promise<() => void> {
    save.run();
    try {
      const result = await part.run();
      release.run();
      return () => part.resolve(result);
    } catch (error) {
      writing.forget();
      // SQLite ended the whole transaction by itself (a full disk): nothing of any part is left.
      if (!db.inTransaction) throw error;
      undo.run();
      release.run();
      return () => part.reject(readable(error));
    }
  }

  async function inTransaction(parts: readonly Part[]): Promise<void> {
    const tell: (() => void)[] = [];
    try {
      begin.run();
      writing.begun();
      for (const part of parts)
        tell.push(part.event && writing.isOneRow(part.event) ? runOneRow(part, part.event) : await runSaved(part));
      commit.run();
    } catch (error) {
      writing.forget();
      const known = readable(error);
      if (db.open && db.inTransaction) rollback.run();
      for (const part of parts) part.reject(known);
      return;
    }
    for (const one of tell) one();
  }

  /** One row is one statement: it goes under the number after our own newest, which the primary key gives away once. */
  function alone({ event, resolve, reject }: Part): boolean {
    try {
      const written = event && writing.appendAlone(event);
      if (written) resolve(written);
      return written !== undefined;
    } catch (error) {
      reject(readable(error));
      return true;
    }
  }

  return (parts) => {
    const [only, ...others] = parts;
    if (only?.event && others.length === 0 && alone(only)) return undefined;
    return inTransaction(parts);
  };
}
