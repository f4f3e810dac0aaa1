/** How verdicts become one decision: `core/guard` and `core/verdict`. */
import { describe, expect, it } from 'vitest';
import { GOALS } from '../../src/core/goals.ts';
import {
  deny,
  denyInProduction,
  type Exception,
  enforced,
  type Facts,
  type Guard,
  goalsAllowed,
  hold,
  judgeAll,
  note,
  seatsIn,
} from '../../src/core/guard.ts';
import { pass, type Verdict } from '../../src/core/verdict.ts';
import {
  allGuards,
  deletedFunction,
  deletedTable,
  effect,
  facts,
  inDevelopment,
  inDisposable,
  judged,
  made,
  plan,
  planWithEffects,
} from '../guards/builders.ts';

const broken: Guard = {
  name: 'broken',
  judge: () => {
    throw new Error('x');
  },
};

describe('judging', () => {
  it('denies when a guard throws, and when there are no guards', () => {
    expect(judged(plan(), facts(), [broken]).decision).toBe('denied');
    expect(judged(plan(), facts(), []).decision).toBe('denied');
  });
  it('takes an excepted resource out of the sight of one guard, and shows that', () => {
    const exception = {
      guard: 'stateful-loss',
      resource: 'Table',
      until: '2026-12-01',
      owner: 'carol',
      reason: 'OPS-1',
    };
    const { verdicts } = judged(planWithEffects(deletedTable()), facts({ exceptions: [exception] }));
    const of = (name: string) => verdicts.find(({ guard }) => guard === name);
    expect(of('stateful-loss')).toMatchObject({ outcome: 'note', exceptions: [expect.stringContaining('OPS-1')] });
    expect(of('backup-first')?.outcome).toBe('deny');
  });
  it('raises a hold, and only watches in shadow mode', () => {
    const adjusted = (adjustments: Facts['adjustments']) =>
      judged(planWithEffects(deletedTable({ type: 'AWS::SQS::Queue' })), facts({ adjustments }), [
        made('stateful-loss'),
      ]).verdicts[0];
    expect(adjusted({ 'stateful-loss': { raise: { outcome: 'deny' } } })?.outcome).toBe('deny');
    expect(adjusted({ 'stateful-loss': { observe: true } })).toMatchObject({ outcome: 'note', observed: 'hold' });
  });
});

/** Says always the same, or what it is given to say of the plan that it sees. */
const saying = (verdict: Verdict | ((names: string[]) => Verdict), name = 'g'): Guard => ({
  name,
  judge: ({ effects }) => {
    const names = effects.map(({ logicalId, physicalId }) => logicalId ?? physicalId ?? '');
    return typeof verdict === 'function' ? verdict(names) : verdict;
  },
});
const one = (guard: Guard, theFacts: Facts, thePlan = plan()) => judgeAll([guard], thePlan, theFacts).verdicts[0]!;

describe('a guard that throws', () => {
  it('is named in its denial, with what to do', () => {
    const verdict = one(broken, facts());
    expect(verdict).toMatchObject({
      guard: 'broken',
      outcome: 'deny',
      message: expect.stringContaining('GUARD_BROKEN'),
    });
    expect(verdict.remedy).toMatch(/report/);
  });
  it('keeps no other guard from being heard', () => {
    const verdicts = judgeAll([broken, saying(hold('g', 2, 'm', 'r'))], plan(), facts()).verdicts;
    expect(verdicts.map(({ outcome }) => outcome)).toEqual(['deny', 'hold']);
  });
});

describe('an exception', () => {
  const exception = (over: Partial<Exception> = {}): Exception => ({
    guard: 'g',
    resource: 'Table',
    until: '2026-12-01',
    owner: 'carol',
    reason: 'OPS-1',
    ...over,
  });
  const sees = saying((names) => (names.length > 0 ? hold('g', 1, names.join(), 'r') : pass('g')));
  const table = planWithEffects(deletedTable());
  it('hides one resource, by logical or physical id, and leaves the others to be judged', () => {
    const both = planWithEffects(deletedTable(), effect());
    for (const resource of ['Table', 'shop-table'])
      expect(one(sees, facts({ exceptions: [exception({ resource })] }), both)).toMatchObject({
        outcome: 'hold',
        message: 'Fn',
        exceptions: [`${resource} is excepted until 2026-12-01 by carol: OPS-1`],
      });
  });
  it('turns what would have passed into a note, and a denial into no less', () => {
    expect(one(sees, facts({ exceptions: [exception()] }), table).outcome).toBe('note');
    expect(one(saying(deny('g', 'm', 'r')), facts({ exceptions: [exception()] }), table).outcome).toBe('deny');
  });
  it('is not shown where it hides nothing, or is another guard’s', () => {
    const elsewhere = one(sees, facts({ exceptions: [exception({ resource: 'Other' })] }), table);
    const others = one(sees, facts({ exceptions: [exception({ guard: 'h' })] }), table);
    for (const verdict of [elsewhere, others]) {
      expect(verdict).toMatchObject({ outcome: 'hold', message: 'Table' });
      expect(verdict.exceptions).toBeUndefined();
    }
  });
  it('says so for every resource that it hides, and hides each of several', () => {
    const exceptions = [exception(), exception({ resource: 'Old' })];
    const verdict = one(sees, facts({ exceptions }), planWithEffects(deletedTable(), deletedFunction(), effect()));
    expect(verdict).toMatchObject({ outcome: 'hold', message: 'Fn' });
    expect(verdict.exceptions).toHaveLength(2);
  });
});

