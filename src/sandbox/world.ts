/** The sandbox's world: documents in one SQLite file below `--home`, shared by every process that uses it. */
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { CountersignError } from '../core/errors.ts';
import { openSqlite } from '../sqlite.ts';

export const SANDBOX_ACCOUNT = '123456789012';

/** Where that is kept which belongs to no account: faults, sessions, roles. */
const SHARED = 'shared';
const SHAPE = 2;

/** One account of the cloud, in one consistent view, inside one transaction. */
export interface World {
  /** Every document is this account's: no other account's can be seen or changed. */
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
  /** The same transaction, seen as another account. */
  inAccount(account: string): World;
  /** The same transaction: what belongs to no account. */
  readonly shared: World;
}

/** One request that reached the sandbox, answered or not. */
export interface LoggedCall {
  service: string;
  operation: string;
  class: string;
  at: string;
  account: string;
  region: string;
  /** The caller's ARN. */
  caller: string;
  dryRun?: true;
  /** The kind of the fault that met it. */
  fault?: string;
}

export interface WorldStore {
  readonly id: string;
  /**
   * Every request is one `BEGIN IMMEDIATE` transaction; throwing changes nothing.
   *
   * @param account whose world `run` is given; the sandbox's own unless said.
   */
  transact<T>(run: (world: World) => T, account?: string): T;
  log(call: LoggedCall): void;
  calls(): LoggedCall[];
  /** As new: seeded again, no calls, no faults, its own clock and pace. */
  reset(): void;
  advanceClock(milliseconds: number): void;
  /** For every process that uses this world, from now on. */
  setPace(pace: number): void;
  close(): void;
}

const SCHEMA = `
  CREATE TABLE documents (position INTEGER PRIMARY KEY AUTOINCREMENT, account TEXT NOT NULL, kind TEXT NOT NULL, id TEXT NOT NULL, json TEXT NOT NULL, UNIQUE (account, kind, id)) STRICT;
  CREATE TABLE calls (position INTEGER PRIMARY KEY AUTOINCREMENT, json TEXT NOT NULL) STRICT;
  CREATE TABLE settings (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
  PRAGMA user_version = ${SHAPE};
`;

/** What a new world starts with. */
export interface Seed {
  /** Which seed this is: a world that was filled by another is refused. */
  name?: string;
  fill(world: World): void;
}

function opened(path: string): ReturnType<typeof openSqlite> {
  try {
    return openSqlite(path);
  } catch (error) {
    throw new CountersignError(
      'CONFIG_INVALID',
      `The simulated cloud in ${path} cannot be opened (${String((error as { code?: unknown }).code)}).`,
      'Check that the state folder is readable and writable and that its disk has free space, or name another with --home.',
      { cause: error },
    );
  }
}

/**
 * Opens `<home>/sandbox.db`.
 *
 * @param options.pace default 1; `setPace` overrides it for everybody.
 * @throws CountersignError when the world there has another shape, or another seed than the named one.
 */
// biome-ignore lint/complexity/noExcessiveLinesPerFunction: one closure over one database; its functions are short.
export function openWorld(home: string, options: { pace?: number; seed?: Seed } = {}): WorldStore {
  const path = join(home, 'sandbox.db');
  const db = opened(path);
  db.transaction(() => {
    const isNew = db.prepare("SELECT 1 FROM sqlite_master WHERE name = 'documents'").get() === undefined;
    if (isNew) db.exec(SCHEMA);
    else if (db.pragma('user_version', { simple: true }) !== SHAPE)
      throw new CountersignError(
        'CONFIG_INVALID',
        `The simulated cloud in ${path} was made by another version.`,
        'Remove that file (it contains only the simulation), or name another folder with --home.',
      );
  }).immediate();
  const sql = {
    get: db.prepare('SELECT json FROM documents WHERE account = ? AND kind = ? AND id = ?'),
    put: db.prepare(
      'INSERT INTO documents (account, kind, id, json) VALUES (?, ?, ?, ?) ON CONFLICT (account, kind, id) DO UPDATE SET json = excluded.json',
    ),
    remove: db.prepare('DELETE FROM documents WHERE account = ? AND kind = ? AND id = ?'),
    list: db.prepare('SELECT json FROM documents WHERE account = ? AND kind = ? ORDER BY position'),
    setting: db.prepare('SELECT value FROM settings WHERE name = ?'),
    set: db.prepare(
      'INSERT INTO settings (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value',
    ),
    log: db.prepare('INSERT INTO calls (json) VALUES (?)'),
    calls: db.prepare('SELECT json FROM calls ORDER BY position'),
  };
  const setting = (name: string) => (sql.setting.get(name) as { value: string } | undefined)?.value;
  const parse = <T>(row: unknown) => JSON.parse((row as { json: string }).json) as T;
  const world = (account: string, pace: number): World => ({
    account,
    pace,
    now: () => Date.now() + Number(setting('clock_offset') ?? 0),
    get: <T>(kind: string, id: string) => {
      const row = sql.get.get(account, kind, id);
      return row === undefined ? undefined : parse<T>(row);
    },
    put: (kind, id, document) => void sql.put.run(account, kind, id, JSON.stringify(document)),
    remove: (kind, id) => void sql.remove.run(account, kind, id),
    list: <T>(kind: string) => sql.list.all(account, kind).map((row) => parse<T>(row)),
    newId: (prefix) => `${prefix}${randomBytes(9).toString('hex').slice(0, 17)}`,
    inAccount: (other) => world(other, pace),
    get shared() {
      return world(SHARED, pace);
    },
  });
  const pace = () => Number(setting('pace') ?? options.pace ?? 1);
  const { seed } = options;
  const fill = () => {
    sql.set.run('id', randomBytes(6).toString('hex'));
    if (seed?.name !== undefined) sql.set.run('seed', seed.name);
    seed?.fill(world(SANDBOX_ACCOUNT, 0));
  };
  db.transaction(() => {
    if (setting('id') === undefined) fill();
    else if (seed?.name !== undefined && setting('seed') !== seed.name)
      throw new CountersignError(
        'CONFIG_INVALID',
        `The simulated cloud in ${path} was not filled from ${seed.name}.`,
        'Remove that file to start over, name another folder with --home, or leave --seed out.',
      );
  }).immediate();
  return {
    id: setting('id')!,
    transact: (run, account = SANDBOX_ACCOUNT) => db.transaction(() => run(world(account, pace()))).immediate(),
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
    setPace: (wanted) => void sql.set.run('pace', String(wanted)),
    close: () => db.close(),
  };
}
