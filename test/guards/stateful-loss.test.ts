import { expect, it } from 'vitest';
import {
  doingAll,
  effect,
  facts,
  gone,
  inDevelopment,
  inDisposable,
  made,
  observing,
  plan,
  removed,
  terminating,
  vectorsOf,
} from './builders.ts';

const { retention: _policy, ...undecided } = gone({ kind: 'unknown' });
it('wants the owner among the seats for what nothing could back up', () => {
  const verdict = made('stateful-loss').judge(doingAll(gone({ type: 'AWS::SQS::Queue' })), facts());
  expect(verdict.roles).toEqual(['data']);
});
it('tells the line to add', () => {
  expect(made('stateful-loss').judge(doingAll(gone()), facts()).remedy).toContain('DeletionPolicy: Retain');
});

const nested = gone({
  type: 'AWS::CloudFormation::Stack',
  logicalId: 'Inner',
  physicalId: 'arn:aws:cloudformation:r:1:stack/shop-Inner-1/uuid',
});

it('names what is refused before what is not, and wants no owner for what is kept', () => {
  const queue = gone({ type: 'AWS::SQS::Queue', logicalId: 'Queue' });
  const { message } = made('stateful-loss').judge(doingAll(queue, gone()), facts());
  expect(message).toMatch(/^Table .*\. 1 more resource is affected\.$/);
  const retained = gone({ retention: { attribute: 'DeletionPolicy', effective: 'Retain' } });
  expect(made('stateful-loss').judge(doingAll(retained), facts()).roles).toEqual([]);
});
it('says whether it would go or could', () => {
  const told = (kind: 'delete' | 'unknown') => made('stateful-loss').judge(doingAll(gone({ kind })), facts()).message;
  expect(told('delete')).toContain('would be deleted');
  expect(told('unknown')).toContain('could be deleted');
  const retained = gone({ retention: { attribute: 'DeletionPolicy', effective: 'Retain' } });
  expect(made('stateful-loss').judge(doingAll(retained), facts()).message).toContain('would be removed from the stack');
});

vectorsOf('stateful-loss', [
  ['a table goes', doingAll(gone()), facts(), 'deny'],
  ['a table goes in development', doingAll(gone()), inDevelopment(), 'hold(1)'],
  ['a table goes where all is disposable', doingAll(gone()), inDisposable(), 'note'],
  [
    'a retained table leaves the stack',
    doingAll(gone({ retention: { attribute: 'DeletionPolicy', effective: 'Retain' } })),
    facts(),
    'hold(2)',
  ],
  [
    'a database goes with a final snapshot',
    doingAll(gone({ type: 'AWS::RDS::DBInstance', retention: { attribute: 'DeletionPolicy', effective: 'Snapshot' } })),
    facts(),
    'hold(2)',
  ],
  ['a table whose fate is not known', doingAll(undecided), facts(), 'deny'],
  [
    'one of two is not kept',
    doingAll(gone({ retention: { attribute: 'DeletionPolicy', effective: 'Retain' } }), gone()),
    facts(),
    'deny',
  ],
  ['a queue goes: nothing could back it up', doingAll(gone({ type: 'AWS::SQS::Queue' })), facts(), 'hold(2)'],
  [
    'of a stack that never completed',
    plan({ ...doingAll(gone()), ...observing({ neverCompleted: true }) }),
    facts(),
    'pass',
  ],
  ['something stateless goes', doingAll(removed()), facts(), 'pass'],
  ['a table is updated', doingAll(effect({ type: 'AWS::DynamoDB::Table', holds: 'data' })), facts(), 'pass'],
  ['an instance whose volumes are copied first', terminating(), facts(), 'hold(2)'],
  [
    'a nested stack goes, and all that is in it is seen',
    doingAll(nested, removed({ owner: { kind: 'stack', name: 'shop-Inner-1' } })),
    facts(),
    'pass',
  ],
  ['a nested stack goes closed', doingAll(nested), facts(), 'deny'],
  ['an update', plan(), facts(), 'pass'],
  ['an identity goes', doingAll(gone({ holds: 'identity' })), facts(), 'deny'],
  [
    'a retained table leaves the stack where all is disposable',
    doingAll(gone({ retention: { attribute: 'DeletionPolicy', effective: 'Retain' } })),
    inDisposable(),
    'note',
  ],
]);
