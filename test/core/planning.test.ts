/** How a dry run becomes a stored plan: `core/planning`. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { CountersignError, type ErrorCode } from '../../src/core/errors.ts';
import { createPipeline, type PipelinePorts } from '../../src/core/pipeline.ts';
import type { PlanDraft } from '../../src/core/plan.ts';
import type { PlanWith } from '../../src/core/ports.ts';
import { defineTool, type Tool } from '../../src/core/tool.ts';
import { within } from '../../src/core/within.ts';
import { agentWording } from '../../src/render/agent/index.ts';
import { openTestWorld, proposeFix, STACK, type TestWorld } from '../world.ts';

let world: TestWorld;
beforeEach(async () => {
  world = await openTestWorld();
});
afterEach(() => world.close());

/** A plan tool that does with the planner what a test wants. */
const planTool = (run: (plan: PlanWith) => Promise<PlanDraft>, name = STACK): Tool =>
  defineTool({
    name: 'plan_it',
    effect: 'plan',
    title: 't',
    description: 'd',
    input: z.strictObject({}),
    action: () => 'update',
    target: () => ({ kind: 'stack', name }),
    run: (_input, { plan }) => run(plan),
  });
const planning = (
  run: (plan: PlanWith) => Promise<PlanDraft>,
  over: Partial<PipelinePorts> = {},
  name = STACK,
  signal?: AbortSignal,
) =>
  createPipeline({
    ...world.app,
    tools: [planTool(run, name)],
    now: () => new Date(),
    answerWithinMilliseconds: 20_000,
    wording: agentWording,
    logDefect: () => undefined,
    ...over,
  })('plan_it', {}, { agent: 'kiro', ...(signal ? { signal } : {}) });
const changing = (memory: number) => ({
  stack: STACK,
  set: [{ path: 'Resources.QueryFunction.Properties.MemorySize', value: memory }],
});
const update = (plan: PlanWith) => plan('stack_update', changing(1024));
/** Lets a test hold a plan back until it says so. */
function gate() {
  let open!: () => void;
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { open, opened };
}
const calls = (operation: string) => world.store.calls().filter((call) => call.operation === operation);
const eventsOf = async (...kinds: string[]) => await world.app.ledger.events({ kinds });

describe('a plan', () => {
  it('is sealed with who asked, where and under which policy, stored whole, and told', async () => {
    const answered = await planning(update);
    const id = String(answered.ok && answered.content.plan_id);
    expect(id).toMatch(/^plan_[0-9a-f]{16}$/);
    expect(answered).toMatchObject({ ok: true, content: { decision: 'needs_approval', assurance: 'L0' } });
    const { plan, judgement, goalsAllowed } = await world.app.changes.plan(id);
    expect(plan).toMatchObject({
      id,
      tool: 'plan_it',
      agent: 'kiro',
      sponsor: 'alice',
      endpoint: `sandbox:${world.store.id}`,
      policyDigest: world.app.policy.digest(),
      nonce: expect.stringMatching(/^[0-9a-f]{32}$/),
    });
    const changeSet = plan.calls.find(({ operation }) => operation === 'ExecuteChangeSet')?.input.ChangeSetName;
    expect(changeSet).toMatch(/changeSet\/countersign-/);
    expect((await eventsOf('plan.made'))[0]).toMatchObject({
      planId: id,
      body: {
        digest: plan.digest,
        target: plan.target,
        tool: 'plan_it',
        changeSet,
        expiresAt: plan.expiresAt,
        judgement: { ...judgement, verdicts: judgement.verdicts.filter(({ outcome }) => outcome !== 'pass') },
        judged: judgement.verdicts.map(({ guard }) => guard),
        goals: goalsAllowed,
      },
    });
  });
  it('names no change set where it executes none, or one that another tool made', async () => {
    await planning((plan) => plan('stack_delete', { stack: STACK }));
    const adopted = async (plan: PlanWith): Promise<PlanDraft> => {
      const draft = await update(plan);
      return { ...draft, calls: draft.calls.map((call) => ({ ...call, input: { ChangeSetName: 'cdk-deploy' } })) };
    };
    await planning(adopted);
    const nameless = async (plan: PlanWith): Promise<PlanDraft> => {
      const draft = await update(plan);
      return { ...draft, calls: draft.calls.map((call) => ({ ...call, input: {} })) };
    };
    await planning(nameless);
    expect((await eventsOf('plan.made')).map(({ body }) => (body as { changeSet: unknown }).changeSet)).toEqual([
      null,
      null,
      null,
    ]);
  });
});

