import {
  deletedFunction,
  effect,
  facts,
  inDevelopment,
  inDisposable,
  marked,
  planWithEffects,
  vectorsOf,
} from './builders.ts';

const { goal: _goal, ...noGoal } = facts();

vectorsOf('intent', [
  ['fix deletes', planWithEffects(deletedFunction()), facts({ goal: 'fix' }), 'deny'],
  ['fix deletes in development', planWithEffects(deletedFunction()), inDevelopment({ goal: 'fix' }), 'hold(1)'],
  ['fix deletes where all is disposable', planWithEffects(deletedFunction()), inDisposable({ goal: 'fix' }), 'note'],
  ['configure replaces', planWithEffects(effect({ kind: 'replace' })), facts({ goal: 'configure' }), 'deny'],
  ['scale deletes', planWithEffects(deletedFunction()), facts({ goal: 'scale' }), 'deny'],
  [
    'scale does what could not be decided',
    planWithEffects(effect({ kind: 'unknown' })),
    facts({ goal: 'scale' }),
    'deny',
  ],
  ['deploy deletes', planWithEffects(deletedFunction()), facts(), 'pass'],
  ['clean_up deletes', planWithEffects(deletedFunction()), facts({ goal: 'clean_up' }), 'pass'],
  ['fix disables', planWithEffects(effect({ kind: 'disable' })), facts({ goal: 'fix' }), 'deny'],
  ['fix expires, by a mark', planWithEffects(marked('expire')), facts({ goal: 'fix' }), 'deny'],
  ['fix disconnects, by a mark', planWithEffects(marked('disconnect')), facts({ goal: 'fix' }), 'deny'],
  ['configure expires', planWithEffects(marked('expire')), facts({ goal: 'configure' }), 'pass'],
  [
    'fix replaces a revision',
    planWithEffects(effect({ kind: 'replace', revision: true })),
    facts({ goal: 'fix' }),
    'pass',
  ],
  ['fix updates', planWithEffects(effect()), facts({ goal: 'fix' }), 'pass'],
  ['no goal is named yet', planWithEffects(deletedFunction()), noGoal, 'pass'],
]);
