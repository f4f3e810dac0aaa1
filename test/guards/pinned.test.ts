import { expect, it } from 'vitest';
import { facts, inDevelopment, made, marked, plan, planWithEffects, vectorsOf } from './builders.ts';

const code = marked('unpinned', { reads: 'code' });
const value = marked('unpinned', { reads: 'value' });
const output = marked('unpinned', { reads: 'output' });

vectorsOf('pinned', [
  ['code that is read again', planWithEffects(marked('unpinned', { reads: 'code' })), facts(), 'hold(2)'],
  [
    'code that is read again, in development',
    planWithEffects(marked('unpinned', { reads: 'code' })),
    inDevelopment(),
    'hold(1)',
  ],
  ['a value that is read again', planWithEffects(marked('unpinned', { reads: 'value' })), facts(), 'hold(2)'],
  ['what is read is not said', planWithEffects(marked('unpinned')), facts(), 'hold(2)'],
  [
    'values need fewer seats by the policy',
    planWithEffects(marked('unpinned', { reads: 'value' })),
    facts(),
    'hold(1)',
    { value_seats: 1 },
  ],
  [
    'code still needs two',
    planWithEffects(marked('unpinned', { reads: 'value' }), marked('unpinned', { reads: 'code' })),
    facts(),
    'hold(2)',
    { value_seats: 1 },
  ],
  ['an output of another stack', planWithEffects(output), facts(), 'hold(1)'],
  ['an output of another stack, in development', planWithEffects(output), inDevelopment(), 'note'],
  ['an output beside a value', planWithEffects(output, value), facts(), 'hold(2)'],
  ['an output beside code, in development', planWithEffects(output, code), inDevelopment(), 'hold(1)'],
  ['all is pinned', plan(), facts(), 'pass'],
  ['code alone, by its own seats', planWithEffects(code), facts(), 'hold(1)', { code_seats: 1, value_seats: 3 }],
  ['both, by the more seats', planWithEffects(code, value), facts(), 'hold(3)', { code_seats: 1, value_seats: 3 }],
]);

it('names the code first, then a value, then an output', () => {
  const named = (...of: [string, 'code' | 'value' | 'output'][]) => {
    const effects = of.map(([logicalId, reads]) => marked('unpinned', { reads }, { logicalId }));
    return made('pinned').judge(planWithEffects(...effects), facts()).message;
  };
  expect(named(['Out', 'output'], ['Val', 'value'], ['Code', 'code'])).toMatch(/^Code: .*different code/);
  expect(named(['Out', 'output'], ['Code', 'code'])).toMatch(/^Code: /);
  expect(named(['Out', 'output'], ['Val', 'value'])).toMatch(/^Val: .*a different value/);
});
