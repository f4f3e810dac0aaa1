import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { guards } from '../../guards/index.ts';
import { replayPolicy, replayText } from '../../src/cli/policy-replay.ts';
import { sinceWhen } from '../../src/cli/since.ts';
import { type StandingState, tagged } from '../../src/core/kept.ts';
import type { Ledger, LedgerView } from '../../src/core/ports.ts';
import { loadPolicy } from '../../src/policy/load.ts';
import { pastOf } from '../../src/policy-lab/replay/past.ts';
import { replay } from '../../src/policy-lab/replay/replay.ts';
import { providerRules } from '../../src/providers/index.ts';
import { DEV_STACK, openTestWorld, proposeFix, STACK, type TestWorld } from '../world.ts';

let world: TestWorld;
beforeEach(async () => {
  world = await openTestWorld();
});
afterEach(() => world.close());

/** Another policy, in a file of its own. */
function policy(rest: string, change: (text: string) => string = (text) => text): string {
  const path = join(world.home, 'new.yaml');
  writeFileSync(path, `${change(world.policyText)}\n${rest}\n`);
  return path;
}
const replayed = (path: string, options: { since?: string; observed?: boolean; now?: Date } = {}) =>
  replayPolicy(world.home, path, { since: '30d', ...options });
const planDeletion = async (stack: string) => String((await world.call('plan_stack_delete', { stack })).plan_id);
/** A table with data that would be replaced. */
const planOfAnotherKey = async () => {
  const set = [{ path: 'Resources.CostTable.Properties.KeySchema.0.AttributeName', value: 'month' }];
  return String((await world.call('plan_stack_update', { stack: STACK, set })).plan_id);
};
const propose = async (planId: string, goal: string) =>
  String((await world.call('propose_change', { plan_id: planId, goal, reason: 'as asked' })).change_id);

/** What happens in a day: plans and changes of every decision, executions, withdrawals, halts. */
const STEPS: Record<string, () => Promise<unknown>> = {
  fix: () => proposeFix(world, memory()),
  fixInDevelopment: () => proposeFix(world, memory(), DEV_STACK),
  planDeletion: () => planDeletion(STACK),
  fixThatDeletes: async () => propose(await planDeletion(STACK), 'fix'),
  cleanUp: async () => propose(await planDeletion(DEV_STACK), 'clean_up'),
  replaceData: () =>
    world.call('plan_stack_update', {
      stack: DEV_STACK,
      set: [{ path: 'Resources.CostTable.Properties.KeySchema.0.AttributeName', value: 'month' }],
    }),
  withdraw: async () => world.call('withdraw_change', { change_id: await proposeFix(world, memory()) }),
  execute: async () => world.execute(await proposeFix(world, memory(), DEV_STACK)),
  reboot: async () => {
    const { instances } = (await world.call('describe_instances', { tag: 'Name=batch' })) as {
      instances: { instance_id: string }[];
    };
    const ids = instances.map(({ instance_id: id }) => id);
    const { plan_id: id } = await world.call('plan_instance_action', { instance_ids: ids, action: 'reboot' });
    await propose(String(id), 'fix');
  },
  proposedForAnother: async () => {
    const input = { plan_id: await planDeletion(DEV_STACK), goal: 'clean_up', reason: 'as asked' };
    await (await world.another({ sponsor: 'bob' })).pipeline('propose_change', input);
  },
  haltAndPropose: async () => {
    const plan = await planDeletion(DEV_STACK);
    await world.app.ledger.append({ kind: 'halted', body: {} });
    await propose(plan, 'clean_up');
    await world.app.ledger.append({ kind: 'resumed', body: {} });
  },
};
let used = 512;
const memory = () => {
  used += 64;
  return used;
};

