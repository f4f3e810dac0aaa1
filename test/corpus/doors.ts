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
const allow = (Action: Json, Resource: Json, more: Parts = {}): Json => ({ Effect: 'Allow', Action, Resource, ...more });

const trust = document({ Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' });
const role = (more: Parts = {}) => of('AWS::IAM::Role', { AssumeRolePolicyDocument: trust, ...more });
const topic = of('AWS::SNS::Topic', {});

/** What a role gains, by each way of giving it. */
const gains = (statement: Json): Record<string, Door> => ({
  inline: { before: stack({ Topic: topic, Role: role() }), after: stack({ Topic: topic, Role: role({ Policies: [{ PolicyName: 'p', PolicyDocument: document(statement) }] }) }) },
  ...Object.fromEntries(
    (
      [
        ['policy', of('AWS::IAM::Policy', { PolicyName: 'p', Roles: [ref('Role')], PolicyDocument: document(statement) })],
        ['role policy', of('AWS::IAM::RolePolicy', { PolicyName: 'p', RoleName: ref('Role'), PolicyDocument: document(statement) })],
        ['managed policy', of('AWS::IAM::ManagedPolicy', { Roles: [ref('Role')], PolicyDocument: document(statement) })],
      ] as const
    ).map(([door, Given]): [string, Door] => [door, { before: stack({ Topic: topic, Role: role() }), after: stack({ Topic: topic, Role: role(), Given }) }]),
  ),
  'managed policy, attached by the role': {
    before: stack({ Topic: topic, Role: role() }),
    after: stack({ Topic: topic, Given: of('AWS::IAM::ManagedPolicy', { PolicyDocument: document(statement) }), Role: role({ ManagedPolicyArns: [ref('Given')] }) }),
  },
  'by a parameter': {
    before: stack({ Topic: topic, Role: role() }, { Parameters: { Action: { Type: 'String', Default: String((statement as Parts).Action) } } }),
    after: stack({ Topic: topic, Role: role({ Policies: [{ PolicyName: 'p', PolicyDocument: document({ ...(statement as Parts), Action: ref('Action') }) }] }) }, { Parameters: { Action: { Type: 'String', Default: String((statement as Parts).Action) } } }),
  },
});

const ingress = (more: Parts): Parts => ({ IpProtocol: 'tcp', FromPort: 22, ToPort: 22, ...more });
const group = (...rules: Json[]) => of('AWS::EC2::SecurityGroup', { GroupDescription: 'g', VpcId: 'vpc-0000000a', SecurityGroupIngress: rules });
const seedGroup = { security_groups: [{ id: 'sg-0000000b', name: 'lone', vpc: 'vpc-0000000a' }] };
const opening = (range: string): Record<string, Door> => ({
  inline: { before: stack({ Group: group() }), after: stack({ Group: group(ingress({ CidrIp: range })) }) },
  separate: { before: stack({ Group: group() }), after: stack({ Group: group(), Rule: of('AWS::EC2::SecurityGroupIngress', { GroupId: att('Group', 'GroupId'), ...ingress({ CidrIp: range }) }) }) },
  'by a parameter': { before: stack({ Group: group() }, { Parameters: { Range: { Type: 'String', Default: range } } }), after: stack({ Group: group(ingress({ CidrIp: ref('Range') })) }, { Parameters: { Range: { Type: 'String', Default: range } } }) },
  'by a mapping': { before: stack({ Group: group() }), after: stack({ Group: group(ingress({ CidrIp: { 'Fn::FindInMap': ['Ranges', 'office', 'range'] } })) }, { Mappings: { Ranges: { office: { range } } } }) },
  'by the tool': { tool: 'plan_security_group_rules', input: { group_id: 'sg-0000000b', authorize: [{ protocol: 'tcp', from_port: 22, to_port: 22, cidr: range }] } },
});

const queue = of('AWS::SQS::Queue', {});
const sends = (Principal: Json): Json => document({ Effect: 'Allow', Principal, Action: 'sqs:SendMessage', Resource: att('Queue') });
const publishes = (Principal: Json): Json => document({ Effect: 'Allow', Principal, Action: 'sns:Publish', Resource: ref('Topic') });
const table = (more: Parts = {}) => of('AWS::DynamoDB::Table', { AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }], KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }], BillingMode: 'PAY_PER_REQUEST', ...more });
const machineRole = of('AWS::IAM::Role', { AssumeRolePolicyDocument: document({ Effect: 'Allow', Principal: { Service: 'states.amazonaws.com' }, Action: 'sts:AssumeRole' }) });
const machine = (more: Parts) => of('AWS::StepFunctions::StateMachine', { RoleArn: att('MachineRole'), ...more });
const calling = (Resource: string): Json => ({ StartAt: 'A', States: { A: { Type: 'Task', Resource, End: true } } });
const waits: Json = { StartAt: 'A', States: { A: { Type: 'Pass', End: true } } };
const STOP = 'arn:aws:states:::aws-sdk:ec2:terminateInstances';

