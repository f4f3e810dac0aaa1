/** A ledger that cannot be written, and a clock that jumps back, at each write of proposing, signing and executing. */
import { spawnSync } from 'node:child_process';
import { chmodSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { App } from '../../src/compose.ts';
import type { OpenLedger } from '../../src/ledger/ledger.ts';
import { verifyLedger } from '../../src/ledger/open.ts';
import { openLedger } from '../../src/ledger/sqlite/store.ts';
import { disallowed } from '../model/replay.ts';
import { openTestWorld, proposeFix, STACK, type TestWorld } from '../world.ts';
import { signAs, signedByAll } from './attempts.ts';

let world: TestWorld;
beforeEach(async () => {
  world = await openTestWorld();
});
afterEach(() => world.close());

const bin = new URL('../../bin/countersign.js', import.meta.url).pathname;

/** The handle of one process, whose every write is told of before it is made. */
function telling(before: (write: number) => void) {
  let writes = 0;
  const open = (home: string, now?: () => Date): OpenLedger => {
    const real = openLedger(home, now);
    const told =
      <Args extends unknown[], T>(write: (...args: Args) => Promise<T>) =>
      async (...args: Args): Promise<T> => {
        writes += 1;
        before(writes);
        return write(...args);
      };
    return { ...real, append: told(real.append), transact: told(real.transact) as OpenLedger['transact'] };
  };
  return { open, count: () => writes };
}

const set = [{ path: 'Resources.QueryFunction.Properties.MemorySize', value: 1024 }];
/** Each ends with the state of the change, or with an error's code. */
const STEPS: Record<string, (app: App) => Promise<string>> = {
  async propose(app) {
    const plan = await app.pipeline('plan_stack_update', { stack: STACK, set });
    if (!plan.ok) return plan.error.code;
    const { plan_id } = plan.content;
    const change = await app.pipeline('propose_change', { plan_id, goal: 'fix', reason: 'more memory' });
    return change.ok ? String(change.content.state) : change.error.code;
  },
  async approve(app) {
    const id = await proposeFix(world);
    return signAs({ app, keyOf: world.keyOf }, id).then(
      async () => (await world.app.changes.find(id)).state,
      (error) => error.code,
    );
  },
  async execute(app) {
    const id = await signedByAll(world, world.app, await proposeFix(world));
    return world.execute(id, app).then(
      ({ state }) => state,
      (error) => error.code,
    );
  },
};
const DONE: Record<string, string> = { propose: 'pending', approve: 'approved', execute: 'succeeded' };

async function whole() {
  expect((await verifyLedger(world.home)).ok).toBe(true);
  expect(disallowed(await world.app.ledger.events())).toBeNull();
}

describe.each(Object.keys(STEPS))('%s', (step) => {
  const run = (app: App) => STEPS[step]!(app);

  it('with a clock that jumps back by 400 days at any one of its writes: nothing is done twice, and nothing lost', {
    timeout: 300_000,
  }, async () => {
    for (let trouble = 1, last = 1; trouble <= last; trouble += 1) {
      world.close();
      world = await openTestWorld();
      let days = 0;
      const { open, count } = telling((write) => {
        if (write === trouble) days = -400;
      });
      const app = await world.another({ openLedger: open, now: () => new Date(Date.now() + days * 86_400_000) });
      const ended = await run(app);
      last = count();
      expect(ended, `write ${trouble}`).toMatch(
        new RegExp(`^(?:${DONE[step]}|expired|(?:STATE|GUARD|APPROVAL|INPUT|LEDGER)_[A-Z_]+)$`),
      );
      expect(world.writes().length, `write ${trouble}`).toBe(ended === 'succeeded' ? 1 : 0);
      await whole();
    }
  });

  it('with a ledger that stays locked: it is refused with that, nothing is done, and it works afterwards', {
    timeout: 120_000,
  }, async () => {
    const holder = new Database(join(world.home, 'ledger.db'));
    let isHeld = false;
    const { open } = telling((write) => {
      if (write !== 1 || isHeld) return;
      isHeld = true;
      holder.exec('BEGIN IMMEDIATE');
    });
    const app = await world.another({ openLedger: open });
    expect(await run(app)).toBe('LEDGER_BUSY');
    expect(world.writes()).toEqual([]);
    holder.exec('ROLLBACK');
    holder.close();
    expect(await run(app)).toBe(DONE[step]);
    await whole();
  });
});

describe.each(['propose', 'approve'])('%s', (step) => {
  it('with a ledger that is full at any one of its writes: refused with that, or as if it were not', {
    timeout: 300_000,
  }, async () => {
    const undisturbed = telling(() => undefined);
    expect(await STEPS[step]!(await world.another({ openLedger: undisturbed.open }))).toBe(DONE[step]);
    for (let trouble = 1; trouble <= undisturbed.count(); trouble += 1) {
      world.close();
      world = await openTestWorld();
      const db = new Database(join(world.home, 'ledger.db'));
      const { open } = telling((write) => {
        if (write !== trouble) return;
        db.exec("CREATE TRIGGER full BEFORE INSERT ON events BEGIN SELECT RAISE(FAIL, 'disk is full'); END");
      });
      const app = await world.another({ openLedger: open });
      const ended = await STEPS[step]!(app).catch((error) => error.code);
      expect(ended, `write ${trouble}`).toMatch(new RegExp(`^(?:LEDGER_CANNOT_APPEND|${DONE[step]})$`));
      db.exec('DROP TRIGGER IF EXISTS full');
      db.close();
      expect(world.writes()).toEqual([]);
      expect(await STEPS[step]!(await world.another())).toBe(DONE[step]);
      await whole();
    }
  });
});

it('a read-only state folder refuses every command by name, and the change stays as it was', {
  timeout: 120_000,
}, async () => {
  const id = await signedByAll(world, world.app, await proposeFix(world));
  world.app.close();
  const files = readdirSync(world.home).map((name) => join(world.home, name));
  chmodSync(world.home, 0o555);
  for (const file of files) chmodSync(file, 0o444);
  // Permissions do not hold root up.
  const nobody = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};
  const shared = ['--home', world.home, '--policy', join(world.home, 'policy.yaml')];
  const countersign = (...args: string[]) =>
    spawnSync(process.execPath, [bin, ...shared, ...args], {
      ...nobody,
      encoding: 'utf8',
      input: '{}',
      env: { PATH: process.env.PATH ?? '', AWS_REGION: 'eu-west-1', AWS_ENDPOINT_URL: 'http://127.0.0.1:9' },
    });
  for (const args of [['execute', id], ['approve', id, '--key', 'k', '--as', 'bob'], ['reconcile', id], ['halt']]) {
    const { status, stderr, stdout } = countersign(...args);
    expect(stderr + stdout, args.join(' ')).toMatch(
      /^LEDGER_CANNOT_APPEND: .*\n.*state folder is readable and writable/m,
    );
    expect(status).toBe(1);
  }
  expect(countersign('--sandbox', 'execute', id).stderr).toMatch(/^LEDGER_CANNOT_APPEND: /m);
  chmodSync(world.home, 0o700);
  for (const file of files) chmodSync(file, 0o600);
  expect(world.writes()).toEqual([]);
  expect(await world.execute(id, await world.another())).toMatchObject({ state: 'succeeded' });
});
