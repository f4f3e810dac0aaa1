/** How many transactions SQLite is asked for, counted in what it is told. */
import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { groupCommit } from '../../src/ledger/sqlite/commit.ts';
import { openLedger } from '../../src/ledger/sqlite/store.ts';
import { writingTo } from '../../src/ledger/sqlite/writing.ts';
import { turnsOn } from '../../src/ledger/turns.ts';

let home: string;
let db: Database.Database;
let told: string[];
let append: (text: string) => Promise<unknown>;
let ask: (run: () => unknown) => Promise<unknown>;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'countersign-turns-'));
  openLedger(home).close();
  told = [];
  db = new Database(join(home, 'ledger.db'), { verbose: (sql) => told.push(String(sql)) });
  const writing = writingTo(db, () => new Date());
  const commit = groupCommit(db, writing, { ...writing, events: () => [], document: () => undefined });
  const turns = turnsOn(realpathSync(join(home, 'ledger.db')));
  append = (text) => {
    const event = { kind: 'test.turn', body: { text } };
    return turns.ask(commit, () => writing.append(event), event);
  };
  ask = (run) => turns.ask(commit, run);
});
afterEach(() => {
  db.close();
  rmSync(home, { recursive: true, force: true });
});
const count = (start: string) => told.filter((sql) => sql.startsWith(start)).length;
const texts = () =>
  (db.prepare('SELECT bytes FROM events ORDER BY seq').pluck().all() as Buffer[]).map(
    (bytes) => JSON.parse(String(bytes)).body.text,
  );

describe('what is appended at one moment', () => {
  it('is one transaction for eight callers who ask again as soon as they are told', async () => {
    const caller = async (name: string) => {
      for (let turn = 0; turn < 5; turn += 1) await append(`${name}${turn}`);
    };
    await Promise.all(['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'].map(caller));
    expect(count('COMMIT')).toBe(5);
    expect(count('BEGIN')).toBe(5);
    expect(texts()).toHaveLength(40);
    expect(texts().slice(0, 8).join()).toBe('a0,b0,c0,d0,e0,f0,g0,h0');
  });

  it('is one statement for one caller', async () => {
    await append('first');
    told = [];
    for (let turn = 0; turn < 3; turn += 1) await append(`${turn}`);
    expect(told).toHaveLength(3);
    expect(count('INSERT INTO events')).toBe(3);
  });

  it('is told of only when it is committed', async () => {
    const committedWhenTold: number[] = [];
    await Promise.all(['a', 'b'].map((name) => append(name).then(() => committedWhenTold.push(count('COMMIT')))));
    expect(committedWhenTold).toEqual([1, 1]);
  });

  it('is refused as a whole when the commit fails, and the next goes on from what is there', async () => {
    await append('kept');
    const broken = ['a', 'b'].map((name) => append(name));
    broken.push(ask(() => db.exec('ROLLBACK')));
    broken.push(append('c'));
    for (const one of broken) await expect(one).rejects.toThrow();
    await append('after');
    expect(texts()).toEqual(['kept', 'after']);
  });
});
