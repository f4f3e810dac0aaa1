/** When an output of another stack counts as settled, and when it may still change at execution. */
import { expect, it } from 'vitest';
import type { Mark } from '../../../src/core/mark.ts';
import { withoutSettledOutputs } from '../../../src/providers/aws/effects/settled-outputs.ts';
import { UNRESOLVED } from '../../../src/providers/aws/template/resolve.ts';

const PATH = 'Properties.Environment.Variables.TABLE';
const mark: Mark = { kind: 'unpinned', path: PATH, text: 'Read at execution.', reads: 'output' };
const view = (TABLE: string | undefined, other = 'a') => ({
  logicalId: 'Fn',
  type: 'AWS::Lambda::Function',
  properties: { Environment: { Variables: { ...(TABLE === undefined ? {} : { TABLE }), OTHER: other } } },
  deletionPolicy: 'Delete',
  updateReplacePolicy: 'Delete',
});
const detail = (Name: string, Path?: string) => ({
  Details: [{ Target: { Attribute: 'Properties' as const, Name, ...(Path === undefined ? {} : { Path }) } }],
});
const left = (was: string | undefined, is: string, change: object = detail('MemorySize'), one = mark) => {
  const context = { isUnknown: (value: unknown) => String(value).includes(UNRESOLVED) };
  return withoutSettledOutputs([one], change, view(was), view(is, 'b'), context).length;
};

it.each<[string, number, number]>([
  ['read, the same, and not named by CloudFormation', left('orders', 'orders'), 0],
  [
    'another variable beside it is named',
    left('orders', 'orders', detail('Environment', '/Properties/Environment/Variables/OTHER')),
    0,
  ],
  ['another value', left('orders', 'orders-2'), 1],
  ['not there before', left(undefined, 'orders'), 1],
  ['not read', left(UNRESOLVED, UNRESOLVED), 1],
  // Both templates are resolved with the output of now: only CloudFormation knows what was deployed.
  [
    'changed by its stack since, so that CloudFormation names it',
    left('orders', 'orders', detail('Environment', '/Properties/Environment/Variables/TABLE')),
    1,
  ],
  ['CloudFormation names the whole property', left('orders', 'orders', detail('Environment')), 1],
  [
    'a parameter without a version is never settled',
    left('orders', 'orders', detail('MemorySize'), { ...mark, reads: 'value' }),
    1,
  ],
])('%s', (_name, is, expected) => expect(is).toBe(expected));

it('finds the value that a function made of an output', () => {
  const joined = { ...mark, path: `${PATH}.1.0` };
  expect([
    left('a-orders', 'a-orders', detail('MemorySize'), joined),
    left('a-orders', 'b-orders', detail('MemorySize'), joined),
  ]).toEqual([0, 1]);
});

it('is never settled on creation', () => {
  expect(withoutSettledOutputs([mark], {}, null, view('orders'), { isUnknown: () => false })).toEqual([mark]);
});
