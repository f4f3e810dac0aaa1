import * as cfn from '@aws-sdk/client-cloudformation';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type CloudFormation, failing, openCloudFormation, queue, template } from './cloudformation-client.ts';

let cloud: CloudFormation;
beforeEach(() => {
  cloud = openCloudFormation();
});
afterEach(() => cloud.close());

const two = (a: string, b = queue()) => template({ A: a, B: b });
const stuck = async (faults: string) => {
  await cloud.create('s', two(queue()));
  const [bad, worse] = [
    queue('VisibilityTimeout: 31', failing(faults)),
    queue('VisibilityTimeout: 31', failing('fail: no capacity')),
  ];
  await cloud.update('s', template({ A: bad, B: `{ DependsOn: A, ${worse.slice(2)}` }));
};

it('C20 makes resources in the order of their references, each with its events and the request’s token', async () => {
  const body = template({ B: '{ Type: AWS::SNS::Topic, Properties: { DisplayName: !GetAtt A.Arn } }', A: queue() });
  await cloud.create('s', body, { ClientRequestToken: 'token-1' });
  const events = (await cloud.events('s')).reverse();
  expect(events).toEqual([
    's CREATE_IN_PROGRESS User Initiated',
    ...['A', 'B'].flatMap((id) => [`${id} CREATE_IN_PROGRESS`, `${id} CREATE_COMPLETE`]),
    's CREATE_COMPLETE',
  ]);
  const { StackEvents } = await cloud.client.send(new cfn.DescribeStackEventsCommand({ StackName: 's' }));
  expect(new Set(StackEvents!.map(({ ClientRequestToken }) => ClientRequestToken))).toEqual(new Set(['token-1']));
});

it.each([
  ['ROLLBACK', 'ROLLBACK_COMPLETE'],
  ['DO_NOTHING', 'CREATE_FAILED'],
  ['DELETE', 'DELETE_COMPLETE'],
])('C21 ends a failed creation under OnFailure %s in %s', async (OnFailure, status) => {
  const body = template({ A: queue(), B: `{ DependsOn: A, ${queue('', failing('fail: no capacity')).slice(2)}` });
  const id = await cloud.create('s', body, { OnFailure: OnFailure as cfn.OnFailure });
  expect(await cloud.status(id)).toBe(status);
  expect(await cloud.events(id)).toContain('B CREATE_FAILED no capacity');
  if (status === 'CREATE_FAILED') {
    await cloud.client.send(new cfn.RollbackStackCommand({ StackName: 's' }));
    expect(await cloud.status('s')).toBe('ROLLBACK_COMPLETE');
  }
});

it('C21 follows OnStackFailure of a change set', async () => {
  const more = { ChangeSetType: 'CREATE', OnStackFailure: 'DELETE' } as const;
  const set = await cloud.changeSet('s', template({ A: queue('', failing('fail: no capacity')) }), more);
  expect(set.OnStackFailure).toBe('DELETE');
  await cloud.client.send(new cfn.ExecuteChangeSetCommand({ ChangeSetName: set.ChangeSetId }));
  expect(await cloud.status(set.StackId!)).toBe('DELETE_COMPLETE');
});

it('C22 takes a failed update back: properties, outputs, template and additions as before', async () => {
  const outputs = (value: string) => `Outputs: { O: { Value: ${value} } }`;
  await cloud.create('s', template({ A: queue() }, outputs('one')));
  const before = await cloud.resources('s');
  const changed = {
    A: queue('VisibilityTimeout: 31'),
    C: queue(),
    D: `{ DependsOn: [A, C], ${queue('', failing('fail: no capacity')).slice(2)}`,
  };
  await cloud.update('s', template(changed, outputs('two')));
  expect(await cloud.status('s')).toBe('UPDATE_ROLLBACK_COMPLETE');
  const after = await cloud.resources('s');
  expect(Object.keys(after)).toEqual(['A']);
  expect(after.A!.PhysicalResourceId).toBe(before.A!.PhysicalResourceId);
  expect((await cloud.stack('s')).Outputs![0]!.OutputValue).toBe('one');
  const { TemplateBody } = await cloud.client.send(new cfn.GetTemplateCommand({ StackName: 's' }));
  expect(TemplateBody).toContain('VisibilityTimeout: 30');
  expect(await cloud.events('s')).toContain('C DELETE_COMPLETE');
});

it('C23 is stuck where a resource cannot go back, and ContinueUpdateRollback takes it up', async () => {
  await stuck('fail_rollback: gone away');
  expect(await cloud.status('s')).toBe('UPDATE_ROLLBACK_FAILED');
  await expect(cloud.update('s', two(queue()))).rejects.toThrow(/can not be updated/);
  await cloud.client.send(new cfn.ContinueUpdateRollbackCommand({ StackName: 's' }));
  expect(await cloud.status('s')).toBe('UPDATE_ROLLBACK_COMPLETE');
});

