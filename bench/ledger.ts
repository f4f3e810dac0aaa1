/**
 * Durable appends, against bare inserts of the same events into SQLite with the same durability: a table of their
 * columns, without tree, index or transaction. The faster the disk's sync, the more our own work weighs.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { openLedger } from '../src/ledger/store.ts';
import { inTurns, type Row, ratioRow } from './measure.ts';

const APPENDS = 100;
const ROUNDS = 60;

export async function benchLedger(): Promise<Row[]> {
  const home = mkdtempSync(join(tmpdir(), 'countersign-bench-'));
  const ledger = openLedger(home);
  const bare = new Database(join(home, 'bare.db'));
  bare.pragma('journal_mode = WAL');
  bare.pragma('synchronous = FULL');
  bare.exec(
    'CREATE TABLE events (seq INTEGER PRIMARY KEY, at TEXT, kind TEXT, change_id TEXT, plan_id TEXT, bytes BLOB) STRICT',
  );
  const insert = bare.prepare('INSERT INTO events (at, kind, change_id, plan_id, bytes) VALUES (?, ?, ?, ?, ?)');
  const body = { call: 4711, tool: 'plan_stack_update', decision: 'needs_approval', subject: 'plan_0011223344556677' };
  try {
    await ledger.append({ kind: 'tool.answered', body });
    const { bytes } = ledger.leaf(1);
    const perSecond = (since: number) => (APPENDS * 1000) / (performance.now() - since);
    const rates = await inTurns(
      ROUNDS,
      async () => {
        const since = performance.now();
        for (let turn = 0; turn < APPENDS; turn += 1) await ledger.append({ kind: 'tool.answered', body });
        return perSecond(since);
      },
      () => {
        const since = performance.now();
        for (let turn = 0; turn < APPENDS; turn += 1)
          insert.run(new Date().toISOString(), 'tool.answered', null, null, bytes);
        return perSecond(since);
      },
    );
    return [ratioRow('durable ledger appends', rates, '/s', 0.8, 'at least')];
  } finally {
    ledger.close();
    bare.close();
    rmSync(home, { recursive: true, force: true });
  }
}
