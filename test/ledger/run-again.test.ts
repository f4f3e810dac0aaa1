/** A store may run a decision again: whatever we decide in a transaction can be, and only its last run counts. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { approve } from '../../src/cli/approve.ts';
import type { App } from '../../src/compose.ts';
import { verifyLedger } from '../../src/ledger/open.ts';
import { openLedger } from '../../src/ledger/sqlite/store.ts';
import { openTestWorld, STACK, type TestWorld } from '../world.ts';

let world: TestWorld;
let app: App;
let runs = 0;
beforeEach(async () => {
  world = await openTestWorld();
  runs = 0;
  app = await world.another({
    openLedger(home, now) {
      const ledger = openLedger(home, now);
      return {
        ...ledger,
        async transact(decide) {
          const again = new Error('run it again');
          await ledger
            .transact(async (tx) => {
              await decide(tx);
              runs += 1;
              throw again;
            })
            .catch((error: unknown) => {
              if (error !== again) throw error;
            });
          return ledger.transact(decide);
        },
      };
    },
  });
});
afterEach(() => world.close());

const proposed = async (memory: number) => {
  const set = [{ path: 'Resources.QueryFunction.Properties.MemorySize', value: memory }];
  const plan = await app.pipeline('plan_stack_update', { stack: STACK, set });
  const plan_id = plan.ok ? plan.content.plan_id : plan.error;
  const change = await app.pipeline('propose_change', { plan_id, goal: 'fix', reason: 'more memory' });
  return String(change.ok && change.content.change_id);
};

it('planning, proposing, withdrawing, signing and executing can each be decided twice', async () => {
  await app.pipeline('withdraw_change', { change_id: await proposed(768) });
  const id = await proposed(1024);
  await approve(app, id, {
    decision: 'approve',
    key: world.keyOf('bob'),
    as: 'bob',
    confirm: (await app.changes.find(id)).target.name,
  });
  expect(await app.executor.run(id)).toMatchObject({ state: 'succeeded' });
  expect(runs).toBeGreaterThanOrEqual(7);
  const kinds = (await app.ledger.events({ changeId: id })).map(({ kind }) => kind);
  expect(kinds.filter((kind) => kind !== 'change.progress')).toEqual([
    'change.proposed',
    'change.approved',
    'change.executing',
    'call.intended',
    'call.returned',
    'change.finished',
  ]);
  expect(world.writes()).toHaveLength(1);
  expect(await verifyLedger(world.home)).toMatchObject({ ok: true });
});

it('what makes a change stale can be decided twice', async () => {
  const [id, other] = [await proposed(1024), await proposed(2048)];
  for (const one of [id, other]) {
    const confirm = (await app.changes.find(one)).target.name;
    await approve(app, one, { decision: 'approve', key: world.keyOf('bob'), as: 'bob', confirm });
  }
  await app.executor.run(other);
  await expect(app.executor.run(id)).rejects.toMatchObject({ code: 'STATE_STALE' });
  expect(await app.changes.find(id)).toMatchObject({ state: 'stale' });
});
