import { facts, inDevelopment, marked, plan, planWithEffects, vectorsOf } from './builders.ts';

const to = (reversibility: 'reversible' | 'recoverable' | 'irreversible' = 'reversible') =>
  planWithEffects(marked('reach', { target: { id: 'zone', stack: 'dns' } }, { reversibility }));
const reaching = (there: (typeof base.reached)[string], from = facts()) => ({ ...from, reached: { zone: there } });
const base = facts();

vectorsOf('reach', [
  ['something in production', to(), reaching('production'), 'hold(1)'],
  ['something in production, not reversible', to('recoverable'), reaching('production'), 'hold(2)'],
  ['from development to production', to(), reaching('production', inDevelopment()), 'hold(1)'],
  ['something in development', to(), reaching('development'), 'pass'],
  ['something in development, not reversible', to('recoverable'), reaching('development'), 'hold(1)'],
  ['something disposable', to('irreversible'), reaching('disposable'), 'pass'],
  ['something that was not resolved', to(), inDevelopment(), 'hold(1)'],
  ['something without a name', planWithEffects(marked('reach')), inDevelopment(), 'hold(1)'],
  ['something of a stack in no scope', to(), reaching('out_of_scope'), 'deny'],
  [
    'something named like a part of every object',
    planWithEffects(marked('reach', { target: { id: 'constructor' } })),
    inDevelopment(),
    'hold(1)',
  ],
  [
    'the strictest of several counts',
    planWithEffects(...to().effects, marked('reach', { target: { id: 'other' } })),
    reaching('disposable'),
    'hold(1)',
  ],
  ['nothing outside', plan(), facts(), 'pass'],
  [
    'the strictest of several counts, wherever it stands',
    planWithEffects(marked('reach', { target: { id: 'other' } }, { reversibility: 'irreversible' }), ...to().effects),
    reaching('development'),
    'hold(2)',
  ],
  [
    'out of scope counts beside production',
    planWithEffects(marked('reach'), ...to().effects),
    reaching('out_of_scope'),
    'deny',
  ],
  ['other seats by the policy', to(), reaching('development'), 'hold(3)', { development_reversible_seats: 3 }],
]);
