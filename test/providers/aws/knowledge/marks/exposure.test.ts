import { describe, expect, it } from 'vitest';
import { ACCOUNT, marks, marksOfOne, type Resources } from './stack.ts';

const rule = (CidrIp: string, FromPort: number, ToPort = FromPort) => ({ CidrIp, IpProtocol: 'tcp', FromPort, ToPort });
const group = (...SecurityGroupIngress: object[]) => ({ SecurityGroupIngress });
const network = (found: ReturnType<typeof marks>) => found.map((mark) => mark.network);

describe('network rules', () => {
  it('tell the range, normalised, with protocol and ports', () => {
    expect(marksOfOne('expose', 'AWS::EC2::SecurityGroup', group(), group(rule('10.1.2.3/8', 5432)))).toEqual([
      {
        kind: 'expose',
        path: 'Properties.SecurityGroupIngress',
        text: 'Allows traffic from 10.0.0.0/8, tcp 5432.',
        network: { range: '10.0.0.0/8', protocol: 'tcp', fromPort: 5432, toPort: 5432 },
      },
    ]);
  });
  it('gain nothing that another rule covers already', () => {
    const open = group(rule('0.0.0.0/0', 443));
    expect(
      marksOfOne('expose', 'AWS::EC2::SecurityGroup', open, group(rule('0.0.0.0/0', 443), rule('10.0.0.0/8', 443))),
    ).toEqual([]);
  });
  it('are judged as one set with rules that stand as resources', () => {
    const Group = { Type: 'AWS::EC2::SecurityGroup', Properties: group(rule('0.0.0.0/1', 22)) };
    const It = {
      Type: 'AWS::EC2::SecurityGroupIngress',
      Properties: { GroupId: { 'Fn::GetAtt': ['Group', 'GroupId'] }, ...rule('128.0.0.0/1', 22) },
    };
    expect(network(marks('expose', { Group }, { Group, It }))).toEqual([
      { range: '0.0.0.0/0', protocol: 'tcp', fromPort: 22, toPort: 22 },
    ]);
  });
  it('open to a range that is not known say that, and hide no other rule', () => {
    const found = marksOfOne(
      'expose',
      'AWS::EC2::SecurityGroup',
      group(),
      group({ ...rule('', 22), CidrIp: { Ref: 'Unknown' } }),
    );
    expect(network(found)).toMatchObject([{ range: 'a source that is unknown until execution' }]);
    const unknown = { ...rule('', 22), CidrIp: { Ref: 'Unknown' } };
    const more = group(unknown, rule('0.0.0.0/0', 22));
    expect(network(marksOfOne('expose', 'AWS::EC2::SecurityGroup', group(unknown), more))).toMatchObject([
      { range: '0.0.0.0/0' },
      { range: 'a source that is unknown until execution' },
    ]);
  });
  it('that name a group of the stack gain nothing, one that is open on everything its range, a foreign one its name', () => {
    const through = (SourceSecurityGroupId: unknown) =>
      group({ IpProtocol: 'tcp', FromPort: 80, ToPort: 80, SourceSecurityGroupId });
    const around = (...rules: object[]): Resources => ({
      Front: { Type: 'AWS::EC2::SecurityGroup', Properties: group(...rules) },
    });
    const front = { 'Fn::GetAtt': ['Front', 'GroupId'] };
    expect(marksOfOne('expose', 'AWS::EC2::SecurityGroup', group(), through(front), around())).toEqual([]);
    const open = around(rule('0.0.0.0/0', 443));
    expect(marksOfOne('expose', 'AWS::EC2::SecurityGroup', group(), through(front), open)).toEqual([]);
    expect(marksOfOne('disconnect', 'AWS::EC2::SecurityGroup', through(front), group(), open)).toMatchObject([
      { text: 'No longer allows traffic from Front, tcp 80.' },
    ]);
    expect(
      network(
        marksOfOne('expose', 'AWS::EC2::SecurityGroup', group(), through(front), around(rule('0.0.0.0/0', 0, 65535))),
      ),
    ).toMatchObject([{ range: '0.0.0.0/0', fromPort: 80 }]);
    // A load balancer before an application: it takes 443 from the world, the application takes 80 from it alone.
    expect(
      marksOfOne('expose', 'AWS::EC2::SecurityGroup', group(), through(front), around(rule('0.0.0.0/0', 443))),
    ).toEqual([]);
    expect(marksOfOne('expose', 'AWS::EC2::SecurityGroup', group(), through('sg-0123'))).toMatchObject([
      { target: { id: 'sg-0123' } },
    ]);
  });
  it('of a network of the stack are that network', () => {
    const Net = { Type: 'AWS::EC2::VPC', Properties: { CidrBlock: '10.20.0.0/16' } };
    const found = marksOfOne(
      'expose',
      'AWS::EC2::SecurityGroup',
      group(),
      group({ ...rule('', 80), CidrIp: { 'Fn::GetAtt': ['Net', 'CidrBlock'] } }),
      { Net },
    );
    expect(network(found)).toMatchObject([{ range: '10.20.0.0/16' }]);
  });
  it('of a new group say nothing of what goes out', () => {
    const all = { SecurityGroupEgress: [{ CidrIp: '0.0.0.0/0', IpProtocol: '-1' }] };
    expect(marksOfOne('expose', 'AWS::EC2::SecurityGroup', null, all)).toEqual([]);
    expect(
      marksOfOne('expose', 'AWS::EC2::SecurityGroup', { SecurityGroupEgress: [rule('10.0.0.0/8', 443)] }, all),
    ).toHaveLength(1);
  });
});

