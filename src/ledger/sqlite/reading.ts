/** What is read of a ledger's file over one connection. */
import type Database from 'better-sqlite3';
import type { Json } from '../../core/digest.ts';
import type { EventQuery, LedgerEvent } from '../../core/events.ts';
import { documentIn } from '../documents.ts';
import { eventIn } from '../events.ts';
import type { Head } from '../ledger.ts';
import { type Hash, rootOf, splitHashes } from '../merkle.ts';
import { type Asked, consistencyAsked, inclusionAsked, requireWithin } from '../proving.ts';
import { selectionOf } from '../selecting.ts';

interface Row {
  bytes: Buffer;
}

export interface Reading {
  events(query?: EventQuery): LedgerEvent[];
  document(digest: string): Json | undefined;
  head(): Head;
  leaf(seq: number): { bytes: Buffer; hash: Hash };
  inclusionProof(seq: number, size?: number): Hash[];
  consistencyProof(from: number, to?: number): Hash[];
}

export function readingOf(db: Database.Database): Reading {
  const lastRow = db.prepare('SELECT seq, peaks FROM events ORDER BY seq DESC LIMIT 1');
  const selectLeaf = db.prepare('SELECT bytes, leaf FROM events WHERE seq = ?');
  const selectNode = db.prepare('SELECT leaf, peaks FROM events WHERE seq = ?');
  const size = (): number => (lastRow.get() as { seq: number } | undefined)?.seq ?? 0;
  const proven = ({ needs, prove }: Asked): Hash[] =>
    prove(
      new Map(
        needs.map((seq) => {
          const { leaf, peaks } = selectNode.get(seq) as { leaf: Buffer; peaks: Buffer };
          return [seq, { leaf, peaks: splitHashes(peaks) }];
        }),
      ),
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
    inclusionProof: (seq, treeSize) => proven(inclusionAsked(size(), seq, treeSize)),
    consistencyProof: (from, to) => proven(consistencyAsked(size(), from, to)),
  };
}

function documentSelector(db: Database.Database): Reading['document'] {
  const select = db.prepare('SELECT bytes FROM documents WHERE digest = ?');
  return (digest) => documentIn(digest, (select.get(digest) as Row | undefined)?.bytes);
}

/** Statements are prepared once per shape of query. */
function eventSelector(db: Database.Database): Reading['events'] {
  const statements = new Map<string, Database.Statement>();
  return (query = {}) => {
    const { sql, values } = selectionOf(query);
    const statement = statements.get(sql) ?? db.prepare(sql);
    statements.set(sql, statement);
    return (statement.all(...values) as { text: string }[]).map(({ text }) => eventIn(text));
  };
}
