import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openWorld } from '../../src/sandbox/world.ts';

const OTHER = '210987654321';
let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'countersign-world-'));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

describe('the world of the sandbox', () => {
  it('keeps each account to itself, and what belongs to none for all', () => {
    const store = openWorld(home);
    store.transact((world) => {
      world.put('thing', 'a', { of: 'mine' });
      world.inAccount(OTHER).put('thing', 'a', { of: 'theirs' });
      world.shared.put('thing', 'a', { of: 'everybody' });
    });
    expect(store.transact((world) => world.list('thing'))).toEqual([{ of: 'mine' }]);
    const theirs = store.transact(
      (world) => [world.account, world.get('thing', 'a'), world.shared.list('thing')],
      OTHER,
    );
    expect(theirs).toEqual([OTHER, { of: 'theirs' }, [{ of: 'everybody' }]]);
    store.transact((world) => world.remove('thing', 'a'), OTHER);
    expect(store.transact((world) => world.get('thing', 'a'))).toEqual({ of: 'mine' });
    store.close();
  });
  it('is the same for every process that opens it, its time and pace too', () => {
    const [one, two] = [openWorld(home), openWorld(home)];
    const before = two.transact((world) => world.now());
    one.advanceClock(3_600_000);
    one.setPace(0);
    one.transact((world) => world.put('thing', 'a', 1));
    expect(two.transact((world) => [world.get('thing', 'a'), world.pace])).toEqual([1, 0]);
    expect(two.transact((world) => world.now()) - before).toBeGreaterThanOrEqual(3_600_000);
    expect(two.id).toBe(one.id);
    one.close();
    two.close();
  });
  it('changes nothing when a transaction throws', () => {
    const store = openWorld(home);
    expect(() =>
      store.transact((world) => {
        world.put('thing', 'a', 1);
        throw new Error('no');
      }),
    ).toThrow('no');
    expect(store.transact((world) => world.list('thing'))).toEqual([]);
    store.close();
  });
  it('of another version is refused, with what to do', () => {
    const old = new Database(join(home, 'sandbox.db'));
    old.exec('CREATE TABLE documents (kind TEXT, id TEXT, json TEXT)');
    old.close();
    expect(() => openWorld(home)).toThrow(/made by another version/);
  });
});
