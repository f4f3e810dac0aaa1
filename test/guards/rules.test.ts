import { expect, it } from 'vitest';
import { facts, inDevelopment, made, plan, vectorsOf } from './builders.ts';

const rule = (outcome: 'deny' | 'hold' | 'note', seats = 1, id = outcome) => ({
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
