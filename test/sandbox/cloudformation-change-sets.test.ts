import * as cfn from '@aws-sdk/client-cloudformation';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { replacementTruths } from '../../src/sandbox/cloudformation/replacement-truths.ts';
import { type CloudFormation, openCloudFormation, queue, template } from './cloudformation-client.ts';

let cloud: CloudFormation;
beforeEach(() => {
  cloud = openCloudFormation();
});
afterEach(() => cloud.close());

const execute = (ChangeSetName: string, StackName?: string) =>
  cloud.client.send(new cfn.ExecuteChangeSetCommand({ ChangeSetName, StackName }));
const describe_ = (ChangeSetName: string, IncludePropertyValues = false) =>
  cloud.client.send(new cfn.DescribeChangeSetCommand({ ChangeSetName, IncludePropertyValues }));
const changeOf = ({ Changes = [] }: cfn.DescribeChangeSetCommandOutput, id: string) =>
  Changes.find(({ ResourceChange: change }) => change?.LogicalResourceId === id)?.ResourceChange;

describe('the life of a change set', () => {
  it('C11 of type CREATE leaves a stack in REVIEW_IN_PROGRESS, which its deletion leaves too, and DeleteStack removes', async () => {
    const set = await cloud.changeSet('s', template({ A: queue() }), { ChangeSetType: 'CREATE' });
    expect(await cloud.status('s')).toBe('REVIEW_IN_PROGRESS');
    await cloud.client.send(new cfn.DeleteChangeSetCommand({ ChangeSetName: set.ChangeSetId }));
    await expect(describe_(set.ChangeSetId!)).rejects.toMatchObject({ name: 'ChangeSetNotFoundException' });
    expect(await cloud.status('s')).toBe('REVIEW_IN_PROGRESS');
    await expect(cloud.create('s', template({ A: queue() }))).rejects.toThrow(/REVIEW_IN_PROGRESS/);
    await cloud.client.send(new cfn.DeleteStackCommand({ StackName: 's' }));
    await expect(cloud.status('s')).rejects.toThrow(/does not exist/);
  });
  it('C11 is made in a moment, in which it cannot be executed', async () => {
    cloud.close();
    cloud = openCloudFormation(1);
    const set = await cloud.changeSet('s', template({ A: queue() }), { ChangeSetType: 'CREATE' });
    expect(set).toMatchObject({ Status: 'CREATE_IN_PROGRESS', ExecutionStatus: 'UNAVAILABLE', Changes: [] });
    await expect(execute(set.ChangeSetId!)).rejects.toThrow(/cannot be executed in its current/);
    cloud.store.advanceClock(1_000);
    expect(await describe_(set.ChangeSetId!)).toMatchObject({
      Status: 'CREATE_COMPLETE',
      ExecutionStatus: 'AVAILABLE',
    });
  });
  it('C12 fails without changes; changed outputs alone are a change', async () => {
    const body = (value: string) => template({ A: queue() }, `Outputs: { O: { Value: ${value} } }`);
    await cloud.create('s', body('one'));
    expect(await cloud.changeSet('s', body('one'))).toMatchObject({ Status: 'FAILED', ExecutionStatus: 'UNAVAILABLE' });
    const set = await cloud.changeSet('s', body('two'), { ChangeSetName: 'outputs' });
    expect(set).toMatchObject({ Status: 'CREATE_COMPLETE', Changes: [] });
    await execute('outputs', 's');
    expect((await cloud.stack('s')).Outputs![0]!.OutputValue).toBe('two');
  });
  it('C12 takes 512 and "512" for the same value', async () => {
    await cloud.create('s', template({ A: queue('VisibilityTimeout: 30') }));
    expect(await cloud.changeSet('s', template({ A: queue('VisibilityTimeout: "30"') }))).toMatchObject({
      Status: 'FAILED',
    });
  });
  it('C13 is obsolete once the stack moved', async () => {
    await cloud.create('s', template({ A: queue() }));
    const { ChangeSetId } = await cloud.changeSet('s', template({ A: queue('VisibilityTimeout: 31') }));
    await cloud.update('s', template({ A: queue('VisibilityTimeout: 32') }));
    expect(await describe_(ChangeSetId!)).toMatchObject({ ExecutionStatus: 'OBSOLETE' });
    await expect(execute(ChangeSetId!)).rejects.toMatchObject({ name: 'InvalidChangeSetStatusException' });
  });
  it('C14 takes the others with it when executed, says how its execution went, and is executed once', async () => {
    await cloud.create('s', template({ A: queue() }));
    for (const ChangeSetName of ['one', 'two'])
      await cloud.changeSet('s', template({ A: queue('VisibilityTimeout: 31') }), { ChangeSetName });
    await execute('one', 's');
    const { Summaries } = await cloud.client.send(new cfn.ListChangeSetsCommand({ StackName: 's' }));
    expect(Summaries).toMatchObject([{ ChangeSetName: 'one', ExecutionStatus: 'EXECUTE_COMPLETE' }]);
    await expect(execute('one', 's')).rejects.toThrow(/EXECUTE_COMPLETE/);
    await expect(execute('one')).rejects.toThrow(/StackName must be specified/);
  });
  it('C14 refuses imports, another deployment mode and an update of what is not there', async () => {
    const wanted = (more: Partial<cfn.CreateChangeSetInput>) => cloud.changeSet('s', template({ A: queue() }), more);
    await expect(wanted({})).rejects.toThrow(/Stack \[s\] does not exist/);
    await expect(wanted({ ChangeSetType: 'IMPORT' })).rejects.toThrow(/does not import/);
    await expect(wanted({ ChangeSetType: 'CREATE', DeploymentMode: 'REVERT_DRIFT' })).rejects.toThrow(/DeploymentMode/);
  });
});

