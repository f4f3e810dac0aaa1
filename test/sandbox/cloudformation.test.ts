import * as cfn from '@aws-sdk/client-cloudformation';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { approve } from '../../src/cli/approve.ts';
import { openTestWorld, pastCountersign, STACK, type TestWorld } from '../world.ts';

let world: TestWorld;
let client: cfn.CloudFormationClient;
beforeEach(async () => {
  world = await openTestWorld();
  client = new cfn.CloudFormationClient(pastCountersign(world));
});
afterEach(() => world.close());

const queue = (properties: string, metadata = '') =>
  `Resources:\n  Q:\n    Type: AWS::SQS::Queue\n    Properties: { ${properties} }\n${metadata}`;
const create = (StackName: string, TemplateBody: string) =>
  client.send(new cfn.CreateStackCommand({ StackName, TemplateBody }));
const statusOf = async (StackName: string) =>
  (await client.send(new cfn.DescribeStacksCommand({ StackName }))).Stacks?.[0]?.StackStatus;
const changeSet = async (StackName: string, TemplateBody: string, ChangeSetName: string) => {
  const { Id } = await client.send(new cfn.CreateChangeSetCommand({ StackName, TemplateBody, ChangeSetName }));
  return client.send(new cfn.DescribeChangeSetCommand({ ChangeSetName: Id!, IncludePropertyValues: true }));
};

describe('the sandbox CloudFormation', () => {
  it('says what a change set replaces, with values', async () => {
    await create('a', queue('VisibilityTimeout: 30'));
    const { Changes } = await changeSet('a', queue('VisibilityTimeout: 30, QueueName: q'), 'c');
    expect(Changes?.[0]?.ResourceChange).toMatchObject({
      Replacement: 'True',
      PolicyAction: 'ReplaceAndDelete',
      Details: [{ Target: { Name: 'QueueName', RequiresRecreation: 'Always', AfterValue: 'q' } }],
    });
  });
  it('fails a change set that changes nothing, with CloudFormation’s words', async () => {
    await create('a', queue('VisibilityTimeout: 30'));
    expect(await changeSet('a', queue('VisibilityTimeout: 30'), 'c')).toMatchObject({
      Status: 'FAILED',
      StatusReason: expect.stringContaining("didn't contain changes"),
    });
  });
  it('makes a change set obsolete once the stack moved', async () => {
    await create('a', queue('VisibilityTimeout: 30'));
    const first = await changeSet('a', queue('VisibilityTimeout: 31'), 'c1');
    await client.send(new cfn.UpdateStackCommand({ StackName: 'a', TemplateBody: queue('VisibilityTimeout: 32') }));
    await expect(
      client.send(new cfn.ExecuteChangeSetCommand({ ChangeSetName: first.ChangeSetId! })),
    ).rejects.toMatchObject({
      name: 'InvalidChangeSetStatusException',
    });
  });
  it('rolls a failed creation and a failed update back, with the reason in the events', async () => {
    const failing = '    Metadata: { CountersignSandbox: { fail: no capacity } }\n';
    await create('a', queue('VisibilityTimeout: 30', failing));
    expect(await statusOf('a')).toBe('ROLLBACK_COMPLETE');
    await create('b', queue('VisibilityTimeout: 30'));
    await client.send(
      new cfn.UpdateStackCommand({ StackName: 'b', TemplateBody: queue('VisibilityTimeout: 31', failing) }),
    );
    expect(await statusOf('b')).toBe('UPDATE_ROLLBACK_COMPLETE');
    const { StackEvents = [] } = await client.send(new cfn.DescribeStackEventsCommand({ StackName: 'b' }));
    expect(StackEvents.find(({ ResourceStatus }) => ResourceStatus === 'UPDATE_FAILED')?.ResourceStatusReason).toBe(
      'no capacity',
    );
  });
  it('refuses to delete under termination protection and while an export is imported', async () => {
    await expect(client.send(new cfn.DeleteStackCommand({ StackName: STACK }))).rejects.toThrow(
      /in use by cost-reports-prod/,
    );
    await client.send(
      new cfn.UpdateTerminationProtectionCommand({ StackName: 'cost-reports-prod', EnableTerminationProtection: true }),
    );
    await expect(client.send(new cfn.DeleteStackCommand({ StackName: 'cost-reports-prod' }))).rejects.toThrow(
      /TerminationProtection/,
    );
  });
  it('keeps what its DeletionPolicy retains', async () => {
    await create('a', queue('VisibilityTimeout: 30', '    DeletionPolicy: Retain\n'));
    const { Stacks } = await client.send(new cfn.DescribeStacksCommand({ StackName: 'a' }));
    await client.send(new cfn.DeleteStackCommand({ StackName: 'a' }));
    const { StackEvents = [] } = await client.send(
      new cfn.DescribeStackEventsCommand({ StackName: Stacks![0]!.StackId! }),
    );
    expect(StackEvents.map(({ ResourceStatus }) => ResourceStatus)).toContain('DELETE_SKIPPED');
  });
  it.each([
    ['an unknown type', 'Resources:\n  A:\n    Type: AWS::No::Such\n', /Unrecognized resource types/],
    [
      'a role without capabilities',
      'Resources:\n  A:\n    Type: AWS::IAM::Role\n    Properties: { AssumeRolePolicyDocument: {} }\n',
      /Requires capabilities/,
    ],
    [
      'a circle',
      'Resources:\n  A:\n    Type: AWS::SNS::Topic\n    DependsOn: B\n  B:\n    Type: AWS::SNS::Topic\n    DependsOn: A\n',
      /Circular/,
    ],
  ])('refuses %s', async (_what, template, words) => {
    await expect(create('bad', template)).rejects.toThrow(words);
  });
});

