/** Effects that can come in several ways: each way, and the one verdict that they must all have. */
import type { Json, Template } from './changes-world.ts';

interface Door {
  before?: Template;
  after?: Template;
  /** Instead of a template. */
  tool?: string;
  input?: Record<string, unknown>;
}
export interface SameEffect {
  effect: string;
  needs: number | 'denied';
  inDevelopment?: number | 'denied';
  /** Guards that must hold it, by every door. */
  heldBy: string[];
  seed?: Record<string, unknown>;
  doors: Record<string, Door>;
}

type Parts = Record<string, Json>;
const of = (Type: string, Properties: Parts, more: Parts = {}): Json => ({ Type, Properties, ...more });
const stack = (Resources: Parts, more: Parts = {}): Template => ({ ...more, Resources });
const att = (id: string, name = 'Arn'): Json => ({ 'Fn::GetAtt': [id, name] });
const ref = (id: string): Json => ({ Ref: id });
const document = (...Statement: Json[]): Json => ({ Version: '2012-10-17', Statement });
const allow = (Action: Json, Resource: Json, more: Parts = {}): Json => ({
  Effect: 'Allow',
  Action,
  Resource,
  ...more,
});

const trust = document({ Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' });
const role = (more: Parts = {}) => of('AWS::IAM::Role', { AssumeRolePolicyDocument: trust, ...more });
const topic = of('AWS::SNS::Topic', {});

/** What a role gains, by each way of giving it. */
const gains = (statement: Json): Record<string, Door> => ({
  inline: {
    before: stack({ Topic: topic, Role: role() }),
    after: stack({
      Topic: topic,
      Role: role({ Policies: [{ PolicyName: 'p', PolicyDocument: document(statement) }] }),
    }),
  },
  ...Object.fromEntries(
    (
      [
        [
          'policy',
          of('AWS::IAM::Policy', { PolicyName: 'p', Roles: [ref('Role')], PolicyDocument: document(statement) }),
        ],
        [
          'role policy',
          of('AWS::IAM::RolePolicy', { PolicyName: 'p', RoleName: ref('Role'), PolicyDocument: document(statement) }),
        ],
        [
          'managed policy',
          of('AWS::IAM::ManagedPolicy', { Roles: [ref('Role')], PolicyDocument: document(statement) }),
        ],
      ] as const
    ).map(([door, Given]): [string, Door] => [
      door,
      { before: stack({ Topic: topic, Role: role() }), after: stack({ Topic: topic, Role: role(), Given }) },
    ]),
  ),
  'managed policy, attached by the role': {
    before: stack({ Topic: topic, Role: role() }),
    after: stack({
      Topic: topic,
      Given: of('AWS::IAM::ManagedPolicy', { PolicyDocument: document(statement) }),
      Role: role({ ManagedPolicyArns: [ref('Given')] }),
    }),
  },
  'by a parameter': {
    before: stack(
      { Topic: topic, Role: role() },
      { Parameters: { Action: { Type: 'String', Default: String((statement as Parts).Action) } } },
    ),
    after: stack(
      {
        Topic: topic,
        Role: role({
          Policies: [{ PolicyName: 'p', PolicyDocument: document({ ...(statement as Parts), Action: ref('Action') }) }],
        }),
      },
      { Parameters: { Action: { Type: 'String', Default: String((statement as Parts).Action) } } },
    ),
  },
});

const ingress = (more: Parts): Parts => ({ IpProtocol: 'tcp', FromPort: 22, ToPort: 22, ...more });
const group = (...rules: Json[]) =>
  of('AWS::EC2::SecurityGroup', { GroupDescription: 'g', VpcId: 'vpc-0000000a', SecurityGroupIngress: rules });
const seedGroup = { security_groups: [{ id: 'sg-0000000b', name: 'lone', vpc_id: 'vpc-0000000a' }] };
const opening = (range: string): Record<string, Door> => ({
  inline: { before: stack({ Group: group() }), after: stack({ Group: group(ingress({ CidrIp: range })) }) },
  separate: {
    before: stack({ Group: group() }),
    after: stack({
      Group: group(),
      Rule: of('AWS::EC2::SecurityGroupIngress', { GroupId: att('Group', 'GroupId'), ...ingress({ CidrIp: range }) }),
    }),
  },
  'by a parameter': {
    before: stack({ Group: group() }, { Parameters: { Range: { Type: 'String', Default: range } } }),
    after: stack(
      { Group: group(ingress({ CidrIp: ref('Range') })) },
      { Parameters: { Range: { Type: 'String', Default: range } } },
    ),
  },
  'by a mapping': {
    before: stack({ Group: group() }),
    after: stack(
      { Group: group(ingress({ CidrIp: { 'Fn::FindInMap': ['Ranges', 'office', 'range'] } })) },
      { Mappings: { Ranges: { office: { range } } } },
    ),
  },
  'by the tool': {
    tool: 'plan_security_group_rules',
    input: { group_id: 'sg-0000000b', authorize: [`ingress tcp 22 ${range}`] },
  },
});

const queue = of('AWS::SQS::Queue', {});
const sends = (Principal: Json): Json =>
  document({ Effect: 'Allow', Principal, Action: 'sqs:SendMessage', Resource: att('Queue') });
const publishes = (Principal: Json): Json =>
  document({ Effect: 'Allow', Principal, Action: 'sns:Publish', Resource: ref('Topic') });
const table = (more: Parts = {}) =>
  of('AWS::DynamoDB::Table', {
    AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
    KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
    BillingMode: 'PAY_PER_REQUEST',
    ...more,
  });
const machineRole = of('AWS::IAM::Role', {
  AssumeRolePolicyDocument: document({
    Effect: 'Allow',
    Principal: { Service: 'states.amazonaws.com' },
    Action: 'sts:AssumeRole',
  }),
});
const machine = (more: Parts) => of('AWS::StepFunctions::StateMachine', { RoleArn: att('MachineRole'), ...more });
const calling = (Resource: string): Json => ({ StartAt: 'A', States: { A: { Type: 'Task', Resource, End: true } } });
const waits: Json = { StartAt: 'A', States: { A: { Type: 'Pass', End: true } } };
const STOP = 'arn:aws:states:::aws-sdk:ec2:terminateInstances';

/** The same template before and after, with one part another. */
const each = (forms: Record<string, [Parts, Parts] | [Parts, Parts, Parts]>): Record<string, Door> =>
  Object.fromEntries(
    Object.entries(forms).map(([door, [before, after, more = {}]]) => [
      door,
      { before: stack(before, more), after: stack(after, more) },
    ]),
  );
const parameter = (Default: string): Parts => ({ Parameters: { P: { Type: 'String', Default } } });

const fnRole = role();
const fn = (more: Parts = {}) =>
  of('AWS::Lambda::Function', {
    Runtime: 'nodejs22.x',
    Handler: 'i.h',
    Role: att('Role'),
    Code: { ZipFile: 'exports.h=()=>1' },
    ...more,
  });
const permission = (more: Parts) =>
  of('AWS::Lambda::Permission', { Action: 'lambda:InvokeFunction', FunctionName: ref('Fn'), ...more });
const trusting = (Principal: Json) => document({ Effect: 'Allow', Principal, Action: 'sts:AssumeRole' });
const FOREIGN = 'arn:aws:iam::210987654321:root';
const trusted = (Principal: Json) => role({ AssumeRolePolicyDocument: trusting(Principal) });
const LAMBDA: Json = { Service: 'lambda.amazonaws.com' };

const bucket = (more: Parts = {}) => of('AWS::S3::Bucket', more);
const reads = (Principal: Json, Bucket: Json = ref('B')) =>
  of('AWS::S3::BucketPolicy', {
    Bucket,
    PolicyDocument: document({
      Effect: 'Allow',
      Principal,
      Action: 's3:GetObject',
      Resource: { 'Fn::Sub': '${B.Arn}/*' },
    }),
  });

const proxy: Json = {
  type: 'aws_proxy',
  httpMethod: 'POST',
  uri: { 'Fn::Sub': 'arn:aws:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${Fn.Arn}/invocations' },
};
const body = (paths: Parts): Json => ({ swagger: '2.0', info: { title: 'x', version: '1' }, paths });
const open: Json = { get: { 'x-amazon-apigateway-integration': proxy, responses: {} } };
const httpApi = {
  Role: fnRole,
  Fn: fn(),
  Api: of('AWS::ApiGatewayV2::Api', { Name: 'x', ProtocolType: 'HTTP' }),
  I: of('AWS::ApiGatewayV2::Integration', {
    ApiId: ref('Api'),
    IntegrationType: 'AWS_PROXY',
    IntegrationUri: att('Fn'),
    PayloadFormatVersion: '2.0',
  }),
};
const method = of('AWS::ApiGateway::Method', {
  RestApiId: ref('Api'),
  ResourceId: att('Api', 'RootResourceId'),
  HttpMethod: 'GET',
  AuthorizationType: 'NONE',
  Integration: {
    Type: 'AWS_PROXY',
    IntegrationHttpMethod: 'POST',
    Uri: { 'Fn::Sub': 'arn:aws:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${Fn.Arn}/invocations' },
  },
});

const user = (more: Parts = {}) => of('AWS::IAM::User', more);
const everything = document(allow('*', '*'));
const logs = (RetentionInDays: Json) => of('AWS::Logs::LogGroup', { RetentionInDays });
const key = (...Statement: Json[]) =>
  of('AWS::KMS::Key', {
    KeyPolicy: document(
      {
        Effect: 'Allow',
        Principal: { AWS: { 'Fn::Sub': 'arn:aws:iam::${AWS::AccountId}:root' } },
        Action: 'kms:*',
        Resource: '*',
      },
      ...Statement,
    ),
  });
const secret = of('AWS::SecretsManager::Secret', { GenerateSecretString: { PasswordLength: 32 } });
const database = (
  more: Parts = {},
  policies: Parts = { DeletionPolicy: 'Snapshot', UpdateReplacePolicy: 'Snapshot' },
) =>
  of(
    'AWS::RDS::DBInstance',
    {
      Engine: 'postgres',
      EngineVersion: '16.4',
      DBInstanceClass: 'db.t3.small',
      AllocatedStorage: '20',
      StorageEncrypted: true,
      BackupRetentionPeriod: 7,
      MasterUsername: 'shop',
      ManageMasterUserPassword: true,
      DeletionProtection: true,
      ...more,
    },
    policies,
  );

const mailTo = (Endpoint: Json): Json =>
  of('AWS::SNS::Subscription', { TopicArn: ref('T'), Protocol: 'email-json', Endpoint });
export const DOORS: readonly SameEffect[] = [
  { effect: 'a role may do anything', needs: 2, heldBy: ['EXPOSURE'], doors: gains(allow('*', '*')) },
  {
    effect: 'a role may read every secret',
    needs: 2,
    heldBy: ['EXPOSURE'],
    doors: gains(allow('secretsmanager:GetSecretValue', '*')),
  },
  {
    effect: 'a role may publish to the topic of its stack',
    needs: 1,
    inDevelopment: 0,
    heldBy: [],
    doors: gains(allow('sns:Publish', ref('Topic'))),
  },
  {
    effect: 'a port is open to the world',
    needs: 2,
    heldBy: ['EXPOSURE'],
    seed: seedGroup,
    doors: opening('0.0.0.0/0'),
  },
  {
    effect: 'a port is open to a private range',
    needs: 1,
    inDevelopment: 0,
    heldBy: [],
    seed: seedGroup,
    doors: opening('10.0.0.0/16'),
  },
  {
    effect: 'everybody may send to a queue',
    needs: 2,
    heldBy: ['EXPOSURE'],
    doors: {
      policy: {
        before: stack({ Queue: queue }),
        after: stack({
          Queue: queue,
          P: of('AWS::SQS::QueuePolicy', { Queues: [ref('Queue')], PolicyDocument: sends('*') }),
        }),
      },
      'inline policy': {
        before: stack({ Queue: queue }),
        after: stack({
          Queue: queue,
          P: of('AWS::SQS::QueueInlinePolicy', { Queue: ref('Queue'), PolicyDocument: sends('*') }),
        }),
      },
      'as AWS': {
        before: stack({ Queue: queue }),
        after: stack({
          Queue: queue,
          P: of('AWS::SQS::QueuePolicy', { Queues: [ref('Queue')], PolicyDocument: sends({ AWS: '*' }) }),
        }),
      },
      'as a list': {
        before: stack({ Queue: queue }),
        after: stack({
          Queue: queue,
          P: of('AWS::SQS::QueuePolicy', {
            Queues: [ref('Queue')],
            PolicyDocument: sends({ AWS: ['arn:aws:iam::123456789012:role/x', '*'] }),
          }),
        }),
      },
      'by a parameter': {
        before: stack({ Queue: queue }, { Parameters: { Who: { Type: 'String', Default: '*' } } }),
        after: stack(
          {
            Queue: queue,
            P: of('AWS::SQS::QueuePolicy', { Queues: [ref('Queue')], PolicyDocument: sends({ AWS: ref('Who') }) }),
          },
          { Parameters: { Who: { Type: 'String', Default: '*' } } },
        ),
      },
    },
  },
  {
    effect: 'another account may publish to a topic',
    needs: 2,
    heldBy: ['EXPOSURE'],
    doors: Object.fromEntries(
      (
        [
          [
            'policy',
            (d: Json) => of('AWS::SNS::TopicPolicy', { Topics: [ref('Topic')], PolicyDocument: d }),
            { AWS: '210987654321' },
          ],
          [
            'inline policy',
            (d: Json) => of('AWS::SNS::TopicInlinePolicy', { TopicArn: ref('Topic'), PolicyDocument: d }),
            { AWS: '210987654321' },
          ],
          [
            'as its root',
            (d: Json) => of('AWS::SNS::TopicPolicy', { Topics: [ref('Topic')], PolicyDocument: d }),
            { AWS: 'arn:aws:iam::210987654321:root' },
          ],
          [
            'by Sub',
            (d: Json) => of('AWS::SNS::TopicPolicy', { Topics: [ref('Topic')], PolicyDocument: d }),
            { AWS: { 'Fn::Sub': 'arn:${AWS::Partition}:iam::210987654321:root' } },
          ],
        ] as const
      ).map(([door, given, who]): [string, Door] => [
        door,
        {
          before: stack({ Topic: topic }),
          after: stack({ Topic: topic, P: given(publishes(who as unknown as Json)) }),
        },
      ]),
    ),
  },
  {
    effect: 'a table is replaced',
    needs: 'denied',
    heldBy: ['RECREATE', 'STATEFUL_LOSS'],
    doors: {
      'by its key': {
        before: stack({ Table: table() }),
        after: stack({
          Table: table({
            AttributeDefinitions: [{ AttributeName: 'key', AttributeType: 'S' }],
            KeySchema: [{ AttributeName: 'key', KeyType: 'HASH' }],
          }),
        }),
      },
      'by its name': {
        before: stack({ Table: table({ TableName: 'a' }) }),
        after: stack({ Table: table({ TableName: 'b' }) }),
      },
      'by its name, from a parameter': {
        before: stack(
          { Table: table({ TableName: ref('Name') }) },
          { Parameters: { Name: { Type: 'String', Default: 'c' } } },
        ),
        after: stack(
          { Table: table({ TableName: { 'Fn::Sub': '${Name}-2' } }) },
          { Parameters: { Name: { Type: 'String', Default: 'c' } } },
        ),
      },
    },
  },
  {
    effect: 'a state machine calls the API of the cloud',
    needs: 'denied',
    inDevelopment: 2,
    heldBy: ['DEPUTY'],
    doors: Object.fromEntries(
      (
        [
          ['as text', (d: Json) => ({ DefinitionString: JSON.stringify(d) })],
          ['as an object', (d: Json) => ({ Definition: d })],
          ['by Sub', (d: Json) => ({ DefinitionString: { 'Fn::Sub': JSON.stringify(d) } })],
        ] as [string, (d: Json) => Parts][]
      ).map(([door, given]): [string, Door] => [
        door,
        {
          before: stack({ MachineRole: machineRole, Machine: machine(given(waits)) }),
          after: stack({ MachineRole: machineRole, Machine: machine(given(calling(STOP))) }),
        },
      ]),
    ),
  },
  {
    effect: 'a lone instance gets another type',
    needs: 1,
    inDevelopment: 0,
    heldBy: [],
    seed: { instances: [{ id: 'i-0000000a', name: 'batch', type: 't3.small' }] },
    doors: {
      'in a stack': {
        before: stack({
          Box: of('AWS::EC2::Instance', { ImageId: 'ami-0123456789abcdef0', InstanceType: 't3.small' }),
        }),
        after: stack({
          Box: of('AWS::EC2::Instance', { ImageId: 'ami-0123456789abcdef0', InstanceType: 't3.medium' }),
        }),
      },
      'by the tool': { tool: 'plan_instance_type', input: { instance_id: 'i-0000000a', instance_type: 't3.medium' } },
    },
  },
  {
    effect: 'another account may take a role',
    needs: 2,
    heldBy: ['EXPOSURE'],
    doors: each({
      root: [{ Role: role() }, { Role: trusted({ AWS: FOREIGN }) }],
      'account id': [{ Role: role() }, { Role: trusted({ AWS: '210987654321' }) }],
      'beside the service': [{ Role: role() }, { Role: trusted({ Service: 'lambda.amazonaws.com', AWS: [FOREIGN] }) }],
      'a second statement': [
        { Role: role() },
        {
          Role: role({
            AssumeRolePolicyDocument: document(
              { Effect: 'Allow', Principal: LAMBDA, Action: 'sts:AssumeRole' },
              { Effect: 'Allow', Principal: { AWS: FOREIGN }, Action: ['sts:AssumeRole'] },
            ),
          }),
        },
      ],
      'by a parameter': [{ Role: role() }, { Role: trusted({ AWS: ref('P') }) }, parameter(FOREIGN)],
      'by Sub': [
        { Role: role() },
        { Role: trusted({ AWS: { 'Fn::Sub': 'arn:${AWS::Partition}:iam::${P}:root' } }) },
        parameter('210987654321'),
      ],
      'as text': [
        { Role: role() },
        { Role: role({ AssumeRolePolicyDocument: JSON.stringify(trusting({ AWS: FOREIGN })) }) },
      ],
    }),
  },
  {
    effect: 'anybody may read a bucket',
    needs: 2,
    heldBy: ['EXPOSURE'],
    doors: each({
      policy: [{ B: bucket() }, { B: bucket(), P: reads('*') }],
      'of a named bucket': [
        { B: bucket({ BucketName: 'shop-door' }) },
        { B: bucket({ BucketName: 'shop-door' }), P: reads('*', 'shop-door') },
      ],
      'as AWS': [{ B: bucket() }, { B: bucket(), P: reads({ AWS: '*' }) }],
      'by a parameter': [{ B: bucket() }, { B: bucket(), P: reads({ AWS: ref('P') }) }, parameter('*')],
      'in a policy that is there': [
        { B: bucket(), P: reads({ AWS: 'arn:aws:iam::123456789012:root' }) },
        { B: bucket(), P: reads('*') },
      ],
    }),
  },
  {
    effect: 'anybody may call a method',
    needs: 2,
    heldBy: ['EXPOSURE'],
    doors: each({
      body: [
        { Role: fnRole, Fn: fn(), Api: of('AWS::ApiGateway::RestApi', { Body: body({}) }) },
        { Role: fnRole, Fn: fn(), Api: of('AWS::ApiGateway::RestApi', { Body: body({ '/': open }) }) },
      ],
      method: [
        { Role: fnRole, Fn: fn(), Api: of('AWS::ApiGateway::RestApi', { Name: 'x' }) },
        { Role: fnRole, Fn: fn(), Api: of('AWS::ApiGateway::RestApi', { Name: 'x' }), M: method },
      ],
      route: [
        httpApi,
        {
          ...httpApi,
          R: of('AWS::ApiGatewayV2::Route', {
            ApiId: ref('Api'),
            RouteKey: 'GET /',
            Target: { 'Fn::Sub': 'integrations/${I}' },
          }),
        },
      ],
      'function URL': [
        { Role: fnRole, Fn: fn() },
        { Role: fnRole, Fn: fn(), U: of('AWS::Lambda::Url', { TargetFunctionArn: att('Fn'), AuthType: 'NONE' }) },
      ],
      permission: [
        { Role: fnRole, Fn: fn() },
        { Role: fnRole, Fn: fn(), P: permission({ Principal: '*' }) },
      ],
    }),
  },
  {
    effect: 'another account may call a function',
    needs: 2,
    heldBy: ['EXPOSURE'],
    doors: each({
      'account id': [
        { Role: fnRole, Fn: fn() },
        { Role: fnRole, Fn: fn(), P: permission({ Principal: '210987654321' }) },
      ],
      root: [
        { Role: fnRole, Fn: fn() },
        { Role: fnRole, Fn: fn(), P: permission({ Principal: FOREIGN }) },
      ],
      'by a parameter': [
        { Role: fnRole, Fn: fn() },
        { Role: fnRole, Fn: fn(), P: permission({ Principal: ref('P') }) },
        parameter('210987654321'),
      ],
    }),
  },
  {
    effect: 'a user may do anything',
    needs: 2,
    heldBy: ['EXPOSURE'],
    doors: each({
      inline: [{ U: user() }, { U: user({ Policies: [{ PolicyName: 'p', PolicyDocument: everything }] }) }],
      policy: [
        { U: user() },
        { U: user(), P: of('AWS::IAM::Policy', { PolicyName: 'p', Users: [ref('U')], PolicyDocument: everything }) },
      ],
      'user policy': [
        { U: user() },
        {
          U: user(),
          P: of('AWS::IAM::UserPolicy', { PolicyName: 'p', UserName: ref('U'), PolicyDocument: everything }),
        },
      ],
      'AWS’s policy': [
        { U: user() },
        { U: user({ ManagedPolicyArns: ['arn:aws:iam::aws:policy/AdministratorAccess'] }) },
      ],
      'by a group': [
        {
          U: user(),
          G: of('AWS::IAM::Group', {}),
          M: of('AWS::IAM::UserToGroupAddition', { GroupName: ref('G'), Users: [ref('U')] }),
        },
        {
          U: user(),
          G: of('AWS::IAM::Group', { Policies: [{ PolicyName: 'p', PolicyDocument: everything }] }),
          M: of('AWS::IAM::UserToGroupAddition', { GroupName: ref('G'), Users: [ref('U')] }),
        },
      ],
      'by joining a group': [
        { U: user(), G: of('AWS::IAM::Group', { Policies: [{ PolicyName: 'p', PolicyDocument: everything }] }) },
        {
          U: user(),
          G: of('AWS::IAM::Group', { Policies: [{ PolicyName: 'p', PolicyDocument: everything }] }),
          M: of('AWS::IAM::UserToGroupAddition', { GroupName: ref('G'), Users: [ref('U')] }),
        },
      ],
      'by its own groups': [
        { U: user(), G: of('AWS::IAM::Group', { Policies: [{ PolicyName: 'p', PolicyDocument: everything }] }) },
        {
          U: user({ Groups: [ref('G')] }),
          G: of('AWS::IAM::Group', { Policies: [{ PolicyName: 'p', PolicyDocument: everything }] }),
        },
      ],
    }),
  },
  {
    effect: 'another account may read a secret',
    needs: 2,
    heldBy: ['EXPOSURE'],
    doors: each({
      'resource policy': [
        { S: secret },
        {
          S: secret,
          P: of('AWS::SecretsManager::ResourcePolicy', {
            SecretId: ref('S'),
            ResourcePolicy: document({
              Effect: 'Allow',
              Principal: { AWS: FOREIGN },
              Action: 'secretsmanager:GetSecretValue',
              Resource: '*',
            }),
          }),
        },
      ],
      'by a parameter': [
        { S: secret },
        {
          S: secret,
          P: of('AWS::SecretsManager::ResourcePolicy', {
            SecretId: ref('S'),
            ResourcePolicy: document({
              Effect: 'Allow',
              Principal: { AWS: ref('P') },
              Action: 'secretsmanager:GetSecretValue',
              Resource: '*',
            }),
          }),
        },
        parameter(FOREIGN),
      ],
    }),
  },
  {
    effect: 'another account may use a key',
    needs: 2,
    heldBy: ['EXPOSURE'],
    doors: each({
      statement: [
        { K: key() },
        { K: key({ Effect: 'Allow', Principal: { AWS: FOREIGN }, Action: 'kms:Decrypt', Resource: '*' }) },
      ],
      'by a parameter': [
        { K: key() },
        { K: key({ Effect: 'Allow', Principal: { AWS: ref('P') }, Action: 'kms:Decrypt', Resource: '*' }) },
        parameter(FOREIGN),
      ],
      condition: [
        { K: key() },
        {
          K: key({
            Effect: 'Allow',
            Principal: '*',
            Action: 'kms:Decrypt',
            Resource: '*',
            Condition: { StringEquals: { 'aws:PrincipalAccount': '210987654321' } },
          }),
        },
      ],
    }),
  },
  {
    effect: 'a stranger gets the messages of a topic by mail',
    needs: 2,
    heldBy: ['EXPOSURE'],
    doors: each({
      subscription: [{ T: topic }, { T: topic, S: mailTo('someone@stranger.example') }],
      'in the topic': [
        { T: topic },
        { T: of('AWS::SNS::Topic', { Subscription: [{ Protocol: 'email', Endpoint: 'someone@stranger.example' }] }) },
      ],
      'by a parameter': [{ T: topic }, { T: topic, S: mailTo(ref('P')) }, parameter('someone@stranger.example')],
      'beside one of the team': [
        { T: topic, O: mailTo('ops@team.example') },
        { T: topic, O: mailTo('ops@team.example'), S: mailTo('ops@team.example.stranger.example') },
      ],
    }),
  },
  {
    effect: 'logs are kept shorter',
    needs: 2,
    heldBy: ['SLOW_LOSS'],
    doors: each({
      literal: [{ L: logs(90) }, { L: logs(7) }],
      text: [{ L: logs('90') }, { L: logs('7') }],
      'by a mapping': [
        { L: logs(90) },
        { L: logs({ 'Fn::FindInMap': ['Kept', 'short', 'days'] }) },
        { Mappings: { Kept: { short: { days: 7 } } } },
      ],
      'by a condition': [
        { L: logs(90) },
        { L: logs({ 'Fn::If': ['Always', 7, 90] }) },
        { Conditions: { Always: { 'Fn::Equals': ['a', 'a'] } } },
      ],
      'where it was forever': [{ L: of('AWS::Logs::LogGroup', {}) }, { L: logs(7) }],
    }),
  },
  {
    effect: 'a database is lost',
    needs: 'denied',
    heldBy: ['STATEFUL_LOSS'],
    doors: each({
      removed: [{ T: topic, D: database({}, { DeletionPolicy: 'Delete' }) }, { T: topic }],
      'behind a condition': [
        { T: topic, D: database({}, { DeletionPolicy: 'Delete' }) },
        { T: topic, D: { ...(database({}, { DeletionPolicy: 'Delete' }) as Parts), Condition: 'Never' } },
        { Conditions: { Never: { 'Fn::Equals': ['a', 'b'] } } },
      ],
      'under another id': [
        { T: topic, D: database({}, { DeletionPolicy: 'Delete' }) },
        { T: topic, E: database({}, { DeletionPolicy: 'Delete' }) },
      ],
    }),
  },
];
