import {
  deleting,
  doingAll,
  effect,
  facts,
  inDevelopment,
  inDisposable,
  mark,
  marked,
  plan,
  removed,
  vectorsOf,
} from './builders.ts';

vectorsOf('slow-loss', [
  ['it expires', doingAll(marked('expire')), facts(), 'hold(2)'],
  ['it expires in development', doingAll(marked('expire')), inDevelopment(), 'hold(1)'],
  ['it is disabled', doingAll(marked('disable')), facts(), 'hold(2)'],
  ['its traffic is cut', doingAll(marked('disconnect')), facts(), 'hold(2)'],
  ['by its kind alone', doingAll(effect({ kind: 'expire' })), facts(), 'hold(2)'],
  ['a listener goes', doingAll(removed({ marks: [mark('disconnect')] })), facts(), 'hold(2)'],
  [
    'a listener goes with a disposable stack',
    deleting([removed({ marks: [mark('disconnect')] })]),
    inDisposable(),
    'pass',
  ],
  ['retention is shortened where all is disposable', doingAll(marked('expire')), inDisposable(), 'hold(1)'],
  [
    'of a stack that never completed',
    deleting([removed({ marks: [mark('disconnect')] })], { neverCompleted: true }),
    facts(),
    'pass',
  ],
  ['it is protected', doingAll(marked('protect')), facts(), 'pass'],
  ['an update', plan(), facts(), 'pass'],
]);
