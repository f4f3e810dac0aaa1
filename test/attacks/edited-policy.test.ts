/** Attempts to get a change through by another policy than the one that it was proposed under. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openTestWorld, proposeFix, STACK, type TestWorld } from '../world.ts';
import { signAs } from './attempts.ts';

let world: TestWorld;
beforeEach(async () => {
  world = await openTestWorld();
});
afterEach(() => world.close());

const sign = (id: string, person?: string) => signAs(world, id, person);
const refused = (code: string) => expect.objectContaining({ code });

describe('a policy that is edited after the proposal', () => {
  const seats = (count: number) =>
    world.policyText.replace(
      'people:',
      `seats: { production: { reversible: ${count}, recoverable: 2, irreversible: 2 } }\npeople:`,
    );

  it('to be milder does not lower what was proposed', async () => {
    const id = await proposeFix(world);
    const mild = await world.another({ policy: seats(0) });
    expect((await mild.changes.find(id)).state).toBe('pending');
    await expect(world.execute(id, mild)).rejects.toEqual(refused('STATE_CHANGE_NOT_APPROVED'));
    expect(world.writes()).toEqual([]);
  });

  it('to be stricter ends what was signed', async () => {
    const id = await proposeFix(world);
    await sign(id);
    await expect(world.execute(id, await world.another({ policy: seats(2) }))).rejects.toEqual(refused('STATE_STALE'));
    expect(world.writes()).toEqual([]);
  });

  it('takes no exception from what holds the road together, nor only observes it', async () => {
    const until = new Date(Date.now() + 86_400_000).toISOString().slice(0, 10);
    for (const part of [
      `exceptions: [{ guard: approval, stack: ${STACK}, resource: QueryFunction, until: ${until}, owner: bob, reason: no }]\n`,
      'guards: { approval: { mode: observe } }\n',
      'guards: { stale: { mode: observe } }\n',
    ])
      await expect(world.another({ policy: world.policyText + part })).rejects.toThrow(
        /CONFIG_POLICY_INVALID|not valid/,
      );
  });

  it('gives one key to no two people', async () => {
    const key = /bob: .*keys: \["([^"]+)"/.exec(world.policyText)![1];
    const twice = `${world.policyText}  dave: { signs_in_as: [dave], roles: [sre], keys: ["${key}"] }\n`;
    await expect(world.another({ policy: twice })).rejects.toThrow(/belongs to bob already/);
  });
});
