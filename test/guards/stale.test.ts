import { facts, plan, vectorsOf } from './builders.ts';

const { differences: _none, ...rest } = facts();
const notCompared = { ...rest, phase: 'execute' as const };

vectorsOf('stale', [
  ['nothing differs', plan(), facts({ phase: 'execute', differences: [] }), 'pass'],
  ['not executing yet', plan(), facts({ phase: 'propose', differences: ['effects'] }), 'pass'],
  ['the template differs', plan(), facts({ phase: 'execute', differences: ['stack templateDigest'] }), 'deny'],
  ['it was not compared', plan(), notCompared, 'deny'],
]);