describe('policy replay', () => {
  it('finds no difference under the policy that decided, whatever happened', async () => {
    let report = await replayed(policy(''));
    const done = new Set<string>();
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.constantFrom(...Object.keys(STEPS)), { minLength: 1, maxLength: 4 }),
        async (steps) => {
          for (const step of steps) {
            done.add(step);
            await STEPS[step]!();
          }
          report = await replayed(policy(''));
          expect(report.differences).toEqual([]);
          expect(report.unreadable).toEqual([]);
        },
      ),
      // Every run goes on with the ledger of the runs before it.
      { numRuns: 12, endOnFailure: true },
    );
    expect(report.judged.plans).toBeGreaterThanOrEqual(done.size);
    expect(replayText(report)).toContain('Nothing differs.');
  });

  it('shows a seat that is raised, with its guard, once for a plan and its change', async () => {
    const id = await proposeFix(world);
    const seats = 'seats: { production: { reversible: 2, recoverable: 2, irreversible: 2 } }';
    const report = await replayed(policy(seats));
    expect(report.judged).toEqual({ plans: 1, changes: 1 });
    expect(report.counts).toEqual({ '1 approval → 2 approvals': 1 });
    expect(report.differences).toEqual([
      expect.objectContaining({
        id,
        goal: 'fix',
        sponsor: 'alice',
        target: STACK,
        direction: 'stricter',
        guards: [expect.objectContaining({ guard: 'approval', was: 'hold(1)', is: 'hold(2)' })],
      }),
    ]);
    expect(replayText(report)).toMatch(/1 approval → 2 approvals.*cost-explorer-prod · fix · for alice/);
  });

  it('tells first what was refused and would now pass', async () => {
    await proposeFix(world);
    await proposeFix(world, 1024, DEV_STACK);
    const refused = await propose(await planOfAnotherKey(), 'deploy');
    expect((await world.app.changes.find(refused)).judgement.decision).toBe('denied');
    const none = '{ reversible: 0, recoverable: 0, irreversible: 0 }';
    const milder = policy(`seats: { disposable: ${none} }`, (text) =>
      text.replace('environment: production', 'environment: disposable'),
    );
    const report = await replayed(milder);
    expect(report.differences.map(({ id, was, is }) => [id === refused, `${was.decision} → ${is.decision}`])).toEqual([
      [true, 'denied → pass'],
      [false, 'needs_approval → pass'],
    ]);
    expect(report.counts).toEqual({ 'denied → pass': 1, '1 approval → pass': 1 });
  });

  it('tells what would now be refused before what only needs fewer seats', async () => {
    await proposeFix(world);
    await proposeFix(world, 1024, DEV_STACK);
    const seats = 'seats: { production: { reversible: 0, recoverable: 0, irreversible: 0 } }';
    const narrower = policy(seats, (text) => text.replace('stacks: ["*-dev"]', 'stacks: ["other-*"]'));
    expect((await replayed(narrower)).differences).toEqual([
      expect.objectContaining({
        target: DEV_STACK,
        direction: 'stricter',
        was: { decision: 'pass', seats: 0, roles: [] },
      }),
      expect.objectContaining({ target: STACK, direction: 'milder', is: { decision: 'pass', seats: 0, roles: [] } }),
    ]);
  });

  it('judges as of then: a freeze or a halt that came later does not count', async () => {
    await proposeFix(world);
    await world.app.ledger.append({ kind: 'halted', body: {} });
    const at = (hours: number) => new Date(Date.now() + hours * 3_600_000).toISOString().slice(0, 16);
    const freeze = (from: string, to: string) =>
      `freezes: [{ environment: production, from: ${from}, to: ${to}, reason: fair }]`;
    expect((await replayed(policy(freeze(at(1), at(9))))).differences).toEqual([]);
    const inForce = await replayed(policy(freeze(at(-1), at(9))));
    expect(inForce.differences).toEqual([
      expect.objectContaining({ guards: [expect.objectContaining({ guard: 'freeze', is: 'deny' })] }),
    ]);
  });

  it('judges by the clock of then: what was frozen on that day was frozen, and no plan is too old', async () => {
    const lastWeek = new Date(Date.now() - 7 * 86_400_000);
    const then = await world.another({ now: () => lastWeek });
    const set = [{ path: 'Resources.QueryFunction.Properties.MemorySize', value: 1024 }];
    const made = await then.pipeline('plan_stack_update', { stack: STACK, set });
    const input = { plan_id: made.ok && made.content.plan_id, goal: 'fix', reason: 'more memory' };
    await then.pipeline('propose_change', input);
    expect(await replayed(policy(''))).toMatchObject({ judged: { plans: 1, changes: 1 }, differences: [] });
    const around = (day: Date) => {
      const at = (hours: number) => new Date(day.getTime() + hours * 3_600_000).toISOString().slice(0, 16);
      return policy(`freezes: [{ environment: production, from: ${at(-2)}, to: ${at(2)}, reason: fair }]`);
    };
    expect((await replayed(around(new Date()))).differences).toEqual([]);
    expect((await replayed(around(lastWeek))).counts).toEqual({ '1 approval → denied': 1 });
  });

  it('lets an exception reach back as far as a policy could have had it, and no further', async () => {
    await planOfAnotherKey();
    const excepting = (days: number) => {
      const until = new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);
      const entry = (guard: string) =>
        `  - { guard: ${guard}, stack: ${STACK}, resource: CostTable, until: ${until}, owner: carol, reason: OPS-1 }`;
      return policy(`exceptions:\n${['recreate', 'stateful-loss', 'backup-first'].map(entry).join('\n')}`);
    };
    expect((await replayed(excepting(3))).counts).toEqual({ 'denied → 2 approvals': 1 });
    const later = { since: '60d', now: new Date(Date.now() + 10 * 86_400_000) };
    expect((await replayed(excepting(20), later)).differences).toEqual([]);
  });

  it('counts budgets as they stood: what came later was not yet spent', async () => {
    for (const memory of [1024, 2048, 3008]) await proposeFix(world, memory);
    expect((await replayed(policy(''))).differences).toEqual([]);
    const report = await replayed(policy('guards: { budget: { hour: { changes: 2 } } }'));
    // Plan and change of the third only: two were allowed.
    expect(report.counts).toEqual({ '1 approval → denied': 1 });
    expect(report.differences[0]?.guards).toEqual([
      expect.objectContaining({
        guard: 'budget',
        was: 'pass',
        is: 'deny',
        message: expect.stringContaining('within one hour'),
      }),
    ]);
  });

  it('knows who could not sign then, whoever runs it now', async () => {
    const asBob = await world.another({ actsAs: ['bob'] });
    const made = await asBob.pipeline('plan_stack_update', {
      stack: STACK,
      set: [{ path: 'Resources.QueryFunction.Properties.MemorySize', value: 1024 }],
    });
    expect(made.ok && made.content.decision).toBe('needs_approval');
    expect((await replayed(policy(''))).differences).toEqual([]);
    const two = policy('seats: { production: { reversible: 2, recoverable: 2, irreversible: 2 } }');
    // Alice is the sponsor and bob runs the server: carol alone cannot fill two seats.
    expect((await replayed(two)).counts).toEqual({ '1 approval → denied': 1 });
  });

  it('judges a change for the person that it was proposed for, whoever had it planned', async () => {
    const input = { plan_id: await planDeletion(DEV_STACK), goal: 'clean_up', reason: 'as asked' };
    const answer = await (await world.another({ sponsor: 'bob' })).pipeline('propose_change', input);
    const one = policy(
      'seats: { development: { reversible: 2, recoverable: 2, irreversible: { seats: 2, include: [sre] } } }',
    );
    const [difference] = (await replayed(one)).differences;
    // Bob is the one with that role, and his own change he cannot sign.
    expect(difference).toMatchObject({
      id: answer.ok && answer.content.change_id,
      sponsor: 'bob',
      is: { decision: 'denied' },
    });
  });

  it('takes only what was judged since then, and refuses a time that is none', async () => {
    await proposeFix(world);
    const none = await replayed(policy(''), { since: '2999-01-01' });
    expect(none.judged).toEqual({ plans: 0, changes: 0 });
    expect(replayText(none)).toContain('nothing was judged');
    const now = new Date('2026-11-24T12:00:00Z');
    expect(sinceWhen('2d', now).toISOString()).toBe('2026-11-22T12:00:00.000Z');
    expect(sinceWhen('2026-11-01', now).toISOString()).toBe('2026-11-01T00:00:00.000Z');
    for (const none of ['yesterday', '30', '2026-13-45'])
      await expect(replayed(policy(''), { since: none })).rejects.toMatchObject({ code: 'INPUT_INVALID' });
  });

  it('says of a plan that was tampered with that it could not be judged', async () => {
    await planDeletion(STACK);
    const [made] = await world.app.ledger.events({ kinds: ['plan.made'] });
    await world.app.ledger.append({ ...made!, planId: 'plan_other', body: { ...(made!.body as object), digest: 'x' } });
    const { unreadable, differences } = await replayed(policy(''));
    expect(unreadable).toEqual([{ id: 'plan_other', why: expect.stringContaining('differs from the plan') }]);
    expect(differences).toEqual([]);
  });

  it('looks at the ledger of then through a view that takes nothing', async () => {
    await planDeletion(STACK);
    const all = await world.app.ledger.events();
    const view = pastOf(world.app.ledger, new Date())(2);
    expect(await view.events()).toEqual(all.slice(0, 2));
    expect(await view.events({ newestFirst: true, limit: 1 })).toEqual([all[1]]);
    await expect(view.append({ kind: 'halted', body: { by: [] } })).rejects.toThrow();
  });

  it('sees how a change stood then, and what it was found under', async () => {
    const { ledger } = world.app;
    const id = await proposeFix(world, memory(), DEV_STACK);
    const waiting = (await ledger.events()).length;
    await world.execute(id);
    const past = pastOf(ledger, new Date());
    const [proposed] = await ledger.events({ kinds: ['change.proposed'] });
    const { target } = proposed!.body as { target: Parameters<typeof tagged.target>[0] };
    const foundAs = async (size: number, ...states: StandingState[]) =>
      (await past(size).events({ tags: tagged.target(target), standing: { states } })).map(({ seq }) => seq);
    expect(await foundAs(waiting, 'waiting')).toEqual([proposed!.seq]);
    expect(await foundAs(waiting, 'executing', 'succeeded')).toEqual([]);
    expect(await foundAs(proposed!.seq - 1, 'waiting')).toEqual([]);
    const [begun] = await ledger.events({ kinds: ['change.executing'] });
    expect(await foundAs(begun!.seq, 'executing')).toEqual([proposed!.seq]);
    expect(await foundAs((await ledger.events()).length, 'succeeded')).toEqual([proposed!.seq]);
  });

  it('asks the store for what happened once, however many judgements there are', async () => {
    const events = async () => (await world.app.ledger.events()).length;
    const asked = async () => {
      let rows = 0;
      const ledger: LedgerView = {
        document: (digest) => world.app.ledger.document(digest),
        async events(query) {
          const found = await world.app.ledger.events(query);
          rows += found.length;
          return found;
        },
      };
      const about = {
        policy: loadPolicy(policy(''), guards),
        guards,
        provider: providerRules,
        ledger: ledger as Ledger,
      };
      const { judged } = await replay(about, new Date(Date.now() - 60_000));
      return { rows, plans: judged.plans };
    };
    for (let turn = 0; turn < 3; turn += 1) await proposeFix(world, memory(), DEV_STACK);
    const few = await asked();
    const before = await events();
    for (let turn = 0; turn < 12; turn += 1) await proposeFix(world, memory(), DEV_STACK);
    const many = await asked();
    expect(many.plans).toBe(few.plans + 12);
    // Each event is found under what it is about: a few times, whatever the number of judgements.
    expect(many.rows - few.rows).toBeLessThanOrEqual(4 * ((await events()) - before));
  });
});
