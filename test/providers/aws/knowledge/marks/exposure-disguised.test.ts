/** Ways around the finders of exposure, each closed. Pages are of the CloudFormation template reference, as read. */
import { describe, expect, it } from 'vitest';
import { marks, marksOfOne, type Resources } from './stack.ts';

const tcp = (CidrIp: unknown, FromPort: number, ToPort = FromPort) => ({ CidrIp, IpProtocol: 'tcp', FromPort, ToPort });
const group = (...SecurityGroupIngress: object[]) => ({ SecurityGroupIngress });
const opened = (before: object[], after: object[], around: Resources = {}) =>
  marksOfOne('expose', 'AWS::EC2::SecurityGroup', group(...before), group(...after), around).map(
    ({ network }) => network?.range,
  );

const UNKNOWN = 'a source that is unknown until execution';

describe('the world stays the world', () => {
  it('in halves, quarters, or the second half a day later', () => {
    expect(opened([], [tcp('0.0.0.0/1', 22), tcp('128.0.0.0/1', 22)])).toEqual(['0.0.0.0/0']);
    expect(
      opened(
        [],
        ['0', '64', '128', '192'].map((first) => tcp(`${first}.0.0.0/2`, 22)),
      ),
    ).toEqual(['0.0.0.0/0']);
    expect(opened([tcp('0.0.0.0/1', 22)], [tcp('0.0.0.0/1', 22), tcp('128.0.0.0/1', 22)])).toEqual(['0.0.0.0/0']);
  });
  it('with host bits, in IPv6, by number of protocol', () => {
    expect(opened([], [tcp('8.8.8.8/0', 22)])).toEqual(['0.0.0.0/0']);
    expect(opened([], [{ CidrIpv6: '0:0:0:0:0:0:0:0/0', IpProtocol: '6', FromPort: 22, ToPort: 22 }])).toEqual([
      '::/0',
    ]);
  });
  it('port by port', () => {
    const found = marksOfOne(
      'expose',
      'AWS::EC2::SecurityGroup',
      group(),
      group(...[20, 21, 22].map((port) => tcp('0.0.0.0/0', port))),
    );
    expect(found).toMatchObject([{ network: { fromPort: 20, toPort: 22 } }]);
  });
  it('through a second rule that is a resource of its own, for a group named by its id', () => {
    const It = { Type: 'AWS::EC2::SecurityGroupIngress', Properties: { GroupId: 'sg-1', ...tcp('0.0.0.0/1', 22) } };
    const Two = { Type: 'AWS::EC2::SecurityGroupIngress', Properties: { GroupId: 'sg-1', ...tcp('128.0.0.0/1', 22) } };
    expect(marks('expose', { It }, { It, Two }).map(({ network }) => network?.range)).toEqual(['0.0.0.0/0']);
  });
  it('when another new rule cuts its ports in pieces', () => {
    const It = {
      Type: 'AWS::EC2::SecurityGroupIngress',
      Properties: { GroupId: 'sg-1', ...tcp('0.0.0.0/1', 400, 500) },
    };
    const Two = { Type: 'AWS::EC2::SecurityGroupIngress', Properties: { GroupId: 'sg-1', ...tcp('128.0.0.0/1', 450) } };
    expect(marks('expose', {}, { It, Two }, 'It').map(({ network }) => network?.fromPort)).toEqual([400, 450, 451]);
  });
  it('through a prefix list of the stack, and its entries later', () => {
    const List = { Type: 'AWS::EC2::PrefixList', Properties: { Entries: [{ Cidr: '0.0.0.0/0' }] } };
    expect(
      opened(
        [],
        [
          {
            IpProtocol: 'tcp',
            FromPort: 22,
            ToPort: 22,
            SourcePrefixListId: { 'Fn::GetAtt': ['List', 'PrefixListId'] },
          },
        ],
        { List },
      ),
    ).toEqual(['0.0.0.0/0']);
    expect(
      marksOfOne('expose', 'AWS::EC2::PrefixList', { Entries: [] }, { Entries: [{ Cidr: '0.0.0.0/0' }] }),
    ).toHaveLength(1);
  });
  it('through a list or group that nobody of the stack knows', () => {
    expect(opened([], [{ IpProtocol: 'tcp', FromPort: 22, ToPort: 22, SourcePrefixListId: 'pl-1' }])).toEqual(['pl-1']);
    expect(
      opened([], [{ IpProtocol: 'tcp', FromPort: 22, ToPort: 22, SourceSecurityGroupId: { Ref: 'Unknown' } }]),
    ).toEqual([UNKNOWN]);
  });
  // AWS::EC2::SecurityGroup Ingress: without a source “the rule will not be added to the security group”.
  it('but a rule without a source opens nothing', () => {
    expect(opened([], [{ IpProtocol: 'tcp', FromPort: 22, ToPort: 22 }])).toEqual([]);
  });
  // Dynamic references: the page's own example sets the access control of a bucket by `{{resolve:ssm:S3AccessControl:2}}`.
  it('when the value comes by a dynamic reference, with a version too', () => {
    expect(opened([], [tcp('{{resolve:ssm:/office:3}}', 22)])).toEqual([UNKNOWN]);
    expect(
      marksOfOne('expose', 'AWS::S3::Bucket', {}, { AccessControl: '{{resolve:ssm:S3AccessControl:2}}' }),
    ).toHaveLength(1);
  });
  it('in the entries of a network list that exists, by one allowed more or one denied less', () => {
    const entry = (RuleAction: string, CidrBlock: string) => ({
      NetworkAclId: 'acl-1',
      RuleAction,
      CidrBlock,
      Protocol: -1,
    });
    expect(marksOfOne('expose', 'AWS::EC2::NetworkAclEntry', null, entry('allow', '0.0.0.0/0'))).toHaveLength(1);
    expect(marksOfOne('expose', 'AWS::EC2::NetworkAclEntry', entry('deny', '203.0.113.0/24'), null)).toHaveLength(1);
  });
  it('by a route to a gateway for a network that had none', () => {
    expect(marksOfOne('expose', 'AWS::EC2::Route', null, { RouteTableId: 'rtb-1', GatewayId: 'igw-1' })).toHaveLength(
      1,
    );
  });
});

