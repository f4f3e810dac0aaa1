import * as cfn from '@aws-sdk/client-cloudformation';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { putTemplateObject } from '../../src/sandbox/facts.ts';
import { type CloudFormation, failing, openCloudFormation, queue, template } from './cloudformation-client.ts';

const URL_OF_CHILD = 'https://templates.s3.amazonaws.com/child.yaml';
let cloud: CloudFormation;
beforeEach(() => {
  cloud = openCloudFormation();
  store(childBody());
});
afterEach(() => cloud.close());

const store = (body: string) => cloud.inWorld((world) => putTemplateObject(world, URL_OF_CHILD, body));
const childBody = (rest = '') =>
  template(
    { Q: queue('VisibilityTimeout: !Ref T', rest) },
    'Parameters: { T: { Type: Number, Default: 30 } }\nOutputs: { Url: { Value: !Ref Q } }',
  );
const nested = (timeout: number) =>
  `{ Type: AWS::CloudFormation::Stack, Properties: { TemplateURL: "${URL_OF_CHILD}", Parameters: { T: ${timeout} } } }`;
const parent = (timeout: number, more: Record<string, string> = {}) =>
  template({
    Child: nested(timeout),
    Topic: '{ Type: AWS::SNS::Topic, Properties: { DisplayName: !GetAtt Child.Outputs.Url } }',
    ...more,
  });
const childOf = async (name: string) => (await cloud.resources(name)).Child!.PhysicalResourceId!;

it('C37 makes a nested stack with its parent and root, and gives its outputs to the parent', async () => {
  const rootId = await cloud.create('root', parent(30));
  const child = await cloud.stack(await childOf('root'));
  expect(child).toMatchObject({ StackStatus: 'CREATE_COMPLETE', ParentId: rootId, RootId: rootId });
  expect(child.StackName).toMatch(/^root-Child-[0-9A-F]{12}$/);
  expect(child.Outputs![0]!.OutputValue).toContain('https://sqs.');
});

it('C37 waits for the nested stack in the world’s time', async () => {
  cloud.close();
  cloud = openCloudFormation(1);
  store(childBody());
  await cloud.create('root', parent(30));
  cloud.store.advanceClock(400);
  expect(await cloud.status('root')).toBe('CREATE_IN_PROGRESS');
  for (let second = 0; second < 20; second += 1) cloud.store.advanceClock(1_000);
  await cloud.status('root');
  cloud.store.advanceClock(20_000);
  expect(await cloud.status('root')).toBe('CREATE_COMPLETE');
  const events = (await cloud.events('root')).reverse();
  expect(events.indexOf('Child CREATE_COMPLETE')).toBeLessThan(events.indexOf('Topic CREATE_IN_PROGRESS'));
});

it('C26 takes a nested stack back when its parent’s update is cancelled', async () => {
  cloud.close();
  cloud = openCloudFormation(1);
  store(childBody());
  await cloud.create('root', parent(30));
  cloud.store.advanceClock(60_000);
  await cloud.status('root');
  cloud.store.advanceClock(60_000);
  const id = await childOf('root');
  expect(await cloud.status('root')).toBe('CREATE_COMPLETE');
  await cloud.update('root', parent(45));
  expect(await cloud.status(id)).toBe('UPDATE_IN_PROGRESS');
  await cloud.client.send(new cfn.CancelUpdateStackCommand({ StackName: 'root' }));
  for (let minute = 0; minute < 4; minute += 1) {
    cloud.store.advanceClock(60_000);
    await cloud.status('root');
  }
  expect(await cloud.status('root')).toBe('UPDATE_ROLLBACK_COMPLETE');
  expect(await cloud.stack(id)).toMatchObject({
    StackStatus: 'UPDATE_ROLLBACK_COMPLETE',
    Parameters: [{ ParameterValue: '30' }],
  });
});

it('C38 looks at every nested stack in every update, and updates those that change', async () => {
  await cloud.create('root', parent(30));
  const id = await childOf('root');
  const set = await cloud.changeSet('root', parent(30));
  expect(set.Changes).toMatchObject([
    {
      ResourceChange: {
        LogicalResourceId: 'Child',
        Replacement: 'False',
        Details: [{ ChangeSource: 'Automatic', Evaluation: 'Dynamic' }],
      },
    },
  ]);
  await cloud.update('root', parent(45));
  expect(await cloud.stack(id)).toMatchObject({
    StackStatus: 'UPDATE_COMPLETE',
    Parameters: [{ ParameterValue: '45' }],
  });
  expect(await childOf('root')).toBe(id);
});

it('C39 makes nested change sets on request, lists only what changes, and executes them with the root’s', async () => {
  await cloud.create('root', parent(30));
  const include = { IncludeNestedStacks: true };
  expect(await cloud.changeSet('root', parent(30), include)).toMatchObject({ Status: 'FAILED' });
  const set = await cloud.changeSet('root', parent(45), { ...include, ChangeSetName: 'second' });
  const change = set.Changes![0]!.ResourceChange!;
  const inner = await cloud.client.send(new cfn.DescribeChangeSetCommand({ ChangeSetName: change.ChangeSetId }));
  expect(inner).toMatchObject({
    ParentChangeSetId: set.ChangeSetId,
    RootChangeSetId: set.ChangeSetId,
    StackId: await childOf('root'),
    Changes: [{ ResourceChange: { LogicalResourceId: 'Q', Action: 'Modify' } }],
  });
  const execute = (ChangeSetName: string) => cloud.client.send(new cfn.ExecuteChangeSetCommand({ ChangeSetName }));
  await expect(execute(inner.ChangeSetId!)).rejects.toThrow(/root change set only/);
  await execute(set.ChangeSetId!);
  expect((await cloud.stack(await childOf('root'))).Parameters![0]!.ParameterValue).toBe('45');
});

