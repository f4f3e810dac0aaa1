/** What one plan asks of the cloud, in numbers: no call twice, and none that the templates give no reason for. */
import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createSecretValues } from '../../../src/providers/aws/observe/secret-values.ts';
import { parseTemplate } from '../../../src/providers/aws/template/parse.ts';
import { putTemplateObject } from '../../../src/sandbox/facts.ts';
import { seedWorld } from '../../../src/sandbox/seed-file.ts';
import { openTestWorld, pastCountersign, STACK, type TestWorld } from '../../world.ts';

let world: TestWorld;
beforeEach(async () => {
  world = await openTestWorld();
});
afterEach(() => world.close());

const seed = (stacks: object[]) => world.store.transact((inside) => seedWorld(inside, { stacks } as never));
const names = () => world.store.calls().map(({ operation }) => operation);
/** How often each operation was called by this; a change set is waited for as often as it takes. */
async function callsOf(run: () => Promise<unknown>): Promise<Record<string, number>> {
  const before = names().length;
  await run();
  const made: Record<string, number> = {};
  for (const name of names().slice(before)) made[name] = (made[name] ?? 0) + 1;
  const { DescribeChangeSet: _waiting, ...others } = made;
  return others;
}
const planned = async (tool: string, input: object) => {
  const answer = await world.call(tool, input);
  expect(answer.plan_id, JSON.stringify(answer)).toBeDefined();
};
const queue = (seconds: number, tags = '') =>
  `  Inbox: { Type: AWS::SQS::Queue, Properties: { VisibilityTimeout: ${seconds}${tags} } }\n`;
const exporting = (name: string) =>
  `Parameters: { Hidden: { Type: String, NoEcho: true } }
Resources:
  Kept: { Type: AWS::SSM::Parameter, Properties: { Type: String, Value: !Ref Hidden } }
Outputs:
  One: { Value: !GetAtt Kept.Value, Export: { Name: ${name} } }
`;
const importing = (seconds: number, ...exports: string[]) =>
  `Resources:\n${queue(seconds, `, Tags: [${exports.map((name) => `{ Key: ${name}, Value: !ImportValue ${name} }`).join(', ')}]`)}`;

it('reads a plain stack and its change set once, and nothing of other stacks: its export is not at stake', async () => {
  // Who I am is asked once for all plans.
  await world.call('describe_stack', { stack: STACK });
  const memory = [{ path: 'Resources.QueryFunction.Properties.MemorySize', value: 2_048 }];
  expect(await callsOf(() => planned('plan_stack_update', { stack: STACK, set: memory }))).toEqual({
    DescribeStacks: 1,
    // As it is deployed, and as the change set will have it.
    GetTemplate: 2,
    ListStackResources: 1,
    CreateChangeSet: 1,
    DetectStackResourceDrift: 1,
  });
});

it('reads the exports of the region once, and each stack that makes one of them once', async () => {
  seed([
    { name: 'one-dev', template: exporting('one-thing'), parameters: { Hidden: 'x' } },
    { name: 'two-dev', template: exporting('two-thing'), parameters: { Hidden: 'x' } },
    { name: 'user-dev', template: importing(30, 'one-thing', 'two-thing') },
  ]);
  await world.call('describe_stack', { stack: 'user-dev' });
  const template = importing(60, 'one-thing', 'two-thing');
  expect(await callsOf(() => planned('plan_stack_update', { stack: 'user-dev', template }))).toEqual({
    DescribeStacks: 3,
    GetTemplate: 4,
    ListStackResources: 1,
    ListExports: 1,
    CreateChangeSet: 1,
    DetectStackResourceDrift: 1,
  });
});

it('reads them once for all nested stacks too', async () => {
  const urlOf = (id: string, version: number) => `https://templates.s3.amazonaws.com/${id}-${version}.yaml`;
  const parent = (version: number) =>
    `Resources:\n${['A', 'B', 'C']
      .map(
        (id) => `  ${id}: { Type: AWS::CloudFormation::Stack, Properties: { TemplateURL: "${urlOf(id, version)}" } }\n`,
      )
      .join('')}`;
  world.store.transact((inside) => {
    for (const id of ['A', 'B', 'C'])
      for (const version of [1, 2]) putTemplateObject(inside, urlOf(id, version), importing(30 * version, 'one-thing'));
  });
  seed([
    { name: 'one-dev', template: exporting('one-thing'), parameters: { Hidden: 'x' } },
    { name: 'parent-dev', template: parent(1) },
  ]);
  const made = await callsOf(() => planned('plan_stack_update', { stack: 'parent-dev', template: parent(2) }));
  // The parent, its three children and the stack that exports.
  expect(made).toMatchObject({ ListExports: 1, DescribeStacks: 5 });
});

it('tells a secret export to everyone who asks at the same time', async () => {
  seed([{ name: 'one-dev', template: exporting('one-thing'), parameters: { Hidden: 'x' } }]);
  const secrets = createSecretValues(new CloudFormationClient(pastCountersign(world)));
  const written = { template: parseTemplate(importing(30, 'one-thing')), parameters: {} };
  const asked = await Promise.all([secrets.exportsOf([written]), secrets.exportsOf([written])]);
  expect(asked.map((names) => [...names])).toEqual([['one-thing'], ['one-thing']]);
});

/** So many instances, by id. */
const workers = (count: number): string[] => {
  const instances = Array.from({ length: count }, (_, at) => ({ id: `i-${(at + 1).toString(16).padStart(17, '0')}` }));
  world.store.transact((inside) => seedWorld(inside, { instances } as never));
  return instances.map(({ id }) => id);
};

it('asks for the protections of each instance that is named, two where they are told and one where they are judged, and for all else once', async () => {
  const instance_ids = workers(100);
  const described = await callsOf(() => world.call('describe_instances', { instance_ids }));
  expect(described).toEqual({ GetCallerIdentity: 1, DescribeInstances: 1, DescribeInstanceAttribute: 200 });
  const stopping = { action: 'stop', instance_ids: instance_ids.slice(0, 50) };
  const one = await callsOf(() =>
    planned('plan_instance_action', { ...stopping, instance_ids: instance_ids.slice(50, 51) }),
  );
  const fifty = await callsOf(() => planned('plan_instance_action', stopping));
  expect({ ...fifty, DescribeInstanceAttribute: 1 }).toEqual(one);
  expect(fifty.DescribeInstanceAttribute).toBe(50);
});

it('makes at most six calls more for a stack of 200 exports than for one of none', async () => {
  const topic = (name: string) => ({ Type: 'AWS::SNS::Topic', Properties: { DisplayName: name } });
  const outputs = Object.fromEntries(
    Array.from({ length: 200 }, (_, at) => [`Out${at}`, { Value: { Ref: 'Kept' }, Export: { Name: `shared-${at}` } }]),
  );
  const Resources = { Kept: topic('kept'), Other: topic('other') };
  seed([
    { name: 'plain-dev', template: JSON.stringify({ Resources }) },
    { name: 'shared-dev', template: JSON.stringify({ Resources, Outputs: outputs }) },
  ]);
  await world.call('describe_stack', { stack: 'plain-dev' });
  const count = async (stack: string) => {
    const set = [{ path: 'Resources.Other.Properties.DisplayName', value: 'changed' }];
    const made = await callsOf(() => planned('plan_stack_update', { stack, set }));
    return Object.values(made).reduce((sum, times) => sum + times, 0);
  };
  const none = await count('plain-dev');
  expect(none).toBeGreaterThan(4);
  expect((await count('shared-dev')) - none).toBeLessThanOrEqual(6);
});
