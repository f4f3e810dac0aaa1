/** What is read of a ledger in PostgreSQL, whoever is asked: a pool, or the connection of a transaction. */
import type { QueryResult } from 'pg';
import type { Json } from '../../core/digest.ts';
import type { EventQuery, LedgerEvent } from '../../core/events.ts';
import { documentIn } from '../documents.ts';
import { parseEvent } from '../events.ts';
import type { Head } from '../ledger.ts';
import { type Hash, rootOf, splitHashes } from '../merkle.ts';
import { type Asked, consistencyAsked, inclusionAsked, requireWithin } from '../proving.ts';
import { selectionOf } from '../selecting.ts';
import { asColumn } from './column.ts';
import type { Query } from './connect.ts';

export type Ask = <Row extends object>(query: Query) => Promise<QueryResult<Row>>;

/** The same in PostgreSQL's words; values are never part of the text, so that only ours is rewritten. */
export function inPostgres(query: EventQuery): Query {
  const { sql, values } = selectionOf(query);
  let position = 0;
  const text = sql
    .replaceAll(/\?/g, () => {
      position += 1;
      return `$${position}`;
    })
    .replaceAll(/ INDEXED BY \w+/g, '')
    .replaceAll('CROSS JOIN', 'JOIN')
    .replaceAll('CAST(e.bytes AS TEXT)', 'e.bytes')
    .replaceAll("NOT GLOB 'tool.*'", "NOT LIKE 'tool.%'")
    .replaceAll(/\b(FROM|JOIN) (events|tags|standings)\b/g, '$1 countersign.$2');
  return { text, values: values.map((value) => (typeof value === 'string' ? asColumn(value) : value)) };
}

const eventsIn = async (ask: Ask, query: EventQuery = {}): Promise<LedgerEvent[]> =>
  (await ask<{ text: Buffer }>(inPostgres(query))).rows.map(({ text }) => parseEvent(text));

async function documentOf(ask: Ask, digest: string): Promise<Json | undefined> {
  const { rows } = await ask<{ bytes: Buffer }>({
    name: 'document',
    text: 'SELECT bytes FROM countersign.documents WHERE digest = $1',
    values: [asColumn(digest)],
  });
  return documentIn(digest, rows[0]?.bytes);
}

export const viewOf = (ask: Ask) => ({
  events: (query?: EventQuery) => eventsIn(ask, query),
  document: (digest: string) => documentOf(ask, digest),
});

export interface StoredHead {
  size: number;
  peaks: Hash[];
}
export const headIn = ({ size, peaks }: { size: string; peaks: Buffer }): StoredHead => ({
  size: Number(size),
  peaks: splitHashes(peaks),
});

/** What the tree proves. Of two questions the later sees all of what the earlier saw: the tree only grows. */
export function treeOf(ask: Ask) {
  async function stored(): Promise<StoredHead> {
    const text = 'SELECT size, peaks FROM countersign.head WHERE id = 1';
    return headIn((await ask<{ size: string; peaks: Buffer }>({ name: 'head', text })).rows[0]!);
  }
  async function proven({ needs, prove }: Asked): Promise<Hash[]> {
    const { rows } = await ask<{ seq: string; leaf: Buffer; peaks: Buffer }>({
      name: 'nodes',
      text: 'SELECT seq, leaf, peaks FROM countersign.events WHERE seq = ANY($1)',
      values: [needs],
    });
    return prove(new Map(rows.map(({ seq, leaf, peaks }) => [Number(seq), { leaf, peaks: splitHashes(peaks) }])));
  }
  return {
    async head(): Promise<Head> {
      const { size, peaks } = await stored();
      return { size, rootHash: rootOf(peaks).toString('hex') };
    },
    async leaf(seq: number): Promise<{ bytes: Buffer; hash: Hash }> {
      requireWithin(seq, 1, (await stored()).size, 'event');
      const text = 'SELECT bytes, leaf FROM countersign.events WHERE seq = $1';
      const { bytes, leaf } = (await ask<{ bytes: Buffer; leaf: Buffer }>({ name: 'leaf', text, values: [seq] }))
        .rows[0]!;
      return { bytes, hash: leaf };
    },
    inclusionProof: async (seq: number, size?: number) => proven(inclusionAsked((await stored()).size, seq, size)),
    consistencyProof: async (from: number, to?: number) => proven(consistencyAsked((await stored()).size, from, to)),
  };
}
