/** How a SQLite file of ours is opened: private from its first byte, with a write-ahead log, shared by processes. */
import { closeSync, mkdirSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import Database from 'better-sqlite3';

/** For another process that holds the file. */
export const WAITS_MILLISECONDS = 10_000;

/** SECURITY: the file exists with mode 0600 before SQLite opens it, so that its -wal and -shm files get that mode too. */
export function openSqlite(path: string, waitsMilliseconds = WAITS_MILLISECONDS): Database.Database {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  closeSync(openSync(path, 'a', 0o600));
  const db = new Database(path, { timeout: waitsMilliseconds });
  try {
    useWriteAheadLog(db);
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

/** On a brand-new file several starting processes can see SQLITE_BUSY here despite the timeout. */
function useWriteAheadLog(db: Database.Database): void {
  for (let attempt = 0; ; attempt += 1) {
    try {
      db.pragma('journal_mode = WAL');
      return;
    } catch (error) {
      if (attempt >= 50 || !String((error as { code?: string }).code).startsWith('SQLITE_BUSY')) throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20);
    }
  }
}
