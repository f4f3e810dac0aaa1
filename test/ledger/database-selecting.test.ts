/** What a query reads, told by PostgreSQL itself of a ledger of a hundred thousand events. */
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { EventQuery } from '../../src/core/events.ts';
import { PLANNING } from '../../src/ledger/pg/connect.ts';
import { migrate } from '../../src/ledger/pg/migrate.ts';
import { inPostgres } from '../../src/ledger/pg/reading.ts';
import { hasPostgres } from '../postgres.ts';
import { postgresHere } from '../postgres-here.ts';
import { QUERIES } from './queries.ts';

const KINDS = ['k', 'l', 'a', 'b', 'plan.made', 'change.proposed', 'change.finished'];
/** Three of four are of tool calls; a change and a plan have four events each. */
const FILLED = `
SET session_replication_role = replica;
INSERT INTO countersign.events (seq, at, kind, change_id, plan_id, bytes, leaf, peaks)
  SELECT n, '2026-01-' || lpad((1 + n / 4000)::text, 2, '0'),
    CASE WHEN n % 4 > 0 THEN 'tool.called' ELSE (ARRAY['${KINDS.join("','")}'])[1 + (n / 4) % ${KINDS.length}] END,
    CASE WHEN n % 8 = 0 THEN 'chg_' || (n / 32) END, CASE WHEN n % 8 = 4 THEN 'plan_' || (n / 32) END,
    convert_to(repeat('x', 600), 'UTF8'), '', ''
  FROM generate_series(1, 100000) AS n;
INSERT INTO countersign.tags (tag, at, seq) SELECT 'tag ' || (seq % 500), at, seq FROM countersign.events WHERE seq % 4 = 0;
INSERT INTO countersign.standings (subject, state, until, seq)
  SELECT 'chg_' || n, CASE WHEN n % 100 = 0 THEN 'waiting' ELSE 'succeeded' END, '9999', n * 32
  FROM generate_series(1, 3000) AS n;
ANALYZE;
`;

const server = postgresHere();
let client: Client;
beforeAll(async () => {
  if (!hasPostgres()) return;
  const url = await server().database();
  await migrate(url);
  client = new Client({ connectionString: url, options: PLANNING });
  await client.connect();
  await client.query(FILLED);
}, 120_000);
afterAll(async () => {
  await client?.end();
});

async function planOf(query: EventQuery): Promise<string> {
  const { text, values } = inPostgres(query);
  const { rows } = await client.query({ text: `EXPLAIN ${text}`, values: values ?? [] });
  return rows.map((row) => row['QUERY PLAN']).join('\n');
}

describe('the SQL of a query in PostgreSQL', () => {
  it.for(QUERIES)('reads for %s what an index finds, and no table from end to end', async ([, query]) => {
    expect(await planOf(query)).not.toMatch(/Seq Scan on (?:events|tags)/);
  });

  it('reads no row beyond the newest of a kind', async () => {
    const { text, values } = inPostgres({ kinds: ['k'], newestFirst: true, limit: 1 });
    const { rows } = await client.query({ text: `EXPLAIN ANALYZE ${text}`, values: values ?? [] });
    const plan = rows.map((row) => row['QUERY PLAN']).join('\n');
    expect(plan).toMatch(/Index Scan Backward using events_kind_seq/);
    expect(plan).not.toContain('Sort');
  });
});
