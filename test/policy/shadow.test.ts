import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { guards } from '../../guards/index.ts';
import { replayPolicy, replayText } from '../../src/cli/policy-replay.ts';
import { enforced, type RuleVerdict } from '../../src/core/guard.ts';
import { type Judgement, whole } from '../../src/core/verdict.ts';
import { facts, judged, made, plan } from '../guards/builders.ts';
import { openTestWorld, STACK, type TestWorld } from '../world.ts';

let world: TestWorld;
beforeEach(async () => {
  world = await openTestWorld();
});
afterEach(() => world.close());

const RULES = `@id("small-functions") @message("Functions stay below 1 GB here.") @mode("observe")
forbid (principal, action == Action::"update", resource in Type::"AWS::Lambda::Function");
@id("two-people") @message("Two people look at functions.") @hold("2") @mode("observe")
forbid (principal, action, resource in Type::"AWS::Lambda::Function");
`;
/** The policy of the world, with guards and rules that are only observed. */
function shadowing(rest: string) {
  mkdirSync(join(world.home, 'rules'), { recursive: true });
  writeFileSync(join(world.home, 'rules', 'own.cedar'), RULES);
  return world.another({ policy: `${world.policyText}\n${rest}\n` });
}
const WATCHED = `guards: { recreate: { mode: observe }, stateful-loss: { mode: observe }, budget: { mode: observe } }`;
const OWN_RULES = 'rules: ["rules/*.cedar"]';

type App = Awaited<ReturnType<typeof shadowing>>;
async function call(app: App, tool: string, input: unknown): Promise<Record<string, unknown>> {
  const answer = await app.pipeline(tool, input);
  return answer.ok ? answer.content : { ...answer.error };
}
const set = (app: App, path: string, value: unknown) =>
  call(app, 'plan_stack_update', { stack: STACK, set: [{ path: `Resources.${path}`, value }] });
const moreMemory = (app: App) => set(app, 'QueryFunction.Properties.MemorySize', 2048);
const otherKey = (app: App) => set(app, 'CostTable.Properties.KeySchema.0.AttributeName', 'month');
const recorded = async (app: App) =>
  (await app.ledger.events({ kinds: ['plan.made', 'change.proposed'] })).map(({ kind, body }) => ({
    kind,
    judgement: whole(body as { judgement: Judgement }),
  }));
const replayed = (observed: boolean) =>
  replayPolicy(world.home, join(world.home, 'policy.yaml'), { since: '1d', observed });

