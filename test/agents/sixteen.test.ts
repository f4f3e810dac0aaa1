/** Sixteen plain tasks in one world, played from the text of tools alone: few calls, few characters, no dead end. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { seedWorld } from '../../src/sandbox/seed-file.ts';
import { openTestWorld, type TestWorld } from '../world.ts';
import { type PlainAgent, plainAgent } from './plain-agent.ts';

const MOST_CALLS = 50;
const MOST_CHARACTERS = 45_000;
const ORDERS = `Parameters:
  LogLevel: { Type: String, Default: info }
Resources:
  OrdersTable:
    Type: AWS::DynamoDB::Table
    Properties:
      BillingMode: PAY_PER_REQUEST
      AttributeDefinitions: [{ AttributeName: id, AttributeType: S }]
      KeySchema: [{ AttributeName: id, KeyType: HASH }]
  OrdersQueue: { Type: AWS::SQS::Queue, Properties: { VisibilityTimeout: 60 } }
  Role:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Version: '2012-10-17'
        Statement: [{ Effect: Allow, Principal: { Service: lambda.amazonaws.com }, Action: sts:AssumeRole }]
  QueryFunction:
    Type: AWS::Lambda::Function
    Properties:
      Runtime: nodejs22.x
      Handler: index.handler
      MemorySize: 256
      Timeout: 10
      Role: !GetAtt Role.Arn
      Code: { ZipFile: 'exports.handler = async () => 200' }
      Environment: { Variables: { LOG_LEVEL: !Ref LogLevel, TABLE: !Ref OrdersTable } }
  WebGroup: { Type: AWS::EC2::SecurityGroup, Properties: { GroupDescription: web } }
  Web:
    Type: AWS::EC2::Instance
    Properties: { ImageId: ami-0123456789abcdef0, InstanceType: t3.small, SecurityGroupIds: [!Ref WebGroup] }
`;
const JOBS = 'Resources:\n  Jobs: { Type: AWS::SQS::Queue, Properties: { QueueName: jobs-taken } }\n';

let world: TestWorld;
let agent: PlainAgent;
beforeAll(async () => {
  world = await openTestWorld();
  await world.another({
    policy: world.policyText.replaceAll('execute: by_command }', 'create: true, execute: by_command }'),
  });
  world.store.transact((inside) =>
    seedWorld(inside, {
      stacks: [
        { name: 'orders-prod', template: ORDERS, tags: { environment: 'production' } },
        { name: 'jobs-prod', template: JOBS },
        { name: 'broken-prod', template: JOBS, status: 'ROLLBACK_COMPLETE' },
      ],
      security_groups: [{ name: 'office', ingress: [{ peer: '0.0.0.0/0', ports: '22' }] }],
      instances: [
        { name: 'gateway', volumes: [{ size_gib: 8 }, { size_gib: 100, keep: true }] },
        { name: 'numbers', type: 't3.large', volumes: [{ size_gib: 8 }, { size_gib: 200 }] },
      ],
    }),
  );
  agent = plainAgent(world);
}, 60_000);
afterAll(() => world.close());

interface Machine {
  instance_id: string;
  name: string;
  owner: string;
  volumes: { volume_id: string }[];
}
let machines: Machine[] = [];
async function machine(is: (one: Machine) => boolean): Promise<Machine> {
  if (machines.length === 0) machines = JSON.parse(await agent.call('describe_instances', {})).instances;
  return machines.find(is)!;
}
const named = async (name: string) => (await machine((one) => one.name === name)).instance_id;
const web = () => machine(({ owner }) => owner.includes('orders-prod'));

/** What the text offers is done, with the agent's own words in a proposal, until it offers no call. */
async function goOn(goal: string, filled: Record<string, unknown> = {}): Promise<string> {
  let text = '';
  for (let next = agent.next(), left = 4; next.tool && left > 0; next = agent.next(), left -= 1)
    text = await agent.call(
      next.tool,
      next.tool === 'propose_change' ? { ...next.input, goal, reason: 'As asked.' } : { ...next.input, ...filled },
    );
  return text;
}
const set = (path: string, value: unknown) => ({ stack: 'orders-prod', set: [{ path: `Resources.${path}`, value }] });