describe('what a change set says', () => {
  it('C15 calls a replacement True with its policy, and a nested part by its own rule', async () => {
    await cloud.create('s', template({ A: queue('', 'UpdateReplacePolicy: Retain') }));
    const set = await cloud.changeSet('s', template({ A: queue('QueueName: q', 'UpdateReplacePolicy: Retain') }));
    expect(changeOf(set, 'A')).toMatchObject({
      Action: 'Modify',
      Replacement: 'True',
      PolicyAction: 'ReplaceAndRetain',
      Scope: ['Properties'],
      Details: [{ ChangeSource: 'DirectModification', Evaluation: 'Static', Target: { RequiresRecreation: 'Always' } }],
    });
  });
  it('C16 names the parameter that causes a change, and tells twice as CloudFormation does', async () => {
    const body = template(
      { A: queue('VisibilityTimeout: !Ref T') },
      'Parameters: { T: { Type: Number, Default: 30 } }',
    );
    await cloud.create('s', body);
    const set = await cloud.changeSet('s', body, { Parameters: [{ ParameterKey: 'T', ParameterValue: '31' }] });
    expect(changeOf(set, 'A')!.Details).toMatchObject([
      { ChangeSource: 'ParameterReference', CausingEntity: 'T', Evaluation: 'Static' },
      { ChangeSource: 'DirectModification', Evaluation: 'Dynamic' },
    ]);
  });
  it('C16 carries a replacement on to what refers to it, as Dynamic', async () => {
    const body = (name: string) =>
      template({
        A: queue(`QueueName: ${name}`),
        T: '{ Type: AWS::SNS::Topic, Properties: { DisplayName: !GetAtt A.QueueName } }',
      });
    await cloud.create('s', body('one'));
    const set = await cloud.changeSet('s', body('two'));
    expect(changeOf(set, 'T')).toMatchObject({
      Replacement: 'False',
      Details: [{ ChangeSource: 'ResourceReference', CausingEntity: 'A', Evaluation: 'Dynamic' }],
    });
  });
  it('C17 shows values and contexts on request, later ones by name, and never a NoEcho value', async () => {
    const body = (name: string) =>
      template(
        {
          A: queue(`QueueName: ${name}`),
          F: '{ Type: AWS::Lambda::Function, Properties: { Role: r, Code: { ZipFile: x }, Environment: { Variables: { KEY: !Ref Secret, Q: !Ref A } } } }',
          T: '{ Type: AWS::SNS::Topic, Properties: { DisplayName: !Ref B } }',
          B: queue(name === 'two' ? 'FifoQueue: true' : ''),
        },
        'Parameters: { Secret: { Type: String, NoEcho: true } }',
      );
    const secret = (ParameterValue: string) => [{ ParameterKey: 'Secret', ParameterValue }];
    await cloud.create('s', body('one'), { Parameters: secret('hunter2') });
    const set = await cloud.changeSet('s', body('two'), { Parameters: secret('hunter3') }, true);
    expect(JSON.stringify(set)).not.toMatch(/hunter[23]/);
    expect(set.Parameters).toEqual([{ ParameterKey: 'Secret', ParameterValue: '****' }]);
    const target = changeOf(set, 'A')!.Details![0]!.Target;
    expect(target).toMatchObject({
      Path: '/Properties/QueueName',
      BeforeValue: 'one',
      AfterValue: 'two',
      AttributeChangeType: 'Modify',
    });
    expect(JSON.parse(changeOf(set, 'A')!.AfterContext!)).toEqual({ Properties: { QueueName: 'two' } });
    expect(JSON.parse(changeOf(set, 'F')!.AfterContext!).Properties.Environment).toBe('****');
    const plain = await describe_(set.ChangeSetId!);
    expect(JSON.stringify(plain)).not.toMatch(/AfterValue|AfterContext/);
  });
  it('C17 names what only the execution will tell', async () => {
    await cloud.create('s', template({ T: '{ Type: AWS::SNS::Topic, Properties: { DisplayName: fixed } }' }));
    const after = { A: queue(), T: '{ Type: AWS::SNS::Topic, Properties: { DisplayName: !Ref A } }' };
    const set = await cloud.changeSet('s', template(after), {}, true);
    expect(changeOf(set, 'T')!.Details![0]!.Target!.AfterValue).toBe('{{changeSet:KNOWN_AFTER_APPLY}}');
    await execute(set.ChangeSetId!);
    expect(await cloud.status('s')).toBe('UPDATE_COMPLETE');
  });
  it('C18 is not sure about a new instance type, and executes it in place', async () => {
    const body = (type: string) =>
      template({ I: `{ Type: AWS::EC2::Instance, Properties: { ImageId: ami-1, InstanceType: ${type} } }` });
    await cloud.create('s', body('t3.small'));
    const before = (await cloud.resources('s')).I!.PhysicalResourceId;
    const set = await cloud.changeSet('s', body('t3.large'));
    expect(changeOf(set, 'I')).toMatchObject({
      Replacement: 'Conditional',
      Details: [{ Target: { RequiresRecreation: 'Conditionally' } }],
    });
    await execute(set.ChangeSetId!);
    expect((await cloud.resources('s')).I!.PhysicalResourceId).toBe(before);
    expect(cloud.inWorld((world) => world.get<{ type: string }>('instance', before!)!.type)).toBe('t3.large');
  });
  it('C19 has a hundred changes a page, and every page says the same set', async () => {
    const many = Object.fromEntries(Array.from({ length: 150 }, (_, index) => [`Q${index}`, queue()]));
    const set = await cloud.changeSet('s', template(many), { ChangeSetType: 'CREATE' });
    expect(set.Changes).toHaveLength(100);
    const rest = await cloud.client.send(
      new cfn.DescribeChangeSetCommand({ ChangeSetName: set.ChangeSetId, NextToken: set.NextToken }),
    );
    expect(rest).toMatchObject({ ChangeSetId: set.ChangeSetId });
    expect(rest.Changes).toHaveLength(50);
    expect(rest.NextToken).toBeUndefined();
  });
});

it('replacement truths are more than thirty, each with the page it was taken from', () => {
  expect(replacementTruths.length).toBeGreaterThan(30);
  for (const { page, replacement } of replacementTruths) {
    expect(page).toMatch(/^aws-(?:resource|properties)-[a-z0-9-]+$/);
    expect(['always', 'never', 'conditional']).toContain(replacement);
  }
});