describe('before a dry run', () => {
  it.each([
    ['GUARD_SCOPE', 'a stack outside of every scope', 'elsewhere'],
    ['GUARD_HALT', 'a halted server', STACK],
  ])('%s refuses %s, and nothing reaches the cloud that leaves a trace', async (code, _what, name) => {
    if (code === 'GUARD_HALT') await world.app.ledger.append({ kind: 'halted', body: {} });
    let ran = false;
    const answered = await planning(
      async (plan) => {
        ran = true;
        return update(plan);
      },
      {},
      name,
    );
    expect(answered).toMatchObject({ ok: false, error: { code, message: expect.stringMatching(/\w \w/) } });
    expect(ran).toBe(false);
    expect(calls('CreateChangeSet')).toEqual([]);
  });
  it('what only holds there does not refuse', async () => {
    const { policy } = world.app;
    const holding: PipelinePorts['policy'] = {
      ...policy,
      async judgeFor(...asked) {
        const guard = { name: 'g', judge: () => ({ guard: 'g', outcome: 'hold' as const, message: 'm', remedy: 'r' }) };
        return { ...(await policy.judgeFor(...asked)), guardsBeforePlanning: [guard] };
      },
    };
    expect(await planning(update, { policy: holding })).toMatchObject({ ok: true });
  });
  it('no guards is a refusal', async () => {
    const { policy } = world.app;
    const guardless: PipelinePorts['policy'] = {
      ...policy,
      judgeFor: async (...asked) => ({ ...(await policy.judgeFor(...asked)), guardsBeforePlanning: [] }),
    };
    expect(await planning(update, { policy: guardless })).toMatchObject({
      ok: false,
      error: { code: 'CONFIG_INVALID', message: expect.stringContaining('No guards') },
    });
    expect(calls('CreateChangeSet')).toEqual([]);
  });
});

describe('a planner', () => {
  it.each([
    ['that is not there', 'stack_explode', changing(1024), /stack_explode .*: unknown\.$/],
    ['with an unknown input', 'stack_update', { ...changing(1024), force: true }, /stack_update .*: .*"force"/],
    ['with a wrong input', 'stack_update', { stack: 7, set: [{ path: 1 }] }, /: stack .*; set\.0\.path /],
  ])('%s is not asked', async (_what, name, input, message) => {
    const answered = await planning((plan) => plan(name, input));
    expect(answered).toMatchObject({ ok: false, error: { code: 'INTERNAL', message: expect.stringMatching(message) } });
    expect(calls('CreateChangeSet')).toEqual([]);
  });
});

describe('the planning permit', () => {
  it.each(['succeeds', 'fails'])('ends with the plan, when it %s', async (how) => {
    let kept: PlanWith | undefined;
    await planning(async (plan) => {
      kept = plan;
      if (how === 'fails') throw new Error('x');
      return update(plan);
    });
    const before = calls('CreateChangeSet').length;
    await expect(kept!('stack_update', changing(2048))).rejects.toMatchObject({ code: 'EGRESS_REFUSED' });
    expect(calls('CreateChangeSet')).toHaveLength(before);
  });
});

describe('a plan that takes longer than the answer may', () => {
  it('is answered with where to ask, and made on', async () => {
    const { open, opened } = gate();
    const answered = await planning((plan) => opened.then(() => update(plan)), { answerWithinMilliseconds: 5 });
    const id = String(answered.ok && answered.content.plan_id);
    expect(answered).toEqual({
      ok: true,
      content: {
        decision: 'planning',
        plan_id: id,
        next: { tool: 'describe_plan', input: { plan_id: id, wait_seconds: 45 } },
      },
    });
    expect(await eventsOf('plan.begun')).toMatchObject([{ planId: id, body: { tool: 'plan_it', target: STACK } }]);
    expect(await world.app.changes.isPlanning(id)).toBe(true);
    open();
    await expect.poll(async () => await world.app.changes.isPlanning(id), { timeout: 20_000 }).toBe(false);
    expect((await world.app.changes.plan(id)).plan).toMatchObject({ id, target: { name: STACK } });
  });
  it('tells its failure to whoever asks then', async () => {
    const { open, opened } = gate();
    const failing = () =>
      opened.then(() => {
        throw new CountersignError('AWS_THROTTLED', 'too many requests', 'Try again.');
      });
    const answered = await planning(failing, { answerWithinMilliseconds: 5 });
    const id = String(answered.ok && answered.content.plan_id);
    open();
    await expect.poll(async () => await world.app.changes.isPlanning(id), { timeout: 20_000 }).toBe(false);
    await expect(world.app.changes.plan(id)).rejects.toThrow(
      expect.objectContaining({ code: 'AWS_THROTTLED', message: 'too many requests' }),
    );
  });
  it('is not begun when it is answered in time', async () => {
    await planning(update);
    expect(await eventsOf('plan.begun')).toEqual([]);
  });
});

