/** What is kept beside the events: an edit of it is found, a process of an earlier version cannot bypass it. */
import { chmodSync, copyFileSync, cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { auditText, auditVerify } from '../../src/cli/audit-verify.ts';
import type { EventQuery } from '../../src/core/events.ts';
import { tagged } from '../../src/core/kept.ts';
import { verifyLedger } from '../../src/ledger/open.ts';
import { openLedger, readLedger } from '../../src/ledger/sqlite/store.ts';
import { openTestWorld, proposeFix, STACK, type TestWorld } from '../world.ts';

let world: TestWorld;
let root: string;
beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'countersign-kept-'));
  world = await openTestWorld();
  await world.execute(await proposeFix(world, 1024, 'cost-explorer-dev'));
  await proposeFix(world);
});
afterAll(() => {
  world.close();
  rmSync(root, { recursive: true, force: true });
});

/** A copy of a home, edited as somebody who may write the file could. */
function edited(edit: (db: Database.Database) => void, home = world.home): string {
  const copy = mkdtempSync(join(root, 'copy-'));
  cpSync(home, copy, { recursive: true });
  const db = new Database(join(copy, 'ledger.db'));
  edit(db);
  db.close();
  return copy;
}
const released = (): string => {
  const home = mkdtempSync(join(root, 'released-'));
  copyFileSync(new URL('released/0.1.0.db', import.meta.url).pathname, join(home, 'ledger.db'));
  chmodSync(join(home, 'ledger.db'), 0o600);
  return home;
};
const tablesOf = (home: string) => {
  const db = new Database(join(home, 'ledger.db'), { readonly: true });
  const [tags, standings] = ['tags', 'standings'].map((table) => db.prepare(`SELECT * FROM ${table}`).all());
  db.close();
  return { tags, standings };
};

describe('what is kept beside the events', () => {
  it.each([
    ['a tag that is gone', 'DELETE FROM tags WHERE rowid_of = 1', 'tags'],
    ['a tag of nothing', "INSERT INTO tags VALUES ('named x', '2026', 1)", 'tags'],
    ['a change that stands otherwise', "UPDATE standings SET state = 'closed' WHERE state = 'waiting'", 'chg_'],
    ['a change that waits longer', "UPDATE standings SET until = '9998' WHERE state = 'waiting'", 'chg_'],
    ['a change that is gone', "DELETE FROM standings WHERE state = 'succeeded'", 'chg_'],
    ['a change that never was', "INSERT INTO standings VALUES ('chg_x', 'executing', '9999', 1)", 'chg_x'],
  ])('is found by audit verify when it has %s, and is right again after a rebuild', async (_name, sql, named) => {
    const home = edited((db) => {
      if (sql.includes('rowid_of')) db.exec('DELETE FROM tags WHERE seq = (SELECT min(seq) FROM tags)');
      else db.exec(sql);
    });
    const report = await auditVerify(home);
    expect(report).toMatchObject({ ok: false, problem: 'kept' });
    if (named !== 'tags') expect(auditText(report)).toContain(named);
    const ledger = openLedger(home);
    await ledger.keepAgain();
    ledger.close();
    expect(tablesOf(home)).toEqual(tablesOf(world.home));
    expect(await verifyLedger(home)).toMatchObject({ ok: true });
  });

  it('is under what each event is about, and reads each that we write', () => {
    const { tags } = tablesOf(world.home) as { tags: { tag: string; seq: number }[] };
    const place = '["123456789012","eu-west-1"]';
    const found = new Set(tags.map(({ tag }) => tag.replace(/^(with \S+).*/, '$1')));
    expect([...found].sort()).toEqual([
      'began for alice',
      `named ${place} cost-explorer-dev`,
      `named ${place} ${STACK}`,
      'proposed for alice',
      `with ${place}`,
    ]);
  });

  it('is made for a ledger of the first format when it is opened to write, and read without it before', async () => {
    const home = released();
    const copy = readLedger(home);
    const before = await copy.events();
    expect(await copy.events({ kinds: ['change.finished', 'plan.made'], newestFirst: true, limit: 1 })).toHaveLength(1);
    copy.close();
    const ledger = openLedger(home);
    expect(await ledger.events()).toEqual(before);
    const done: EventQuery = { standing: { states: ['succeeded'] } };
    const [proposed] = await ledger.events(done);
    expect(proposed).toMatchObject({ kind: 'change.proposed' });
    const { target } = proposed!.body as { target: Parameters<typeof tagged.target>[0] };
    expect((await ledger.events({ tags: tagged.target(target), ...done })).map(({ seq }) => seq)).toEqual([
      proposed!.seq,
    ]);
    const head = await ledger.head();
    ledger.close();
    expect(await verifyLedger(home)).toMatchObject({ ok: true, ...head });
  });

  it('is made again when another version kept something else', async () => {
    const home = edited((db) => db.exec('UPDATE kept SET version = version + 1; DELETE FROM tags'));
    openLedger(home).close();
    expect(tablesOf(home)).toEqual(tablesOf(world.home));
  });

  it('is not bypassed: a process of an earlier version, which appends rows with a root alone, is refused', () => {
    const home = released();
    const earlier = new Database(join(home, 'ledger.db'));
    const append = earlier.prepare(
      "INSERT INTO events SELECT seq + 1, at, kind, change_id, plan_id, bytes, leaf, x'00', peaks FROM events ORDER BY seq DESC LIMIT 1",
    );
    openLedger(home).close();
    expect(() => append.run()).toThrow('newer format');
    earlier.close();
  });

  it('is the same from a read-only copy of a running ledger', async () => {
    const copy = readLedger(world.home);
    const target = { kind: 'stack' as const, account: '123456789012', region: 'eu-west-1', name: STACK, ids: [] };
    const query: EventQuery = { tags: tagged.target(target), kinds: ['change.proposed'] };
    expect(await copy.events(query)).toHaveLength(1);
    copy.close();
  });
});
