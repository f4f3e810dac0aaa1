import { expect, it } from 'vitest';
import { facts, inDevelopment, made, marked, plan, planWithEffects, vectorsOf } from './builders.ts';

const judged = (erased: ReturnType<typeof marked>[]) =>
  made('lost-update').judge(planWithEffects(...erased), facts()).message;

it('names three of what would be erased, and counts all', () => {
  const message = judged(
    ['A', 'B', 'C', 'D'].map((logicalId) =>
      marked('overwrite', { path: 'P', text: `${logicalId} goes` }, { logicalId }),
    ),
  );
  expect(message).toMatch(/ 4 live values .*: A P: A goes; B P: .*; C P: /);
  expect(message).not.toContain('D P');
});

it('says once what is the same of several resources', () => {
  const message = judged(['A', 'B', 'C', 'D'].map((logicalId) => marked('overwrite', { path: 'P' }, { logicalId })));
  expect(message).toMatch(/: A P, B P, C P and 1 more: what it does$/);
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
