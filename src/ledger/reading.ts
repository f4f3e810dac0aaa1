/** What is read of a ledger's file over one connection. */
import type Database from 'better-sqlite3';
import { type Json, sha256Hex } from '../core/digest.ts';
import { CountersignError } from '../core/errors.ts';
import type { EventQuery, LedgerEvent } from '../core/events.ts';
import { NOT_A_TOOL_CALL } from './database.ts';
import { consistencyProof, type Hash, inclusionProof, rootOf } from './merkle.ts';

interface Row {
  bytes: Buffer;
}

export interface Reading {
  events(query?: EventQuery): LedgerEvent[];
  document(digest: string): Json | undefined;
  head(): { size: number; rootHash: string };
  leaf(seq: number): { bytes: Buffer; hash: Hash };
  inclusionProof(seq: number, size?: number): Hash[];
  consistencyProof(from: number, to?: number): Hash[];
}

export function readingOf(db: Database.Database): Reading {
  const lastRow = db.prepare('SELECT seq, root FROM events ORDER BY seq DESC LIMIT 1');
  const selectLeaf = db.prepare('SELECT bytes, leaf FROM events WHERE seq = ?');
  const selectLeaves = db.prepare('SELECT leaf FROM events WHERE seq <= ? ORDER BY seq').pluck();
  const size = (): number => (lastRow.get() as { seq: number } | undefined)?.seq ?? 0;
  const leavesUpTo = (count: number): Hash[] => selectLeaves.all(count) as Hash[];
  return {
    events: eventSelector(db),
    document: documentSelector(db),
    head() {
      const last = lastRow.get() as { seq: number; root: Buffer } | undefined;
      return { size: last?.seq ?? 0, rootHash: (last?.root ?? rootOf([])).toString('hex') };
    },
    leaf(seq) {
      requireWithin(seq, 1, size(), 'event');
      const row = selectLeaf.get(seq) as { bytes: Buffer; leaf: Buffer };
      return { bytes: row.bytes, hash: row.leaf };
    },
    inclusionProof(seq, treeSize) {
      const count = requireWithin(treeSize ?? size(), 1, size(), 'tree size');
      return inclusionProof(leavesUpTo(count), requireWithin(seq, 1, count, 'event') - 1);
    },
    consistencyProof(from, to) {
      const count = requireWithin(to ?? size(), 0, size(), 'tree size');
      return consistencyProof(leavesUpTo(count), requireWithin(from, 0, count, 'tree size'));
    },
  };
}

function requireWithin(value: number, least: number, most: number, what: string): number {
  if (Number.isInteger(value) && value >= least && value <= most) return value;
  throw new CountersignError(
    'INPUT_NOT_FOUND',
    `The ledger has no ${what} ${value}.`,
    `Name one from ${least} to ${most}.`,
  );
}

function documentSelector(db: Database.Database): Reading['document'] {
  const select = db.prepare('SELECT bytes FROM documents WHERE digest = ?');
  return (digest) => {
    const row = select.get(digest) as Row | undefined;
    if (!row) return undefined;
    if (`sha256:${sha256Hex(row.bytes)}` !== digest) {
      throw new CountersignError('LEDGER_TAMPERED', `The stored document ${digest} no longer matches its digest.`, {
        agent: 'The state folder was edited. Stop, and tell the user: a person must run countersign audit verify.',
        person: 'The state folder was edited. Stop, and run: countersign audit verify',
      });
    }
    return JSON.parse(row.bytes.toString('utf8')) as Json;
  };
}

/** Statements are prepared once per shape of query: the values are always bound, never part of the text. */
function eventSelector(db: Database.Database): Reading['events'] {
  const statements = new Map<string, Database.Statement>();
  return (query = {}) => {
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
    if (query.containing !== undefined)
      conditions.push({ text: 'instr(bytes, CAST(? AS BLOB)) > 0', values: [query.containing] });
    if (query.withoutKinds !== undefined)
      conditions.push({
        text: `NOT EXISTS (SELECT 1 FROM events AS other WHERE other.change_id = events.change_id AND other.kind IN (${query.withoutKinds.map(() => '?').join(',')}) AND other.seq <= ?)`,
        values: [...query.withoutKinds, query.untilSeq ?? Number.MAX_SAFE_INTEGER],
      });
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
