import { expect, it } from 'vitest';
import {
  deletedFunction,
  deletedTable,
  effect,
  facts,
  hoursAgo,
  inDevelopment,
  inDisposable,
  made,
  observedStack,
  plan,
  planWithEffects,
  terminating,
  vectorsOf,
} from './builders.ts';

const point = (hours: number) => ({ id: 'snap-1', completedAt: hoursAgo(hours) });

const nested = deletedTable({
  type: 'AWS::CloudFormation::Stack',
  logicalId: 'Inner',
  physicalId: 'arn:aws:cloudformation:r:1:stack/shop-Inner-1/uuid',
});

vectorsOf('backup-first', [
  ['no recovery point', planWithEffects(deletedTable()), facts(), 'deny'],
  ['no recovery point in development', planWithEffects(deletedTable()), inDevelopment(), 'hold(1)'],
  ['no recovery point where all is disposable', planWithEffects(deletedTable()), inDisposable(), 'note'],
  ['one completed exactly 24 h ago', planWithEffects(deletedTable({ recoveryPoint: point(24) })), facts(), 'pass'],
  ['one a little older', planWithEffects(deletedTable({ recoveryPoint: point(24.01) })), facts(), 'deny'],
  ['an old one, on a loss that is called recoverable', terminating({ recoveryPoint: point(30) }), facts(), 'deny'],
  [
    'one without a date',
    planWithEffects(deletedTable({ recoveryPoint: { id: 'snap', completedAt: '' } })),
    facts(),
    'deny',
  ],
  ['snapshots are made first', terminating(), facts(), 'pass'],
  [
    'it is retained',
    planWithEffects(deletedTable({ retention: { attribute: 'DeletionPolicy', effective: 'Retain' } })),
    facts(),
    'pass',
  ],
  [
    'what could happen is not known',
    planWithEffects(effect({ kind: 'unknown', holds: 'data', type: 'AWS::RDS::DBInstance' })),
    facts(),
    'deny',
  ],
  ['nothing could back it up', planWithEffects(deletedTable({ type: 'AWS::SQS::Queue' })), facts(), 'pass'],
  ['something stateless goes', planWithEffects(deletedFunction()), facts(), 'pass'],
  [
    'of a stack that never completed',
    plan({ ...planWithEffects(deletedTable()), ...observedStack({ neverCompleted: true }) }),
    facts(),
    'pass',
  ],
  [
    'older ones are allowed by the policy',
    planWithEffects(deletedTable({ recoveryPoint: point(30) })),
    facts(),
    'pass',
    { max_age_hours: 48 },
  ],
  [
    'a nested stack goes, and all that is in it is seen',
    planWithEffects(nested, deletedFunction({ owner: { kind: 'stack', name: 'shop-Inner-1' } })),
    facts(),
    'pass',
  ],
  ['a nested stack goes closed', planWithEffects(nested), facts(), 'deny'],
  ['an update', plan(), facts(), 'pass'],
  [
    'something without data goes for good',
    planWithEffects(deletedFunction({ reversibility: 'irreversible' })),
    facts(),
    'pass',
  ],
  ['an identity goes for good', planWithEffects(deletedTable({ holds: 'identity' })), facts(), 'deny'],
  ['what is lost may come back or not', planWithEffects(deletedTable({ reversibility: 'unknown' })), facts(), 'deny'],
  ['the loss can be made good', planWithEffects(deletedTable({ reversibility: 'recoverable' })), facts(), 'pass'],
  [
    'a second one has none',
    planWithEffects(deletedTable({ recoveryPoint: point(1) }), deletedTable()),
    facts(),
    'deny',
  ],
]);

it('asks for a recovery point where one can be made, and for retention where a stack owns it', () => {
  const remedyFor = (owner: { kind: 'stack'; name: string } | undefined) => {
    const { owner: _stack, ...alone } = deletedTable();
    return made('backup-first').judge(planWithEffects({ ...alone, ...(owner && { owner }) }), facts()).remedy;
  };
  expect(remedyFor(undefined)).toContain('Make a recovery point (');
  expect(remedyFor({ kind: 'stack', name: 'shop' })).toContain('First retain it');
});
