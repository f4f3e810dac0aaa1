/** What plans and changes tell an agent besides effects and verdicts: what else is open, what may be proposed, what is over. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { approve } from '../../src/cli/approve.ts';
import { textOf } from '../../src/mcp/answer-text.ts';
import { addFault } from '../../src/sandbox/faults.ts';
import { seedWorld } from '../../src/sandbox/seed-file.ts';
import { DEV_STACK, openTestWorld, proposeFix, STACK, type TestWorld } from '../world.ts';

let world: TestWorld;
beforeEach(async () => {
  world = await openTestWorld();
});
afterEach(() => world.close());

const text = async (tool: string, input: object) => textOf(await world.app.pipeline(tool, input));
const nextIn = (said: string) => JSON.parse(/^next: (.*)$/m.exec(said)?.[1] ?? 'null');
const memory = (value: number) => ({
  stack: STACK,
  set: [{ path: 'Resources.QueryFunction.Properties.MemorySize', value }],
});
const template = 'Resources:\n  Bell: { Type: AWS::SNS::Topic }\n';
async function creating() {
  const policy = world.policyText.replaceAll('execute: by_command', 'create: true, execute: by_command');
  await world.another({ policy });
}

describe('open changes on a target (K5)', () => {
  it('are told by a plan and by its proposal, with what becomes of them', async () => {
    const first = await proposeFix(world);
    const planned = await text('plan_stack_update', memory(2048));
    const proposed = await text('propose_change', {
      ...nextIn(planned).input,
      goal: 'fix',
      reason: 'still too little',
    });
    for (const said of [planned, proposed]) {
      expect(said).toContain(`${first} pending: more memory`);
      expect(said).toMatch(/one of them executes, the others on this target become stale/);
    }
    expect(await text('plan_stack_update', { ...memory(512), stack: DEV_STACK })).not.toContain(first);
  });

  it('are not told when they have ended', async () => {
    const first = await proposeFix(world);
    await world.call('withdraw_change', { change_id: first });
    expect(await text('plan_stack_update', memory(2048))).not.toContain(first);
  });
});

describe('a stack in REVIEW_IN_PROGRESS (K6)', () => {
  it('names the change that waits there and the people’s command', async () => {
    await creating();
    const planned = await text('plan_stack_create', { stack: 'bell-dev', template });
    const { change_id } = await world.call('propose_change', {
      ...nextIn(planned).input,
      goal: 'deploy',
      reason: 'a bell',
    });
    const said = await text('plan_stack_update', { stack: 'bell-dev', tags: { team: 'costs' } });
    expect(said).toMatch(/^STATE_STACK_BUSY: /);
    expect(said).toContain(`countersign show ${change_id}`);
    expect(nextIn(said)).toEqual({ tool: 'describe_change', input: { change_id } });
  });

  it('on which no change waits is planned on by a creation, or removed by people', async () => {
    await creating();
    await text('plan_stack_create', { stack: 'bell-dev', template });
    const said = await text('plan_stack_update', { stack: 'bell-dev', tags: { team: 'costs' } });
    expect(nextIn(said)).toMatchObject({ tool: 'plan_stack_create', input: { stack: 'bell-dev' } });
    expect(said).toMatch(/countersign clean/);
    expect(said).not.toMatch(/Wait until/);
  });

  it('that a failed plan of a creation left is told with the command that removes it', async () => {
    await creating();
    world.store.transact((inside) => addFault(inside, { kind: 'denied', operation: 'DescribeChangeSet' }));
    const said = await text('plan_stack_create', { stack: 'bell-dev', template });
    expect(said).toMatch(/empty stack bell-dev stays .* countersign clean/s);
  });
});

describe('what may be proposed (K8)', () => {
  it('is no irreversible plan before all of its effects were told', async () => {
    world.store.transact((inside) =>
      seedWorld(inside, {
        stacks: [
          {
            name: 'queues-dev',
            template: `Resources:\n${Array.from({ length: 30 }, (_, n) => `  Queue${n}: { Type: AWS::SQS::Queue }\n`).join('')}`,
          },
        ],
      }),
    );
    let said = await text('plan_stack_delete', { stack: 'queues-dev' });
    let calls = 1;
    for (; nextIn(said).tool === 'describe_plan'; calls += 1) said = await text('describe_plan', nextIn(said).input);
    expect(calls).toBeGreaterThan(1);
    expect(said).not.toMatch(/^cursor: /m);
    expect(nextIn(said).tool).toBe('propose_change');
  });

  it('is no placeholder of a goal: the agent says its own', async () => {
    const { input } = nextIn(await text('plan_stack_update', memory(1024)));
    const refused = await text('propose_change', { ...input, reason: 'memory' });
    expect(refused).toMatch(/^INPUT_INVALID: goal: state the true goal yourself/);
    expect(await world.call('describe_changes', {})).toMatchObject({ changes: [] });
  });
});

describe('a placeholder of ours that was not filled in', () => {
  it.each<[string, string, object]>([
    ['a reason', 'propose_change', { goal: 'fix', reason: '<the reason, in one sentence>' }],
    ['a template', 'plan_stack_create', { stack: 'bell-dev', template: '<the whole template>' }],
    [
      'a value deep in a list',
      'plan_stack_update',
      {
        stack: STACK,
        set: [{ path: 'Resources.Worker.Properties.Tags', value: '<the Tags that the template has, with []>' }],
      },
    ],
  ])('is refused by its field: %s', async (_name, tool, input) => {
    const { plan_id } = await world.call('plan_stack_update', memory(1024));
    const said = await text(tool, tool === 'propose_change' ? { ...input, plan_id } : input);
    expect(said).toMatch(/^INPUT_INVALID: (?:reason|template|set\.0\.value): it is a placeholder/);
  });
});

describe('cursors', () => {
  it.each(['0', '-1', '99', 'first'])('that no answer gave are refused: %s', async (cursor) => {
    const { plan_id } = await world.call('plan_stack_update', memory(1024));
    expect(await text('describe_plan', { plan_id: String(plan_id), cursor })).toMatch(/^INPUT_INVALID: cursor: /);
    await proposeFix(world);
    if (cursor !== '99') expect(await text('describe_changes', { cursor })).toMatch(/^INPUT_INVALID: cursor: /);
  });
});

describe('a change (K9)', () => {
  it('is described with what it does, why, and until when', async () => {
    const id = await proposeFix(world);
    const told = await world.call('describe_change', { change_id: id });
    expect(told).toMatchObject({
      does: '1 updated, 0 created, 0 lost',
      reason: 'more memory',
      expires_at: (await world.app.changes.find(id)).approveBy,
      effects_told: [expect.stringContaining('MemorySize: 512 → 1024')],
    });
  });

  it('is listed with what it does and why, so that one no longer needed is found', async () => {
    await proposeFix(world);
    expect(await world.call('describe_changes', { state: 'pending' })).toMatchObject({
      changes: [{ target: STACK, does: '1 updated, 0 created, 0 lost; more memory' }],
    });
  });

  it('is not offered for proposal again by its plan', async () => {
    const id = await proposeFix(world);
    const { plan_id } = await world.call('describe_change', { change_id: id });
    const said = await text('describe_plan', { plan_id: String(plan_id) });
    expect(said).toContain(`proposed_as: ${id}`);
    expect(nextIn(said)).toEqual({ tool: 'describe_change', input: { change_id: id } });
    expect(said).not.toContain('open_changes');
  });

  it('of unknown outcome names the people’s commands, and is not repeated', async () => {
    const id = await proposeFix(world);
    await approve(world.app, id, { decision: 'approve', key: world.keyOf('bob'), confirm: STACK });
    world.store.transact((inside) => addFault(inside, { kind: 'drop_after', operation: 'ExecuteChangeSet' }));
    expect(await world.execute(id)).toMatchObject({ state: 'unknown' });
    const next = nextIn(await text('describe_change', { change_id: id }));
    expect(next.tell_user).toContain(`countersign reconcile ${id}`);
    expect(next.tell_user).toContain(`countersign close ${id}`);
    expect(next.after_that).toMatch(/Do not repeat it/);
  });
});
