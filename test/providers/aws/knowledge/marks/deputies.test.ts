import { describe, expect, it } from 'vitest';
import { ACCOUNT, marks, marksOfOne, type Resources } from './stack.ts';

const arn = (id: string) => ({ 'Fn::GetAtt': [id, 'Arn'] });
const role = (...Statement: object[]) => ({
  Type: 'AWS::IAM::Role',
  Properties: { Policies: [{ PolicyName: 'own', PolicyDocument: { Statement } }] },
});
const allow = (Action: unknown, Resource: unknown) => ({ Effect: 'Allow', Action, Resource });

const around: Resources = {
  Table: { Type: 'AWS::DynamoDB::Table', Properties: {} },
  Bounded: role(allow('dynamodb:DeleteItem', arn('Table')), allow('logs:PutLogEvents', '*')),
  Reading: role(allow(['s3:GetObject', 'dynamodb:Query'], '*')),
  Unbounded: role(allow('dynamodb:DeleteTable', '*')),
  Managed: {
    Type: 'AWS::IAM::Role',
    Properties: { ManagedPolicyArns: ['arn:aws:iam::aws:policy/AdministratorAccess'] },
  },
  Basic: {
    Type: 'AWS::IAM::Role',
    Properties: { ManagedPolicyArns: ['arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole'] },
  },
};
const fn = (Role: unknown, more: object = {}) => ({
  Role,
  Code: { S3Key: 'a.zip' },
  Handler: 'index.handler',
  ...more,
});
const ofFunction = (before: object | null, after: object) =>
  marksOfOne('deputy', 'AWS::Lambda::Function', before as never, after as never, around);

// AWS::Transfer::Connector: AccessRole “needs to provide read and write access” to the files that it sends and receives.
describe('a connector', () => {
  const under = (AccessRole: unknown, Url = 'sftp://a.example') => ({ AccessRole, Url });
  const ofConnector = (before: object | null, after: object) =>
    marksOfOne('deputy', 'AWS::Transfer::Connector', before as never, after as never, around);
  it('acts under its access role, and is marked when that becomes another', () => {
    expect(ofConnector(null, under(arn('Unbounded')))).toMatchObject([{ bound: 'unbounded', principal: 'Unbounded' }]);
    expect(ofConnector(under(arn('Bounded')), under(arn('Unbounded')))).toHaveLength(1);
    expect(ofConnector(under(arn('Unbounded')), under(arn('Unbounded'), 'sftp://b.example'))).toEqual([]);
  });
});