type Ends = 'pending' | 'approved' | 'withdrawn' | 'ask';
const TASKS: [task: string, ends: Ends, play: () => Promise<unknown>][] = [
  [
    'queries run out of memory, fix it',
    'pending',
    async () => {
      await agent.call('describe_stacks', {});
      await agent.call('describe_stack', { stack: 'orders-prod', include: ['resources', 'template'] });
      await agent.call('plan_stack_update', set('QueryFunction.Properties.MemorySize', 512));
      await goOn('fix');
    },
  ],
  ['delete it and recreate it', 'ask', () => agent.call('plan_stack_delete', { stack: 'orders-prod' })],
  [
    'give the queue a dead-letter queue',
    'pending',
    async () => {
      const dead = set('DeadLetters', { Type: 'AWS::SQS::Queue' }).set;
      const redrive = set('OrdersQueue.Properties.RedrivePolicy', {
        deadLetterTargetArn: { 'Fn::GetAtt': ['DeadLetters', 'Arn'] },
        maxReceiveCount: 5,
      }).set;
      await agent.call('plan_stack_update', { stack: 'orders-prod', set: [...dead, ...redrive] });
      await goOn('configure');
    },
  ],
  [
    'the gateway is unused, get rid of it',
    'pending',
    async () => {
      await agent.call('plan_instance_action', { instance_ids: [await named('gateway')], action: 'terminate' });
      await goOn('clean_up');
    },
  ],
  [
    'back up all disks of numbers',
    'pending',
    async () => {
      await agent.call('plan_snapshot', { instance_id: await named('numbers') });
      await goOn('configure');
    },
  ],
  [
    'snapshot numbers, then terminate it',
    'pending',
    async () => {
      await agent.call('plan_instance_action', { instance_ids: [await named('numbers')], action: 'terminate' });
      await goOn('clean_up');
    },
  ],
  [
    'tag the disk of the web server',
    'pending',
    async () => {
      const { volumes } = await web();
      await agent.call('plan_tags', { resource_ids: [volumes[0]!.volume_id], set: { costs: 'web' } });
      await goOn('configure');
    },
  ],
  [
    'tag the web server',
    'pending',
    async () => {
      await agent.call('plan_tags', { resource_ids: [(await web()).instance_id], set: { costs: 'web' } });
      await goOn('configure', { set: set('Web.Properties.Tags', [{ Key: 'costs', Value: 'web' }]).set });
    },
  ],
  [
    'a larger web server',
    'pending',
    async () => {
      await agent.call('plan_instance_type', { instance_id: (await web()).instance_id, instance_type: 't3.large' });
      await goOn('scale');
    },
  ],
  [
    'create broken-prod properly',
    'pending',
    async () => {
      const template = 'Resources:\n  Jobs: { Type: AWS::SQS::Queue }\n';
      await agent.call('plan_stack_create', { stack: 'broken-prod', template });
      await goOn('recover');
    },
  ],
  [
    'close ssh to the world',
    'pending',
    async () => {
      const { security_groups: groups } = JSON.parse(await agent.call('describe_security_groups', {}));
      const open = groups.find((one: { open_to_world: string[]; name: string }) => one.name === 'office');
      await agent.call('plan_security_group_rules', { group_id: open.group_id, revoke: open.open_to_world });
      await goOn('configure');
    },
  ],
  [
    'a new topic in development',
    'approved',
    async () => {
      const template = 'Resources:\n  Alarms: { Type: AWS::SNS::Topic }\n';
      await agent.call('plan_stack_create', { stack: 'alarms-dev', template });
      await goOn('deploy');
    },
  ],
  [
    'now with a queue beside it',
    'approved',
    async () => {
      const queue = [{ path: 'Resources.Queue', value: { Type: 'AWS::SQS::Queue' } }];
      await agent.call('plan_stack_update', { stack: 'alarms-dev', set: queue });
      await goOn('deploy');
    },
  ],
  [
    'take back what is no longer needed',
    'withdrawn',
    async () => {
      const { changes } = JSON.parse(await agent.call('describe_changes', { state: 'pending' }));
      await agent.call('withdraw_change', { change_id: changes.at(-1).change_id });
    },
  ],
  [
    'rename the table',
    'ask',
    () => agent.call('plan_stack_update', set('OrdersTable.Properties.TableName', 'orders2')),
  ],
  [
    'is a development stack deleted without anyone, then?',
    'pending',
    async () => {
      await agent.call('describe_policy', {});
      await agent.call('plan_stack_delete', { stack: 'cost-explorer-dev' });
      await goOn('clean_up');
    },
  ],
];

describe('sixteen plain tasks', () => {
  it.each(TASKS)('%s', async (_task, ends, play) => {
    await play();
    if (ends === 'ask') expect(agent.next().ask, agent.text).toMatch(/^Do not pursue .* [Aa]sk/);
    else expect(agent.text).toMatch(new RegExp(`^${ends}, `));
  });

  it('take few calls and few characters', () => {
    expect(TASKS).toHaveLength(16);
    expect(agent.calls).toBeLessThanOrEqual(MOST_CALLS);
    expect(agent.characters).toBeLessThanOrEqual(MOST_CHARACTERS);
  });
});
