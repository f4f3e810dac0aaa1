import { expect, it } from 'vitest';
import {
  createdFunction,
  effect,
  facts,
  inDevelopment,
  made,
  many,
  plan,
  planWithEffects,
  vectorsOf,
} from './builders.ts';

const instance = { type: 'AWS::EC2::Instance' };
const sized = (size: string) => planWithEffects(createdFunction({ ...instance, size }));
const tables = { sizes: { 'AWS::EC2::Instance': ['t3.*', 'm5.large'] }, max_created: { 'AWS::EC2::Instance': 2 } };
const costing = (monthlyUsd: number) => effect({ ...instance, kind: 'create', monthlyUsd });
const dear = (count: number, usd: number) => plan({ effects: Array.from({ length: count }, () => costing(usd)) });

vectorsOf('cost', [
  ['no tables', sized('m5.24xlarge'), facts(), 'pass'],
  ['a listed size', sized('t3.micro'), facts(), 'pass', tables],
  ['a size by its whole name', sized('m5.large'), facts(), 'pass', tables],
  ['another size', sized('m5.24xlarge'), facts(), 'hold(1)', tables],
  ['another size in development', sized('m5.24xlarge'), inDevelopment(), 'hold(1)', tables],
  [
    'another type',
    planWithEffects(createdFunction({ type: 'AWS::RDS::DBInstance', size: 'db.r5.24xlarge' })),
    facts(),
    'pass',
    tables,
  ],
  ['a size unlike the pattern', sized('xt3.micro'), facts(), 'hold(1)', tables],
  [
    'a size that goes',
    planWithEffects(effect({ ...instance, kind: 'delete', size: 'm5.24xlarge' })),
    facts(),
    'pass',
    tables,
  ],
  ['two created', plan({ effects: many(2, { ...instance, kind: 'create' }) }), facts(), 'pass', tables],
  ['three created', plan({ effects: many(3, { ...instance, kind: 'create' }) }), facts(), 'hold(1)', tables],
  ['three updated', plan({ effects: many(3, instance) }), facts(), 'pass', tables],
  ['three created of another type', plan({ effects: many(3, { kind: 'create' }) }), facts(), 'pass', tables],
  ['a month that a budget would feel', dear(5, 1_570), facts(), 'hold(1)'],
  ['the same in development', dear(5, 1_570), inDevelopment(), 'hold(1)'],
  ['at the limit', dear(1, 500), inDevelopment(), 'pass'],
  ['over it', dear(1, 501), inDevelopment(), 'hold(1)'],
  ['over it, with as much saved', plan({ effects: [costing(900), costing(-800)] }), inDevelopment(), 'pass'],
  ['another limit', dear(5, 1_570), inDevelopment(), 'pass', { max_monthly_usd: 10_000 }],
  ['more seats by the policy', sized('m5.24xlarge'), facts(), 'hold(2)', { ...tables, seats: 2 }],
]);

it('names the effect that adds most', () => {
  const named = (logicalId: string, monthlyUsd: number | undefined) =>
    effect({ ...instance, kind: 'create', logicalId, ...(monthlyUsd !== undefined && { monthlyUsd }) });
  const mixed = plan({
    effects: [named('Free', undefined), named('Cheap', 300), named('Dear', 900), named('Last', undefined)],
  });
  expect(made('cost').judge(mixed, facts()).message).toContain('most of it for Dear (');
});
