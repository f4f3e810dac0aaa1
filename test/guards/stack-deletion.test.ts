import { expect, it } from 'vitest';
import {
  deletedFunction,
  deletedTable,
  deleting,
  effect,
  facts,
  inDevelopment,
  inDisposable,
  made,
  plan,
  planWithEffects,
  vectorsOf,
} from './builders.ts';

const nested = deletedTable({
  type: 'AWS::CloudFormation::Stack',
  logicalId: 'Inner',
  physicalId: 'arn:aws:cloudformation:r:1:stack/shop-Inner-1/uuid',
});

const { retention: _policy, ...bare } = nested;
it('tells how many vanish and how many stay', () => {
  const retained = deletedTable({ retention: { attribute: 'DeletionPolicy', effective: 'Retain' } });
  const { message } = made('stack-deletion').judge(deleting([deletedTable(), deletedFunction(), retained]), facts());
  expect(message).toContain('Deleting shop deletes 2 resources and keeps 1.');
});

vectorsOf('stack-deletion', [
  ['otherwise', deleting(), facts(), 'hold(2)'],
  ['in development', deleting(), inDevelopment(), 'hold(1)'],
  ['where all is disposable', deleting(), inDisposable(), 'note'],
  ['under protection', deleting([deletedFunction()], { terminationProtection: true }), facts(), 'deny'],
  [
    'under protection, where all is disposable',
    deleting([deletedFunction()], { terminationProtection: true }),
    inDisposable(),
    'deny',
  ],
  [
    'while an export is imported',
    deleting([deletedFunction()], { importedExports: [{ name: 'e', importers: ['o'] }] }),
    facts(),
    'deny',
  ],
  [
    'an export that nobody imports',
    deleting([deletedFunction()], { importedExports: [{ name: 'e', importers: [] }] }),
    facts(),
    'hold(2)',
  ],
  ['a stack that never completed', deleting([deletedFunction()], { neverCompleted: true }), facts(), 'note'],
  ['a nested stack that is not opened', deleting([nested]), facts(), 'deny'],
  [
    'a nested stack that is opened',
    deleting([nested, deletedFunction({ owner: { kind: 'stack', name: 'shop-Inner-1' } })]),
    facts(),
    'hold(2)',
  ],
  ['a nested stack that an update removes unopened', planWithEffects(nested), facts(), 'deny'],
  [
    'a nested stack that is only updated',
    planWithEffects(effect({ type: 'AWS::CloudFormation::Stack' })),
    facts(),
    'pass',
  ],
  ['not a deletion', plan(), facts(), 'pass'],
  [
    'a stack that was not observed',
    plan({ ...deleting(), observed: { identity: plan().observed.identity } }),
    facts(),
    'deny',
  ],
  [
    'a nested stack that is retained, not opened',
    deleting([{ ...nested, retention: { attribute: 'DeletionPolicy', effective: 'Retain' } }]),
    facts(),
    'hold(2)',
  ],
  ['a nested stack of which no policy is told', deleting([bare]), facts(), 'deny'],
]);
