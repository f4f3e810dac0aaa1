import { facts, inDevelopment, inDisposable, marked, plan, planWithEffects, vectorsOf } from './builders.ts';

vectorsOf('deputy', [
  ['bounded to its own stack', planWithEffects(marked('deputy', { bound: 'own_stack' })), facts(), 'pass'],
  ['unbounded', planWithEffects(marked('deputy', { bound: 'unbounded' })), facts(), 'hold(2)'],
  ['unbounded in development', planWithEffects(marked('deputy', { bound: 'unbounded' })), inDevelopment(), 'hold(2)'],
  [
    'unbounded where all is disposable',
    planWithEffects(marked('deputy', { bound: 'unbounded' })),
    inDisposable(),
    'hold(2)',
  ],
  ['items of named things', planWithEffects(marked('deputy', { bound: 'named' })), facts(), 'hold(1)'],
  [
    'items of named things, in development',
    planWithEffects(marked('deputy', { bound: 'named' })),
    inDevelopment(),
    'note',
  ],
  [
    'items of named things beside an unbounded one',
    planWithEffects(marked('deputy', { bound: 'named' }), marked('deputy', { bound: 'unbounded' })),
    inDevelopment(),
    'hold(2)',
  ],
  ['its bound is not said', planWithEffects(marked('deputy')), facts(), 'hold(2)'],
  [
    'an AWS API as target',
    planWithEffects(marked('deputy', { bound: 'direct_api', principal: 'arn:role' })),
    facts(),
    'deny',
  ],
  [
    'an AWS API as target in development',
    planWithEffects(marked('deputy', { bound: 'direct_api' })),
    inDevelopment(),
    'hold(2)',
  ],
  [
    'the worst of several counts',
    planWithEffects(marked('deputy', { bound: 'unbounded' }), marked('deputy', { bound: 'direct_api' })),
    facts(),
    'deny',
  ],
  ['no deputy', plan(), facts(), 'pass'],
]);
