/** Exports are asked about only where a change could touch them; calls to the cloud are counted. */
import { CloudFormationClient, CreateStackCommand } from '@aws-sdk/client-cloudformation';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { App } from '../../../src/compose.ts';
import { openTestWorld, pastCountersign, type TestWorld } from '../../world.ts';

const COUNT = 30;
const STACK = 'shared-dev';
const topic = (name: string) => ({ Type: 'AWS::SNS::Topic', Properties: { TopicName: name, DisplayName: 'd' } });
const TEMPLATE = {
  Resources: { One: topic('one'), Two: topic('two') },
  Outputs: Object.fromEntries(
    Array.from({ length: COUNT }, (_, at) => [
      `Out${at}`,
      { Value: { Ref: at < 3 ? 'One' : 'Two' }, Export: { Name: `shared-${at}` } },
    ]),
  ),
};

let world: TestWorld;
let app: App;
let asked: { total: number; atOnce: number; most: number };
beforeAll(async () => {
  world = await openTestWorld();
  const client = new CloudFormationClient(pastCountersign(world));
  await client.send(new CreateStackCommand({ StackName: STACK, TemplateBody: JSON.stringify(TEMPLATE) }));
  const user = { Resources: { Of: topic('of') }, Outputs: { X: { Value: { 'Fn::ImportValue': 'shared-1' } } } };
  await client.send(new CreateStackCommand({ StackName: 'user-dev', TemplateBody: JSON.stringify(user) }));
  app = await world.another({
    proxy: async (request, forward) => {
      if (!String(request.body).includes('Action=ListImports')) return forward();
      asked.total += 1;
      asked.atOnce += 1;
      asked.most = Math.max(asked.most, asked.atOnce);
      await new Promise((resolve) => setImmediate(resolve));
      asked.atOnce -= 1;
      return forward();
    },
  });
});
afterAll(() => world.close());

async function planned(tool: string, input: unknown) {
  asked = { total: 0, atOnce: 0, most: 0 };
  const answer = await app.pipeline(tool, input);
  if (!answer.ok) throw new Error(JSON.stringify(answer.error));
  return (await app.changes.plan(String(answer.content.plan_id))).plan.subject.dependents;
}
const set = (path: string, value: unknown) => planned('plan_stack_update', { stack: STACK, set: [{ path, value }] });

describe('the exports of a stack', () => {
  it('are not asked about for a change that can lose nothing', async () => {
    expect(await set('Resources.One.Properties.DisplayName', 'other')).toEqual([]);
    expect(asked.total).toBe(0);
  });

  it('are asked about where a change loses what they say', async () => {
    expect(await set('Resources.One.Properties.TopicName', 'another')).toEqual([
      { name: 'shared-1', users: ['user-dev'] },
    ]);
    expect(asked.total).toBe(3);
  });

  it('are all asked about when the stack is deleted, ten at once', async () => {
    expect(await planned('plan_stack_delete', { stack: STACK })).toEqual([{ name: 'shared-1', users: ['user-dev'] }]);
    expect(asked.total).toBe(COUNT);
    expect(asked.most).toBeLessThanOrEqual(10);
  });
});
