/** What shares a moment shares a transaction of SQLite (`turns.ts`). */
import type Database from 'better-sqlite3';
import type { WrittenEvent } from '../events.ts';
import type { Commit, Doing, Part } from '../turns.ts';
import { readable } from './database.ts';
import type { Writing } from './writing.ts';

/** @returns commits parts together and tells each of its end; it never throws. */
export function groupCommit(db: Database.Database, writing: Writing, doing: Doing): Commit {
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
      const result = await part.run(doing);
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
