/**
 * Durable appends, against bare inserts of the same events into SQLite with the same durability: a table of their
 * columns, without tree, index or transaction. One caller against one insert after the other, eight callers at once
 * against transactions of eight. The faster the disk's sync, the more our own work weighs.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { openLedger } from '../src/ledger/sqlite/store.ts';
import { inTurns, type Row, ratioRow } from './measure.ts';

const APPENDS = 104;
const CALLERS = 8;
const ROUNDS = 60;
const body = { call: 4711, tool: 'plan_stack_update', decision: 'needs_approval', subject: 'plan_0011223344556677' };
const event = { kind: 'tool.answered', body };

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
  try {
    await ledger.append(event);
    const { bytes } = await ledger.leaf(1);
    const insertMany = (count: number): void => {
      for (let turn = 0; turn < count; turn += 1)
        insert.run(new Date().toISOString(), 'tool.answered', null, null, bytes);
    };
    const appendMany = async (count: number): Promise<void> => {
      for (let turn = 0; turn < count; turn += 1) await ledger.append(event);
    };
    const together = bare.transaction(() => insertMany(CALLERS));
    const [one, eight] = [
      await inTurns(
        ROUNDS,
        ...perSecond(
          () => appendMany(APPENDS),
          () => insertMany(APPENDS),
        ),
      ),
      await inTurns(
        ROUNDS,
        ...perSecond(
          () => Promise.all(Array.from({ length: CALLERS }, () => appendMany(APPENDS / CALLERS))),
          () => {
            for (let turn = 0; turn < APPENDS / CALLERS; turn += 1) together();
          },
        ),
      ),
    ];
    return [
      ratioRow('durable ledger appends', one, '/s', 0.85, 'at least'),
      ratioRow('durable ledger appends of eight callers', eight, '/s', 0.6, 'at least'),
    ];
  } finally {
    ledger.close();
    bare.close();
    rmSync(home, { recursive: true, force: true });
  }
}

function perSecond(...runs: [() => unknown, () => unknown]): [() => Promise<number>, () => Promise<number>] {
  const [ours, theirs] = runs.map((run) => async () => {
    const since = performance.now();
    await run();
    return (APPENDS * 1000) / (performance.now() - since);
  });
  return [ours!, theirs!];
}
