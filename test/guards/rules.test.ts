import { expect, it } from 'vitest';
import { facts, inDevelopment, made, plan, vectorsOf } from './builders.ts';

const rule = (outcome: 'deny' | 'hold' | 'note', seats = 1, id: string = outcome) => ({
  id,
  outcome,
  seats,
  message: 'no Fridays',
  remedy: 'wait for Monday',
  effects: ['Fn'],
});
it('names every rule that is broken, the strictest first', () => {
  const { message } = made('rules').judge(plan(), facts({ rules: [rule('note'), rule('deny')] }));
  expect(message).toBe('deny: no Fridays (Fn) · note: no Fridays (Fn)');
});

const watched = (observed: 'deny' | 'hold', id: string = observed) => ({ ...rule('note', 1, id), observed });
const verdictOn = (...theRules: ReturnType<typeof watched>[]) =>
  made('rules').judge(plan(), facts({ rules: theRules }));
it('tells which rules are only watched, and what they would have done at worst', () => {
  expect(verdictOn(watched('hold'))).toMatchObject({ outcome: 'note', observed: 'hold', observedRules: ['hold'] });
  const both = verdictOn(watched('hold'), watched('deny'));
  expect(both).toMatchObject({ outcome: 'note', observed: 'deny', observedRules: ['deny', 'hold'] });
  const beside = made('rules').judge(plan(), facts({ rules: [watched('deny'), rule('hold', 2), rule('note')] }));
  expect(beside).toMatchObject({ outcome: 'hold', seats: 2, observed: 'deny', observedRules: ['deny'] });
});
it('tells no watched rule where none is, or where what is in force is as strict', () => {
  const inForce = made('rules').judge(plan(), facts({ rules: [rule('note')] }));
  expect(inForce).not.toHaveProperty('observed');
  expect(inForce).not.toHaveProperty('observedRules');
  const asStrict = made('rules').judge(plan(), facts({ rules: [rule('deny'), watched('deny', 'w')] }));
  expect(asStrict).toMatchObject({ outcome: 'deny', observedRules: ['w'] });
  expect(asStrict).not.toHaveProperty('observed');
});
it('tells rules that are alike by name, the remedy of the worst, and seats only for a hold', () => {
  const judge = (...theRules: ReturnType<typeof rule>[]) => made('rules').judge(plan(), facts({ rules: theRules }));
  expect(judge(rule('deny', 1, 'b'), rule('deny', 1, 'a')).message).toMatch(/^a: .* · b: /);
  expect(judge(rule('deny', 1, 'b')).remedy).toBe('wait for Monday');
  expect(judge({ ...rule('deny'), remedy: '' }).remedy).toContain('policy owners');
  expect(judge(rule('deny'))).not.toHaveProperty('seats');
  expect(judge(rule('hold'))).toMatchObject({ seats: 1, roles: [] });
});

vectorsOf('rules', [
  ['no rule is broken', plan(), facts(), 'pass'],
  ['one that denies', plan(), facts({ rules: [rule('deny')] }), 'deny'],
  ['one that holds', plan(), facts({ rules: [rule('hold', 3)] }), 'hold(3)'],
  ['one that holds, in development, as written', plan(), inDevelopment({ rules: [rule('hold', 3)] }), 'hold(3)'],
  ['one that only notes', plan(), facts({ rules: [rule('note')] }), 'note'],
  [
    'the strictest of several counts',
    plan(),
    facts({ rules: [rule('note'), rule('hold', 9), rule('deny'), rule('hold')] }),
    'deny',
  ],
  ['the most seats of several count', plan(), facts({ rules: [rule('hold', 1), rule('hold', 2)] }), 'hold(2)'],
]);
