/** The sandbox's world: documents in one SQLite file below `--home`, shared by every process that uses it. */
import { randomBytes } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';

export const SANDBOX_ACCOUNT = '123456789012';

/** One consistent view, inside one transaction. */
export interface World {
  readonly account: string;
  /** Multiplies simulated durations: 1 for people, 0 for tests. */
  readonly pace: number;
  /** Epoch milliseconds by the sandbox's own clock. */
  now(): number;
  get<T>(kind: string, id: string): T | undefined;
  put<T>(kind: string, id: string, document: T): void;
  remove(kind: string, id: string): void;
  /** In insertion order. */
  list<T>(kind: string): T[];
  /** A plausible id: the prefix and 17 hex digits. */
  newId(prefix: string): string;
}

export interface LoggedCall {
  service: string;
  operation: string;
  class: string;
  at: string;
}

export interface WorldStore {
  readonly id: string;
  /** Every request is one `BEGIN IMMEDIATE` transaction; throwing changes nothing. */
  transact<T>(run: (world: World) => T): T;
  log(call: LoggedCall): void;
  calls(): LoggedCall[];
  reset(): void;
  advanceClock(milliseconds: number): void;
  close(): void;
}

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS documents (position INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT NOT NULL, id TEXT NOT NULL, json TEXT NOT NULL, UNIQUE (kind, id)) STRICT;
  CREATE TABLE IF NOT EXISTS calls (position INTEGER PRIMARY KEY AUTOINCREMENT, json TEXT NOT NULL) STRICT;
  CREATE TABLE IF NOT EXISTS settings (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
`;

/**
 * Opens `<home>/sandbox.db`. A new world is filled by `seed`.
 *
 * @param options.pace default 1.
 */
export function openWorld(home: string, options: { pace?: number; seed?: (world: World) => void } = {}): WorldStore {
  mkdirSync(home, { recursive: true, mode: 0o700 });
  const db = new Database(join(home, 'sandbox.db'), { timeout: 10_000 });
  retryBusy(() => db.pragma('journal_mode = WAL'));
  retryBusy(() => db.exec(SCHEMA));
  const sql = {
    get: db.prepare('SELECT json FROM documents WHERE kind = ? AND id = ?'),
    put: db.prepare(
      'INSERT INTO documents (kind, id, json) VALUES (?, ?, ?) ON CONFLICT (kind, id) DO UPDATE SET json = excluded.json',
    ),
    remove: db.prepare('DELETE FROM documents WHERE kind = ? AND id = ?'),
    list: db.prepare('SELECT json FROM documents WHERE kind = ? ORDER BY position'),
    setting: db.prepare('SELECT value FROM settings WHERE name = ?'),
    set: db.prepare(
      'INSERT INTO settings (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value',
    ),
    log: db.prepare('INSERT INTO calls (json) VALUES (?)'),
    calls: db.prepare('SELECT json FROM calls ORDER BY position'),
  };
  const setting = (name: string) => (sql.setting.get(name) as { value: string } | undefined)?.value;
  const parse = <T>(row: unknown) => JSON.parse((row as { json: string }).json) as T;
  const world = (pace: number): World => ({
    account: SANDBOX_ACCOUNT,
    pace,
    now: () => Date.now() + Number(setting('clock_offset') ?? 0),
    get: <T>(kind: string, id: string) => {
      const row = sql.get.get(kind, id);
      return row === undefined ? undefined : parse<T>(row);
    },
    put: (kind, id, document) => void sql.put.run(kind, id, JSON.stringify(document)),
    remove: (kind, id) => void sql.remove.run(kind, id),
    list: <T>(kind: string) => sql.list.all(kind).map((row) => parse<T>(row)),
    newId: (prefix) => `${prefix}${randomBytes(9).toString('hex').slice(0, 17)}`,
  });
  const pace = options.pace ?? 1;
  const fill = () => {
    sql.set.run('id', randomBytes(6).toString('hex'));
    options.seed?.(world(0));
  };
  db.transaction(() => {
    if (setting('id') === undefined) fill();
  }).immediate();
  return {
    id: setting('id')!,
    transact: (run) => db.transaction(() => run(world(pace))).immediate(),
    log: (call) => void sql.log.run(JSON.stringify(call)),
    calls: () => sql.calls.all().map((row) => parse<LoggedCall>(row)),
    reset: () =>
      db
        .transaction(() => {
          db.exec('DELETE FROM documents; DELETE FROM calls; DELETE FROM settings;');
          fill();
        })
        .immediate(),
    advanceClock: (milliseconds) =>
      void db
        .transaction(() => sql.set.run('clock_offset', String(Number(setting('clock_offset') ?? 0) + milliseconds)))
        .immediate(),
    close: () => db.close(),
  };
}

function retryBusy(run: () => unknown): void {
  for (let attempt = 0; ; attempt += 1) {
    try {
      run();
      return;
    } catch (error) {
      if (attempt >= 50 || !String((error as { code?: string }).code).startsWith('SQLITE_BUSY')) throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20);
    }
  }
}
