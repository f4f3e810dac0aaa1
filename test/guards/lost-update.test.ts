import { doingAll, facts, inDevelopment, marked, plan, vectorsOf } from './builders.ts';

vectorsOf('lost-update', [
  ['live values would go', doingAll(marked('overwrite')), facts(), 'hold(1)'],
  ['in development too', doingAll(marked('overwrite')), inDevelopment(), 'hold(1)'],
  ['more seats by the policy', doingAll(marked('overwrite')), facts(), 'hold(2)', { seats: 2 }],
  ['nothing is erased', plan(), facts(), 'pass'],
]);
