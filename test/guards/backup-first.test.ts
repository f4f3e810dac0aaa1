import {
  doingAll,
  effect,
  facts,
  gone,
  hoursAgo,
  inDevelopment,
  inDisposable,
  observing,
  plan,
  removed,
  terminating,
  vectorsOf,
} from './builders.ts';

const point = (hours: number) => ({ id: 'snap-1', completedAt: hoursAgo(hours) });

const nested = gone({
  type: 'AWS::CloudFormation::Stack',
  logicalId: 'Inner',
  physicalId: 'arn:aws:cloudformation:r:1:stack/shop-Inner-1/uuid',
});

vectorsOf('backup-first', [
  ['no recovery point', doingAll(gone()), facts(), 'deny'],
  ['no recovery point in development', doingAll(gone()), inDevelopment(), 'hold(1)'],
  ['no recovery point where all is disposable', doingAll(gone()), inDisposable(), 'note'],
  ['one completed exactly 24 h ago', doingAll(gone({ recoveryPoint: point(24) })), facts(), 'pass'],
  ['one a little older', doingAll(gone({ recoveryPoint: point(24.01) })), facts(), 'deny'],
  ['an old one, on a loss that is called recoverable', terminating({ recoveryPoint: point(30) }), facts(), 'deny'],
  ['one without a date', doingAll(gone({ recoveryPoint: { id: 'snap', completedAt: '' } })), facts(), 'deny'],
  ['snapshots are made first', terminating(), facts(), 'pass'],
  [
    'it is retained',
    doingAll(gone({ retention: { attribute: 'DeletionPolicy', effective: 'Retain' } })),
    facts(),
    'pass',
  ],
  [
    'what could happen is not known',
    doingAll(effect({ kind: 'unknown', holds: 'data', type: 'AWS::RDS::DBInstance' })),
    facts(),
    'deny',
  ],
  ['nothing could back it up', doingAll(gone({ type: 'AWS::SQS::Queue' })), facts(), 'pass'],
  ['something stateless goes', doingAll(removed()), facts(), 'pass'],
  [
    'of a stack that never completed',
    plan({ ...doingAll(gone()), ...observing({ neverCompleted: true }) }),
    facts(),
    'pass',
  ],
  [
    'older ones are allowed by the policy',
    doingAll(gone({ recoveryPoint: point(30) })),
    facts(),
    'pass',
    { max_age_hours: 48 },
  ],
  [
    'a nested stack goes, and all that is in it is seen',
    doingAll(nested, removed({ owner: { kind: 'stack', name: 'shop-Inner-1' } })),
    facts(),
    'pass',
  ],
  ['a nested stack goes closed', doingAll(nested), facts(), 'deny'],
  ['an update', plan(), facts(), 'pass'],
  ['something without data goes for good', doingAll(removed({ reversibility: 'irreversible' })), facts(), 'pass'],
  ['an identity goes for good', doingAll(gone({ holds: 'identity' })), facts(), 'deny'],
  ['what is lost may come back or not', doingAll(gone({ reversibility: 'unknown' })), facts(), 'deny'],
  ['the loss can be made good', doingAll(gone({ reversibility: 'recoverable' })), facts(), 'pass'],
  ['a second one has none', doingAll(gone({ recoveryPoint: point(1) }), gone()), facts(), 'deny'],
]);
