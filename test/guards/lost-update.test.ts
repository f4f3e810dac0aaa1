import { expect, it } from 'vitest';
import { facts, inDevelopment, made, marked, plan, planWithEffects, vectorsOf } from './builders.ts';

it('names three of what would be erased, and counts all', () => {
  const erased = ['A', 'B', 'C', 'D'].map((logicalId) => marked('overwrite', { path: 'P' }, { logicalId }));
  const { message } = made('lost-update').judge(planWithEffects(...erased), facts());
  expect(message).toMatch(/ 4 live values .*: A P: what it does; B P: .*; C P: /);
  expect(message).not.toContain('D P');
});

vectorsOf('lost-update', [
  ['live values would go', planWithEffects(marked('overwrite')), facts(), 'hold(1)'],
  ['in development too', planWithEffects(marked('overwrite')), inDevelopment(), 'hold(1)'],
  ['what could not be compared', planWithEffects(marked('overwrite', { path: 'Properties' })), facts(), 'hold(1)'],
  ['the same in development', planWithEffects(marked('overwrite', { path: 'Properties' })), inDevelopment(), 'note'],
  [
    'something known beside it, in development',
    planWithEffects(marked('overwrite', { path: 'Properties' }), marked('overwrite')),
    inDevelopment(),
    'hold(1)',
  ],
  ['more seats by the policy', planWithEffects(marked('overwrite')), facts(), 'hold(2)', { seats: 2 }],
  ['nothing is erased', plan(), facts(), 'pass'],
]);
