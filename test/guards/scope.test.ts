import { creating, facts, observedStack, onInstance, plan, vectorsOf } from './builders.ts';

const noCreate = facts({ scope: { text: 'main: stack shop', create: false, execute: 'by_command' } });
const one = onInstance(['StopInstances']);
const unresolved = plan({ ...one, target: { ...one.target, ids: [...one.target.ids, 'i-0ffffffffffffffff'] } });

vectorsOf('scope', [
  ['a known stack', plan(), facts(), 'pass'],
  ['no scope matches', plan(), facts({ scope: null }), 'deny'],
  ['a new stack where create is true', creating(), facts(), 'pass'],
  ['a new stack where create is false', creating(), noCreate, 'deny'],
  ['a stack without an id, executed', plan({ target: { ...plan().target, ids: [] } }), noCreate, 'deny'],
  ['a stack that is only a change set yet', plan({ ...creating(), tool: 'plan_stack_update' }), noCreate, 'deny'],
  ['nothing planned yet', plan({ target: { ...plan().target, ids: [] }, calls: [] }), noCreate, 'pass'],
  ['an instance that was resolved', onInstance(['StopInstances']), facts(), 'pass'],
  ['an id that was not resolved', unresolved, facts(), 'deny'],
  ['a known stack where create is false', plan(), noCreate, 'pass'],
  ['an instance where create is false', onInstance(['StopInstances']), noCreate, 'pass'],
  [
    'a new stack where create is false, before it is planned',
    plan({ ...creating([]), calls: [], ...observedStack({ status: 'UPDATE_COMPLETE' }) }),
    noCreate,
    'deny',
  ],
  ['no id at all where create is false', plan({ ...one, target: { ...one.target, ids: [] } }), noCreate, 'pass'],
]);
