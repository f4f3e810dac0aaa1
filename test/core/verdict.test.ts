import { describe, expect, it } from 'vitest';
import { deny, hold, note } from '../../src/core/guard.ts';
import {
  countedApprovals,
  decide,
  goalSchema,
  guardCode,
  guardOf,
  isStricter,
  type Judgement,
  judgementSchema,
  pass,
  remediesOf,
  shortened,
  type Verdict,
  verdictSchema,
  whole,
} from '../../src/core/verdict.ts';

const decision = (...verdicts: Verdict[]) => decide(verdicts).decision;

describe('one decision from all verdicts', () => {
  it('is denied for no verdicts, and for one denial among others', () => {
    expect(decision()).toBe('denied');
    expect(decision(pass('a'), hold('b', 1, 'm', 'r'), deny('c', 'm', 'r'))).toBe('denied');
  });
  it('is plan_only when the one thing in the way is that this scope executes nothing', () => {
    expect(decision(deny('execution', 'm', 'r'), hold('b', 2, 'm', 'r'))).toBe('plan_only');
    expect(decision(deny('execution', 'm', 'r'), deny('scope', 'm', 'r'))).toBe('denied');
  });
  it('needs approval for a hold of at least one seat', () => {
    expect(decision(pass('a'), hold('b', 1, 'm', 'r'))).toBe('needs_approval');
    expect(decision(pass('a'), hold('b', 0, 'm', 'r'))).toBe('pass');
    expect(decision(pass('a'), note('b', 'm'))).toBe('pass');
  });
  it('asks for the most seats of any hold, and for the roles of all', () => {
    const judged = decide([hold('a', 1, 'm', 'r', ['sre', 'data']), hold('b', 3, 'm', 'r', ['data']), note('c', 'm')]);
    expect(judged).toMatchObject({ seats: 3, roles: ['data', 'sre'] });
    expect(judged.verdicts).toHaveLength(3);
    expect(decide([pass('a')])).toMatchObject({ seats: 0, roles: [] });
  });
  it('counts a hold that names no seats as one', () => {
    expect(decide([{ guard: 'a', outcome: 'hold', message: 'm', remedy: 'r' }])).toMatchObject({ seats: 1, roles: [] });
  });
});

describe('stricter than what was signed', () => {
  const judgement = (over: Partial<Judgement> = {}): Judgement => ({
    decision: 'needs_approval',
    verdicts: [],
    seats: 1,
    roles: ['sre'],
    ...over,
  });
  it.each<[string, Partial<Judgement>, boolean]>([
    ['the same', {}, false],
    ['fewer seats', { seats: 0 }, false],
    ['one seat more', { seats: 2 }, true],
    ['no roles', { roles: [] }, false],
    ['another role', { roles: ['data'] }, true],
    ['one role more', { roles: ['sre', 'data'] }, true],
    ['it would pass', { decision: 'pass' }, false],
    ['it would change nothing', { decision: 'no_change' }, false],
    ['it is a plan only', { decision: 'plan_only' }, true],
    ['it is denied', { decision: 'denied' }, true],
  ])('%s: %s', (_what, live, expected) => {
    expect(isStricter(judgement(live), judgement())).toBe(expected);
  });
  it('orders the decisions: pass, needs approval, plan only, denied', () => {
    const order = ['pass', 'needs_approval', 'plan_only', 'denied'] as const;
    order.forEach((live, harder) => {
      order.forEach((signed, milder) => {
        expect(isStricter(judgement({ decision: live }), judgement({ decision: signed }))).toBe(harder > milder);
      });
    });
    expect(isStricter(judgement({ decision: 'pass' }), judgement({ decision: 'no_change' }))).toBe(false);
  });
});

it('a guard’s code is its name in capitals', () => {
  expect(guardCode('change-set-only')).toBe('GUARD_CHANGE_SET_ONLY');
});

