/** `clean` removes what plans alone left, and never what holds something or waits for somebody. */
import { CloudFormationClient, CreateChangeSetCommand, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runClean } from '../../src/cli/clean.ts';
import type { App } from '../../src/compose.ts';
import { verifyLedger } from '../../src/ledger/open.ts';
import { addFault } from '../../src/sandbox/faults.ts';
import { openTestWorld, pastCountersign, type TestWorld } from '../world.ts';

let world: TestWorld;
let app: App;
beforeEach(async () => {
  world = await openTestWorld();
  app = await creating();
});
afterEach(() => world.close());

const queue = 'Resources:\n  Inbox:\n    Type: AWS::SQS::Queue\n';
const creating = (now = () => new Date()) =>
  world.another({
    policy: world.policyText.replaceAll('execute: by_command', 'create: true, execute: by_command'),
    now,
  });
const anHourLater = () => creating(() => new Date(Date.now() + 3_600_000));
const plan = async (stack: string, by = app) => {
  const answer = await by.pipeline('plan_stack_create', { stack, template: queue });
  return answer.ok ? String(answer.content.plan_id) : answer.error.code;
};
const clean = (by: App, yes = true) => runClean(by, { yes, terminal: undefined, say: () => undefined });
const writes = () => world.writes().map(({ operation }) => operation);
const discarded = () => world.store.calls().filter(({ operation }) => operation === 'DeleteChangeSet').length;
const statusOf = async (name: string) => {
  const client = new CloudFormationClient(pastCountersign(world));
  const found = await client.send(new DescribeStacksCommand({ StackName: name })).catch(() => undefined);
  return found?.Stacks?.[0]?.StackStatus;
};

describe('clean', () => {
  it('lists first, and sends nothing but reads', async () => {
    await plan('new-1-dev');
    const later = await anHourLater();
    const report = await clean(later, false);
    expect(report).toEqual([
      expect.objectContaining({
        target: 'new-1-dev',
        state: 'would go',
        what: expect.stringContaining('countersign-'),
      }),
      expect.objectContaining({ what: 'new-1-dev', state: 'would go' }),
    ]);
    expect(writes()).toEqual([]);
    expect(discarded()).toBe(0);
    expect(await statusOf('new-1-dev')).toBe('REVIEW_IN_PROGRESS');
  });

  it('removes dead change sets and then the empty stacks, each by one call, and the budget of plans is free', async () => {
    for (let number = 0; number < 5; number += 1) await plan(`new-${number}-dev`);
    const later = await anHourLater();
    expect(await plan('one-more-dev', later)).toBe('GUARD_PLAN_BUDGET');
    const report = await clean(later);
    expect(report.map(({ state }) => state)).toEqual(Array(10).fill('removed'));
    expect(writes()).toEqual(Array(5).fill('DeleteStack'));
    expect(discarded()).toBe(5);
    expect(await statusOf('new-0-dev')).toBeUndefined();
    expect(await plan('one-more-dev', later)).toMatch(/^plan_/);
    expect(await clean(later)).toEqual([expect.objectContaining({ what: 'one-more-dev', state: 'kept' })]);
    expect(writes()).toHaveLength(5);
    expect((await verifyLedger(world.home)).ok).toBe(true);
  });

  it('keeps what a plan that is alive waits on', async () => {
    await plan('new-1-dev');
    expect(await clean(app)).toEqual([
      expect.objectContaining({
        state: 'kept',
        why: expect.stringMatching(/^it has the change set countersign-\w+/),
      }),
    ]);
    expect(writes()).toEqual([]);
  });

  it('keeps a stack with a change set of somebody else', async () => {
    await plan('new-1-dev');
    await new CloudFormationClient(pastCountersign(world)).send(
      new CreateChangeSetCommand({
        StackName: 'new-1-dev',
        ChangeSetName: 'theirs',
        ChangeSetType: 'CREATE',
        TemplateBody: queue,
      }),
    );
    const report = await clean(await anHourLater());
    expect(report.at(-1)).toMatchObject({ what: 'new-1-dev', state: 'kept', why: 'it has the change set theirs' });
    expect(writes()).toEqual([]);
    expect(await statusOf('new-1-dev')).toBe('REVIEW_IN_PROGRESS');
  });

  it('keeps a stack that was executed, by us or by others', async () => {
    const planId = await plan('made-dev');
    const change = await app.pipeline('propose_change', { plan_id: planId, goal: 'deploy', reason: 'new' });
    await world.execute(change.ok ? String(change.content.change_id) : '', app);
    const before = writes();
    expect(await clean(await anHourLater())).toEqual([]);
    expect(writes()).toEqual(before);
    expect(await statusOf('made-dev')).toBe('CREATE_COMPLETE');
  });

  it('keeps a stack that was there before it was planned', async () => {
    const client = new CloudFormationClient(pastCountersign(world));
    await client.send(
      new CreateChangeSetCommand({
        StackName: 'new-1-dev',
        ChangeSetName: 'theirs',
        ChangeSetType: 'CREATE',
        TemplateBody: queue,
      }),
    );
    const tomorrow = await creating(() => new Date(Date.now() + 86_400_000));
    await plan('new-1-dev', tomorrow);
    const report = await clean(await creating(() => new Date(Date.now() + 90_000_000)));
    expect(report.at(-1)).toMatchObject({ state: 'kept', why: 'it existed before the plan' });
    expect(writes()).toEqual([]);
  });

  it('does nothing during a halt, or without a policy in force', async () => {
    await plan('new-1-dev');
    const later = await anHourLater();
    await app.ledger.append({ kind: 'halted', body: { by: ['carol'] } });
    await expect(clean(later)).rejects.toMatchObject({ code: 'STATE_HALTED' });
    expect(discarded()).toBe(0);
    await expect(clean(await world.another({ policyPath: undefined }))).rejects.toMatchObject({
      code: 'CONFIG_NO_POLICY',
    });
    expect(writes()).toEqual([]);
  });

  it('says what it could not remove, and looks again the next time', async () => {
    await plan('new-1-dev');
    const later = await anHourLater();
    world.store.transact((inside) => addFault(inside, { kind: 'denied', operation: 'DeleteStack' }));
    expect((await clean(later)).at(-1)).toMatchObject({ state: 'kept', why: expect.stringContaining('refused') });
    expect((await clean(later)).at(-1)).toMatchObject({ what: 'new-1-dev', state: 'removed' });
    const kinds = (await app.ledger.events()).map(({ kind }) => kind).filter((kind) => kind.startsWith('removal.'));
    expect(kinds).toEqual(['removal.intended', 'removal.failed', 'removal.intended', 'removal.done']);
  });
});

describe('asking', () => {
  it.each([
    ['y', 'removed'],
    ['', 'would go'],
  ])('a person at a terminal decides: %j', async (answer, state) => {
    await plan('new-1-dev');
    const later = await anHourLater();
    const terminal = { print: () => undefined, ask: async () => answer };
    const report = await runClean(later, { terminal, say: () => undefined });
    expect(report.map((one) => one.state)).toEqual([state, state]);
  });
});
