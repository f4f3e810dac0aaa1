/**
 * Durable appends of 32 callers to a ledger in PostgreSQL, against the same appends with a transaction for each event:
 * 32 connections, each of which locks the head, inserts and commits. Same server, same tables, same run; every commit
 * waits for the disk in both.
 */

import { connectWriter } from '../src/ledger/pg/connect.ts';
import { migrate } from '../src/ledger/pg/migrate.ts';
import { openPgLedger } from '../src/ledger/pg/store.ts';
import { begin } from '../src/ledger/pg/writing.ts';
import { hasPostgres, startPostgres } from '../test/postgres.ts';
import { inTurns, type Row, ratioRow } from './measure.ts';

const CALLERS = 32;
const TOGETHER = 40;
const APART = 2;
const ROUNDS = 5;
const body = { call: 4711, tool: 'plan_stack_update', decision: 'needs_approval', subject: 'plan_0011223344556677' };
const event = { kind: 'tool.answered', body };
const now = () => new Date();

/** None where there is no PostgreSQL. */
export async function benchDatabase(): Promise<Row[]> {
  if (!hasPostgres()) return [];
  const server = await startPostgres({ fsync: 'on' });
  const url = await server.database();
  await migrate(url);
  const ledger = openPgLedger(url, now);
  const clients = await Promise.all(Array.from({ length: CALLERS }, () => connectWriter(url)));
  const all = (run: (caller: number) => Promise<void>) =>
    Promise.all(Array.from({ length: CALLERS }, (_, caller) => run(caller)));
  const together = () =>
    all(async () => {
      for (let turn = 0; turn < TOGETHER; turn += 1) await ledger.append(event);
    });
  const apart = () =>
    all(async (caller) => {
      for (let turn = 0; turn < APART; turn += 1) {
        const writing = await begin(clients[caller]!, now);
        await writing.append(event);
        await writing.flush();
        await clients[caller]!.query('COMMIT');
      }
    });
  try {
    await together();
    const pair = await inTurns(ROUNDS, perSecond(TOGETHER, together), perSecond(APART, apart));
    return [ratioRow('durable appends of 32 callers in PostgreSQL', pair, '/s', 10, 'at least')];
  } finally {
    ledger.close();
    await Promise.all(clients.map((client) => client.end()));
    await server.end();
  }
}

const perSecond = (turns: number, run: () => Promise<unknown>) => async (): Promise<number> => {
  const since = performance.now();
  await run();
  return (CALLERS * turns * 1000) / (performance.now() - since);
};
