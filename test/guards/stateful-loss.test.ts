import { expect, it } from 'vitest';
import {
  deletedFunction,
  deletedTable,
  effect,
  facts,
  inDevelopment,
  inDisposable,
  made,
  observedStack,
  plan,
  planWithEffects,
  terminating,
  vectorsOf,
} from './builders.ts';

const { retention: _policy, ...undecided } = deletedTable({ kind: 'unknown' });
it('wants the owner among the seats for what nothing could back up', () => {
  const verdict = made('stateful-loss').judge(planWithEffects(deletedTable({ type: 'AWS::SQS::Queue' })), facts());
  expect(verdict.roles).toEqual(['data']);
});
it('tells the line to add', () => {
  expect(made('stateful-loss').judge(planWithEffects(deletedTable()), facts()).remedy).toContain(
    'DeletionPolicy: Retain',
  );
});

const nested = deletedTable({
  type: 'AWS::CloudFormation::Stack',
  logicalId: 'Inner',
  physicalId: 'arn:aws:cloudformation:r:1:stack/shop-Inner-1/uuid',
});

it('names what is refused before what is not, and wants no owner for what is kept', () => {
  const queue = deletedTable({ type: 'AWS::SQS::Queue', logicalId: 'Queue' });
  const { message } = made('stateful-loss').judge(planWithEffects(queue, deletedTable()), facts());
  expect(message).toMatch(/^Table .*\. 1 more resource is affected\.$/);
  const retained = deletedTable({ retention: { attribute: 'DeletionPolicy', effective: 'Retain' } });
  expect(made('stateful-loss').judge(planWithEffects(retained), facts()).roles).toEqual([]);
});
it('says whether it would go or could', () => {
  const told = (kind: 'delete' | 'unknown') =>
    made('stateful-loss').judge(planWithEffects(deletedTable({ kind })), facts()).message;
  expect(told('delete')).toContain('would be deleted');
  expect(told('unknown')).toContain('could be deleted');
  const retained = deletedTable({ retention: { attribute: 'DeletionPolicy', effective: 'Retain' } });
  expect(made('stateful-loss').judge(planWithEffects(retained), facts()).message).toContain(
    'would be removed from the stack',
  );
});

vectorsOf('stateful-loss', [
  ['a table goes', planWithEffects(deletedTable()), facts(), 'deny'],
  ['a table goes in development', planWithEffects(deletedTable()), inDevelopment(), 'hold(1)'],
  ['a table goes where all is disposable', planWithEffects(deletedTable()), inDisposable(), 'note'],
  [
    'a retained table leaves the stack',
    planWithEffects(deletedTable({ retention: { attribute: 'DeletionPolicy', effective: 'Retain' } })),
    facts(),
    'hold(2)',
  ],
  [
    'a database goes with a final snapshot',
    planWithEffects(
      deletedTable({ type: 'AWS::RDS::DBInstance', retention: { attribute: 'DeletionPolicy', effective: 'Snapshot' } }),
    ),
    facts(),
    'hold(2)',
  ],
  ['a table whose fate is not known', planWithEffects(undecided), facts(), 'deny'],
  [
    'one of two is not kept',
    planWithEffects(deletedTable({ retention: { attribute: 'DeletionPolicy', effective: 'Retain' } }), deletedTable()),
    facts(),
    'deny',
  ],
  [
    'a queue goes: nothing could back it up',
    planWithEffects(deletedTable({ type: 'AWS::SQS::Queue' })),
    facts(),
    'hold(2)',
  ],
  [
    'of a stack that never completed',
    plan({ ...planWithEffects(deletedTable()), ...observedStack({ neverCompleted: true }) }),
    facts(),
    'pass',
  ],
  [
    'an instance takes its disks along',
    planWithEffects(deletedFunction({ disks: ['vol-1'], reversibility: 'irreversible' })),
    facts(),
    'hold(2)',
  ],
  ['something stateless goes', planWithEffects(deletedFunction()), facts(), 'pass'],
  ['a table is updated', planWithEffects(effect({ type: 'AWS::DynamoDB::Table', holds: 'data' })), facts(), 'pass'],
  ['an instance whose volumes are copied first', terminating(), facts(), 'hold(2)'],
  [
    'a nested stack goes, and all that is in it is seen',
    planWithEffects(nested, deletedFunction({ owner: { kind: 'stack', name: 'shop-Inner-1' } })),
    facts(),
    'pass',
  ],
  ['a nested stack goes closed', planWithEffects(nested), facts(), 'deny'],
  ['an update', plan(), facts(), 'pass'],
  ['an identity goes', planWithEffects(deletedTable({ holds: 'identity' })), facts(), 'deny'],
  [
    'a retained table leaves the stack where all is disposable',
    planWithEffects(deletedTable({ retention: { attribute: 'DeletionPolicy', effective: 'Retain' } })),
    inDisposable(),
    'note',
  ],
]);

it('tells what is lost with it, and the remedy that fits its owner', () => {
  const { owner: _stack, ...alone } = deletedTable();
  const judge = (...effects: Parameters<typeof planWithEffects>) =>
    made('stateful-loss').judge(planWithEffects(...effects), facts());
  expect(judge(deletedTable()).message).toContain('stores data and would be deleted');
  expect(judge(deletedTable({ holds: 'identity' })).message).toContain('has an identifier that others use');
  expect(judge(deletedFunction({ disks: ['vol-1'] })).message).toContain('deletes its disks (vol-1)');
  expect(judge(alone).remedy).toContain('First make a recovery point (');
  expect(judge(deletedTable()).remedy).toContain('Keep Table');
  const kept = deletedTable({ retention: { attribute: 'DeletionPolicy', effective: 'Retain' } });
  expect(judge(kept).remedy).toContain('already retains or copies everything');
});