describe('an adjustment', () => {
  const adjusted = (verdict: Verdict, adjustment: Facts['adjustments'][string]) =>
    one(saying(verdict), facts({ adjustments: { g: adjustment } }));
  const held = hold('g', 2, 'm', 'r');
  it('only watches: what would have been is told', () => {
    expect(adjusted(held, { observe: true })).toMatchObject({ outcome: 'note', observed: 'hold' });
    expect(adjusted(deny('g', 'm', 'r'), { observe: true })).toMatchObject({ outcome: 'note', observed: 'deny' });
    expect(adjusted(pass('g'), { observe: true })).toEqual(pass('g'));
    expect(adjusted(note('g', 'm'), { observe: true })).toEqual(note('g', 'm'));
  });
  it('raises the seats of a hold and never lowers them', () => {
    const to = (seats: number): Facts['adjustments'][string] => ({ raise: { outcome: 'hold', seats } });
    expect(adjusted(held, to(3)).seats).toBe(3);
    expect(adjusted(held, to(1)).seats).toBe(2);
    expect(adjusted({ guard: 'g', outcome: 'hold', message: 'm', remedy: 'r' }, to(0)).seats).toBe(1);
  });
  it('never turns a denial into a hold, nor what passes into anything', () => {
    const raise = { raise: { outcome: 'hold' as const, seats: 3 } };
    expect(adjusted(deny('g', 'm', 'r'), raise)).toEqual(deny('g', 'm', 'r'));
    expect(adjusted(pass('g'), raise)).toEqual(pass('g'));
    expect(adjusted(note('g', 'm'), { raise: { outcome: 'deny' } })).toEqual(note('g', 'm'));
  });
  it('that is empty, or another guard’s, changes nothing', () => {
    expect(adjusted(held, {})).toEqual(held);
    expect(one(saying(held), facts({ adjustments: { h: { observe: true } } }))).toEqual(held);
  });
});

describe('goals that are allowed', () => {
  it('are those under which the plan is not denied, a hold and a plan-only scope apart', () => {
    const unless = (...goals: string[]): Guard => ({
      name: 'g',
      judge: (_plan, { goal }) => (goals.includes(goal ?? '') ? hold('g', 1, 'm', 'r') : deny('g', 'm', 'r')),
    });
    expect(goalsAllowed([unless('deploy', 'recover')], plan(), facts({ goal: 'fix' }))).toEqual(['deploy', 'recover']);
    expect(goalsAllowed([unless()], plan(), facts())).toEqual([]);
    expect(goalsAllowed([saying(deny('execution', 'm', 'r'))], plan(), facts())).toEqual(GOALS);
    expect(goalsAllowed(allGuards(), plan(), facts())).toContain('fix');
  });
});

describe('the words of the catalogue', () => {
  it('hold(n) is n seats in production and one elsewhere', () => {
    expect([facts(), inDevelopment(), inDisposable()].map((theFacts) => seatsIn(theFacts, 3))).toEqual([3, 1, 1]);
  });
  it('P-deny is refused in production, held in development, and noted where disposable unless said', () => {
    const said = (theFacts: Facts, inDisposableToo?: 'hold') => {
      const { outcome, seats, guard } = denyInProduction('g', theFacts, 'm', 'r', inDisposableToo);
      return [guard, outcome, seats];
    };
    expect(said(facts())).toEqual(['g', 'deny', undefined]);
    expect(said(inDevelopment())).toEqual(['g', 'hold', 1]);
    expect(said(inDisposable())).toEqual(['g', 'note', undefined]);
    expect(said(inDisposable(), 'hold')).toEqual(['g', 'hold', 1]);
    expect(said(facts(), 'hold')).toEqual(['g', 'deny', undefined]);
  });
  it('a note has no remedy unless it says one, and a hold no roles', () => {
    expect(note('g', 'm')).toEqual({ guard: 'g', outcome: 'note', message: 'm', remedy: '' });
    expect(hold('g', 1, 'm', 'r').roles).toEqual([]);
  });
});

describe('were nothing only observed', () => {
  it('adjustments that observe fall away and others stay, and watched rules are as strict as written', () => {
    const raise = { raise: { outcome: 'deny' as const } };
    const rule = { id: 'r', outcome: 'note' as const, seats: 1, message: 'm', remedy: 'r', effects: [] };
    const watching = facts({
      adjustments: { a: { observe: true }, b: raise },
      rules: [{ ...rule, observed: 'deny' }, rule],
    });
    const strict = enforced(watching);
    expect(strict.adjustments).toEqual({ b: raise });
    expect(strict.rules).toEqual([{ ...rule, outcome: 'deny' }, rule]);
    expect({ ...strict, adjustments: {}, rules: [] }).toEqual({ ...watching, adjustments: {}, rules: [] });
  });
  it('a verdict that was milder already for its watched rules tells the worst of them', () => {
    const said = { ...hold('g', 1, 'm', 'r'), observed: 'deny' as const };
    expect(one(saying(said), facts({ adjustments: { g: { observe: true } } }))).toMatchObject({
      outcome: 'note',
      observed: 'deny',
    });
  });
});
