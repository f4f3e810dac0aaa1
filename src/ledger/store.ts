/**
 * The ledger's store: append-only events in SQLite, one RFC 6962 leaf each.
 *
 * INVARIANT: a row is written as it was hashed and never updated. It goes under the number after the row that it was
 * hashed onto; that number is the primary key, so of two processes one wins and the other reads the head again, in a
 * `BEGIN IMMEDIATE` transaction. With `synchronous=FULL` what was appended is durable when `append` returns.
 */
import type Database from 'better-sqlite3';
import { canonicalJson, digestOf, type Json, sha256Hex } from '../core/digest.ts';
import { CountersignError } from '../core/errors.ts';
import type { EventQuery, LedgerEvent } from '../core/events.ts';
import type { Ledger, LedgerTransaction } from '../core/ports.ts';
import { guarded, LEDGER_VERSION, NOT_A_TOOL_CALL, openDatabase, readable } from './database.ts';
import { appendPeak, consistencyProof, type Hash, inclusionProof, leafHash, rootOf } from './merkle.ts';

/** The store keeps whatever kind it is given: the vocabulary is the core's. */
export interface WrittenEvent {
  kind: string;
  changeId?: string;
  planId?: string;
  body: unknown;
}

export interface OpenLedger extends Ledger<WrittenEvent> {
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
  const db = openDatabase(home);
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

  function appendRow(event: WrittenEvent): LedgerEvent {
    const last = (lastSeq.get() as number | null) ?? 0;
    const peaks = tail?.seq === last ? tail.peaks : splitHashes(selectPeaks.get(last) as Buffer | undefined);
    return insertAfter({ seq: last, peaks }, event);
  }

  function insertAfter({ seq: last, peaks: before }: NonNullable<typeof tail>, event: WrittenEvent): LedgerEvent {
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

  const tx: LedgerTransaction<WrittenEvent> = {
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
  const inTransaction = db.transaction((run: (tx: LedgerTransaction<WrittenEvent>) => unknown) => run(tx)).immediate;
  function transact<T>(run: (tx: LedgerTransaction<WrittenEvent>) => T): T {
    try {
      return inTransaction(run) as T;
    } catch (error) {
      tail = undefined;
      throw readable(error);
    }
  }
  /**
   * One row is one statement: it goes under the number after our own newest, which the primary key gives away once.
   * Whoever lost that race reads the head again, in a transaction.
   */
  function appendOne(event: WrittenEvent): LedgerEvent {
    try {
      if (tail) return insertAfter(tail, event);
    } catch (error) {
      if ((error as { code?: string }).code !== 'SQLITE_CONSTRAINT_PRIMARYKEY') throw readable(error);
    }
    return transact((inner) => inner.append(event));
  }
  const size = (): number => (lastRow.get() as { seq: number } | undefined)?.seq ?? 0;
  const leavesUpTo = (count: number): Hash[] => selectLeaves.all(count) as Hash[];
  return {
    origin,
    transact,
    append: appendOne,
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
function eventBytes({ kind, changeId, planId, body }: WrittenEvent, seq: number, at: string): Buffer {
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

function splitHashes(bytes: Buffer | undefined): Hash[] {
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
      conditions.push({ text: `kind IN (${query.kinds.map(() => '?').join(',')})`, values: [...query.kinds] });
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
