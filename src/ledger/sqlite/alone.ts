/** One process at a time, by a lock of the operating system that ends with its process. */
import { join } from 'node:path';
import Database from 'better-sqlite3';

/** @returns undefined: another process is at it, and nothing was run. */
export async function aloneIn<T>(home: string, what: string, run: () => Promise<T>): Promise<T | undefined> {
  const db = new Database(join(home, `${what}.lock`), { timeout: 0 });
  try {
    db.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    db.close();
    if ((error as { code?: string }).code === 'SQLITE_BUSY') return undefined;
    throw error;
  }
  try {
    return await run();
  } finally {
    db.close();
  }
}
