/**
 * The ledger's store: append-only events in SQLite, one RFC 6962 leaf each.
 *
 * INVARIANT: a row is written as it was hashed and never updated; reading the head and appending is one
 * `BEGIN IMMEDIATE` transaction with `synchronous=FULL`, so several processes append without losing a row, and what
 * was appended is durable when `append` returns.
 */
import { randomUUID } from 'node:crypto';
import { closeSync, mkdirSync, openSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { canonicalJson, digestOf, type Json, sha256Hex } from '../core/digest.ts';
import { CountersignError } from '../core/errors.ts';
import type { EventQuery, Ledger, LedgerEvent, LedgerTransaction, NewEvent } from '../core/ports.ts';
import { appendPeak, consistencyProof, type Hash, inclusionProof, leafHash, rootOf } from './merkle.ts';

export const LEDGER_FILE = 'ledger.db';
export const LEDGER_VERSION = 1;

/** Three of four events record tool calls, and nobody looks them up by kind: with no index they cost one page each. */
const NOT_A_TOOL_CALL = "kind NOT GLOB 'tool.*'";

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS events (
    seq INTEGER PRIMARY KEY, at TEXT NOT NULL, kind TEXT NOT NULL, change_id TEXT, plan_id TEXT,
    bytes BLOB NOT NULL, leaf BLOB NOT NULL, root BLOB NOT NULL, peaks BLOB NOT NULL
  ) STRICT;
  CREATE INDEX IF NOT EXISTS events_change ON events (change_id) WHERE change_id IS NOT NULL;
  CREATE INDEX IF NOT EXISTS events_plan ON events (plan_id) WHERE plan_id IS NOT NULL;
  CREATE INDEX IF NOT EXISTS events_kind ON events (kind) WHERE ${NOT_A_TOOL_CALL};
  CREATE TABLE IF NOT EXISTS documents (digest TEXT PRIMARY KEY, bytes BLOB NOT NULL) STRICT;
  CREATE TABLE IF NOT EXISTS claims (name TEXT PRIMARY KEY, at TEXT NOT NULL) STRICT;
  CREATE TABLE IF NOT EXISTS ledger (id INTEGER PRIMARY KEY CHECK (id = 1), origin TEXT NOT NULL) STRICT;
`;

export interface OpenLedger extends Ledger {
  /** The stable name of this ledger, random, made with it: the first line of its checkpoints. */
  readonly origin: string;
  /** `rootHash`: lower-case hex of the RFC 6962 root over all events. */
  head(): { size: number; rootHash: string };
  /** @throws INPUT_NOT_FOUND when there is no such event. */
  leaf(seq: number): { bytes: Buffer; hash: Hash };
  /** That event `seq` (from 1) is in the tree of the first `size` events; default: all. Reads every leaf hash. */
  inclusionProof(seq: number, size?: number): Hash[];
  /** That the first `from` events are a prefix of the first `to`; default: all. Reads every leaf hash. */
  consistencyProof(from: number, to?: number): Hash[];
  close(): void;
}

interface Row {
  bytes: Buffer;
}

/** Opens `<home>/ledger.db`, making it when it is not there. */
export function openLedger(home: string, now: () => Date = () => new Date()): OpenLedger {
  const db = open(home);
  const lastRow = db.prepare('SELECT seq, root FROM events ORDER BY seq DESC LIMIT 1');
  const lastSeq = db.prepare('SELECT max(seq) FROM events').pluck();
  const selectPeaks = db.prepare('SELECT peaks FROM events WHERE seq = ?').pluck();
  const insert = db.prepare(
    'INSERT INTO events (seq, at, kind, change_id, plan_id, bytes, leaf, root, peaks) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)',
  );
  const insertDocument = db.prepare('INSERT OR IGNORE INTO documents (digest, bytes) VALUES (?, ?)');
  const selectDocument = db.prepare('SELECT bytes FROM documents WHERE digest = ?');
  const selectLeaf = db.prepare('SELECT bytes, leaf FROM events WHERE seq = ?');
  const selectLeaves = db.prepare('SELECT leaf FROM events WHERE seq <= ? ORDER BY seq').pluck();
  const { origin } = db.prepare('SELECT origin FROM ledger').get() as { origin: string };
  const selectEvents = eventSelector(db);
  const insertClaim = db.prepare('INSERT OR IGNORE INTO claims (name, at) VALUES (?, ?)');

  /** The tree after our own newest event, so that an append need not read it; forgotten when a transaction fails. */
  let tail: { seq: number; peaks: Hash[] } | undefined;

  function appendRow(event: NewEvent): LedgerEvent {
    const last = (lastSeq.get() as number | null) ?? 0;
    const before = tail?.seq === last ? tail.peaks : splitHashes(selectPeaks.get(last) as Buffer | undefined);
    const seq = last + 1;
    const at = now().toISOString();
    const bytes = eventBytes(event, seq, at);
    const leaf = leafHash(bytes);
    const peaks = appendPeak(before, last, leaf);
    insert.run(
      seq,
      at,
      event.kind,
      event.changeId ?? null,
      event.planId ?? null,
      bytes,
      leaf,
      rootOf(peaks),
      Buffer.concat(peaks),
    );
    tail = { seq, peaks };
    return { ...event, seq, at };
  }

  const tx: LedgerTransaction = {
    append: appendRow,
    events: (query = {}) => selectEvents(query),
    putDocument(document) {
      const digest = digestOf(document);
      insertDocument.run(digest, Buffer.from(canonicalJson(document)));
      return digest;
    },
    document(digest) {
      const row = selectDocument.get(digest) as Row | undefined;
      if (!row) return undefined;
      if (`sha256:${sha256Hex(row.bytes)}` !== digest) {
        throw new CountersignError(
          'LEDGER_TAMPERED',
          `The stored document ${digest} no longer has that digest.`,
          'Stop and run `countersign audit verify`; somebody edited the state folder.',
        );
      }
      return JSON.parse(row.bytes.toString('utf8')) as Json;
    },
    claim: (name) => insertClaim.run(name, now().toISOString()).changes === 1,
  };

  // Made once: better-sqlite3 builds four functions for every transaction that it is asked to make.
  const inTransaction = db.transaction((run: (tx: LedgerTransaction) => unknown) => run(tx)).immediate;
  function transact<T>(run: (tx: LedgerTransaction) => T): T {
    try {
      return inTransaction(run) as T;
    } catch (error) {
      tail = undefined;
      throw readable(error);
    }
  }
  const size = (): number => (lastRow.get() as { seq: number } | undefined)?.seq ?? 0;
  const leavesUpTo = (count: number): Hash[] => selectLeaves.all(count) as Hash[];
  return {
    origin,
    transact,
    append: (event) => transact((inner) => inner.append(event)),
    putDocument: (document) => transact((inner) => inner.putDocument(document)),
    events: (query) => guarded(() => tx.events(query)),
    document: (digest) => guarded(() => tx.document(digest)),
    head: () =>
      guarded(() => {
        const last = lastRow.get() as { seq: number; root: Buffer } | undefined;
        return { size: last?.seq ?? 0, rootHash: (last?.root ?? rootOf([])).toString('hex') };
      }),
    leaf: (seq) =>
      guarded(() => {
        requireWithin(seq, 1, size(), 'event');
        const row = selectLeaf.get(seq) as { bytes: Buffer; leaf: Buffer };
        return { bytes: row.bytes, hash: row.leaf };
      }),
    inclusionProof: (seq, treeSize) =>
      guarded(() => {
        const count = requireWithin(treeSize ?? size(), 1, size(), 'tree size');
        return inclusionProof(leavesUpTo(count), requireWithin(seq, 1, count, 'event') - 1);
      }),
    consistencyProof: (from, to) =>
      guarded(() => {
        const count = requireWithin(to ?? size(), 0, size(), 'tree size');
        return consistencyProof(leavesUpTo(count), requireWithin(from, 0, count, 'tree size'));
      }),
    close: () => db.close(),
  };
}

/** The event in RFC 8785's form: the envelope's members are written in its order, the body by its rules. */
function eventBytes({ kind, changeId, planId, body }: NewEvent, seq: number, at: string): Buffer {
  const [change, plan] = [changeId, planId].map((id) => canonicalJson(id ?? null));
  const envelope = `"change_id":${change},"kind":${canonicalJson(kind)},"plan_id":${plan},"seq":${seq},"v":${LEDGER_VERSION}`;
  return Buffer.from(`{"at":"${at}","body":${canonicalJson(body)},${envelope}}`);
}

function requireWithin(value: number, least: number, most: number, what: string): number {
  if (Number.isInteger(value) && value >= least && value <= most) return value;
  throw new CountersignError(
    'INPUT_NOT_FOUND',
    `The ledger has no ${what} ${value}.`,
    `Name one from ${least} to ${most}.`,
  );
}

/** SECURITY: the file exists with mode 0600 before SQLite opens it, so that its -wal and -shm files get that mode too. */
function open(home: string): Database.Database {
  const path = join(home, LEDGER_FILE);
  let db: Database.Database | undefined;
  try {
    mkdirSync(home, { recursive: true, mode: 0o700 });
    closeSync(openSync(path, 'a', 0o600));
    db = new Database(path, { timeout: 10_000 });
    useWriteAheadLog(db);
    db.pragma('synchronous = FULL');
    prepareSchema(db, home);
    return db;
  } catch (error) {
    db?.close();
    throw readable(error);
  }
}

function prepareSchema(db: Database.Database, home: string): void {
  const version = db.pragma('user_version', { simple: true }) as number;
  if (version > LEDGER_VERSION) {
    throw new CountersignError(
      'LEDGER_NEWER_VERSION',
      `The ledger in ${home} has format ${version}; this countersign knows ${LEDGER_VERSION}.`,
      'Use the newer countersign, or another --home.',
    );
  }
  if (version === LEDGER_VERSION) return;
  db.transaction(() => {
    db.exec(SCHEMA);
    db.prepare('INSERT OR IGNORE INTO ledger (id, origin) VALUES (1, ?)').run(`countersign-ledger/${randomUUID()}`);
    db.pragma(`user_version = ${LEDGER_VERSION}`);
  }).immediate();
}

/** On a brand-new file several starting processes can see SQLITE_BUSY here despite the timeout. */
export function useWriteAheadLog(db: Database.Database): void {
  for (let attempt = 0; ; attempt += 1) {
    try {
      db.pragma('journal_mode = WAL');
      return;
    } catch (error) {
      if (attempt >= 50 || (error as { code?: string }).code !== 'SQLITE_BUSY') throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20);
    }
  }
}

function guarded<T>(run: () => T): T {
  try {
    return run();
  } catch (error) {
    throw readable(error);
  }
}

/** SQLite's and the file system's errors in our words; `LEDGER_BUSY` may be tried again, the rest needs a person. */
function readable(error: unknown): unknown {
  const code = (error as { code?: unknown }).code;
  const fromFiles = error instanceof Error && 'syscall' in error;
  if (!(error instanceof Database.SqliteError) && !fromFiles) return error;
  if (String(code).startsWith('SQLITE_BUSY')) {
    return new CountersignError('LEDGER_BUSY', 'The ledger is held by another process.', 'Try again.', {
      cause: error,
    });
  }
  return new CountersignError(
    'LEDGER_CANNOT_APPEND',
    `The ledger could not be used (${String(code)}).`,
    'Check that the state folder is readable and writable, and its disk not full; nothing was appended.',
    { cause: error },
  );
}

export function splitHashes(bytes: Buffer | undefined): Hash[] {
  const hashes: Hash[] = [];
  for (let at = 0; at < (bytes?.length ?? 0); at += 32) hashes.push(bytes!.subarray(at, at + 32));
  return hashes;
}

/** Statements are prepared once per shape of query: the values are always bound, never part of the text. */
function eventSelector(db: Database.Database): (query: EventQuery) => LedgerEvent[] {
  const statements = new Map<string, Database.Statement>();
  return (query) => {
    const conditions: { text: string; values: (string | number)[] }[] = [];
    if (query.changeId !== undefined) conditions.push({ text: 'change_id = ?', values: [query.changeId] });
    if (query.planId !== undefined) conditions.push({ text: 'plan_id = ?', values: [query.planId] });
    if (query.sinceSeq !== undefined) conditions.push({ text: 'seq > ?', values: [query.sinceSeq] });
    if (query.untilSeq !== undefined) conditions.push({ text: 'seq <= ?', values: [query.untilSeq] });
    if (query.sinceAt !== undefined) conditions.push({ text: 'at >= ?', values: [query.sinceAt] });
    if (query.kinds !== undefined) {
      conditions.push({ text: `kind IN (${query.kinds.map(() => '?').join(',')})`, values: query.kinds });
      // Said to SQLite in the index's own words: a partial index is used only where they stand in the query.
      if (!query.kinds.some((kind) => kind.startsWith('tool.'))) conditions.push({ text: NOT_A_TOOL_CALL, values: [] });
    }
    const where = conditions.length > 0 ? `WHERE ${conditions.map(({ text }) => text).join(' AND ')}` : '';
    const sql = `SELECT bytes FROM events ${where} ORDER BY seq ${query.newestFirst ? 'DESC' : 'ASC'} LIMIT ?`;
    const statement = statements.get(sql) ?? db.prepare(sql);
    statements.set(sql, statement);
    const rows = statement.all(...conditions.flatMap(({ values }) => values), query.limit ?? -1) as Row[];
    return rows.map(({ bytes }) => parseEvent(bytes));
  };
}

export function parseEvent(bytes: Buffer): LedgerEvent {
  const leaf = JSON.parse(bytes.toString('utf8'));
  return {
    seq: leaf.seq,
    at: leaf.at,
    kind: leaf.kind,
    body: leaf.body,
    ...(leaf.change_id === null ? {} : { changeId: leaf.change_id }),
    ...(leaf.plan_id === null ? {} : { planId: leaf.plan_id }),
  };
}
