/** What is harmless step by step and is not in sum: counted over a window, whoever takes the steps. */
import { UpdateStackCommand } from '@aws-sdk/client-cloudformation';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type AttackedWorld, openAttackedWorld } from './attempts.ts';

const template = (shards: number, tasks = 10) => `Resources:
  Stream: { Type: "AWS::Kinesis::Stream", Properties: { ShardCount: ${shards} } }
  Cache: { Type: "AWS::DAX::Cluster", Properties: { ReplicationFactor: ${tasks}, NodeType: dax.r5.large, IAMRoleARN: "arn:aws:iam::123456789012:role/dax" } }
`;
const stack = 'flow-prod';
let world: AttackedWorld;
beforeEach(async () => {
  world = await openAttackedWorld({ stacks: [{ name: stack, template: template(20) }] });
});
afterEach(() => world.close());

const judged = (shards: number, tasks = 10, app = world.app) =>
  world.verdict('slow-loss', 'plan_stack_update', { stack, template: template(shards, tasks) }, app);
const executed = (shards: number, tasks = 10) =>
  world.cloudFormation.send(new UpdateStackCommand({ StackName: stack, TemplateBody: template(shards, tasks) }));

describe('capacity', () => {
  it('is not cut in steps that each leave half', async () => {
    expect((await judged(12)).outcome).toBe('pass');
    await executed(12);
    const { outcome, message } = await judged(7);
    expect([outcome, message]).toEqual(['hold', expect.stringContaining('from 20 to 7')]);
    expect(await judged(7, 10, await world.another({ sponsor: 'bob' }))).toMatchObject({ outcome: 'hold' });
  });
  it('is counted for each resource by itself, and for a day', async () => {
    await judged(12);
    await executed(12);
    expect((await judged(12, 6)).outcome).toBe('pass');
    expect((await judged(11)).outcome).toBe('pass');
    const nextDay = await world.another({ now: () => new Date(Date.now() + 25 * 3_600_000) });
    expect((await judged(7, 10, nextDay)).outcome).toBe('pass');
  });
});
