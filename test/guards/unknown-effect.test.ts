import { expect, it } from 'vitest';
import {
  createdFunction,
  deletedFunction,
  deleting,
  effect,
  facts,
  inDevelopment,
  inDisposable,
  made,
  onInstance,
  plan,
  planWithEffects,
  vectorsOf,
} from './builders.ts';

it('says why it is not known, or that nobody has judged the type', () => {
  const told = (over: Parameters<typeof effect>[0]) =>
    made('unknown-effect').judge(planWithEffects(effect({ why: 'a parameter decides', ...over })), facts()).message;
  expect(told({ kind: 'unknown' })).toContain('a parameter decides');
  expect(told({ holds: 'unknown' })).toContain('the resource type is not in its tables');
});

vectorsOf('unknown-effect', [
  ['an unknown effect', planWithEffects(effect({ kind: 'unknown' })), facts(), 'hold(2)'],
  ['in development', planWithEffects(effect({ kind: 'unknown' })), inDevelopment(), 'hold(1)'],
  ['where all is disposable', planWithEffects(effect({ kind: 'unknown' })), inDisposable(), 'hold(1)'],
  ['an unknown reversibility', planWithEffects(effect({ reversibility: 'unknown' })), facts(), 'hold(2)'],
  ['an unjudged type is updated', planWithEffects(effect({ holds: 'unknown' })), facts(), 'hold(2)'],
  ['an unjudged type is made', planWithEffects(createdFunction({ holds: 'unknown' })), facts(), 'hold(2)'],
  ['an unjudged type is tagged', planWithEffects(effect({ kind: 'tag', holds: 'unknown' })), facts(), 'pass'],
  [
    'an unjudged type goes with a stack that never completed',
    deleting([deletedFunction({ holds: 'unknown' })], { neverCompleted: true }),
    facts(),
    'pass',
  ],
  ['all known', plan(), facts(), 'pass'],
  ['more seats in the policy', planWithEffects(effect({ kind: 'unknown' })), facts(), 'hold(3)', { seats: 3 }],
  ['outside of a stack', onInstance(['StopInstances'], {}, [effect({ kind: 'unknown' })]), facts(), 'hold(2)'],
]);
