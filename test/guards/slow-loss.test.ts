import {
  deletedFunction,
  deleting,
  effect,
  facts,
  factsWithHistory,
  inDevelopment,
  inDisposable,
  mark,
  marked,
  plan,
  planWithEffects,
  vectorsOf,
} from './builders.ts';

vectorsOf('slow-loss', [
  ['it expires', planWithEffects(marked('expire')), facts(), 'hold(2)'],
  ['it expires in development', planWithEffects(marked('expire')), inDevelopment(), 'hold(1)'],
  ['it is disabled', planWithEffects(marked('disable')), facts(), 'hold(2)'],
  ['its traffic is cut', planWithEffects(marked('disconnect')), facts(), 'hold(2)'],
  [
    'capacity in several steps',
    planWithEffects(effect()),
    factsWithHistory({ cutInSteps: [{ of: 'Stream', what: 'ShardCount', was: 20, becomes: 7 }] }),
    'hold(2)',
  ],
  ['by its kind alone', planWithEffects(effect({ kind: 'expire' })), facts(), 'hold(2)'],
  ['a listener goes', planWithEffects(deletedFunction({ marks: [mark('disconnect')] })), facts(), 'hold(2)'],
  [
    'a listener goes with a disposable stack',
    deleting([deletedFunction({ marks: [mark('disconnect')] })]),
    inDisposable(),
    'pass',
  ],
  ['retention is shortened where all is disposable', planWithEffects(marked('expire')), inDisposable(), 'hold(1)'],
  [
    'of a stack that never completed',
    deleting([deletedFunction({ marks: [mark('disconnect')] })], { neverCompleted: true }),
    facts(),
    'pass',
  ],
  ['it is protected', planWithEffects(marked('protect')), facts(), 'pass'],
  ['an update', plan(), facts(), 'pass'],
]);
