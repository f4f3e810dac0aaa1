/** An agent that tries the same thing again and again is stopped, whatever it changes in the attempt. */
import { CloudFormationClient, CreateStackCommand } from '@aws-sdk/client-cloudformation';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openTestWorld, pastCountersign, type TestWorld } from '../world.ts';

let world: TestWorld;
beforeEach(async () => {
  world = await openTestWorld();
  await new CloudFormationClient(pastCountersign(world)).send(
    new CreateStackCommand({ StackName: 'loop-dev', TemplateBody: template({}) }),
  );
  await world.call('describe_stack', { stack: 'loop-dev' });
});
afterEach(() => world.close());

const queue = (seconds: number, fail?: string) => ({
  Type: 'AWS::SQS::Queue',
  Properties: { VisibilityTimeout: seconds },
  ...(fail === undefined ? {} : { Metadata: { CountersignSandbox: { fail } } }),
});
const template = (resources: Record<string, unknown>, more: object = {}) =>
  JSON.stringify({ Resources: { Q: queue(10), Other: queue(10), ...resources }, ...more });

async function attempt(body: string): Promise<{ state: string; codes: string }> {
  const plan = await world.call('plan_stack_update', { stack: 'loop-dev', template: body });
  const change = await world.call('propose_change', { plan_id: plan.plan_id, goal: 'fix', reason: 'again' });
  if (change.decision !== 'pass') return { state: String(change.decision), codes: JSON.stringify(change) };
  return { state: (await world.execute(String(change.change_id))).state, codes: '' };
}

describe('a loop of failures', () => {
  it('is stopped though each attempt differs in values, and in the words of its error', async () => {
    const states: string[] = [];
    for (const seconds of [20, 21, 22]) {
      const { state, codes } = await attempt(
        template({ Q: queue(seconds, `Value ${seconds} is refused (id r-${seconds}9)`) }),
      );
      states.push(state);
      if (state === 'denied') expect(codes).toContain('GUARD_RATE');
    }
    expect(states).toEqual(['rolled_back', 'rolled_back', 'denied']);
  });
  it('is stopped though each attempt has something else besides', async () => {
    const reason = 'Not allowed here';
    expect((await attempt(template({ Q: queue(20, reason) }))).state).toBe('rolled_back');
    expect((await attempt(template({ Q: queue(20, reason), New: queue(5) }))).state).toBe('rolled_back');
    const third = template({ Q: queue(20, reason), Newer: queue(5) }, { Outputs: { O: { Value: 'x' } } });
    expect(await attempt(third)).toMatchObject({ state: 'denied', codes: expect.stringContaining('GUARD_RATE') });
  });
  it('closes neither other resources of the stack, nor another attempt at another cause', async () => {
    expect((await attempt(template({ Q: queue(20, 'Not allowed here') }))).state).toBe('rolled_back');
    expect((await attempt(template({ Q: queue(20, 'Too many of them') }))).state).toBe('rolled_back');
    expect((await attempt(template({ Q: queue(20, 'Not allowed here') }))).state).toBe('rolled_back');
    expect((await attempt(template({ Other: queue(30) }))).state).toBe('succeeded');
  });
});