it('C24 skips only what failed in the rollback, and leaves it as it is', async () => {
  await stuck('fail_rollback: gone away, fail_continue: still away');
  await cloud.client.send(new cfn.ContinueUpdateRollbackCommand({ StackName: 's' }));
  expect(await cloud.status('s')).toBe('UPDATE_ROLLBACK_FAILED');
  const skip = (ResourcesToSkip: string[]) =>
    cloud.client.send(new cfn.ContinueUpdateRollbackCommand({ StackName: 's', ResourcesToSkip }));
  await expect(skip(['C'])).rejects.toThrow(/cannot be skipped/);
  await skip(['A']);
  expect(await cloud.status('s')).toBe('UPDATE_ROLLBACK_COMPLETE');
  expect((await cloud.resources('s')).A!.ResourceStatus).toBe('UPDATE_COMPLETE');
});

it('C25 stops at UPDATE_FAILED with DisableRollback, and RollbackStack goes back from there', async () => {
  await cloud.create('s', two(queue()));
  await cloud.update('s', two(queue('VisibilityTimeout: 31', failing('fail: no capacity'))), { DisableRollback: true });
  expect(await cloud.stack('s')).toMatchObject({ StackStatus: 'UPDATE_FAILED', DisableRollback: true });
  await cloud.client.send(new cfn.RollbackStackCommand({ StackName: 's' }));
  expect(await cloud.status('s')).toBe('UPDATE_ROLLBACK_COMPLETE');
});

it('C25 takes another update from UPDATE_FAILED', async () => {
  await cloud.create('s', two(queue()));
  const set = await cloud.changeSet('s', two(queue('VisibilityTimeout: 31', failing('fail: no capacity'))));
  await cloud.client.send(new cfn.ExecuteChangeSetCommand({ ChangeSetName: set.ChangeSetId, DisableRollback: true }));
  expect(await cloud.status('s')).toBe('UPDATE_FAILED');
  await cloud.update('s', two(queue('VisibilityTimeout: 32')));
  expect(await cloud.status('s')).toBe('UPDATE_COMPLETE');
});

it('C26 cancels an update in progress, and only then', async () => {
  cloud.close();
  cloud = openCloudFormation(1);
  const cancel = () => cloud.client.send(new cfn.CancelUpdateStackCommand({ StackName: 's' }));
  await cloud.create('s', two(queue()));
  cloud.store.advanceClock(60_000);
  await expect(cancel()).rejects.toThrow(/cannot be called from current stack status: CREATE_COMPLETE/);
  await cloud.update('s', two(queue('VisibilityTimeout: 31')));
  const remove = () => cloud.client.send(new cfn.DeleteStackCommand({ StackName: 's' }));
  await expect(remove()).rejects.toThrow(/cannot be deleted while in status UPDATE_IN_PROGRESS/);
  await cancel();
  expect(await cloud.status('s')).toBe('UPDATE_ROLLBACK_IN_PROGRESS');
  cloud.store.advanceClock(60_000);
  expect(await cloud.status('s')).toBe('UPDATE_ROLLBACK_COMPLETE');
});

it('C27 deletes, retains or snapshots what an update removes, by its DeletionPolicy', async () => {
  const volume = (policy: string) =>
    `{ Type: AWS::EC2::Volume, DeletionPolicy: ${policy}, Properties: { Size: 10, AvailabilityZone: eu-west-1a } }`;
  const body = { Keep: queue('', 'DeletionPolicy: Retain'), Gone: queue(), Saved: volume('Snapshot'), Stays: queue() };
  await cloud.create('s', template(body));
  const set = await cloud.changeSet('s', template({ Stays: queue() }));
  const actions = set.Changes!.map(
    ({ ResourceChange: change }) => `${change!.LogicalResourceId} ${change!.PolicyAction}`,
  );
  expect(actions.sort()).toEqual(['Gone Delete', 'Keep Retain', 'Saved Snapshot']);
  await cloud.client.send(new cfn.ExecuteChangeSetCommand({ ChangeSetName: set.ChangeSetId }));
  expect(await cloud.status('s')).toBe('UPDATE_COMPLETE');
  const events = await cloud.events('s');
  expect(events).toEqual(
    expect.arrayContaining(['Keep DELETE_SKIPPED', 'Gone DELETE_COMPLETE', 'Saved DELETE_COMPLETE']),
  );
  expect(cloud.inWorld((world) => [world.list('volume').length, world.list('snapshot').length])).toEqual([0, 1]);
});