describe('shadow mode', () => {
  it('lets through what a rule only observes, and records it in the plan and in the change', async () => {
    const app = await shadowing(OWN_RULES);
    const plan = await moreMemory(app);
    expect(plan.decision).toBe('needs_approval');
    expect(plan.seats).toEqual({ needed: 1, roles: [] });
    await call(app, 'propose_change', { plan_id: plan.plan_id, goal: 'scale', reason: 'more memory' });
    const events = await recorded(app);
    expect(events.map(({ kind }) => kind)).toEqual(['plan.made', 'change.proposed']);
    for (const { judgement } of events)
      expect(judgement.verdicts).toContainEqual(
        expect.objectContaining({
          guard: 'rules',
          outcome: 'note',
          observed: 'deny',
          observedRules: ['two-people', 'small-functions'],
        }),
      );
  });

  it('records what an observed guard would have said, beside those that still stop', async () => {
    const app = await shadowing(WATCHED);
    const { decision } = await otherKey(app);
    expect(decision).toBe('denied');
    const [made] = await recorded(app);
    const said = Object.fromEntries(made!.judgement.verdicts.map((verdict) => [verdict.guard, verdict]));
    expect(said.recreate).toMatchObject({ outcome: 'note', observed: 'deny' });
    expect(said['stateful-loss']).toMatchObject({ outcome: 'note', observed: 'deny' });
    expect(said['backup-first']).toMatchObject({ outcome: 'deny' });
    expect(said.budget).not.toHaveProperty('observed');
  });

  it('tells in describe_policy what is observed, and what that would have stopped within a week', async () => {
    const app = await shadowing(`${WATCHED}\n${OWN_RULES}`);
    await otherKey(app);
    await otherKey(app);
    const { plan_id } = await moreMemory(app);
    await call(app, 'propose_change', { plan_id, goal: 'scale', reason: 'more memory' });
    const told = await call(app, 'describe_policy', {});
    expect(told.observed).toEqual([
      'recreate: in the last 7 days it would have denied 2 plans and held 0',
      'stateful-loss: in the last 7 days it would have denied 2 plans and held 0',
      'budget: in the last 7 days it would have denied 0 plans and held 0',
    ]);
    // Three plans: the function reads the table's name. A plan and its change count once.
    expect(told.rules).toContainEqual(
      'small-functions: deny, in observe mode: in the last 7 days it would have stopped 3 plans',
    );
    const later = await world.another({ now: () => new Date(Date.now() + 8 * 86_400_000) });
    expect((await call(later, 'describe_policy', {})).observed).toContain(
      'recreate: in the last 7 days it would have denied 0 plans and held 0',
    );
  });

  it('shows in a replay what enforcing it would have done, and no difference otherwise', async () => {
    const app = await shadowing(`${WATCHED}\n${OWN_RULES}`);
    await moreMemory(app);
    await otherKey(app);
    expect((await replayed(false)).differences).toEqual([]);
    const report = await replayed(true);
    expect(report.counts).toEqual({ '1 approval → denied': 1 });
    const [first, second] = report.differences;
    expect(first).toMatchObject({
      changed: true,
      guards: [{ guard: 'rules', was: 'note', is: 'deny', message: expect.stringContaining('Functions stay') }],
    });
    // Refused by others anyway: the decision is the same, and the guards that would have joined are told.
    expect(second).toMatchObject({ changed: false, is: { decision: 'denied' } });
    expect(second?.guards.map(({ guard }) => guard)).toContain('recreate');
    expect(replayText(report)).toMatch(/denied either way/);
  });

  it('never lowers what stops: the guards that hold the road together are refused in observe', async () => {
    const walls = guards.filter(({ structural }) => structural).map(({ name }) => name);
    expect(walls).toContain('approval');
    for (const name of walls)
      await expect(shadowing(`guards: { ${name}: { mode: observe } }`), name).rejects.toThrow(
        /cannot be set to observe/,
      );
  });
});

describe('an observed rule beside an enforced one', () => {
  const rule = (over: Partial<RuleVerdict>): RuleVerdict => ({
    id: 'r',
    outcome: 'note',
    seats: 0,
    message: 'm',
    remedy: 'r',
    effects: [],
    ...over,
  });
  const holding = rule({ id: 'enforced', outcome: 'hold', seats: 2 });
  const judge = (...rules: RuleVerdict[]) => judged(plan(), facts({ rules }), [made('rules')]).verdicts[0];
  it('is told where it is stricter, and changes neither outcome nor seats', () => {
    const watching = rule({ id: 'watching', observed: 'deny' });
    expect(judge(holding, watching)).toMatchObject({
      outcome: 'hold',
      seats: 2,
      observed: 'deny',
      observedRules: ['watching'],
    });
    expect(judge(holding, rule({ id: 'watching', observed: 'hold', seats: 3 }))).not.toHaveProperty('observed');
    expect(judge(holding)).not.toHaveProperty('observedRules');
  });
  it('is as strict as written when it is enforced again', () => {
    const both = facts({ rules: [holding, rule({ id: 'w', observed: 'hold', seats: 3 })] });
    expect(judged(plan(), enforced(both), [made('rules')])).toMatchObject({ decision: 'needs_approval', seats: 3 });
    const watchedGuard = facts({ adjustments: { rules: { observe: true } }, rules: [rule({ outcome: 'deny' })] });
    expect(judged(plan(), watchedGuard, [made('rules')]).decision).toBe('pass');
    expect(judged(plan(), enforced(watchedGuard), [made('rules')]).decision).toBe('denied');
  });
});