it('a verdict has a strict shape', () => {
  const whole = { ...hold('a', 1, 'm', 'r', ['sre']), observed: 'deny', exceptions: ['x'] };
  expect(verdictSchema.safeParse(whole).success).toBe(true);
  for (const wrong of [{ outcome: 'allow' }, { seats: 1.5 }, { observed: 'pass' }, { more: 1 }])
    expect(verdictSchema.safeParse({ ...whole, ...wrong }).success).toBe(false);
});

it('a verdict, a judgement and a goal may be every word that there is for them', () => {
  const whole = hold('a', 1, 'm', 'r');
  for (const outcome of ['pass', 'note', 'hold', 'deny'])
    expect(verdictSchema.safeParse({ ...whole, outcome }).success).toBe(true);
  for (const observed of ['hold', 'deny']) expect(verdictSchema.safeParse({ ...whole, observed }).success).toBe(true);
  for (const decision of ['pass', 'needs_approval', 'denied', 'plan_only', 'no_change'])
    expect(judgementSchema.safeParse({ ...decide([whole]), decision }).success).toBe(true);
  for (const goal of ['fix', 'deploy', 'scale', 'configure', 'recover', 'clean_up'])
    expect(goalSchema.safeParse(goal).success).toBe(true);
});

it('what passes has nothing to say', () => {
  expect(pass('a')).toEqual({ guard: 'a', outcome: 'pass', message: '', remedy: '' });
});

it('approvals inflect', () => {
  expect([countedApprovals(1), countedApprovals(2)]).toEqual(['1 approval', '2 approvals']);
});

describe('a judgement as the ledger keeps it', () => {
  const observed: Verdict = { ...pass('seen'), observed: 'deny' };
  const excepted: Verdict = { ...pass('excepted'), exceptions: ['until 2027'] };
  const judgement = decide([
    pass('a'),
    hold('b', 1, 'm', 'r'),
    pass('c'),
    observed,
    note('d', 'm'),
    excepted,
    pass('e'),
  ]);

  it('has no verdict of a guard that only passed, and is whole again in its order', () => {
    const short = shortened(judgement);
    expect(short.judgement.verdicts.map(({ guard }) => guard)).toEqual(['b', 'seen', 'd', 'excepted']);
    expect(whole(JSON.parse(JSON.stringify(short)))).toEqual(judgement);
  });

  it('is read as it stands where an earlier version kept it whole', () => {
    expect(whole({ judgement })).toEqual(judgement);
  });
});

it('a guard is told by its code, and no other code is a guard’s', () => {
  expect(guardOf('GUARD_STATEFUL_LOSS')).toBe('stateful-loss');
  for (const guard of ['rate', 'change-set-only']) expect(guardOf(guardCode(guard))).toBe(guard);
  for (const code of ['PLAN_STALE', 'NO_GUARD_X', 'GUARD_']) expect(guardOf(code)).toBeUndefined();
});

it('a person is told the sentence for people, or the one that suits both', () => {
  const said = deny('a', 'm', { agent: 'call it', person: 'run it' });
  expect(remediesOf(said)).toEqual({ agent: 'call it', person: 'run it' });
  expect(remediesOf(deny('a', 'm', 'do it'))).toEqual({ agent: 'do it', person: 'do it' });
});

it('only a verdict that says nothing at all is left out of what the ledger keeps', () => {
  const kept = (verdict: Verdict) => shortened({ ...decide([]), verdicts: [verdict] }).judgement.verdicts.length;
  expect(kept(pass('a'))).toBe(0);
  expect(kept({ ...pass('a'), seats: undefined })).toBe(0);
  expect(kept({ ...pass('a'), message: 'm' })).toBe(1);
  expect(kept({ ...pass('a'), remedy: 'r' })).toBe(1);
  expect(kept({ ...pass('a'), exceptions: ['x'] })).toBe(1);
  expect(kept({ ...pass('a'), outcome: 'note' })).toBe(1);
});

it('a cause is one of those that an answer goes on from', () => {
  const caused = { ...deny('execution', 'm', 'r'), cause: 'policy_not_adopted' };
  expect(verdictSchema.safeParse(caused).success).toBe(true);
  expect(verdictSchema.safeParse({ ...caused, cause: '' }).success).toBe(false);
});