const document = (...Statement: object[]) => ({ Queues: [{ Ref: 'Queue' }], PolicyDocument: { Statement } });
const around: Resources = { Queue: { Type: 'AWS::SQS::Queue' } };
const allowed = (statement: object) =>
  marksOfOne(
    'expose',
    'AWS::SQS::QueuePolicy',
    null,
    document({ Effect: 'Allow', Action: 'sqs:*', Resource: '*', ...statement }),
    around,
  );

const variable = (name: string) => `$\{${name}}`;

describe('everybody stays everybody', () => {
  it('in each way of writing it', () => {
    for (const Principal of ['*', { AWS: '*' }, { AWS: ['111122223333', '*'] }])
      expect(allowed({ Principal })).toMatchObject([{ principal: '*' }]);
    expect(allowed({ NotPrincipal: { AWS: 'arn:aws:iam::111122223333:role/a' } })).toMatchObject([{ principal: '*' }]);
  });
  it.each([
    ['true when the key is absent', { 'ForAllValues:StringEquals': { 'aws:PrincipalOrgID': 'o-12345678' } }],
    ['true when the key is absent', { StringEqualsIfExists: { 'aws:SourceAccount': '111122223333' } }],
    ['a negation', { StringNotEquals: { 'aws:PrincipalAccount': '999900001111' } }],
    ['a wildcard', { StringLike: { 'aws:PrincipalOrgID': '*' } }],
    ['a wildcard account', { ArnLike: { 'aws:SourceArn': 'arn:aws:sns:*:*:*' } }],
    ['no matter of who calls', { Bool: { 'aws:SecureTransport': 'true' } }],
    ['unknown', { StringEquals: { 'aws:SourceAccount': { Ref: 'Unknown' } } }],
    ['what the caller brings', { StringEquals: { 'aws:PrincipalAccount': variable('aws:PrincipalAccount') } }],
    ['what the caller brings', { StringLike: { 'aws:PrincipalOrgID': variable('aws:PrincipalOrgID') } }],
    ['a role of any account', { ArnLike: { 'aws:PrincipalArn': 'arn:aws:iam::*:role/deploy' } }],
    [
      'an own name in any account',
      { ArnLike: { 'aws:PrincipalArn': { 'Fn::Sub': `arn:aws:iam::*:role/${variable('Queue')}` } } },
    ],
  ])('under a condition that is %s: %j', (_why, Condition) => {
    expect(allowed({ Principal: '*', Condition })).toMatchObject([{ principal: '*' }]);
  });
  // AWS::Lambda::Permission: “It is possible for an Amazon S3 bucket to be deleted by its owner and recreated by another account.”
  it('when a service that carries anybody may call, and nothing says for whom', () => {
    const permission = (more: object) =>
      marksOfOne('expose', 'AWS::Lambda::Permission', null, {
        FunctionName: 'f',
        Action: 'lambda:InvokeFunction',
        Principal: 's3.amazonaws.com',
        ...more,
      });
    expect(permission({})).toHaveLength(1);
    expect(permission({ SourceAccount: '111122223333' })).toEqual([]);
    expect(permission({ SourceArn: 'arn:aws:s3:::uploads-prod' })).toHaveLength(1);
    expect(permission({ SourceArn: 'arn:aws:s3:::uploads-prod', SourceAccount: '111122223333' })).toEqual([]);
  });
  it.each([
    ['a service', { Service: 'cloudtrail.amazonaws.com' }, { StringEquals: { 'aws:SourceAccount': '111122223333' } }],
    ['an own role', { AWS: { 'Fn::GetAtt': ['Caller', 'Arn'] } }, { StringEquals: { 'sts:ExternalId': 'x1' } }],
    [
      'an own login provider',
      { Federated: { Ref: 'Provider' } },
      { StringLike: { 'token.actions.githubusercontent.com:sub': 'repo:acme/shop:*' } },
    ],
  ])('when the condition of a trust goes, of %s', (_who, Principal, Condition) => {
    const others: Resources = {
      Provider: { Type: 'AWS::IAM::OIDCProvider', Properties: {} },
      Caller: { Type: 'AWS::IAM::Role', Properties: {} },
    };
    const trust = (more: object) => ({
      AssumeRolePolicyDocument: { Statement: [{ Effect: 'Allow', Principal, Action: 'sts:AssumeRole', ...more }] },
    });
    const told = marksOfOne('expose', 'AWS::IAM::Role', trust({ Condition }), trust({}), others);
    expect(told.map(({ text }) => text).join()).toContain(Object.keys(Object.values(Condition)[0]!)[0]);
    expect(marksOfOne('expose', 'AWS::IAM::Role', trust({}), trust({ Condition }), others)).toEqual([]);
  });
  it('but not for an identity of a distribution, or the own account as a number', () => {
    for (const partition of ['aws', 'aws-cn', 'aws-us-gov'])
      expect(
        allowed({ Principal: { AWS: `arn:${partition}:iam::cloudfront:user/CloudFront Origin Access Identity E1` } }),
      ).toEqual([]);
    expect(allowed({ Principal: { AWS: 111122223333 } })).toEqual([]);
    expect(allowed({ Principal: { AWS: [12345678901] } })).toMatchObject([{ principal: '012345678901' }]);
  });
  it('when the document is text, or nobody knows it', () => {
    const Statement = [{ Effect: 'Allow', Principal: '*', Action: 'es:*', Resource: '*' }];
    expect(
      marksOfOne('expose', 'AWS::Logs::ResourcePolicy', null, { PolicyDocument: JSON.stringify({ Statement }) }),
    ).toHaveLength(1);
    expect(
      marksOfOne('expose', 'AWS::SQS::QueuePolicy', null, { Queues: [], PolicyDocument: { Ref: 'Unknown' } }),
    ).toHaveLength(1);
  });
  it('in a document that stands in a property of another name', () => {
    const Statement = [{ Effect: 'Allow', Principal: '*', Action: 'ecr:*' }];
    expect(marksOfOne('expose', 'AWS::ECR::Repository', {}, { RepositoryPolicyText: { Statement } })).toHaveLength(1);
    expect(
      marksOfOne(
        'expose',
        'AWS::OpenSearchService::Domain',
        { VPCOptions: {} },
        { VPCOptions: {}, AccessPolicies: { Statement } },
      ),
    ).toHaveLength(1);
  });
  it('when a condition is dropped from what was allowed before', () => {
    const bound = {
      Effect: 'Allow',
      Principal: '*',
      Action: 'sqs:SendMessage',
      Resource: '*',
      Condition: { StringEquals: { 'aws:SourceAccount': '111122223333' } },
    };
    const { Condition: _dropped, ...open } = bound;
    expect(marksOfOne('expose', 'AWS::SQS::QueuePolicy', document(bound), document(open), around)).toHaveLength(1);
  });
  it('when a policy that denied is removed as a whole', () => {
    expect(
      marksOfOne(
        'expose',
        'AWS::SQS::QueuePolicy',
        document({ Effect: 'Deny', Principal: '*', Action: 'sqs:*', Resource: '*' }),
        null,
        around,
      ),
    ).toHaveLength(1);
  });
});

