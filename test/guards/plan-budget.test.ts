import type { Facts } from '../../src/core/guard.ts';
import { creating, facts, factsWithHistory, plan, vectorsOf } from './builders.ts';

const planning = (lastHour: number, emptyStacks: string[] = [], phase: Facts['phase'] = 'preview') =>
  factsWithHistory({ plans: { lastHour, emptyStacks } }, facts({ phase }));
const others = (count: number) => Array.from({ length: count }, (_, index) => `new-${index}`);

vectorsOf('plan-budget', [
  ['the first plan', plan(), planning(0), 'pass'],
  ['the sixtieth of an hour', plan(), planning(59), 'pass'],
  ['the sixty-first of an hour', plan(), planning(60), 'deny'],
  ['the eleventh where ten are allowed', plan(), planning(10), 'deny', { plans_per_hour: 10 }],
  ['one that was made in time, proposed later', plan(), planning(60, others(5), 'propose'), 'pass'],
  ['one that was made in time, executed later', creating(), planning(60, others(5), 'execute'), 'pass'],
  ['a fifth new stack', creating(), planning(4, others(4)), 'pass'],
  ['a sixth new stack', creating(), planning(5, others(5)), 'deny'],
  ['a third where two are allowed', creating(), planning(2, others(2)), 'deny', { empty_stacks: 2 }],
  ['one of the new stacks again', creating(), planning(5, [...others(4), 'shop']), 'pass'],
  ['an update beside new stacks', plan(), planning(5, others(5)), 'pass'],
]);