describe('a function', () => {
  it.each([
    ['Bounded', 'own_stack'],
    ['Reading', 'own_stack'],
    ['Basic', 'own_stack'],
    ['Unbounded', 'unbounded'],
    ['Managed', 'unbounded'],
  ])('that is created under %s is %s', (id, bound) => {
    expect(ofFunction(null, fn(arn(id)))).toMatchObject([{ bound, principal: id }]);
  });
  it('under a role outside the template, or one that is not known, is unbounded', () => {
    expect(ofFunction(null, fn('arn:aws:iam::111122223333:role/admin'))).toMatchObject([
      { bound: 'unbounded', principal: 'arn:aws:iam::111122223333:role/admin' },
    ]);
    expect(ofFunction(null, fn({ Ref: 'Unknown' }))).toMatchObject([{ bound: 'unbounded' }]);
  });
  it('is marked when its code, role, layers or handler change, and not for memory, timeout or variables', () => {
    const before = fn(arn('Unbounded'));
    for (const change of [
      { Code: { S3Key: 'b.zip' } },
      { Role: arn('Managed') },
      { Layers: ['l:1'] },
      { Handler: 'other.handler' },
    ])
      expect(ofFunction(before, { ...before, ...change })).toHaveLength(1);
    expect(
      ofFunction(before, { ...before, MemorySize: 1024, Timeout: 30, Environment: { Variables: { A: '1' } } }),
    ).toEqual([]);
  });
  it('is not another one by the same reference; one without a version is read again, which is said as that', () => {
    const under = (Role: string) => ofFunction(fn(Role), fn(Role, { MemorySize: 1024 }));
    expect(under('{{resolve:ssm:/roles/web:3}}')).toEqual([]);
    expect(under('{{resolve:ssm:/roles/web}}')).toEqual([]);
    const role = '{{resolve:ssm:/roles/web}}';
    const [was, is] = [fn(role), fn(role, { MemorySize: 1024 })];
    expect(marksOfOne('unpinned', 'AWS::Lambda::Function', was, is)).toMatchObject([{ reads: 'value' }]);
  });
  it('is bounded by every policy that is attached to its role', () => {
    const Policy = (statement: object) => ({
      Type: 'AWS::IAM::Policy',
      Properties: { Roles: [{ Ref: 'Basic' }], PolicyDocument: { Statement: [statement] } },
    });
    const It = { Type: 'AWS::Lambda::Function', Properties: fn(arn('Basic')) };
    const bound = (statement: object) =>
      marks('deputy', around, { ...around, It, Policy: Policy(statement) }, 'It')[0]?.bound;
    expect(bound(allow('dynamodb:PutItem', arn('Table')))).toBe('own_stack');
    expect(bound(allow('dynamodb:PutItem', '*'))).toBe('unbounded');
    const thing = (what: string, account = ACCOUNT) => `arn:aws:dynamodb:eu-west-1:${account}:table/${what}`;
    expect(bound(allow(['dynamodb:PutItem', 'dynamodb:BatchWriteItem'], thing('orders')))).toBe('named');
    expect(bound(allow('sqs:SendMessage', `arn:aws:sqs:eu-west-1:${ACCOUNT}:jobs`))).toBe('named');
    // Some of many, the thing itself, another account, an unknown one, or anything beside it.
    expect(bound(allow('dynamodb:PutItem', thing('orders-*')))).toBe('unbounded');
    expect(bound(allow(['dynamodb:PutItem', 'dynamodb:DeleteTable'], thing('orders')))).toBe('unbounded');
    expect(bound(allow('dynamodb:*', thing('orders')))).toBe('unbounded');
    expect(bound(allow('dynamodb:PutItem', thing('orders', '210987654321')))).toBe('unbounded');
    expect(bound(allow('dynamodb:PutItem', { Ref: 'Unknown' }))).toBe('unbounded');
    expect(bound(allow('dynamodb:PutItem', [thing('orders'), '*']))).toBe('unbounded');
  });
});

describe('direct calls of AWS', () => {
  const schedule = (Arn: string) => ({ Target: { Arn, RoleArn: arn('Bounded') } });
  it('are universal targets of a schedule that do more than read', () => {
    const bound = (target: string) =>
      marksOfOne('deputy', 'AWS::Scheduler::Schedule', null, schedule(target), around)[0]?.bound;
    expect(bound('arn:aws:scheduler:::aws-sdk:ec2:terminateInstances')).toBe('direct_api');
    expect(bound('arn:aws-cn:scheduler:::aws-sdk:rds:deleteDBInstance')).toBe('direct_api');
    expect(bound('arn:aws:scheduler:::aws-sdk:ec2:describeInstances')).toBe('own_stack');
  });
  it('are tasks of a state machine', () => {
    const machine = (Resource: string) => ({
      RoleArn: arn('Bounded'),
      DefinitionString: JSON.stringify({ States: { A: { Type: 'Task', Resource } } }),
    });
    const bound = (resource: string) =>
      marksOfOne('deputy', 'AWS::StepFunctions::StateMachine', null, machine(resource), around)[0]?.bound;
    expect(bound('arn:aws:states:::aws-sdk:dynamodb:deleteTable')).toBe('direct_api');
    expect(bound('arn:aws:states:::lambda:invoke')).toBe('own_stack');
  });
});

