/** Everyday requests with the calls of a plain agent: each ends in a proposal or an honest refusal, soon and shortly. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Instance, Volume } from '../../src/sandbox/ec2/model.ts';
import { DEV_STACK, openTestWorld, STACK, type TestWorld } from '../world.ts';
import { type PlainAgent, plainAgent } from './plain-agent.ts';

const MOST_CALLS = 5;
const MOST_CHARACTERS = 6_000;

let world: TestWorld;
beforeEach(async () => {
  world = await openTestWorld();
});
afterEach(() => world.close());

const instance = (name: string): string =>
  world.store.transact((inside) =>
    inside.list<Instance>('instance').find(({ tags }) => tags.some(({ Value }) => Value === name)),
  )!.id;
const volume = (): string => world.store.transact((inside) => inside.list<Volume>('volume').at(-1))!.id;
const set = (path: string, value: unknown) => ({ set: [{ path: `Resources.${path}`, value }] });

type Call = [tool: string, input: object];
type Ends = 'pending' | 'approved' | 'ask' | 'no_change';
const REQUESTS: [request: string, calls: () => Call[], goal: string, ends: Ends][] = [
  [
    'queries run out of memory, fix it',
    () => [
      ['describe_stack', { stack: STACK }],
      ['plan_stack_update', { stack: STACK, ...set('QueryFunction.Properties.MemorySize', 1024) }],
    ],
    'fix',
    'pending',
  ],
  [
    'queries time out',
    () => [['plan_stack_update', { stack: STACK, ...set('QueryFunction.Properties.Timeout', 30) }]],
    'fix',
    'pending',
  ],
  ['delete it and recreate it', () => [['plan_stack_delete', { stack: STACK }]], 'fix', 'ask'],
  [
    'rename the table',
    () => [['plan_stack_update', { stack: STACK, ...set('CostTable.Properties.TableName', 'costs-v2') }]],
    'configure',
    'ask',
  ],
  [
    'the queue needs no visibility timeout of its own',
    () => [
      [
        'plan_stack_update',
        { stack: DEV_STACK, set: [{ path: 'Resources.ReportQueue.Properties.VisibilityTimeout', remove: true }] },
      ],
    ],
    'clean_up',
    'approved',
  ],
  [
    'more time for the queue in development',
    () => [['plan_stack_update', { stack: DEV_STACK, ...set('ReportQueue.Properties.VisibilityTimeout', 90) }]],
    'configure',
    'approved',
  ],
  [
    'give the queue a dead-letter queue',
    () => [
      [
        'plan_stack_update',
        { stack: STACK, set: [{ path: 'Resources.DeadLetters', value: { Type: 'AWS::SQS::Queue' } }] },
      ],
    ],
    'deploy',
    'pending',
  ],
  [
    'a topic for alarms',
    () => [
      [
        'plan_stack_update',
        { stack: DEV_STACK, set: [{ path: 'Resources.Alarms', value: { Type: 'AWS::SNS::Topic' } }] },
      ],
    ],
    'deploy',
    'approved',
  ],
  [
    'the bastion is unused, get rid of it',
    () => [
      ['describe_instances', { instance_ids: [instance('bastion')] }],
      ['plan_instance_action', { instance_ids: [instance('bastion')], action: 'terminate' }],
    ],
    'clean_up',
    'ask',
  ],
  [
    'stop the batch machine for the night',
    () => [['plan_instance_action', { instance_ids: [instance('batch')], action: 'stop' }]],
    'configure',
    'pending',
  ],
  [
    'start the archive',
    () => [['plan_instance_action', { instance_ids: [instance('archive')], action: 'start' }]],
    'recover',
    'pending',
  ],
  [
    'reboot the batch machine',
    () => [['plan_instance_action', { instance_ids: [instance('batch')], action: 'reboot' }]],
    'recover',
    'pending',
  ],
  [
    'a larger batch machine',
    () => [['plan_instance_type', { instance_id: instance('batch'), instance_type: 'm5.large' }]],
    'scale',
    'pending',
  ],
  [
    'back up the disk',
    () => [
      ['describe_volumes', {}],
      ['plan_snapshot', { volume_id: volume() }],
    ],
    'configure',
    'pending',
  ],
  [
    'tag the batch machine',
    () => [['plan_tags', { resource_ids: [instance('batch')], set: { team: 'costs' } }]],
    'configure',
    'pending',
  ],
  [
    'open the service to everyone',
    () => [
      [
        'plan_stack_update',
        {
          stack: STACK,
          ...set('ServiceGroup.Properties.SecurityGroupIngress', [
            { IpProtocol: 'tcp', FromPort: 22, ToPort: 22, CidrIp: '0.0.0.0/0' },
          ]),
        },
      ],
    ],
    'configure',
    'pending',
  ],
  [
    'a larger worker',
    () => [['plan_stack_update', { stack: STACK, ...set('Worker.Properties.InstanceType', 't3.large') }]],
    'scale',
    'pending',
  ],
  [
    'nothing to do',
    () => [['plan_stack_update', { stack: STACK, ...set('QueryFunction.Properties.MemorySize', 512) }]],
    'configure',
    'no_change',
  ],
  ['get rid of the reports', () => [['plan_stack_delete', { stack: 'cost-reports-prod' }]], 'clean_up', 'pending'],
  ['the development stack is not needed', () => [['plan_stack_delete', { stack: DEV_STACK }]], 'clean_up', 'pending'],
];

/** What the text offers is done, until it offers no call. */
async function play(agent: PlainAgent, calls: Call[], goal: string): Promise<string> {
  let text = '';
  for (const [tool, input] of calls) text = await agent.call(tool, input);
  for (let next = agent.next(); next.tool; next = agent.next()) {
    const input = next.tool === 'propose_change' ? { ...next.input, goal, reason: 'As the user asked.' } : next.input;
    text = await agent.call(next.tool, input);
    if (agent.calls > MOST_CALLS) break;
  }
  return text;
}

describe('a plain agent that reads text only', () => {
  it.each(REQUESTS)('%s', async (_request, calls, goal, ends) => {
    const agent = plainAgent(world);
    const text = await play(agent, calls(), goal);
    if (ends === 'ask')
      expect(agent.next().ask, text).toMatch(/^Do not pursue .* Ask the user|^Do not pursue .* ask for a decision/);
    else expect(text).toMatch(ends === 'no_change' ? /^no_change: / : new RegExp(`^${ends}, `));
    expect(agent.calls).toBeLessThanOrEqual(MOST_CALLS);
    expect(agent.characters).toBeLessThanOrEqual(MOST_CHARACTERS);
  });
});
