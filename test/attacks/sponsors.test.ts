/** Attempts on who a change belongs to: whoever executes decides nothing, and nobody passes for the sponsor. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openTestWorld, proposeFix, STACK, type TestWorld } from '../world.ts';
import { signAs } from './attempts.ts';

let world: TestWorld;
beforeEach(async () => {
  world = await openTestWorld();
});
afterEach(() => world.close());

const sign = (id: string, person?: string) => signAs(world, id, person);
type Answer = Record<string, unknown>;
const refused = (code: string) => expect.objectContaining({ code });

describe('whoever executes', () => {
  it('decides nothing: a change of alice is judged as hers by an executor of another person, or of nobody', async () => {
    for (const [memory, sponsor] of [
      [1024, undefined],
      [1536, 'bob'],
      [2048, 'mallory'],
    ] as const) {
      const id = await proposeFix(world, memory);
      await sign(id);
      expect(await world.execute(id, await world.another({ sponsor }))).toMatchObject({ state: 'succeeded' });
    }
  });

  it('may be one of those who signed: nobody is missing then', async () => {
    const policy = world.policyText.replace(
      'people:',
      'seats: { production: { reversible: 2, recoverable: 2, irreversible: 2 } }\npeople:',
    );
    const app = await world.another({ policy });
    const plan = await app.pipeline('plan_stack_update', {
      stack: STACK,
      set: [{ path: 'Resources.QueryFunction.Properties.MemorySize', value: 1024 }],
    });
    const change = await app.pipeline('propose_change', {
      plan_id: (plan as { content: Answer }).content.plan_id,
      goal: 'fix',
      reason: 'more memory',
    });
    const id = String((change as { content: Answer }).content.change_id);
    await sign(id, 'bob');
    await sign(id, 'carol');
    expect(await world.execute(id, await world.another({ sponsor: undefined, actsAs: ['bob'] }))).toMatchObject({
      state: 'succeeded',
    });
  });

  it('does not stand in for a sponsor who has left the policy', async () => {
    const id = await proposeFix(world);
    await sign(id);
    const without = world.policyText.replace(
      / {2}alice: .*\n/,
      '  dave: { signs_in_as: [dave], roles: [dev], keys: [] }\n',
    );
    await expect(world.execute(id, await world.another({ policy: without, sponsor: 'dave' }))).rejects.toEqual(
      refused('STATE_STALE'),
    );
    expect(world.writes()).toEqual([]);
  });
});

describe('whose it is', () => {
  const fix = { stack: STACK, set: [{ path: 'Resources.QueryFunction.Properties.MemorySize', value: 1024 }] };

  it('is not blurred by having another propose the plan: neither sponsor signs it', async () => {
    const plan = await world.call('plan_stack_update', fix);
    const answer = await (await world.another({ sponsor: 'carol' })).pipeline('propose_change', {
      plan_id: plan.plan_id,
      goal: 'fix',
      reason: 'for alice',
    });
    const id = String((answer as { content: Answer }).content.change_id);
    for (const person of ['alice', 'carol'])
      await expect(sign(id, person)).rejects.toEqual(refused('APPROVAL_SPONSOR_EXCLUDED'));
    expect(await sign(id)).toMatchObject({ state: 'approved', sponsor: 'carol' });
  });

  it('is nobody’s who is written almost the same', async () => {
    for (const sponsor of ['Alice', 'alice ', 'ALICE', 'аlice']) {
      const answer = await (await world.another({ sponsor })).pipeline('plan_stack_update', fix);
      expect(answer).toMatchObject({ ok: true, content: { decision: 'plan_only' } });
    }
  });

  it('decides who withdraws it', async () => {
    const change_id = await proposeFix(world);
    for (const sponsor of ['bob', undefined]) {
      const answer = await (await world.another({ sponsor })).pipeline('withdraw_change', { change_id });
      expect(answer).toMatchObject({ ok: false, error: { code: 'SPONSOR_UNKNOWN' } });
    }
    expect(await world.call('withdraw_change', { change_id })).toMatchObject({ state: 'withdrawn' });
    await expect(sign(change_id)).rejects.toEqual(refused('STATE_CHANGE_NOT_PENDING'));
  });
});