describe('a principal that gains stays one', () => {
  const Role = { Type: 'AWS::IAM::Role', Properties: {} };
  const policy = (type: string, more: object, Action: unknown, Resource: unknown = '*') => ({
    Type: type,
    Properties: { ...more, PolicyDocument: { Statement: { Effect: 'Allow', Action, Resource } } },
  });
  it.each([
    ['AWS::IAM::Policy', { Roles: [{ Ref: 'Role' }] }],
    ['AWS::IAM::ManagedPolicy', { Roles: [{ Ref: 'Role' }] }],
    ['AWS::IAM::RolePolicy', { RoleName: { Ref: 'Role' } }],
    ['AWS::IAM::UserPolicy', { UserName: 'somebody' }],
    ['AWS::IAM::GroupPolicy', { GroupName: 'everybody' }],
  ])('by %s', (type, more) => {
    expect(marks('expose', { Role }, { Role, It: policy(type, more, 'ec2:*') }, 'It')).toHaveLength(1);
  });
  it('when a wide policy of the stack is given to one more role', () => {
    const Wide = policy('AWS::IAM::ManagedPolicy', {}, 'ec2:*');
    expect(
      marks(
        'expose',
        { Role, Wide },
        { Wide, Role: { ...Role, Properties: { ManagedPolicyArns: [{ Ref: 'Wide' }] } } },
        'Role',
      ),
    ).toHaveLength(1);
  });
  it('when only the bearers of a wide policy are more, or others', () => {
    const Wide = (...Roles: object[]) => policy('AWS::IAM::Policy', { Roles }, 'ec2:*');
    const [one, two] = [{ Ref: 'Role' }, { Ref: 'Second' }];
    const both: Resources = { Role, Second: Role };
    expect(marks('expose', { ...both, It: Wide(one) }, { ...both, It: Wide(one, two) }, 'It')).toHaveLength(1);
    expect(marks('expose', { ...both, It: Wide(one) }, { ...both, It: Wide(two) }, 'It')).toHaveLength(1);
  });
  it('when a boundary is exchanged, or a user joins a group', () => {
    const bounded = (PermissionsBoundary: string) => ({ PermissionsBoundary });
    expect(
      marksOfOne(
        'expose',
        'AWS::IAM::Role',
        bounded('arn:aws:iam::1:policy/tight'),
        bounded('arn:aws:iam::aws:policy/AdministratorAccess'),
      ),
    ).toHaveLength(1);
    expect(
      marksOfOne('expose', 'AWS::IAM::UserToGroupAddition', null, { GroupName: 'admins', Users: ['me'] }),
    ).toHaveLength(1);
  });
  it('by wildcards inside a name', () => {
    for (const action of ['iam:Pass*', 'i*:PassRole', 's3:Put?bject', '*:*'])
      expect(
        marks('expose', { Role }, { Role, It: policy('AWS::IAM::Policy', { Roles: [{ Ref: 'Role' }] }, action) }, 'It'),
        action,
      ).toHaveLength(1);
  });
});

