/** What a query reads, told by SQLite itself: no query that names something reads the table from end to end, or sorts it. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { EventQuery } from '../../src/core/events.ts';
import { selectionOf } from '../../src/ledger/selecting.ts';
import { openLedger } from '../../src/ledger/sqlite/store.ts';
import { QUERIES } from './queries.ts';

let home: string;
let db: Database.Database;
beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), 'countersign-selecting-'));
  openLedger(home).close();
  db = new Database(join(home, 'ledger.db'), { readonly: true });
});
afterAll(() => {
  db.close();
  rmSync(home, { recursive: true, force: true });
});
function stepsOf(query: EventQuery): string[] {
  const { sql, values } = selectionOf(query);
  return (db.prepare(`EXPLAIN QUERY PLAN ${sql}`).all(...values) as { detail: string }[]).map(({ detail }) => detail);
}

describe('the SQL of a query', () => {
  it.each(QUERIES)('looks for %s in an index', (_name, query, index) => {
    const steps = stepsOf(query);
    expect(steps.join('\n')).toMatch(index);
    // What is scanned is what the indices found.
    const found = steps.some((step) => /^(COMPOUND QUERY|CO-ROUTINE e|MATERIALIZE e)$/.test(step))
      ? ['e', 't', 'one']
      : ['t'];
    expect(steps.filter((step) => /^SCAN (?!\(subquery)/.test(step) && !found.includes(step.slice(5)))).toEqual([]);
  });

  it.each(['the newest of a kind', 'the newest before a row', 'a page of what stands'])(
    'sorts nothing for %s',
    (name) => {
      const [, query] = QUERIES.find(([one]) => one === name)!;
      expect(stepsOf(query).filter((step) => step.includes('TEMP B-TREE'))).toEqual([]);
    },
  );

  it('reads no event of a tag that is not after the position that is asked for', () => {
    const { sql, values } = selectionOf({ tags: ['a'], kinds: ['change.proposed'], sinceSeq: 7, limit: 1 });
    expect(sql).toMatch(
      /^[^(]*\([^()]*\) AS text FROM \(SELECT DISTINCT seq FROM tags WHERE tag IN \(\?\) AND seq > \? \)/,
    );
    expect(values.slice(0, 2)).toEqual(['a', 7]);
  });

  it('reads the table where nothing is named', () => {
    expect(stepsOf({ sinceSeq: 3 }).join()).toMatch(/SEARCH e USING INTEGER PRIMARY KEY/);
    expect(stepsOf({}).join()).toMatch(/SCAN e/);
  });
});
