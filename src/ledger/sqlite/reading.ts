/** What is read of a ledger's file over one connection. */
import type Database from 'better-sqlite3';
import { type Json, sha256Hex } from '../../core/digest.ts';
import { CountersignError } from '../../core/errors.ts';
import type { EventQuery, LedgerEvent } from '../../core/events.ts';
import { parseEvent } from '../events.ts';
import { consistencyProof, type Hash, inclusionProof, overPeaks, rootOf, splitHashes } from '../merkle.ts';
import { selectionOf } from './selecting.ts';

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
  const lastRow = db.prepare('SELECT seq, peaks FROM events ORDER BY seq DESC LIMIT 1');
  const selectLeaf = db.prepare('SELECT bytes, leaf FROM events WHERE seq = ?');
  const selectHash = db.prepare('SELECT leaf FROM events WHERE seq = ?').pluck();
  const selectPeaks = db.prepare('SELECT peaks FROM events WHERE seq = ?').pluck();
  const size = (): number => (lastRow.get() as { seq: number } | undefined)?.seq ?? 0;
  const hashOf = overPeaks(
    (index) => selectHash.get(index + 1) as Hash,
    (count) => splitHashes(selectPeaks.get(count) as Buffer),
  );
  return {
    events: eventSelector(db),
    document: documentSelector(db),
    head() {
      const last = lastRow.get() as { seq: number; peaks: Buffer } | undefined;
      return { size: last?.seq ?? 0, rootHash: rootOf(splitHashes(last?.peaks)).toString('hex') };
    },
    leaf(seq) {
      requireWithin(seq, 1, size(), 'event');
      const row = selectLeaf.get(seq) as { bytes: Buffer; leaf: Buffer };
      return { bytes: row.bytes, hash: row.leaf };
    },
    inclusionProof(seq, treeSize) {
      const count = requireWithin(treeSize ?? size(), 1, size(), 'tree size');
      return inclusionProof(hashOf, count, requireWithin(seq, 1, count, 'event') - 1);
    },
    consistencyProof(from, to) {
      const count = requireWithin(to ?? size(), 0, size(), 'tree size');
      return consistencyProof(hashOf, count, requireWithin(from, 0, count, 'tree size'));
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

/** Statements are prepared once per shape of query. */
function eventSelector(db: Database.Database): Reading['events'] {
  const statements = new Map<string, Database.Statement>();
  return (query = {}) => {
    const { sql, values } = selectionOf(query);
    const statement = statements.get(sql) ?? db.prepare(sql);
    statements.set(sql, statement);
    return (statement.all(...values) as Row[]).map(({ bytes }) => parseEvent(bytes));
  };
}
