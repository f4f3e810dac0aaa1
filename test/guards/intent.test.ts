import { doingAll, effect, facts, inDevelopment, inDisposable, marked, removed, vectorsOf } from './builders.ts';

const { goal: _goal, ...noGoal } = facts();

vectorsOf('intent', [
  ['fix deletes', doingAll(removed()), facts({ goal: 'fix' }), 'deny'],
  ['fix deletes in development', doingAll(removed()), inDevelopment({ goal: 'fix' }), 'hold(1)'],
  ['fix deletes where all is disposable', doingAll(removed()), inDisposable({ goal: 'fix' }), 'note'],
  ['configure replaces', doingAll(effect({ kind: 'replace' })), facts({ goal: 'configure' }), 'deny'],
  ['scale deletes', doingAll(removed()), facts({ goal: 'scale' }), 'deny'],
  ['scale does what could not be decided', doingAll(effect({ kind: 'unknown' })), facts({ goal: 'scale' }), 'deny'],
  ['deploy deletes', doingAll(removed()), facts(), 'pass'],
  ['clean_up deletes', doingAll(removed()), facts({ goal: 'clean_up' }), 'pass'],
  ['fix disables', doingAll(effect({ kind: 'disable' })), facts({ goal: 'fix' }), 'deny'],
  ['fix expires, by a mark', doingAll(marked('expire')), facts({ goal: 'fix' }), 'deny'],
  ['fix disconnects, by a mark', doingAll(marked('disconnect')), facts({ goal: 'fix' }), 'deny'],
  ['configure expires', doingAll(marked('expire')), facts({ goal: 'configure' }), 'pass'],
  ['fix replaces a revision', doingAll(effect({ kind: 'replace', revision: true })), facts({ goal: 'fix' }), 'pass'],
  ['fix updates', doingAll(effect()), facts({ goal: 'fix' }), 'pass'],
  ['no goal is named yet', doingAll(removed()), noGoal, 'pass'],
]);
