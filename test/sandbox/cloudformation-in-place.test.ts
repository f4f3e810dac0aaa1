/** What a change in place carries on, what may not change at all, and whose names are whose. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type CloudFormation, openCloudFormation, queue, template } from './cloudformation-client.ts';

let cloud: CloudFormation;
beforeEach(() => {
  cloud = openCloudFormation();
});
afterEach(() => cloud.close());

const group = 'AWS::AutoScaling::AutoScalingGroup, Properties: { MinSize: 1, MaxSize: 1, LaunchTemplate:';
const launched = (type: string, version: string) =>
  template({
    Lt: `{ Type: AWS::EC2::LaunchTemplate, Properties: { LaunchTemplateData: { InstanceType: ${type} } } }`,
    G: `{ Type: ${group} { LaunchTemplateId: !Ref Lt, Version: ${version} } } }`,
  });
const changed = (set: Awaited<ReturnType<CloudFormation['changeSet']>>) =>
  (set.Changes ?? []).map(({ ResourceChange: change }) => change!);

describe('C47 an attribute that changes in place', () => {
  const SUB = `!Sub "$${'{Lt.LatestVersionNumber}'}"`;
  it.each(['!GetAtt Lt.LatestVersionNumber', SUB])(
    'lists what reads it as Dynamic, and changes it when it is executed: %s',
    async (read) => {
      await cloud.create('s', launched('t3.micro', read));
      const set = await cloud.changeSet('s', launched('t3.large', read), {}, true);
      expect(changed(set).map(({ LogicalResourceId, Replacement }) => [LogicalResourceId, Replacement])).toEqual([
        ['Lt', 'False'],
        ['G', 'Conditional'],
      ]);
      expect(changed(set)[1]!.Details).toMatchObject([
        {
          ChangeSource: 'ResourceAttribute',
          CausingEntity: 'Lt.LatestVersionNumber',
          Evaluation: 'Dynamic',
          Target: {
            Path: '/Properties/LaunchTemplate/Version',
            BeforeValue: '1',
            AfterValue: '{{changeSet:KNOWN_AFTER_APPLY}}',
          },
        },
      ]);
      await cloud.update('s', launched('t3.large', read));
      expect(await cloud.events('s')).toContain('G UPDATE_COMPLETE');
      const after = await cloud.changeSet('s', launched('t3.nano', read), { ChangeSetName: 'next' }, true);
      expect(changed(after)[1]!.Details![0]!.Target).toMatchObject({ BeforeValue: '2' });
    },
  );
  it('is told of no reader of another attribute, nor where another property changes', async () => {
    await cloud.create('s', launched('t3.micro', '"1"'));
    expect(changed(await cloud.changeSet('s', launched('t3.large', '"1"')))).toHaveLength(1);
    const table = (more: string) =>
      template({
        T: `{ Type: AWS::DynamoDB::Table, Properties: { TableName: t, StreamSpecification: { StreamViewType: KEYS_ONLY }${more} } }`,
        M: '{ Type: AWS::Lambda::EventSourceMapping, Properties: { FunctionName: f, EventSourceArn: !GetAtt T.StreamArn } }',
      });
    await cloud.create('t', table(''));
    expect(changed(await cloud.changeSet('t', table(', BillingMode: PAY_PER_REQUEST')))).toHaveLength(1);
    const other = table('').replace('KEYS_ONLY', 'NEW_IMAGE');
    const set = await cloud.changeSet('t', other, { ChangeSetName: 'stream' });
    expect(changed(set).map(({ LogicalResourceId, Replacement }) => [LogicalResourceId, Replacement])).toEqual([
      ['T', 'False'],
      ['M', 'Conditional'],
    ]);
  });
  it('may be any of a custom resource’s, and a property that is read as an attribute', async () => {
    const body = (release: string) =>
      template({
        Look: `{ Type: Custom::AmiLookup, Properties: { ServiceToken: t, Release: ${release} } }`,
        P: `{ Type: AWS::SSM::Parameter, Properties: { Type: String, Value: ${release} } }`,
        A: '{ Type: AWS::SNS::Topic, Properties: { DisplayName: !GetAtt Look.Id } }',
        B: '{ Type: AWS::SNS::Topic, Properties: { DisplayName: !GetAtt P.Value } }',
        C: '{ Type: AWS::SNS::Topic, Properties: { DisplayName: !GetAtt P.Type } }',
      });
    await cloud.create('s', body('one'));
    const set = await cloud.changeSet('s', body('two'));
    expect(changed(set).map(({ LogicalResourceId }) => LogicalResourceId)).toEqual(['Look', 'P', 'A', 'B']);
    await cloud.update('s', body('two'));
    expect(await cloud.events('s')).toEqual(expect.arrayContaining(['A UPDATE_COMPLETE', 'B UPDATE_COMPLETE']));
  });
});

describe('C48 a resource that would get another type', () => {
  const before = template({ A: queue(), B: queue() });
  const after = template({ A: '{ Type: AWS::SNS::Topic }', B: queue() });
  const words = /Update of resource type is not permitted.*\[A\]/;
  it('fails the change set, and is refused by UpdateStack', async () => {
    await cloud.create('s', before);
    const set = await cloud.changeSet('s', after);
    expect([set.Status, set.ExecutionStatus]).toEqual(['FAILED', 'UNAVAILABLE']);
    expect(set.StatusReason).toMatch(words);
    await expect(cloud.update('s', after)).rejects.toThrow(words);
    expect(await cloud.status('s')).toBe('CREATE_COMPLETE');
  });
  it('is none under another logical id', async () => {
    await cloud.create('s', before);
    await cloud.update('s', template({ C: '{ Type: AWS::SNS::Topic }', B: queue() }));
    expect(await cloud.status('s')).toBe('UPDATE_COMPLETE');
  });
});

describe('C49 a name', () => {
  const status = async (name: string, body: string) => {
    await cloud.create(name, body, { Capabilities: ['CAPABILITY_NAMED_IAM'] });
    return cloud.status(name);
  };
  const stage = (api: string) => `{ Type: AWS::ApiGateway::Stage, Properties: { StageName: Prod, RestApiId: ${api} } }`;
  const policy = (role: string) =>
    `{ Type: AWS::IAM::Policy, Properties: { PolicyName: read, PolicyDocument: {}, Roles: [${role}] } }`;
  const service = (of: string) => `{ Type: AWS::ECS::Service, Properties: { ServiceName: web, Cluster: ${of} } }`;
  const alias = (of: string) =>
    `{ Type: AWS::Lambda::Alias, Properties: { Name: live, FunctionName: ${of}, FunctionVersion: 1 } }`;
  const rule = (bus: string) => `{ Type: AWS::Events::Rule, Properties: { Name: nightly, EventBusName: ${bus} } }`;
  const groupIn = (vpc: string) =>
    `{ Type: AWS::EC2::SecurityGroup, Properties: { GroupName: web, GroupDescription: d, VpcId: ${vpc} } }`;
  it.each(Object.entries({ stage, policy, service, alias, rule, groupIn }))(
    'is its parent’s: %s',
    async (_what, of) => {
      expect(await status('one', template({ A: of('first'), B: of('second') }))).toBe('CREATE_COMPLETE');
      expect(await status('two', template({ A: of('third') }))).toBe('CREATE_COMPLETE');
      expect(await status('three', template({ A: of('third') }))).toBe('ROLLBACK_COMPLETE');
    },
  );
  it('is a whole one, and of one type', async () => {
    expect(await status('one', template({ A: queue('QueueName: shop-web'), B: queue('QueueName: web') }))).toBe(
      'CREATE_COMPLETE',
    );
    expect(await status('two', template({ A: '{ Type: AWS::SNS::Topic, Properties: { TopicName: web } }' }))).toBe(
      'CREATE_COMPLETE',
    );
    expect(await status('three', template({ A: queue('QueueName: web') }))).toBe('ROLLBACK_COMPLETE');
  });
  it('that is a label may stand twice', async () => {
    const pool = '{ Type: AWS::Cognito::UserPool, Properties: { UserPoolName: people } }';
    expect(await status('one', template({ A: pool, B: pool }))).toBe('CREATE_COMPLETE');
  });
  it('of a security group is the one that EC2 shows, and no other group there may have it', async () => {
    const body = template({
      A: '{ Type: AWS::EC2::SecurityGroup, Properties: { GroupName: web, GroupDescription: d } }',
    });
    expect(await status('one', body)).toBe('CREATE_COMPLETE');
    const names = cloud.inWorld((world) => world.list<{ name: string }>('security_group').map(({ name }) => name));
    expect(names).toEqual(['web']);
    expect(await status('two', body)).toBe('ROLLBACK_COMPLETE');
    expect((await cloud.events('two')).join('\n')).toContain('already exists');
  });
});

describe('C50 an import', () => {
  const exporting = (value: string) =>
    template({ Q: queue() }, `Outputs: { O: { Value: ${value}, Export: { Name: shared } } }`);
  const conditional = (is: string, rest = '') =>
    template(
      { T: `{ Type: AWS::SNS::Topic, Properties: { DisplayName: !If [Uses, !ImportValue shared, own] }${rest} }` },
      `Conditions: { Uses: !Equals [${is}, used] }`,
    );
  it('in a branch that is not taken is none', async () => {
    await cloud.create('s', conditional('unused'));
    expect(await cloud.status('s')).toBe('CREATE_COMPLETE');
    const set = await cloud.changeSet('t', conditional('unused'), { ChangeSetType: 'CREATE' });
    expect(set.Status).toBe('CREATE_COMPLETE');
    const taken = await cloud.changeSet('u', conditional('used'), { ChangeSetType: 'CREATE' });
    expect(taken.StatusReason).toContain('No export named shared found');
  });
  it('in an output that is left out is none', async () => {
    const output = 'Outputs: { O: { Condition: Uses, Value: !ImportValue shared } }';
    await cloud.create('s', template({ Q: queue() }, `Conditions: { Uses: !Equals [a, b] }\n${output}`));
    expect(await cloud.status('s')).toBe('CREATE_COMPLETE');
  });
  it('keeps the value that it imports from changing, known before or only when it is executed', async () => {
    await cloud.create('a', exporting('fixed'));
    await cloud.create('b', conditional('used'));
    await cloud.update('a', exporting('other'));
    expect(await cloud.status('a')).toBe('UPDATE_ROLLBACK_COMPLETE');
    expect((await cloud.stack('a')).Outputs).toMatchObject([{ OutputValue: 'fixed' }]);
    expect((await cloud.events('a')).join('\n')).toContain('Export shared cannot be updated as it is in use by b');
    await cloud.update('b', conditional('unused'));
    await cloud.update('a', exporting('!Ref Q'));
    await cloud.update('b', conditional('used'));
    await cloud.update('a', exporting('!Ref Q').replace('VisibilityTimeout: 30', 'FifoQueue: true'));
    expect(await cloud.status('a')).toBe('UPDATE_ROLLBACK_COMPLETE');
  });
});