it('C39 makes the nested stack of a new resource in REVIEW_IN_PROGRESS, and takes it away with the change set', async () => {
  const wanted = { IncludeNestedStacks: true, ChangeSetType: 'CREATE' as const };
  const set = await cloud.changeSet('root', parent(30), wanted);
  const reviewing = async () => {
    const StackStatusFilter = ['REVIEW_IN_PROGRESS' as const];
    const { StackSummaries } = await cloud.client.send(new cfn.ListStacksCommand({ StackStatusFilter }));
    return StackSummaries!.map(({ StackName }) => StackName!.split('-')[1]);
  };
  expect(await reviewing()).toEqual([undefined, 'Child']);
  await cloud.client.send(new cfn.DeleteChangeSetCommand({ ChangeSetName: set.ChangeSetId }));
  expect(await reviewing()).toEqual([undefined]);
  const again = await cloud.changeSet('root', parent(30), wanted);
  await cloud.client.send(new cfn.ExecuteChangeSetCommand({ ChangeSetName: again.ChangeSetId }));
  expect(await cloud.status('root')).toBe('CREATE_COMPLETE');
  expect(await reviewing()).toEqual([]);
});

it('C40 rolls the parent back when a nested stack fails, and the nested stack when the parent fails', async () => {
  await cloud.create('root', parent(30));
  const id = await childOf('root');
  store(childBody(failing('fail: no capacity')));
  await cloud.update('root', parent(45));
  expect(await cloud.status('root')).toBe('UPDATE_ROLLBACK_COMPLETE');
  expect(await cloud.status(id)).toBe('UPDATE_ROLLBACK_COMPLETE');
  const [reason] = (await cloud.events('root')).filter((event) => event.startsWith('Child UPDATE_FAILED'));
  expect(reason).toContain('was not successfully updated. Currently in UPDATE_ROLLBACK_COMPLETE');
  store(childBody());
  await cloud.update(
    'root',
    parent(45, { Bad: `{ DependsOn: Child, ${queue('', failing('fail: no capacity')).slice(2)}` }),
  );
  expect(await cloud.status('root')).toBe('UPDATE_ROLLBACK_COMPLETE');
  expect(await cloud.stack(id)).toMatchObject({
    StackStatus: 'UPDATE_ROLLBACK_COMPLETE',
    Parameters: [{ ParameterValue: '30' }],
  });
});

it('C41 deletes a nested stack that the parent’s update removes, termination protection or not', async () => {
  const { Topic: _topic, ...rest } = { Topic: '', Other: queue() };
  await cloud.create('root', parent(30, rest), { EnableTerminationProtection: true });
  const id = await childOf('root');
  await cloud.update('root', template(rest));
  expect(await cloud.status('root')).toBe('UPDATE_COMPLETE');
  expect(await cloud.status(id)).toBe('DELETE_COMPLETE');
});

it('C41 updates a nested stack through its root only, and deletes it with its parent', async () => {
  await cloud.create('root', parent(30));
  const id = await childOf('root');
  await expect(cloud.update(id, childBody())).rejects.toThrow(/through its root stack only/);
  const rootId = (await cloud.stack('root')).StackId!;
  await cloud.client.send(new cfn.DeleteStackCommand({ StackName: 'root' }));
  expect([await cloud.status(rootId), await cloud.status(id)]).toEqual(['DELETE_COMPLETE', 'DELETE_COMPLETE']);
});

it('C24 skips a resource of a nested stack by Stack.Resource, when its parent is continued', async () => {
  const body = (faults: string) =>
    template({
      Q: queue(`VisibilityTimeout: ${faults ? 31 : 30}`, faults ? failing(faults) : ''),
      R: `{ DependsOn: Q, ${queue(`VisibilityTimeout: ${faults ? 31 : 30}`, faults ? failing('fail: no capacity') : '').slice(2)}`,
    });
  const root = template({
    Child: `{ Type: AWS::CloudFormation::Stack, Properties: { TemplateURL: "${URL_OF_CHILD}" } }`,
  });
  store(body(''));
  await cloud.create('root', root);
  const child = await cloud.stack(await childOf('root'));
  store(body('fail_rollback: gone, fail_continue: gone'));
  await cloud.update('root', root);
  const both = async () => [await cloud.status('root'), await cloud.status(child.StackId!)];
  expect(await both()).toEqual(['UPDATE_ROLLBACK_FAILED', 'UPDATE_ROLLBACK_FAILED']);
  const go = (ResourcesToSkip: string[]) =>
    cloud.client.send(new cfn.ContinueUpdateRollbackCommand({ StackName: 'root', ResourcesToSkip }));
  await go([]);
  expect(await both()).toEqual(['UPDATE_ROLLBACK_FAILED', 'UPDATE_ROLLBACK_FAILED']);
  await go([`${child.StackName}.Q`]);
  expect(await both()).toEqual(['UPDATE_ROLLBACK_COMPLETE', 'UPDATE_ROLLBACK_COMPLETE']);
});
