/** Whose approvals count, once the policy in force lists other keys than the one that they were given under. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Approval } from '../../src/core/change.ts';
import { createChangeReader } from '../../src/core/change-reader.ts';
import { providerRules } from '../../src/providers/index.ts';
import { openTestWorld, proposeFix, STACK, type TestWorld } from '../world.ts';

let world: TestWorld;
let id: string;
beforeEach(async () => {
  world = await openTestWorld();
  id = await proposeFix(world);
});
afterEach(() => world.close());

/** A reader under which two approvals are enough, and that notes how often it asked who may sign now. */
function reader(signers: { digest: string; without: string } | null) {
  let asked = 0;
  const changes = createChangeReader({
    ledger: world.app.ledger,
    isFilled: (_proposal, approvals) => approvals.length >= 2,
    signersNow: async () => {
      asked += 1;
      return signers === null
        ? undefined
        : { digest: signers.digest, isListed: ({ person }: Approval) => person !== signers.without };
    },
    completePlan: providerRules.completePlan,
    now: () => new Date(),
  });
  return { changes, asked: () => asked };
}
const approve = async (person: string, policyDigest: string) => {
  const signed = { decision: 'approve' as const, person, keyFingerprint: `SHA256:${person}`, roles: [] };
  const body = { ...signed, statement: 's', signature: 'x', policyDigest };
  await world.app.ledger.append({ kind: 'change.approved', changeId: id, body });
};
const standing = async (signers: Parameters<typeof reader>[0]) => {
  const { state, approvals } = await reader(signers).changes.find(id);
  return [state, ...approvals.map(({ person, isVoid }) => `${person}${isVoid ? ' (void)' : ''}`)];
};

it('an approval by a key that is still listed counts', async () => {
  await approve('bob', 'now');
  await approve('carol', 'now');
  expect(await standing({ digest: 'now', without: 'dan' })).toEqual(['approved', 'bob', 'carol']);
  expect(await standing(null)).toEqual(['approved', 'bob', 'carol']);
});

it('one by a key that is no longer listed is void, and the change waits for another', async () => {
  await approve('bob', 'before');
  await approve('carol', 'now');
  expect(await standing({ digest: 'now', without: 'bob' })).toEqual(['pending', 'bob (void)', 'carol']);
  await approve('dan', 'now');
  expect(await standing({ digest: 'now', without: 'bob' })).toEqual(['approved', 'bob (void)', 'carol', 'dan']);
});

it('what was approved whole under the policy of before stays so, with the void one told', async () => {
  await approve('bob', 'before');
  await approve('carol', 'before');
  expect(await standing({ digest: 'now', without: 'bob' })).toEqual(['approved', 'bob (void)', 'carol']);
});

it('who may sign now is asked of an open change with approvals only', async () => {
  const { changes, asked } = reader({ digest: 'now', without: 'bob' });
  await changes.find(id);
  expect(asked()).toBe(0);
  await approve('bob', 'now');
  await changes.find(id);
  expect(asked()).toBe(1);
  await world.app.ledger.append({ kind: 'change.withdrawn', changeId: id, body: {} });
  expect((await changes.find(id)).approvals).toMatchObject([{ person: 'bob' }]);
  expect(asked()).toBe(1);
});

it('the list is of the sponsors that were asked for, and of everybody where none were', async () => {
  const { changes } = reader(null);
  const listed = async (sponsors?: string[]) =>
    (await changes.list({ limit: 10, ...(sponsors && { sponsors }) })).items.map(({ sponsor }) => sponsor);
  const nobodys = await world.another({ sponsor: undefined });
  const plan = await nobodys.pipeline('plan_stack_update', {
    stack: STACK,
    set: [{ path: 'Resources.QueryFunction.Properties.MemorySize', value: 2048 }],
  });
  const about = { planId: plan.ok ? String(plan.content.plan_id) : '', goal: 'fix' as const, reason: 'a test' };
  await nobodys.changes.propose(about);
  expect(await listed()).toEqual([null, 'alice']);
  expect(await listed(['alice'])).toEqual(['alice']);
  expect(await listed(['bob'])).toEqual([]);
  expect(await listed(['bob', 'alice'])).toEqual(['alice']);
  expect((await changes.list({ limit: 10, state: 'denied', sponsors: ['alice'] })).items).toEqual([]);
});
