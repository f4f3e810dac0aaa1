/** Opens the ledger's file: its format, its journal, and SQLite's errors in our words. */
import { randomUUID } from 'node:crypto';
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { CountersignError } from '../../core/errors.ts';
import { openSqlite, WAITS_MILLISECONDS } from '../../sqlite.ts';
import { NOT_A_TOOL_CALL } from '../selecting.ts';
import { isKeptByThisVersion, KEPT_TABLES, keepAgain } from './kept.ts';

export const LEDGER_FILE = 'ledger.db';
export const LEDGER_VERSION = 2;

/** Of the first format: `root` was stored with each row, and nothing was kept beside them. */
const TABLES = `
  CREATE TABLE IF NOT EXISTS events (
    seq INTEGER PRIMARY KEY, at TEXT NOT NULL, kind TEXT NOT NULL, change_id TEXT, plan_id TEXT,
    bytes BLOB NOT NULL, leaf BLOB NOT NULL, root BLOB NOT NULL, peaks BLOB NOT NULL
  ) STRICT;
  CREATE TABLE IF NOT EXISTS documents (digest TEXT PRIMARY KEY, bytes BLOB NOT NULL) STRICT;
  CREATE TABLE IF NOT EXISTS claims (name TEXT PRIMARY KEY, at TEXT NOT NULL) STRICT;
  CREATE TABLE IF NOT EXISTS ledger (id INTEGER PRIMARY KEY CHECK (id = 1), origin TEXT NOT NULL) STRICT;
`;

/** A kind is asked for by its newest, within a time, and of one change or plan: each is one look into one index. */
const INDICES = `
  DROP INDEX IF EXISTS events_change;
  DROP INDEX IF EXISTS events_plan;
  CREATE INDEX IF NOT EXISTS events_change_kind ON events (change_id, kind) WHERE change_id IS NOT NULL;
  CREATE INDEX IF NOT EXISTS events_plan_kind ON events (plan_id, kind) WHERE plan_id IS NOT NULL;
  CREATE INDEX IF NOT EXISTS events_kind ON events (kind) WHERE ${NOT_A_TOOL_CALL};
  CREATE INDEX IF NOT EXISTS events_kind_at ON events (kind, at) WHERE ${NOT_A_TOOL_CALL};
`;

/**
 * INVARIANT: what is kept beside the events is written with them. A process of an earlier version that still runs would
 * append without it; it says so by the root that it stores, and is refused.
 */
const ONLY_THIS_FORMAT = `
  CREATE TRIGGER IF NOT EXISTS only_this_format BEFORE INSERT ON events WHEN length(NEW.root) > 0
  BEGIN SELECT RAISE(ABORT, 'the ledger has a newer format'); END;
`;

export function openDatabase(home: string, waitsMilliseconds: number): Database.Database {
  let db: Database.Database | undefined;
  refuseSharedFolder(home);
  try {
    db = openSqlite(join(home, LEDGER_FILE), waitsMilliseconds);
    db.pragma('synchronous = FULL');
    prepareSchema(db, home);
    return db;
  } catch (error) {
    db?.close();
    throw readable(error);
  }
}

/**
 * Inside of a transaction: from its end on no process, of whatever version, appends to this file. It can still be read
 * and verified.
 *
 * @param to where it goes on, as it may be shown.
 */
export function retire(db: Database.Database, to: string): void {
  db.exec(`CREATE TRIGGER moved BEFORE INSERT ON events BEGIN SELECT RAISE(ABORT, '${MOVED}'); END`);
  db.exec('CREATE TABLE moved (place TEXT NOT NULL) STRICT');
  db.prepare('INSERT INTO moved (place) VALUES (?)').run(to);
}
const MOVED = 'the ledger was moved';

/** Where the ledger of this file goes on, as it may be shown; null: here. */
export function movedTo(db: Database.Database): string | null {
  const isMoved = db.prepare("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'moved'").get();
  if (!isMoved) return null;
  return (db.prepare('SELECT place FROM moved').get() as { place: string }).place;
}

export const movedError = (cause?: unknown): CountersignError =>
  new CountersignError(
    'LEDGER_MOVED',
    'This ledger was moved into a database; its file takes no more events.',
    'Use the ledger there: set COUNTERSIGN_LEDGER, or pass --ledger postgres://… (countersign status tells where).',
    cause === undefined ? undefined : { cause },
  );

/** A connection that makes and writes nothing, so that a read-only copy can be read too. */
export const openReadOnly = (home: string): Database.Database =>
  new Database(join(home, LEDGER_FILE), { readonly: true, timeout: WAITS_MILLISECONDS });

/** @throws INPUT_NOT_FOUND without a ledger. */
export function requireLedger(home: string): void {
  if (existsSync(join(home, LEDGER_FILE))) return;
  throw new CountersignError(
    'INPUT_NOT_FOUND',
    `There is no ledger in ${home}.`,
    'Choose the state folder with --home.',
  );
}

/** SECURITY: who can write the folder can put another ledger, and with it another policy, in the place of this one. */
function refuseSharedFolder(home: string): void {
  const mode = statSync(home, { throwIfNoEntry: false })?.mode ?? 0;
  if ((mode & OTHERS_CAN_WRITE) === 0 || process.platform === 'win32') return;
  throw new CountersignError(
    'CONFIG_INVALID',
    `Other users can write the state folder ${home} (mode ${(mode & 0o7777).toString(8)}).`,
    `Make it private (chmod 700 ${home}), or choose another with --home.`,
  );
}
const OTHERS_CAN_WRITE = 0o022;

function prepareSchema(db: Database.Database, home: string): void {
  const version = db.pragma('user_version', { simple: true }) as number;
  if (version > LEDGER_VERSION) {
    throw new CountersignError(
      'LEDGER_NEWER_VERSION',
      `The ledger in ${home} has format ${version}; this version of countersign supports ${LEDGER_VERSION}.`,
      'Use a newer version of countersign, or another --home.',
    );
  }
  if (version === LEDGER_VERSION && isKeptByThisVersion(db)) return;
  db.transaction(() => {
    db.exec(TABLES + INDICES + KEPT_TABLES + ONLY_THIS_FORMAT);
    db.prepare('INSERT OR IGNORE INTO ledger (id, origin) VALUES (1, ?)').run(`countersign-ledger/${randomUUID()}`);
    // Another process may have done so while this one waited.
    if (!isKeptByThisVersion(db)) keepAgain(db);
    db.pragma(`user_version = ${LEDGER_VERSION}`);
  }).immediate();
}

export function guarded<T>(run: () => T): T {
  try {
    return run();
  } catch (error) {
    throw readable(error);
  }
}

/** SQLite's and the file system's errors in our words; `LEDGER_BUSY` may be tried again, the rest needs a person. */
export function readable(error: unknown): unknown {
  const code = (error as { code?: unknown }).code;
  const fromFiles = error instanceof Error && 'syscall' in error;
  if (!(error instanceof Database.SqliteError) && !fromFiles) return error;
  if (String(code) === 'SQLITE_CONSTRAINT_TRIGGER' && String((error as Error).message).includes(MOVED))
    return movedError(error);
  if (String(code).startsWith('SQLITE_BUSY')) {
    return new CountersignError('LEDGER_BUSY', 'Another process is using the ledger.', 'Try again.', {
      cause: error,
    });
  }
  return new CountersignError(
    'LEDGER_CANNOT_APPEND',
    `The ledger could not be used (${String(code)}).`,
    'Nothing was appended. Check that the state folder is readable and writable and that its disk has free space.',
    { cause: error },
  );
}