describe('the whole road, for a failure and for two seats', () => {
  it('reports a rolled back update with its root cause, and stops a loop of the same failure', async () => {
    const failing = [{ path: 'Resources.ReportQueue.Metadata.CountersignSandbox', value: { fail: 'no capacity' } }];
    const attempt = async () => {
      const plan = await world.call('plan_stack_update', {
        stack: 'cost-explorer-dev',
        set: [...failing, { path: 'Resources.ReportQueue.Properties.VisibilityTimeout', value: 90 }],
      });
      const change = await world.call('propose_change', { plan_id: plan.plan_id, goal: 'fix', reason: 'longer' });
      return { change, id: String(change.change_id) };
    };
    for (const _try of [1, 2])
      expect(await world.execute((await attempt()).id)).toMatchObject({
        state: 'rolled_back',
        outcome: { detail: expect.stringContaining('no capacity') },
      });
    expect((await attempt()).change).toMatchObject({
      decision: 'denied',
      verdicts: [expect.objectContaining({ code: 'GUARD_RATE' })],
    });
  });
  it('terminates an instance after two signatures, snapshot first', async () => {
    const { instances } = (await world.call('describe_instances', { tag: 'Name=batch' })) as {
      instances: { instance_id: string }[];
    };
    const plan = await world.call('plan_instance_action', {
      instance_ids: [instances[0]!.instance_id],
      action: 'terminate',
    });
    const { change_id } = await world.call('propose_change', {
      plan_id: plan.plan_id,
      goal: 'clean_up',
      reason: 'no longer used',
    });
    const id = String(change_id);
    await approve(world.app, id, {
      decision: 'approve',
      key: world.keyOf('bob'),
      confirm: (await world.app.changes.find(id)).target.name,
    });
    await expect(world.execute(id)).rejects.toMatchObject({ code: 'STATE_CHANGE_NOT_APPROVED' });
    await approve(world.app, id, {
      decision: 'approve',
      key: world.keyOf('carol'),
      confirm: (await world.app.changes.find(id)).target.name,
    });
    expect(await world.execute(id)).toMatchObject({ state: 'succeeded' });
    expect(world.writes().map(({ operation }) => operation)).toEqual(['CreateSnapshot', 'TerminateInstances']);
  });
});