describe('properties that open', () => {
  it.each([
    ['AWS::RDS::DBInstance', {}, { PubliclyAccessible: true }],
    ['AWS::S3::Bucket', {}, { AccessControl: 'PublicRead' }],
    ['AWS::S3::Bucket', {}, { PublicAccessBlockConfiguration: { BlockPublicPolicy: false } }],
    [
      'AWS::S3::Bucket',
      { PublicAccessBlockConfiguration: { BlockPublicPolicy: true } },
      { PublicAccessBlockConfiguration: { BlockPublicAcls: true } },
    ],
    ['AWS::Lambda::Url', null, { AuthType: 'NONE' }],
    ['AWS::ElasticLoadBalancingV2::LoadBalancer', null, { Scheme: 'internet-facing' }],
    ['AWS::ElasticLoadBalancingV2::LoadBalancer', null, {}],
    ['AWS::IAM::Role', { PermissionsBoundary: 'arn:aws:iam::111122223333:policy/b' }, {}],
    ['AWS::EC2::Instance', null, { NetworkInterfaces: [{ DeviceIndex: '0', AssociatePublicIpAddress: true }] }],
  ])('%s: %j → %j', (type, before, after) => {
    expect(marksOfOne('expose', type, before, after)).toHaveLength(1);
  });
  it.each([
    ['AWS::S3::Bucket', null, {}],
    [
      'AWS::S3::Bucket',
      null,
      {
        PublicAccessBlockConfiguration: {
          BlockPublicAcls: true,
          BlockPublicPolicy: true,
          IgnorePublicAcls: true,
          RestrictPublicBuckets: true,
        },
      },
    ],
    [
      'AWS::RDS::DBInstance',
      { PubliclyAccessible: true },
      { PubliclyAccessible: 'true', DBInstanceClass: 'db.t3.small' },
    ],
    [
      'AWS::ElasticLoadBalancingV2::LoadBalancer',
      { Scheme: 'internet-facing' },
      { Scheme: 'internet-facing', IpAddressType: 'ipv4' },
    ],
  ])('not %s: %j → %j', (type, before, after) => {
    expect(marksOfOne('expose', type, before, after)).toEqual([]);
  });
});

const document = (...Statement: object[]) => ({ PolicyDocument: { Version: '2012-10-17', Statement } });
const allow = (Action: unknown, Resource: unknown, more: object = {}) => ({
  Effect: 'Allow',
  Action,
  Resource,
  ...more,
});

