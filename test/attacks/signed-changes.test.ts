/** Attempts on a change after it was signed: elsewhere, more than once, without its change set, against a halt. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openTestWorld, proposeFix, type TestWorld, withCloud } from '../world.ts';
import { openAttackedWorld, signAs } from './attempts.ts';

let world: TestWorld;
beforeEach(async () => {
  world = await openTestWorld();
});
afterEach(() => world.close());

const sign = (id: string, person?: string) => signAs(world, id, person);
type Answer = Record<string, unknown>;
const refused = (code: string) => expect.objectContaining({ code });

describe('a signed change', () => {
  it('is not executed on another endpoint', async () => {
    const id = await proposeFix(world);
    await sign(id);
    const elsewhere = withCloud(world.app, { endpoint: async () => 'aws' });
    await expect(world.execute(id, elsewhere)).rejects.toEqual(refused('CONFIG_INVALID'));
    // The shell's mistake costs nobody their signature.
    expect((await world.app.changes.find(id)).state).toBe('approved');
    expect(world.writes()).toEqual([]);
  });

  it('without seats is executed once by many executors', async () => {
    const id = await proposeFix(world, 512, 'cost-explorer-dev');
    const ends = await Promise.allSettled([1, 2, 3].map(async () => world.execute(id, await world.another())));
    expect(ends.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(world.writes()).toHaveLength(1);
  });

  it('is not executed once its change set is gone', async () => {
    const id = await proposeFix(world);
    await sign(id);
    const { calls } = (await world.app.changes.plan((await world.app.changes.find(id)).planId)).plan;
    world.store.transact((all) => all.remove('change_set', String(calls[0]?.input.ChangeSetName)));
    await expect(world.execute(id)).rejects.toEqual(refused('STATE_STALE'));
    expect(world.writes()).toEqual([]);
  });
});

describe('a halt', () => {
  it('stops what is executing before its next call leaves', async () => {
    const attacked = await openAttackedWorld({ instances: [{ name: 'alone', security_groups: [] }] });
    try {
      const [instance] = (await attacked.call('describe_instances', { tag: 'Name=alone' })).instances as Answer[];
      const plan = await attacked.call('plan_instance_type', {
        instance_id: instance?.instance_id,
        instance_type: 'm5.large',
      });
      const change = await attacked.call('propose_change', { plan_id: plan.plan_id, goal: 'scale', reason: 'larger' });
      const id = String(change.change_id);
      for (const person of ['bob', 'carol'].slice(0, (change.seats as { needed: number }).needed))
        await signAs(attacked, id, person);
      const halt = async () => void (await attacked.app.ledger.append({ kind: 'halted', body: {} }));
      expect(await attacked.execute(id, attacked.app, halt)).toMatchObject({
        state: 'failed',
        outcome: {
          detail:
            'A person halted changes before ec2:ModifyInstanceAttribute was sent. ec2:StopInstances was carried out. ec2:ModifyInstanceAttribute and ec2:StartInstances were not sent.',
        },
      });
      expect(attacked.writes().map(({ operation }) => operation)).toEqual(['StopInstances']);
    } finally {
      attacked.close();
    }
  });
});
