/** What happened on a stack, to its end and with its nested stacks: the cause is told, never its consequences. */
import type { StackEvent } from '@aws-sdk/client-cloudformation';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { rootCause } from '../../../src/providers/aws/stack-events.ts';
import { putTemplateObject } from '../../../src/sandbox/facts.ts';
import { addFault } from '../../../src/sandbox/faults.ts';
import { seedWorld } from '../../../src/sandbox/seed-file.ts';
import { signedByAll } from '../../attacks/attempts.ts';
import { openTestWorld, type TestWorld } from '../../world.ts';

const STACK_ID = 'arn:aws:cloudformation:eu-west-1:123456789012:stack/shop/1';
const event = (
  second: number,
  status: string,
  id: string,
  reason = '',
  path = '',
): { event: StackEvent; path: string } => ({
  path,
  event: {
    EventId: `${second}-${id}`,
    StackId: STACK_ID,
    StackName: 'shop',
    LogicalResourceId: id,
    PhysicalResourceId: id === 'shop' ? STACK_ID : `physical-${id}`,
    ResourceStatus: status as never,
    ResourceStatusReason: reason,
    Timestamp: new Date(second * 1000),
  },
});

/** Reasons word for word from public reports of failed deployments. */
describe('the root cause', () => {
  it.each([
    [
      'is no cancellation, whichever was told first',
      [
        event(3, 'CREATE_FAILED', 'Queue', 'Resource creation cancelled'),
        event(3, 'UPDATE_FAILED', 'Worker', 'Resource update cancelled'),
        event(2, 'CREATE_FAILED', 'Bucket', 'acme-reports already exists'),
        event(4, 'UPDATE_ROLLBACK_IN_PROGRESS', 'shop', 'The following resource(s) failed to create: [Bucket, Queue].'),
      ],
      'CREATE_FAILED Bucket acme-reports already exists',
    ],
    [
      'is the earliest of two',
      [event(9, 'CREATE_FAILED', 'Later', 'Limit exceeded'), event(5, 'CREATE_FAILED', 'Earlier', 'Access denied')],
      'CREATE_FAILED Earlier Access denied',
    ],
    [
      'is inside of the nested stack, not that it failed',
      [
        event(
          7,
          'UPDATE_FAILED',
          'Data',
          'Embedded stack arn:aws:cloudformation:eu-west-1:1:stack/shop-Data/2 was not successfully updated. Currently in UPDATE_ROLLBACK_IN_PROGRESS with reason: The following resource(s) failed to update: [Table].',
        ),
        event(6, 'UPDATE_FAILED', 'Table', 'Throughput exceeds the limit', 'Data/'),
        event(6, 'UPDATE_FAILED', 'Other', 'Resource update cancelled', 'Data/'),
      ],
      'UPDATE_FAILED Data/Table Throughput exceeds the limit',
    ],
    [
      'is a resource’s, where the stack itself failed for it',
      [
        event(2, 'UPDATE_FAILED', 'shop', 'The following resource(s) failed to update: [Fn].'),
        event(1, 'UPDATE_FAILED', 'Fn', 'The spot request was cancelled by the service'),
      ],
      'UPDATE_FAILED Fn The spot request was cancelled by the service',
    ],
    [
      'is a consequence where nothing else was told',
      [event(1, 'CREATE_FAILED', 'Queue', 'Resource creation cancelled')],
      'CREATE_FAILED Queue Resource creation cancelled',
    ],
    [
      'is the stack’s own where no resource failed',
      [event(1, 'DELETE_FAILED', 'shop', 'Export in use')],
      'DELETE_FAILED shop Export in use',
    ],
    ['is none where nothing failed', [event(1, 'UPDATE_COMPLETE', 'Fn')], undefined],
  ])('%s', (_what, events, cause) => {
    expect(rootCause(events)).toBe(cause);
    expect(rootCause([...events].reverse())).toBe(cause);
  });
});

