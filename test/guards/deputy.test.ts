import { doingAll, facts, inDevelopment, inDisposable, marked, plan, vectorsOf } from './builders.ts';

vectorsOf('deputy', [
  ['bounded to its own stack', doingAll(marked('deputy', { bound: 'own_stack' })), facts(), 'pass'],
  ['unbounded', doingAll(marked('deputy', { bound: 'unbounded' })), facts(), 'hold(2)'],
  ['unbounded in development', doingAll(marked('deputy', { bound: 'unbounded' })), inDevelopment(), 'hold(2)'],
  ['unbounded where all is disposable', doingAll(marked('deputy', { bound: 'unbounded' })), inDisposable(), 'hold(2)'],
  ['its bound is not said', doingAll(marked('deputy')), facts(), 'hold(2)'],
  ['an AWS API as target', doingAll(marked('deputy', { bound: 'direct_api', principal: 'arn:role' })), facts(), 'deny'],
  [
    'an AWS API as target in development',
    doingAll(marked('deputy', { bound: 'direct_api' })),
    inDevelopment(),
    'hold(2)',
  ],
  [
    'the worst of several counts',
    doingAll(marked('deputy', { bound: 'unbounded' }), marked('deputy', { bound: 'direct_api' })),
    facts(),
    'deny',
  ],
  ['no deputy', plan(), facts(), 'pass'],
]);
