/** `changes` and `plans`: what waits for whom, and what agents planned. */
import { stripVTControlCharacters } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { whoWaits } from '../../src/cli/changes.ts';
import type { Context } from '../../src/cli/command.ts';
import { changes } from '../../src/cli/commands/changes.ts';
import { plans } from '../../src/cli/commands/plans.ts';
import { createContext } from '../../src/cli/context.ts';
import type { PlansPage } from '../../src/cli/plans.ts';
import type { Change } from '../../src/core/change.ts';
import { DEV_STACK, openTestWorld, proposeFix, STACK, type TestWorld } from '../world.ts';
import { countQueries } from './counting-ledger.ts';

let world: TestWorld;
let fix: string;
let recreated: string;
const contextOf = (actsAs: string[], sponsor: string | undefined = undefined): Context => {
  const [tell, note] = [() => undefined, () => undefined];
  const config = { ...world.app.config, actsAs, sponsor };
  return createContext({ config, version: '0', sandboxed: true, width: 100, tell, note });
};
beforeAll(async () => {
  world = await openTestWorld();
  fix = await proposeFix(world);
  const set = [{ path: 'Resources.CostTable.Properties.TableName', value: 'costs-v2' }];
  recreated = String((await world.call('plan_stack_update', { stack: STACK, set })).plan_id);
  const small = [{ path: 'Resources.QueryFunction.Properties.MemorySize', value: 512 }];
  const { plan_id } = await world.call('plan_stack_update', { stack: DEV_STACK, set: small });
  await world.call('propose_change', { plan_id, goal: 'scale', reason: 'small' });
});
afterAll(() => world.close());

describe('changes', () => {
  const ids = async (context: Context, asked: object) => {
    const { json } = await changes.run(context, asked as never);
    return (json as Change[]).map(({ id }) => id);
  };
  it('--waiting: those that an approval of whoever asks brings nearer', async () => {
    expect(await ids(contextOf(['bob']), { waiting: true })).toEqual([fix]);
    expect(await ids(contextOf(['alice']), { waiting: true })).toEqual([]);
    expect(await ids(contextOf(['mallory']), { waiting: true })).toEqual([]);
  });
  it('--mine: those of whose agents they are; with --waiting, those of them that wait', async () => {
    expect(await ids(contextOf(['alice']), { mine: true })).toHaveLength(2);
    expect(await ids(contextOf(['alice']), { mine: true, waiting: true })).toEqual([fix]);
    expect(await ids(contextOf(['bob']), { mine: true })).toEqual([]);
    expect(await ids(contextOf(['nobody-known'], 'alice'), { mine: true })).toHaveLength(2);
  });
  it('page by page, and by state', async () => {
    const { text } = await changes.run(contextOf([]), { limit: 1 });
    const [, before] = /--before (\d+)/.exec(text) ?? [];
    expect(await ids(contextOf([]), { limit: 1, before: Number(before) })).toEqual([fix]);
    expect(await ids(contextOf([]), { state: 'pending' })).toEqual([fix]);
    expect((await changes.run(contextOf([]), { state: 'failed' })).text).toBe('No failed changes.');
  });
  it('say who waits for what', async () => {
    const change = await world.app.changes.find(fix);
    const now = new Date();
    const waits = (more: Partial<Change>) => whoWaits({ ...change, ...more } as Change, now);
    expect(waits({})).toBe('alice for 1 approval');
    const judgement = { ...change.judgement, seats: 2, roles: ['data'] };
    expect(waits({ judgement })).toBe('alice for 2 approvals (data)');
    expect(waits({ state: 'approved', sponsor: null })).toBe('no sponsor for its execution');
    expect(waits({ state: 'unknown' })).toBe('alice for countersign reconcile');
    expect(waits({ state: 'succeeded' })).toBe('');
  });
});

describe('plans', () => {
  const asked = async (given: object = {}) => (await plans.run(contextOf([]), given)).json as PlansPage;
  it('tell what agents planned, for whom, and which guards stopped it', async () => {
    const { plans: told } = await asked();
    expect(told).toMatchObject([
      { target: DEV_STACK, decision: 'pass', sponsor: 'alice', change: expect.stringMatching(/^chg_/) },
      { id: recreated, decision: 'denied', denied: ['recreate', 'stateful-loss', 'backup-first'], change: null },
      { target: STACK, decision: 'needs_approval', held: ['approval'], approvals: 1, change: fix },
    ]);
    const { text } = await plans.run({ ...contextOf([]), width: undefined }, {});
    const [head, , row] = text.split('\n').map((line) => stripVTControlCharacters(line));
    expect(head).toMatch(/^PLAN +AGE +FOR +AGENT +WHAT +GUARDS$/);
    expect(row).toMatch(new RegExp(`^${recreated}  now  alice .*denied by recreate, stateful-loss, backup-first$`));
  });
  it('of one guard, by its name or code', async () => {
    const of = async (guard: string) => (await asked({ guard })).plans.map(({ id }) => id);
    expect(await of('recreate')).toEqual([recreated]);
    expect(await of('GUARD_RECREATE')).toEqual([recreated]);
    await expect(of('recraete')).rejects.toMatchObject({ message: expect.stringContaining('Did you mean recreate?') });
  });
  it('page by page, and since a time', async () => {
    const first = await asked({ limit: 2 });
    const second = await asked({ limit: 2, before: first.before! });
    expect([first.plans.length, second.plans.length, second.before]).toEqual([2, 1, null]);
    const stopped = await asked({ guard: 'approval', limit: 1 });
    expect((await asked({ guard: 'approval', limit: 1, before: stopped.before! })).plans).not.toEqual(stopped.plans);
    expect((await asked({ since: '2999-01-01' })).plans).toEqual([]);
  });
  it('read a page of the ledger, however long it is', async () => {
    const page = await countQueries(world, (folder) => plansOf(folder, 1));
    expect(page.unbounded).toEqual([]);
    expect(page.events).toBeLessThan(12);
  });
});

async function plansOf(folder: Parameters<typeof import('../../src/cli/plans.ts').plansAsked>[0], limit: number) {
  const { plansAsked } = await import('../../src/cli/plans.ts');
  await plansAsked(folder, { limit });
}
