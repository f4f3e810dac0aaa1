/** What is kept of an observation of AWS has a strict shape, and is said in the words that guards read. */
import { expect, it } from 'vitest';
import { observedSchema } from '../../../src/providers/aws/observed.ts';
import { instance, observedStack, plan, stack } from '../../guards/builders.ts';

const volume = { id: 'vol-1', deleteOnTermination: true, newestSnapshot: { id: 'snap-1', completedAt: '' } };
const one = instance({ volumes: [volume] });
const resource = { id: 'sg-1', type: 'T', owner: { kind: 'stack' as const, name: 'x' }, tags: {}, facts: {} };
const whole = {
  identity: { account: '1', arn: 'arn:aws:sts::1:assumed-role/planner/s' },
  stack: stack({
    importedExports: [{ name: 'Url', importers: ['web'] }],
    recentlyDeleted: [{ stackId: 's', deletedAt: '', neverCompleted: true }],
  }),
  instances: [one],
  resources: [resource],
};

it('takes nothing unnamed, however deep it stands', () => {
  expect(observedSchema.safeParse(whole).success).toBe(true);
  for (const wrong of [
    { more: 1 },
    { identity: { ...whole.identity, more: 1 } },
    { stack: { ...whole.stack, more: 1 } },
    { stack: { ...whole.stack, importedExports: [{ name: 'a', importers: [], more: 1 }] } },
    { stack: { ...whole.stack, recentlyDeleted: [{ stackId: '', deletedAt: '', more: 1 }] } },
    { instances: [{ ...one, more: 1 }] },
    { instances: [{ ...one, volumes: [{ ...volume, more: 1 }] }] },
    { instances: [{ ...one, volumes: [{ ...volume, newestSnapshot: { id: '', completedAt: '', more: 1 } }] }] },
    { resources: [{ ...resource, more: 1 }] },
    { resources: [{ ...resource, owner: { kind: 'person', name: 'x' } }] },
    { resources: [{ ...resource, owner: { kind: 'stack', name: 'x', more: 1 } }] },
  ])
    expect(observedSchema.safeParse({ ...whole, ...wrong }).success, JSON.stringify(wrong)).toBe(false);
});

it.each([
  ['UPDATE_COMPLETE', false, 'live', null],
  ['UPDATE_IN_PROGRESS', false, 'live', 'UPDATE_IN_PROGRESS'],
  ['ROLLBACK_COMPLETE', true, 'never_completed', null],
  ['ROLLBACK_IN_PROGRESS', true, 'never_completed', 'ROLLBACK_IN_PROGRESS'],
  ['REVIEW_IN_PROGRESS', true, 'new', null],
])('a stack in %s (never completed: %s) is %s', (status, neverCompleted, lifecycle, busy) => {
  expect(plan(observedStack({ status, neverCompleted })).subject).toMatchObject({ lifecycle, busy });
});

it('a role is known by its session only', () => {
  const by = (arn: string) => plan({ observed: { identity: { account: '1', arn } } }).actor.role;
  expect(by('arn:aws:sts::1:assumed-role/planner/session')).toBe('planner');
  expect(by('arn:aws:iam::1:user/assumed-role')).toBeNull();
  expect(by('arn:aws:iam::1:role/planner')).toBeNull();
});
