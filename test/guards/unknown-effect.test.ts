import { expect, it } from 'vitest';
import {
  added,
  deleting,
  doingAll,
  effect,
  facts,
  inDevelopment,
  inDisposable,
  made,
  onInstance,
  plan,
  removed,
  vectorsOf,
} from './builders.ts';

it('says why it is not known, or that nobody has judged the type', () => {
  const told = (over: Parameters<typeof effect>[0]) =>
    made('unknown-effect').judge(doingAll(effect({ why: 'a parameter decides', ...over })), facts()).message;
  expect(told({ kind: 'unknown' })).toContain('a parameter decides');
  expect(told({ holds: 'unknown' })).toContain('the resource type is not in its tables');
});

vectorsOf('unknown-effect', [
  ['an unknown effect', doingAll(effect({ kind: 'unknown' })), facts(), 'hold(2)'],
  ['in development', doingAll(effect({ kind: 'unknown' })), inDevelopment(), 'hold(1)'],
  ['where all is disposable', doingAll(effect({ kind: 'unknown' })), inDisposable(), 'hold(1)'],
  ['an unknown reversibility', doingAll(effect({ reversibility: 'unknown' })), facts(), 'hold(2)'],
  ['an unjudged type is updated', doingAll(effect({ holds: 'unknown' })), facts(), 'hold(2)'],
  ['an unjudged type is made', doingAll(added({ holds: 'unknown' })), facts(), 'hold(2)'],
  ['an unjudged type is tagged', doingAll(effect({ kind: 'tag', holds: 'unknown' })), facts(), 'pass'],
  [
    'an unjudged type goes with a stack that never completed',
    deleting([removed({ holds: 'unknown' })], { neverCompleted: true }),
    facts(),
    'pass',
  ],
  ['all known', plan(), facts(), 'pass'],
  ['more seats in the policy', doingAll(effect({ kind: 'unknown' })), facts(), 'hold(3)', { seats: 3 }],
  ['outside of a stack', onInstance(['StopInstances'], {}, [effect({ kind: 'unknown' })]), facts(), 'hold(2)'],
]);