describe('a host of a customer of the cloud is a host like any other', () => {
  const receives = (Endpoint: string) =>
    marksOfOne('expose', 'AWS::SNS::Subscription', null, {
      TopicArn: 'arn:aws:sns:eu-west-1:1:t',
      Protocol: 'https',
      Endpoint,
    });
  it.each([
    'https://ec2-203-0-113-9.eu-west-1.compute.amazonaws.com/in',
    'https://ec2-203-0-113-9.compute-1.amazonaws.com/in',
    'https://evil-1.eu-west-1.elb.amazonaws.com:8443/in',
    'https://evil.s3.eu-west-1.amazonaws.com/in',
    'https://aws-codedeploy-evil.s3.eu-west-1.amazonaws.com/in',
    'https://s3.eu-west-1.amazonaws.com/evil/in',
    'https://s3-eu-west-1.amazonaws.com/evil/in',
    'https://abc.execute-api.eu-west-1.amazonaws.com/in',
    'https://abc.lambda-url.eu-west-1.on.aws/',
  ])('%s', (url) => expect(receives(url)).toHaveLength(1));
  it.each([
    'https://sqs.eu-west-1.amazonaws.com/123456789012/orders',
    'https://events.us-gov-west-1.amazonaws.com/x',
    'https://runtime.sagemaker.eu-west-1.amazonaws.com/x',
    'https://docs.aws.amazon.com/x',
    'https://aws-codedeploy-eu-west-1.s3.eu-west-1.amazonaws.com/latest/install',
    'https://s3.amazonaws.com/cloudformation-examples/aws-cfn-bootstrap-py3-latest.tar.gz',
    'https://amazoncloudwatch-agent.s3.amazonaws.com/linux/amd64/latest/a.zip',
  ])('but none is %s', (url) => expect(receives(url)).toEqual([]));
});
