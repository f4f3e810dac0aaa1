/** What others record between a judgement and what it decides: judged again, across processes. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createChanges } from '../../src/core/changes.ts';
import type { NewEvent } from '../../src/core/events.ts';
import { createPipeline } from '../../src/core/pipeline.ts';
import type { PolicyPort } from '../../src/core/ports.ts';
import { providerRules } from '../../src/providers/index.ts';
import { agentWording } from '../../src/render/agent/index.ts';
import { tools } from '../../tools/index.ts';
import { DEV_STACK, openTestWorld, proposeFix, STACK, type TestWorld } from '../world.ts';

let world: TestWorld;
beforeEach(async () => {
  world = await openTestWorld();
});
afterEach(() => world.close());

const input = { stack: STACK, set: [{ path: 'Resources.QueryFunction.Properties.MemorySize', value: 1024 }] };
const newest = async (kind: string) =>
  (await world.app.ledger.events({ kinds: [kind], newestFirst: true, limit: 1 }))[0];

/** A policy whose first judgement is overtaken by another process. */
function overtaken(happens: () => Promise<unknown>) {
  const stages: string[] = [];
  const policy: PolicyPort = {
    ...world.app.policy,
    async judgeFor(...asked) {
      stages.push(asked[1]);
      const judge = await world.app.policy.judgeFor(...asked);
      if (stages.length === 1) await happens();
      return judge;
    },
  };
  return { policy, stages };
}

/** As another process would have written it: an earlier event of its kind, or the one made here. */
async function written(kind: string): Promise<NewEvent> {
  const earlier = await newest(kind);
  const { planId = 'plan_other', body: started } = (await newest('plan.started'))!;
  const target = (started as { target: unknown }).target;
  const bodies: Record<string, unknown> = {
    'change.executing': { target, environment: 'development', operations: ['ExecuteChangeSet'] },
    'change.finished': {
      target,
      environment: 'development',
      operations: ['ExecuteChangeSet'],
      outcome: { state: 'failed', detail: '', credentials: 'confined', calls: [] },
    },
    'removal.done': { target },
  };
  const {
    seq: _seq,
    at: _at,
    ...event
  } = earlier ?? {
    seq: 0,
    at: '',
    kind,
    planId,
    changeId: 'chg_other',
    body: bodies[kind] ?? {},
  };
  return event as NewEvent;
}

describe('a judgement before planning', () => {
  const planUnder = (policy: PolicyPort) =>
    createPipeline({
      ...world.app,
      policy,
      tools,
      now: () => new Date(),
      answerWithinMilliseconds: 20_000,
      wording: agentWording,
      logDefect: () => undefined,
    })('plan_stack_update', input);

  it.each(['plan.started', 'change.executing', 'removal.done', 'halted', 'resumed', 'policy.adopted'])(
    'that another process overtook with %s is made again',
    async (kind) => {
      await proposeFix(world, 512, DEV_STACK);
      const event = await written(kind);
      const { policy, stages } = overtaken(() => world.app.ledger.append(event as never));
      const answered = await planUnder(policy);
      // Twice before the dry run; and, unless it was refused, once after it.
      expect(stages).toEqual(kind === 'halted' ? ['preview', 'preview'] : ['preview', 'preview', 'preview']);
      expect(answered).toMatchObject(kind === 'halted' ? { ok: false, error: { code: 'GUARD_HALT' } } : { ok: true });
    },
  );
  it('stands when only others were described', async () => {
    const { policy, stages } = overtaken(() => world.call('describe_stacks', {}));
    expect(await planUnder(policy)).toMatchObject({ ok: true });
    expect(stages).toEqual(['preview', 'preview']);
  });
  it('stands when a plan of another sponsor began: many agents do not make each other judge again', async () => {
    await proposeFix(world, 512, DEV_STACK);
    const event = await written('plan.started');
    const bobs = { ...event, planId: 'plan_bob', body: { ...(event.body as object), sponsor: 'bob' } };
    const { policy, stages } = overtaken(() => world.app.ledger.append(bobs as never));
    expect(await planUnder(policy)).toMatchObject({ ok: true });
    expect(stages).toEqual(['preview', 'preview']);
  });
  it('is of what will be planned: who, where and by what', async () => {
    await planUnder(world.app.policy);
    expect((await newest('plan.started'))!.body).toMatchObject({
      sponsor: 'alice',
      tool: 'plan_stack_update',
      action: 'update',
      target: { kind: 'stack', name: STACK, account: '123456789012', region: 'eu-west-1', ids: [] },
    });
  });
});

describe('a judgement of a proposal', () => {
  it.each(['change.proposed', 'change.executing', 'change.finished', 'halted', 'resumed', 'policy.adopted'])(
    'that another process overtook with %s is made again',
    async (kind) => {
      await proposeFix(world, 512, DEV_STACK);
      const event = await written(kind);
      const planId = String((await world.call('plan_stack_update', input)).plan_id);
      const { policy, stages } = overtaken(() => world.app.ledger.append(event as never));
      const changes = createChanges({ ...world.app, policy, provider: providerRules, now: () => new Date() });
      const change = await changes.propose({ planId, goal: 'fix', reason: 'more memory' });
      expect(stages).toEqual(['propose', 'propose']);
      expect(change.judgement.decision).toBe(kind === 'halted' ? 'denied' : 'needs_approval');
    },
  );
  it('stands when only others were described', async () => {
    const planId = String((await world.call('plan_stack_update', input)).plan_id);
    const { policy, stages } = overtaken(() => world.call('describe_stacks', {}));
    const changes = createChanges({ ...world.app, policy, provider: providerRules, now: () => new Date() });
    await changes.propose({ planId, goal: 'fix', reason: 'more memory' });
    expect(stages).toEqual(['propose']);
  });
  it.each([
    ['is made again when another sponsor proposed on its target', STACK, ['propose', 'propose']],
    ['stands when another sponsor proposed on another target', DEV_STACK, ['propose']],
  ])('%s', async (_, stack, expected) => {
    const bob = await world.another({ sponsor: 'bob' });
    const set = [{ path: 'Resources.QueryFunction.Properties.MemorySize', value: 512 }];
    const others = await bob.pipeline('plan_stack_update', { stack, set });
    const othersId = String(others.ok && others.content.plan_id);
    const planId = String((await world.call('plan_stack_update', input)).plan_id);
    const { policy, stages } = overtaken(() =>
      bob.changes.propose({ planId: othersId, goal: 'fix', reason: 'more memory' }),
    );
    const changes = createChanges({ ...world.app, policy, provider: providerRules, now: () => new Date() });
    await changes.propose({ planId, goal: 'fix', reason: 'more memory' });
    expect(stages).toEqual(expected);
  });
});