export const DOORS: readonly SameEffect[] = [
  { effect: 'a role may do anything', needs: 2, heldBy: ['EXPOSURE'], doors: gains(allow('*', '*')) },
  { effect: 'a role may read every secret', needs: 2, heldBy: ['EXPOSURE'], doors: gains(allow('secretsmanager:GetSecretValue', '*')) },
  { effect: 'a role may publish to the topic of its stack', needs: 1, inDevelopment: 0, heldBy: [], doors: gains(allow('sns:Publish', ref('Topic'))) },
  { effect: 'a port is open to the world', needs: 2, heldBy: ['EXPOSURE'], seed: seedGroup, doors: opening('0.0.0.0/0') },
  { effect: 'a port is open to a private range', needs: 1, inDevelopment: 0, heldBy: [], seed: seedGroup, doors: opening('10.0.0.0/16') },
  {
    effect: 'everybody may send to a queue',
    needs: 2,
    heldBy: ['EXPOSURE'],
    doors: {
      policy: { before: stack({ Queue: queue }), after: stack({ Queue: queue, P: of('AWS::SQS::QueuePolicy', { Queues: [ref('Queue')], PolicyDocument: sends('*') }) }) },
      'inline policy': { before: stack({ Queue: queue }), after: stack({ Queue: queue, P: of('AWS::SQS::QueueInlinePolicy', { Queue: ref('Queue'), PolicyDocument: sends('*') }) }) },
      'as AWS': { before: stack({ Queue: queue }), after: stack({ Queue: queue, P: of('AWS::SQS::QueuePolicy', { Queues: [ref('Queue')], PolicyDocument: sends({ AWS: '*' }) }) }) },
      'as a list': { before: stack({ Queue: queue }), after: stack({ Queue: queue, P: of('AWS::SQS::QueuePolicy', { Queues: [ref('Queue')], PolicyDocument: sends({ AWS: ['arn:aws:iam::123456789012:role/x', '*'] }) }) }) },
      'by a parameter': { before: stack({ Queue: queue }, { Parameters: { Who: { Type: 'String', Default: '*' } } }), after: stack({ Queue: queue, P: of('AWS::SQS::QueuePolicy', { Queues: [ref('Queue')], PolicyDocument: sends({ AWS: ref('Who') }) }) }, { Parameters: { Who: { Type: 'String', Default: '*' } } }) },
    },
  },
  {
    effect: 'another account may publish to a topic',
    needs: 2,
    heldBy: ['EXPOSURE'],
    doors: Object.fromEntries(
      (
        [
          ['policy', (d: Json) => of('AWS::SNS::TopicPolicy', { Topics: [ref('Topic')], PolicyDocument: d }), { AWS: '210987654321' }],
          ['inline policy', (d: Json) => of('AWS::SNS::TopicInlinePolicy', { TopicArn: ref('Topic'), PolicyDocument: d }), { AWS: '210987654321' }],
          ['as its root', (d: Json) => of('AWS::SNS::TopicPolicy', { Topics: [ref('Topic')], PolicyDocument: d }), { AWS: 'arn:aws:iam::210987654321:root' }],
          ['by Sub', (d: Json) => of('AWS::SNS::TopicPolicy', { Topics: [ref('Topic')], PolicyDocument: d }), { AWS: { 'Fn::Sub': 'arn:${AWS::Partition}:iam::210987654321:root' } }],
        ] as const
      ).map(([door, given, who]): [string, Door] => [door, { before: stack({ Topic: topic }), after: stack({ Topic: topic, P: given(publishes(who as unknown as Json)) }) }]),
    ),
  },
  {
    effect: 'a table is replaced',
    needs: 'denied',
    heldBy: ['RECREATE', 'STATEFUL_LOSS'],
    doors: {
      'by its key': { before: stack({ Table: table() }), after: stack({ Table: table({ AttributeDefinitions: [{ AttributeName: 'key', AttributeType: 'S' }], KeySchema: [{ AttributeName: 'key', KeyType: 'HASH' }] }) }) },
      'by its name': { before: stack({ Table: table({ TableName: 'a' }) }), after: stack({ Table: table({ TableName: 'b' }) }) },
      'by its name, from a parameter': { before: stack({ Table: table({ TableName: ref('Name') }) }, { Parameters: { Name: { Type: 'String', Default: 'a' } } }), after: stack({ Table: table({ TableName: { 'Fn::Sub': '${Name}-2' } }) }, { Parameters: { Name: { Type: 'String', Default: 'a' } } }) },
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
      ).map(([door, given]): [string, Door] => [door, { before: stack({ MachineRole: machineRole, Machine: machine(given(waits)) }), after: stack({ MachineRole: machineRole, Machine: machine(given(calling(STOP))) }) }]),
    ),
  },
  {
    effect: 'a lone instance gets another type',
    needs: 1,
    inDevelopment: 0,
    heldBy: [],
    seed: { instances: [{ id: 'i-0000000a', name: 'batch', type: 't3.small' }] },
    doors: {
      'in a stack': { before: stack({ Box: of('AWS::EC2::Instance', { ImageId: 'ami-0123456789abcdef0', InstanceType: 't3.small' }) }), after: stack({ Box: of('AWS::EC2::Instance', { ImageId: 'ami-0123456789abcdef0', InstanceType: 't3.medium' }) }) },
      'by the tool': { tool: 'plan_instance_type', input: { instance_id: 'i-0000000a', instance_type: 't3.medium' } },
    },
  },
];