describe('policies of roles', () => {
  const around: Resources = {
    Role: { Type: 'AWS::IAM::Role', Properties: { AssumeRolePolicyDocument: { Statement: [] } } },
    Table: { Type: 'AWS::DynamoDB::Table', Properties: {} },
  };
  const attached = (...statements: object[]) => ({ Roles: [{ Ref: 'Role' }], ...document(...statements) });
  const own = { 'Fn::GetAtt': ['Table', 'Arn'] };
  const gained = (before: object | null, after: object) =>
    marksOfOne('expose', 'AWS::IAM::Policy', before as never, after as never, around);
  it.each([
    ['everything', allow('*', '*')],
    ['a whole service', allow('s3:*', '*')],
    ['a whole service on an own resource', allow('dynamodb:*', own)],
    ['a write on everything', allow('ec2:TerminateInstances', '*')],
    [
      'a write on a named foreign thing',
      allow('dynamodb:DeleteTable', 'arn:aws:dynamodb:eu-west-1:111122223333:table/prod'),
    ],
    ['secrets of everything', allow('secretsmanager:GetSecretValue', '*')],
    ['handing on a foreign role', allow('iam:PassRole', 'arn:aws:iam::111122223333:role/admin')],
    ['all but something', { Effect: 'Allow', NotAction: 'iam:*', Resource: '*' }],
    ['something unknown', allow({ Ref: 'Unknown' }, '*')],
  ])('gain %s', (_what, statement) => {
    expect(gained(attached(), attached(statement))).toHaveLength(1);
  });
  it.each([
    [
      'named actions on own resources',
      allow(['dynamodb:GetItem', 'dynamodb:PutItem'], [own, { 'Fn::Join': ['/', [own, 'index', '*']] }]),
    ],
    ['logs', allow(['logs:CreateLogStream', 'logs:PutLogEvents'], '*')],
    ['reading what a named thing is', allow('sqs:GetQueueAttributes', 'arn:aws:sqs:eu-west-1:111122223333:orders')],
    ['reading what an own thing stores', allow(['dynamodb:GetItem', 'dynamodb:Query'], own)],
    ['listing', allow('ec2:DescribeInstances', '*')],
  ])('are no exposure by %s', (_what, statement) => {
    expect(gained(null, attached(statement))).toEqual([]);
  });
  it('gain nothing when a statement is cut in two, or moves to another policy of the role', () => {
    const wide = allow(['s3:PutObject', 's3:DeleteObject'], '*');
    expect(gained(attached(wide), attached(allow('s3:PutObject', '*'), allow('S3:deleteobject', '*')))).toEqual([]);
    const Old = { Type: 'AWS::IAM::Policy', Properties: attached(wide) };
    expect(marks('expose', { ...around, Old }, { ...around, New: Old })).toEqual([]);
  });
  it('lose a Deny, or a condition', () => {
    const deny = { Effect: 'Deny', Action: 's3:DeleteBucket', Resource: '*' };
    expect(gained(attached(deny), attached())).toMatchObject([
      { text: 'Role Role can newly call s3:DeleteBucket on every resource: this policy no longer denies it.' },
    ]);
    const bound = allow('s3:PutObject', '*', { Condition: { Bool: { 'aws:MultiFactorAuthPresent': 'true' } } });
    expect(gained(attached(bound), attached(allow('s3:PutObject', '*')))).toHaveLength(1);
  });
  it('are told for managed policies by what they are', () => {
    const role = (...arns: unknown[]) => ({ ManagedPolicyArns: arns });
    const gains = (arn: unknown) => marksOfOne('expose', 'AWS::IAM::Role', role(), role(arn), around);
    expect(gains('arn:aws:iam::aws:policy/AdministratorAccess')).toHaveLength(1);
    expect(gains('arn:aws:iam::111122223333:policy/own')).toHaveLength(1);
    expect(gains({ Ref: 'Unknown' })).toHaveLength(1);
    expect(gains('arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole')).toEqual([]);
  });
});