describe('what dead plans left behind', () => {
  it('is removed by the next plan on the target, once', async () => {
    const first = await planning(update);
    const firstId = String(first.ok && first.content.plan_id);
    const { changeSet } = (await eventsOf('plan.made'))[0]!.body as { changeSet: string };
    const later = { now: () => new Date(Date.now() + 16 * 60_000) };
    await planning((plan) => plan('stack_delete', { stack: STACK }), later);
    expect(await eventsOf('plan.cleaned')).toMatchObject([{ planId: firstId, body: { changeSet } }]);
    expect(calls('DeleteChangeSet')).toHaveLength(1);
    await planning((plan) => plan('stack_delete', { stack: STACK }), later);
    expect(calls('DeleteChangeSet')).toHaveLength(1);
  });
  it('is never in the way of a plan, when whose it was cannot be read', async () => {
    await proposeFix(world, 1024);
    const changes = { ...world.app.changes, find: () => Promise.reject(new Error('cannot')) };
    const later = { now: () => new Date(Date.now() + 16 * 60_000), changes };
    expect(await planning((plan) => plan('stack_delete', { stack: STACK }), later)).toMatchObject({ ok: true });
    expect(await eventsOf('plan.cleaned')).toEqual([]);
  });
  it('is never in the way of a plan', async () => {
    await planning(update);
    const broken = { ...world.app.cloud };
    broken.discard = async () => {
      throw new Error('cannot');
    };
    const later = { now: () => new Date(Date.now() + 16 * 60_000), cloud: broken };
    expect(await planning((plan) => plan('stack_delete', { stack: STACK }), later)).toMatchObject({ ok: true });
    expect(await eventsOf('plan.cleaned')).toEqual([]);
  });
});

describe('a plan that fails', () => {
  const failing = (code: ErrorCode) => () =>
    Promise.reject<PlanDraft>(new CountersignError(code, 'no', 'Try something else.'));
  it.each<[ErrorCode, boolean]>([
    ['INPUT_INVALID', true],
    ['STATE_STACK_BUSY', true],
    ['CONFIG_NO_POLICY', true],
    ['GUARD_SCOPE', true],
    ['AWS_VALIDATION', true],
    ['AWS_ACCESS_DENIED', true],
    ['AWS_TIMEOUT', false],
    ['LEDGER_BUSY', false],
  ])('with %s left nothing in the cloud: %s', async (code, leftNothing) => {
    await planning(failing(code));
    const [started] = await eventsOf('plan.started');
    expect((await eventsOf('plan.left_nothing')).map(({ planId, body }) => [planId, body])).toEqual(
      leftNothing ? [[started!.planId, {}]] : [],
    );
  });
  it('by a defect may have left something', async () => {
    await planning(() => Promise.reject(new TypeError('a defect')));
    expect(await eventsOf('plan.left_nothing')).toEqual([]);
  });
  it('where a change of ours keeps the target busy names it, and nothing else does', async () => {
    const plain = await planning(failing('STATE_STACK_BUSY'));
    expect(plain).toMatchObject({ ok: false, error: { message: 'no' } });
    const id = await proposeFix(world, 1024);
    const told = await planning(failing('STATE_STACK_BUSY'));
    expect(told).toMatchObject({
      ok: false,
      error: {
        code: 'STATE_STACK_BUSY',
        message: `no The change ${id} is pending there.`,
        next: { tool: 'describe_change', input: { change_id: id } },
      },
    });
    const other = await planning(failing('STATE_STACK_EXISTS'));
    expect(other.ok || other.error.message).not.toContain(id);
    const changes = { ...world.app.changes, openOn: () => Promise.reject(new Error('cannot')) };
    expect(await planning(failing('STATE_STACK_BUSY'), { changes })).toMatchObject({
      ok: false,
      error: { code: 'STATE_STACK_BUSY', message: 'no' },
    });
  });
  it('where a change of unknown outcome holds the target says who ends that', async () => {
    const id = await proposeFix(world, 1024);
    const { plan } = await world.app.changes.plan((await world.app.changes.find(id)).planId);
    const about = { target: plan.target, environment: 'production', operations: ['ExecuteChangeSet'] };
    const outcome = { state: 'unknown', detail: '', credentials: 'confined', calls: [] };
    await world.app.ledger.append({ kind: 'change.executing', changeId: id, body: about });
    await world.app.ledger.append({ kind: 'change.finished', changeId: id, body: { ...about, outcome } });
    expect(await planning(failing('STATE_STACK_BUSY'))).toMatchObject({
      ok: false,
      error: {
        code: 'STATE_STACK_BUSY',
        message: expect.stringMatching(new RegExp(`^no .*${id}.*unknown`)),
        remedy: expect.stringContaining('reconcile'),
      },
    });
  });
  it('when it is stored leaves no change set behind', async () => {
    const before = calls('DeleteChangeSet').length;
    /** Judges what there is before planning, and nothing after it. */
    const policy = {
      ...world.app.policy,
      judgeFor: ((plan, ...rest) =>
        plan.calls.length > 0
          ? Promise.reject(new Error('no policy'))
          : world.app.policy.judgeFor(plan, ...rest)) as typeof world.app.policy.judgeFor,
    };
    expect(await planning(update, { policy })).toMatchObject({ ok: false });
    expect(calls('DeleteChangeSet')).toHaveLength(before + 1);
    const discard = vi.fn();
    const cloud = { ...world.app.cloud, discard };
    const deletion = (plan: PlanWith) => plan('stack_delete', { stack: STACK });
    expect(await planning(deletion, { policy, cloud })).toMatchObject({ ok: false });
    expect(discard).not.toHaveBeenCalled();
  });
});

