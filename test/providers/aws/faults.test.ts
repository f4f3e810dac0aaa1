/** What goes wrong with AWS reaches the agent as a code and a remedy, and never as a milder verdict. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { addFault, type FaultRequest } from '../../../src/sandbox/faults.ts';
import { openTestWorld, STACK, type TestWorld } from '../../world.ts';

let world: TestWorld;
beforeEach(async () => {
  world = await openTestWorld();
});
afterEach(() => world.close());

const edit = { stack: STACK, set: [{ path: 'Resources.QueryFunction.Properties.MemorySize', value: 1024 }] };
const during = (fault: FaultRequest) => world.store.transact((inner) => addFault(inner, fault));
const always = { times: 'always' } as const;

it.each<[string, FaultRequest, string]>([
  ['throttled', { kind: 'throttled', ...always }, 'AWS_THROTTLED'],
  ['access denied', { kind: 'denied', ...always }, 'AWS_ACCESS_DENIED'],
  ['expired credentials', { kind: 'expired_credentials', ...always }, 'AWS_CREDENTIALS_EXPIRED'],
  ['a clock that is off', { kind: 'clock_skew', ...always }, 'AWS_CLOCK_SKEWED'],
  ['a server error', { kind: 'server_error', ...always }, 'AWS_FAILED'],
  ['a dropped connection', { kind: 'drop_before', ...always }, 'AWS_UNREACHABLE'],
])('tells %s with a code and a remedy', async (_what, fault, code) => {
  during({ ...fault, operation: 'DescribeChangeSet' });
  const answer = await world.call('plan_stack_update', edit);
  expect(answer).toMatchObject({ code, remedy: expect.stringMatching(/\w{3}/) });
  expect(world.writes()).toEqual([]);
});

it.each<[string, FaultRequest]>([
  ['throttled twice', { kind: 'throttled', times: 2, operation: 'DescribeChangeSet' }],
  ['dropped before its effect', { kind: 'drop_before', operation: 'DescribeStacks' }],
  ['failing once', { kind: 'server_error', operation: 'GetTemplate' }],
  ['slow', { kind: 'latency', milliseconds: 300, operation: 'DescribeChangeSet' }],
])('plans the same when a read is %s', async (_what, fault) => {
  const before = await world.call('plan_stack_update', edit);
  during(fault);
  const after = await world.call('plan_stack_update', edit);
  expect(after).toMatchObject({ decision: before.decision, effects: before.effects as object });
});

it('never plans on half a list', async () => {
  during({ kind: 'half_page', operation: 'ListStackResources', ...always });
  expect(await world.call('plan_stack_delete', { stack: STACK })).toHaveProperty('code');
});

it('answers within its time while a plan is still being made, and tells the plan later', async () => {
  const slow = await world.another({ answerWithinMilliseconds: 50 });
  during({ kind: 'latency', milliseconds: 400, operation: 'DescribeChangeSet' });
  const first = await slow.pipeline('plan_stack_update', edit);
  expect(first).toMatchObject({ ok: true, content: { decision: 'planning', next: { tool: 'describe_plan' } } });
  const id = first.ok ? first.content.plan_id : '';
  expect(await world.app.pipeline('describe_plan', { plan_id: id })).toMatchObject({
    error: { code: 'STATE_PLAN_BEING_MADE' },
  });
  expect(await world.app.pipeline('describe_plan', { plan_id: id, wait_seconds: 20 })).toMatchObject({
    content: { plan_id: id, decision: 'needs_approval' },
  });
});

it('tells later why a plan that was still being made failed', async () => {
  const slow = await world.another({ answerWithinMilliseconds: 50 });
  during({ kind: 'latency', milliseconds: 400, operation: 'DescribeChangeSet' });
  during({ kind: 'denied', operation: 'DescribeChangeSet', ...always });
  const first = await slow.pipeline('plan_stack_update', edit);
  const id = first.ok ? first.content.plan_id : '';
  expect(await world.app.pipeline('describe_plan', { plan_id: id, wait_seconds: 20 })).toMatchObject({
    error: { code: 'AWS_ACCESS_DENIED' },
  });
});

it('finds its own change set again when the answer to its making was lost', async () => {
  during({ kind: 'drop_after', operation: 'CreateChangeSet' });
  expect(await world.call('plan_stack_update', edit)).toMatchObject({ decision: 'needs_approval' });
});

it('answers a description in time too, when the cloud does not', async () => {
  const impatient = await world.another({ answerWithinMilliseconds: 100 });
  during({ kind: 'latency', milliseconds: 2_000, operation: 'DescribeStacks' });
  expect(await impatient.pipeline('describe_stacks', {})).toMatchObject({ error: { code: 'AWS_TIMEOUT' } });
});