describe('policies of resources, and trust', () => {
  const around: Resources = { Queue: { Type: 'AWS::SQS::Queue' }, Topic: { Type: 'AWS::SNS::Topic' } };
  const policy = (Principal: unknown, Condition?: object) => ({
    Queues: [{ Ref: 'Queue' }],
    ...document(
      allow('sqs:SendMessage', { 'Fn::GetAtt': ['Queue', 'Arn'] }, { Principal, ...(Condition ? { Condition } : {}) }),
    ),
  });
  const gained = (Principal: unknown, Condition?: object) =>
    marksOfOne('expose', 'AWS::SQS::QueuePolicy', null, policy(Principal, Condition), around);
  const ofTopic = { ArnEquals: { 'aws:SourceArn': { Ref: 'Topic' } } };
  it('of a queue that its own topic may write to expose nothing', () => {
    expect(gained({ Service: 'sns.amazonaws.com' }, ofTopic)).toEqual([]);
    expect(gained('*', ofTopic)).toEqual([]);
    expect(gained({ AWS: `arn:aws:iam::${ACCOUNT}:root` })).toEqual([]);
  });
  it('expose to everybody, to other accounts, to what is not known, and to services that carry anybody', () => {
    expect(gained('*')).toMatchObject([{ principal: '*' }]);
    expect(gained({ AWS: ['*'] })).toMatchObject([{ principal: '*' }]);
    expect(gained({ AWS: '999900001111' })).toMatchObject([{ principal: '999900001111' }]);
    expect(gained({ AWS: { Ref: 'Unknown' } })).toHaveLength(1);
    expect(gained({ Service: 'sns.amazonaws.com' })).toHaveLength(1);
    expect(gained('*', { Bool: { 'aws:SecureTransport': 'true' } })).toHaveLength(1);
  });
  it('of a key that a service works with expose nothing, whole rights on it do', () => {
    const key = (Action: string) => ({
      KeyPolicy: {
        Statement: [
          { Effect: 'Allow', Principal: { AWS: `arn:aws:iam::${ACCOUNT}:root` }, Action: 'kms:*', Resource: '*' },
          { Effect: 'Allow', Principal: { Service: 'sns.amazonaws.com' }, Action, Resource: '*' },
        ],
      },
    });
    expect(marksOfOne('expose', 'AWS::KMS::Key', null, key('kms:Decrypt'))).toEqual([]);
    expect(marksOfOne('expose', 'AWS::KMS::Key', null, key('kms:*'))).toHaveLength(1);
  });
  it('of a function are judged as what its permission says', () => {
    const permission = (more: object) =>
      marksOfOne(
        'expose',
        'AWS::Lambda::Permission',
        null,
        { FunctionName: 'f', Action: 'lambda:InvokeFunction', ...more },
        around,
      );
    expect(permission({ Principal: '*' })).toHaveLength(1);
    expect(permission({ Principal: '999900001111' })).toHaveLength(1);
    expect(permission({ Principal: 'sns.amazonaws.com', SourceArn: { Ref: 'Topic' } })).toEqual([]);
  });
  it('as trust expose to whoever is not a service', () => {
    const trust = (Principal: unknown) =>
      marksOfOne('expose', 'AWS::IAM::Role', null, {
        AssumeRolePolicyDocument: { Statement: [{ Effect: 'Allow', Action: 'sts:AssumeRole', Principal }] },
      });
    expect(trust({ Service: 'lambda.amazonaws.com' })).toEqual([]);
    expect(trust({ AWS: `arn:aws:iam::${ACCOUNT}:root` })).toHaveLength(1);
    expect(
      trust({ Federated: 'arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com' }),
    ).toHaveLength(1);
  });
});

describe('an OpenAPI body', () => {
  const login = [{ Login: [] }];
  const api = (operation: object, more: object = {}) => ({
    Body: { paths: { '/orders': { get: operation } }, ...more },
  });
  const opened = (before: Record<string, unknown>, after: Record<string, unknown>, type = 'AWS::ApiGateway::RestApi') =>
    marksOfOne('expose', type, before, after).map(({ text }) => text);
  it('opens a method whose security goes, by itself or for the whole document', () => {
    expect(opened(api({ security: login }), api({}))).toEqual([expect.stringContaining('GET /orders')]);
    expect(opened(api({}, { security: login }), api({}), 'AWS::ApiGatewayV2::Api')).toHaveLength(1);
    expect(opened(api({}, { security: login }), api({ security: [] }, { security: login }))).toHaveLength(1);
    expect(opened(api({ security: login }), api({ security: [...login, {}] }))).toHaveLength(1);
  });
  it('opens nothing by another login, or by a method that goes or was open', () => {
    expect(opened(api({ security: login }), api({ security: [{ Other: [] }] }))).toEqual([]);
    expect(opened(api({ security: login }), { Body: { paths: {} } })).toEqual([]);
    expect(opened(api({}), api({ summary: 'x' }))).toEqual([]);
  });
});