describe('a stack with a nested stack', () => {
  let world: TestWorld;
  beforeEach(async () => {
    world = await openTestWorld();
  });
  afterEach(() => world.close());

  const CHILD = 'https://templates.s3.amazonaws.com/child.yaml';
  const child = (fails: boolean) => `
Parameters: { T: { Type: Number } }
Resources:
  First: { Type: AWS::SQS::Queue }
  Inner:
    Type: AWS::SQS::Queue
    Properties: { VisibilityTimeout: !Ref T }
    ${fails ? 'Metadata: { CountersignSandbox: { fail: the limit of queues is reached } }' : ''}
`;
  const parent = (timeout: number) => `
Resources:
  Data:
    Type: AWS::CloudFormation::Stack
    Properties: { TemplateURL: "${CHILD}", Parameters: { T: ${timeout} } }
`;
  async function update(fails: boolean, name = 'nest-prod') {
    world.store.transact((inside) => {
      putTemplateObject(inside, CHILD, child(false));
      seedWorld(inside, { stacks: [{ name, template: parent(30) }] });
    });
    if (fails) world.store.transact((inside) => putTemplateObject(inside, CHILD, child(true)));
    const plan = await world.call('plan_stack_update', { stack: name, template: parent(60) });
    const change = await world.call('propose_change', { plan_id: plan.plan_id, goal: 'configure', reason: 'a test' });
    if (typeof change.change_id !== 'string') throw new Error(JSON.stringify([plan, change]));
    return world.execute(await signedByAll(world, world.app, change.change_id));
  }

  it('is followed into it, and its own failure is the cause', async () => {
    const change = await update(true);
    expect(change).toMatchObject({ state: 'rolled_back' });
    expect(change.outcome!.detail).toBe(
      'UPDATE_ROLLBACK_COMPLETE UPDATE_FAILED Data/Inner the limit of queues is reached',
    );
    const told = (await world.app.changes.progress(change.id)).map(({ text }) => text);
    expect(told).toContain('UPDATE_FAILED Data/Inner the limit of queues is reached');
  });

  it('is followed on after looks that fail for a while, and not after one that is not allowed', async () => {
    const looking = (kind: 'server_error' | 'denied', times: number | 'always') =>
      world.store.transact((inside) => addFault(inside, { kind, operation: 'DescribeStackEvents', times }));
    looking('server_error', 7);
    expect(await update(false)).toMatchObject({ state: 'succeeded' });
    looking('denied', 'always');
    const change = await update(false, 'nest-two-prod');
    expect(change).toMatchObject({
      state: 'unknown',
      outcome: { detail: expect.stringContaining('could not be read') },
    });
  });

  it('succeeds with the events of both, and nothing differs from what was signed', async () => {
    const change = await update(false);
    expect(change).toMatchObject({ state: 'succeeded', differs: [] });
    const told = (await world.app.changes.progress(change.id)).map(({ text }) => text);
    expect(told).toContain('UPDATE_COMPLETE Data/Inner');
    expect(told).toContain(`UPDATE_COMPLETE nest-prod`);
  });
});

describe('a long list of events', () => {
  let world: TestWorld;
  beforeEach(async () => {
    world = await openTestWorld();
  });
  afterEach(() => world.close());

  it('is read over all its pages', async () => {
    const queues = (timeout: number) =>
      `Resources:\n${Array.from({ length: 70 }, (_, index) => `  Q${index}: { Type: AWS::SQS::Queue, Properties: { VisibilityTimeout: ${timeout} } }`).join('\n')}\n`;
    world.store.transact((inside) => seedWorld(inside, { stacks: [{ name: 'many-dev', template: queues(30) }] }));
    const plan = await world.call('plan_stack_update', { stack: 'many-dev', template: queues(31) });
    const change = await world.call('propose_change', { plan_id: plan.plan_id, goal: 'configure', reason: 'a test' });
    const ended = await world.execute(await signedByAll(world, world.app, String(change.change_id)));
    expect(ended).toMatchObject({ state: 'succeeded', differs: [] });
    const told = (await world.app.changes.progress(ended.id)).map(({ text }) => text);
    for (let index = 0; index < 70; index += 1) expect(told).toContain(`UPDATE_COMPLETE Q${index}`);
    expect(new Set(told).size).toBe(told.length);
  });
});
