import { expect, it } from 'vitest';
import {
  deletedFunction,
  deletedTable,
  deleting,
  effect,
  facts,
  inDevelopment,
  inDisposable,
  made,
  plan,
  planWithEffects,
  vectorsOf,
} from './builders.ts';

const people = (count: number) => Array.from({ length: count }, (_, index) => ({ name: `p${index}`, roles: [] }));
const sevenSeats = { ...facts().seatRules, reversible: { seats: 7, include: [] } };
it('wants the role of the policy among the seats', () => {
  expect(made('approval').judge(planWithEffects(deletedTable()), facts()).roles).toEqual(['data']);
});

it('tells who can sign, six names of many, or that nobody can yet', () => {
  const told = (approvers: ReturnType<typeof people>, execute: 'plan_only' | 'by_command' = 'by_command') =>
    made('approval').judge(plan(), facts({ approvers, scope: { text: 's', create: true, execute } })).message;
  expect(told(people(2))).toContain('p0, p1.');
  expect(told(people(7))).toContain('p0, p1, p2, p3, p4, p5.');
  expect(told([], 'plan_only')).toContain('none yet');
});
it('tells the role that nobody has, and else how many could sign', () => {
  const irreversible = { seats: 2, include: ['data'] };
  const told = (count: number) => {
    const seatRules = { ...facts().seatRules, irreversible };
    return made('approval').judge(planWithEffects(deletedTable()), facts({ seatRules, approvers: people(count) }))
      .message;
  };
  expect(told(2)).toContain('the role data');
  expect(told(1)).toContain('This needs 2 approvals, but only 1 person');
});

vectorsOf('approval', [
  ['reversible in production', plan(), facts(), 'hold(1)'],
  ['recoverable in production', planWithEffects(deletedFunction()), facts(), 'hold(2)'],
  ['irreversible in production', planWithEffects(deletedTable()), facts(), 'hold(2)'],
  ['unknown in production', planWithEffects(effect({ reversibility: 'unknown' })), facts(), 'hold(2)'],
  [
    'an unknown kind that its planner calls reversible',
    planWithEffects(effect({ kind: 'unknown' })),
    facts(),
    'hold(2)',
  ],
  ['the worst of several counts', planWithEffects(effect(), deletedFunction()), facts(), 'hold(2)'],
  ['calls whose effects are not told', plan({ effects: [] }), facts(), 'hold(1)'],
  ['no call and no effect', plan({ calls: [], effects: [] }), facts(), 'pass'],
  ['reversible in development', plan(), inDevelopment(), 'pass'],
  ['recoverable in development', planWithEffects(deletedFunction()), inDevelopment(), 'hold(1)'],
  ['irreversible where all is disposable', planWithEffects(deletedTable()), inDisposable(), 'pass'],
  ['a stack that never completed goes', deleting([deletedTable()], { neverCompleted: true }), facts(), 'hold(1)'],
  ['nobody could sign', plan(), facts({ approvers: [] }), 'deny'],
  [
    'nobody could sign where nothing executes',
    plan(),
    facts({ approvers: [], scope: { text: 's', create: true, execute: 'plan_only' } }),
    'hold(1)',
  ],
  [
    'one too few could sign',
    planWithEffects(deletedFunction()),
    facts({ approvers: [{ name: 'bob', roles: [] }] }),
    'deny',
  ],
  [
    'nobody has the role',
    planWithEffects(deletedTable()),
    facts({
      approvers: [
        { name: 'bob', roles: [] },
        { name: 'dan', roles: [] },
      ],
    }),
    'deny',
  ],
  ['seven seats and seven people', plan(), facts({ seatRules: sevenSeats, approvers: people(7) }), 'hold(7)'],
  ['an unknown kind among others', planWithEffects(effect(), effect({ kind: 'unknown' })), facts(), 'hold(2)'],
  ['exactly as many could sign', plan(), facts({ approvers: people(1) }), 'hold(1)'],
  ['nobody could sign in no scope', plan(), facts({ scope: null, approvers: [] }), 'deny'],
  [
    'nobody could sign without a policy',
    plan(),
    facts({ policy: { present: false, digest: '', standing: 'none' }, approvers: [] }),
    'hold(1)',
  ],
  ['calls whose effects are not told', plan({ effects: [] }), facts(), 'hold(1)'],
  ['effects whose calls are not told', plan({ calls: [] }), facts(), 'hold(1)'],
]);

it('asks for the proof that the policy asks for, in words', () => {
  const told = (proof?: 'software' | 'touch') => {
    const reversible = { seats: 1, include: [], ...(proof && { proof }) };
    return made('approval').judge(plan(), facts({ seatRules: { ...facts().seatRules, reversible } }));
  };
  expect(told('touch').message).toContain('needs 1 approval with a security key or passkey. Possible');
  expect(told('software').message).toContain('needs 1 approval. Possible');
  expect(told().effects).toEqual([]);
});

it('tells one person that they approve alone and then wait, and names no effect', () => {
  const onePerson = { person: 'ann', waitSeconds: 600 };
  const held = made('approval').judge(plan(), facts({ onePerson, approvers: people(1) }));
  expect(held).toMatchObject({ guard: 'approval', outcome: 'hold', seats: 1, effects: [] });
  expect(held.message).toContain('ann approves alone with a security key or passkey, and the change waits 10 minutes');
  expect(made('approval').judge(plan(), facts({ onePerson, approvers: [] })).outcome).toBe('deny');
  const nobody = facts({ onePerson, approvers: [], scope: { text: 's', create: true, execute: 'plan_only' } });
  expect(made('approval').judge(plan(), nobody).message).toContain('none yet');
});