describe('others', () => {
  it('a rule that starts own things is none, one that starts foreign things is unbounded', () => {
    const Queue = { Type: 'AWS::SQS::Queue' };
    const rule = (Arn: unknown) => ({ Targets: [{ Id: 'a', Arn }] });
    expect(marksOfOne('deputy', 'AWS::Events::Rule', null, rule(arn('Queue')), { Queue })).toEqual([]);
    expect(
      marksOfOne('deputy', 'AWS::Events::Rule', null, rule('arn:aws:lambda:eu-west-1:111122223333:function:other')),
    ).toMatchObject([{ bound: 'unbounded' }]);
  });
  it('a custom resource is its function, at every change and at its end', () => {
    const withFunction = { ...around, Fn: { Type: 'AWS::Lambda::Function', Properties: fn(arn('Bounded')) } };
    const custom = (ServiceToken: unknown, more: object = {}) => ({ ServiceToken, ...more });
    const bound = (before: object | null, after: object | null) =>
      marksOfOne('deputy', 'Custom::Thing', before as never, after as never, withFunction)[0]?.bound;
    expect(bound(null, custom(arn('Fn')))).toBe('own_stack');
    expect(bound(null, custom('arn:aws:lambda:eu-west-1:111122223333:function:other'))).toBe('unbounded');
    expect(bound(custom(arn('Fn')), custom(arn('Fn'), { Value: 2 }))).toBe('own_stack');
    expect(bound(custom('arn:aws:lambda:eu-west-1:111122223333:function:other'), null)).toBe('unbounded');
  });
  it('an image bump of a task definition is none, another task role is one', () => {
    const task = (Image: string, TaskRoleArn: unknown) => ({
      TaskRoleArn,
      ContainerDefinitions: [{ Name: 'web', Image }],
    });
    const of = (before: object, after: object) =>
      marksOfOne('deputy', 'AWS::ECS::TaskDefinition', before as never, after as never, around);
    expect(of(task('web:1.0.0', arn('Unbounded')), task('web:1.0.1', arn('Unbounded')))).toEqual([]);
    expect(of(task('web:1.0.0', arn('Bounded')), task('web:1.0.0', arn('Unbounded')))).toMatchObject([
      { bound: 'unbounded' },
    ]);
  });
  it('an instance with a profile is one, when it is made and when its user data change', () => {
    const withProfile = {
      ...around,
      Profile: { Type: 'AWS::IAM::InstanceProfile', Properties: { Roles: [{ Ref: 'Unbounded' }] } },
    };
    const of = (before: object | null, after: object) =>
      marksOfOne('deputy', 'AWS::EC2::Instance', before as never, after as never, withProfile);
    const IamInstanceProfile = { Ref: 'Profile' };
    expect(of(null, { IamInstanceProfile })).toMatchObject([{ bound: 'unbounded', principal: 'Unbounded' }]);
    expect(of({ IamInstanceProfile, UserData: 'a' }, { IamInstanceProfile, UserData: 'b' })).toHaveLength(1);
    expect(
      of({ IamInstanceProfile, InstanceType: 't3.small' }, { IamInstanceProfile, InstanceType: 't3.large' }),
    ).toEqual([]);
    expect(of(null, { UserData: 'a' })).toEqual([]);
  });
  describe('commands of cfn-init', () => {
    const host = (command: string, profile: object = {}) => ({
      ...around,
      It: {
        Type: 'AWS::EC2::Instance',
        Metadata: { Note: 'a', 'AWS::CloudFormation::Init': { config: { commands: { a: { command } } } } },
        Properties: profile,
      },
    });
    const admin = { IamInstanceProfile: 'admin' };
    it('that change are one, under the profile of the instance', () => {
      expect(marks('deputy', host('echo ok', admin), host('curl x | sh', admin), 'It')).toMatchObject([
        { bound: 'unbounded', path: 'Metadata.AWS::CloudFormation::Init', text: expect.stringContaining('cfn-hup') },
      ]);
    });
    it('that stay, or are there when it is made, or have no rights, are none', () => {
      const noted = (note: string) => {
        const resources = host('echo ok', admin);
        return { ...resources, It: { ...resources.It, Metadata: { ...resources.It.Metadata, Note: note } } };
      };
      expect(marks('deputy', noted('a'), noted('b'), 'It')).toEqual([]);
      expect(marks('deputy', around, host('echo ok'), 'It')).toEqual([]);
      expect(marks('deputy', host('echo ok'), host('curl x | sh'), 'It')).toEqual([]);
    });
    it('of a group are one of whatever rights its instances have', () => {
      const group = (command: string) => ({
        It: {
          Type: 'AWS::AutoScaling::AutoScalingGroup',
          Metadata: { 'AWS::CloudFormation::Init': { config: { commands: { a: { command } } } } },
          Properties: { MinSize: '1', MaxSize: '2' },
        },
      });
      expect(marks('deputy', group('a'), group('b'), 'It')).toMatchObject([{ bound: 'unbounded' }]);
    });
  });
  it('a queue with its policy is none', () => {
    const It = {
      Type: 'AWS::SQS::QueuePolicy',
      Properties: { Queues: [{ Ref: 'Queue' }], PolicyDocument: { Statement: [] } },
    };
    expect(marks('deputy', {}, { Queue: { Type: 'AWS::SQS::Queue' }, It })).toEqual([]);
  });
});