it('C27 lets go what an update no longer needs and cannot delete', async () => {
  await cloud.create('s', template({ A: queue('', failing('fail_delete: in use')), B: queue() }));
  await cloud.update('s', template({ B: queue() }));
  expect(await cloud.status('s')).toBe('UPDATE_COMPLETE');
  expect(await cloud.events('s')).toContain('A DELETE_FAILED in use');
  expect(Object.keys(await cloud.resources('s'))).toEqual(['B']);
});

it('C28 replaces before it removes, and keeps the old one under UpdateReplacePolicy Retain', async () => {
  const named = (name: string, rest = '') => template({ A: queue(`QueueName: ${name}`, rest) });
  await cloud.create('s', named('one', 'UpdateReplacePolicy: Retain'));
  const before = (await cloud.resources('s')).A!.PhysicalResourceId;
  await cloud.update('s', named('two', 'UpdateReplacePolicy: Retain'));
  const after = (await cloud.resources('s')).A!.PhysicalResourceId;
  expect([before, after].map((id) => id!.split('/').at(-1))).toEqual(['one', 'two']);
  expect(await cloud.events('s')).toContain('A DELETE_SKIPPED');
});

it('C28 keeps the replacement where the old resource cannot be deleted', async () => {
  const body = (name: string) => template({ A: queue(`QueueName: ${name}`, failing('fail_delete: in use')) });
  await cloud.create('s', body('one'));
  await cloud.update('s', body('two'));
  expect(await cloud.status('s')).toBe('UPDATE_COMPLETE');
  expect(await cloud.events('s')).toContain('A DELETE_FAILED in use');
  expect((await cloud.resources('s')).A!.PhysicalResourceId).toMatch(/\/two$/);
});

it('C28 decides at execution whether what follows a replacement is replaced too', async () => {
  const body = (name: string) =>
    template({
      A: queue(`QueueName: ${name}`),
      L: '{ Type: AWS::Logs::LogGroup, Properties: { LogGroupName: !GetAtt A.QueueName } }',
      T: '{ Type: AWS::SNS::Topic, Properties: { DisplayName: !GetAtt A.Arn } }',
    });
  await cloud.create('s', body('one'));
  const before = await cloud.resources('s');
  const set = await cloud.changeSet('s', body('two'));
  expect(
    set.Changes!.map(({ ResourceChange: change }) => `${change!.LogicalResourceId} ${change!.Replacement}`),
  ).toEqual(['A True', 'L Conditional', 'T False']);
  await cloud.client.send(new cfn.ExecuteChangeSetCommand({ ChangeSetName: set.ChangeSetId }));
  const after = await cloud.resources('s');
  const isNew = (id: string) => before[id]!.PhysicalResourceId !== after[id]!.PhysicalResourceId;
  expect(['A', 'L', 'T'].map(isNew)).toEqual([true, true, false]);
  expect((await cloud.events('s')).filter((event) => / DELETE_COMPLETE/.test(event))).toHaveLength(2);
});

it('C29 fails to replace a resource under its own name', async () => {
  await cloud.create('s', template({ A: queue('QueueName: one') }));
  await cloud.update('s', template({ A: queue('QueueName: one, FifoQueue: true') }));
  expect(await cloud.status('s')).toBe('UPDATE_ROLLBACK_COMPLETE');
  expect((await cloud.events('s')).find((event) => event.startsWith('A UPDATE_FAILED'))).toContain(
    'one already exists',
  );
});

it('C30 leaves a stack in DELETE_FAILED, where alone RetainResources is taken', async () => {
  await cloud.create('s', two(queue('', failing('fail_delete: in use'))));
  const remove = (RetainResources?: string[]) =>
    cloud.client.send(new cfn.DeleteStackCommand({ StackName: 's', RetainResources }));
  await expect(remove(['A'])).rejects.toThrow(/only when the stack is in DELETE_FAILED/);
  await remove();
  expect(await cloud.stack('s')).toMatchObject({
    StackStatus: 'DELETE_FAILED',
    StackStatusReason: expect.stringContaining('[A]'),
  });
  const { StackId } = await cloud.stack('s');
  await remove(['A']);
  expect(await cloud.status(StackId!)).toBe('DELETE_COMPLETE');
  expect(await cloud.events(StackId!)).toContain('A DELETE_SKIPPED');
});

it('C31 refuses to delete under termination protection', async () => {
  await cloud.create('s', two(queue()), { EnableTerminationProtection: true });
  const remove = () => cloud.client.send(new cfn.DeleteStackCommand({ StackName: 's' }));
  await expect(remove()).rejects.toThrow(/TerminationProtection/);
  await cloud.client.send(
    new cfn.UpdateTerminationProtectionCommand({ StackName: 's', EnableTerminationProtection: false }),
  );
  await remove();
  await expect(cloud.status('s')).rejects.toThrow(/does not exist/);
});