it('the picture of a plan is stored with it, and a plan without one is stored too', async () => {
  const bare = await planning(async (plan) => {
    const { picture: _none, ...draft } = await update(plan);
    return draft;
  });
  expect(bare).toMatchObject({ ok: true });
  const answered = await planning(update);
  const { plan } = await world.app.changes.plan(String(answered.ok && answered.content.plan_id));
  expect(await world.app.ledger.document(plan.pictureDigest!)).toMatchObject({ things: [{}] });
});

it('what was before, and capacity that falls, is kept beside the plan', async () => {
  const lowered = [{ of: 'Group', what: 'DesiredCapacity', was: 4, becomes: 2 }];
  await planning(async (plan) => ({ ...(await update(plan)), lowered }));
  await planning(async (plan) => {
    const { before: _none, ...draft } = await update(plan);
    return draft;
  });
  const [bare, whole] = (await eventsOf('plan.made')).map(({ body }) => body as Record<string, unknown>).reverse();
  const [first, second] = [whole, bare].sort((a, b) => Number('before' in b!) - Number('before' in a!));
  expect(first).toMatchObject({
    before: expect.any(String),
    capacity: [{ of: 'Group', what: 'DesiredCapacity', was: 4 }],
  });
  expect(await world.app.ledger.document(String(first!.before))).toBeDefined();
  expect(second).not.toHaveProperty('before');
  expect(second).toMatchObject({ capacity: [] });
});

describe('waiting for an answer', () => {
  const never = new Promise<string>(() => undefined);
  it('ends with the answer, with the time, or with the client', async () => {
    expect(await within(Promise.resolve('answer'), 20_000)).toBe('answer');
    expect(await within(never, 1)).toBeUndefined();
    expect(await within(never, 2 ** 30, AbortSignal.abort())).toBeUndefined();
    const client = new AbortController();
    const waiting = within(never, 2 ** 30, client.signal);
    client.abort();
    expect(await waiting).toBeUndefined();
  });
  it('listens to no client and no clock afterwards', async () => {
    vi.useFakeTimers();
    const { signal } = new AbortController();
    const removed = vi.spyOn(signal, 'removeEventListener');
    await within(Promise.resolve('answer'), 20_000, signal);
    expect(removed).toHaveBeenCalledWith('abort', expect.any(Function));
    expect(vi.getTimerCount()).toBe(0);
    vi.useRealTimers();
  });
  it('is over for a client that is gone: the ledger says so, and the plan is made on', async () => {
    const { open, opened } = gate();
    const client = new AbortController();
    const answering = planning((plan) => opened.then(() => update(plan)), {}, STACK, client.signal);
    client.abort();
    expect(await answering).toMatchObject({ ok: false, error: { code: 'STATE_CALL_CANCELLED' } });
    expect((await eventsOf('tool.refused')).at(-1)).toMatchObject({ body: { code: 'STATE_CALL_CANCELLED' } });
    open();
    const [begun] = await eventsOf('plan.begun');
    await expect.poll(() => world.app.changes.isPlanning(begun!.planId!), { timeout: 20_000 }).toBe(false);
  });
});
