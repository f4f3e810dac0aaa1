import { expect, it } from 'vitest';
import { facts, inDevelopment, inDisposable, made, onInstance, plan, terminating, vectorsOf } from './builders.ts';

function volume(owner: { kind: 'stack'; name: string; through?: string } | null) {
  const base = onInstance(['CreateTags']);
  const resource = { id: 'vol-0123456789abcdef0', type: 'AWS::EC2::Volume', owner, tags: {}, facts: {} };
  return plan({ ...base, observed: { identity: base.observed.identity, resources: [resource] } });
}

function two(owner: { kind: 'stack'; name: string } | null) {
  const base = onInstance(['StopInstances']);
  const [first] = base.observed.instances!;
  return plan({ ...base, observed: { ...base.observed, instances: [first!, { ...first!, id: 'i-1', owner }] } });
}

vectorsOf('ownership', [
  ['owned by nobody, stopped', onInstance(['StopInstances']), facts(), 'pass'],
  ['owned by a stack', onInstance(['StopInstances'], { owner: { kind: 'stack', name: 'shop' } }), facts(), 'deny'],
  [
    'owned by a stack, in development',
    onInstance(['StopInstances'], { owner: { kind: 'stack', name: 'shop' } }),
    inDevelopment(),
    'deny',
  ],
  [
    'owned by a group',
    onInstance(['StopInstances'], { owner: { kind: 'auto_scaling_group', name: 'g' } }),
    facts(),
    'deny',
  ],
  [
    'owned until lately',
    onInstance(['StopInstances'], { owner: { kind: 'stack', name: 'shop', released: true } }),
    facts(),
    'deny',
  ],
  [
    'tagged while a stack owns it',
    onInstance(['CreateTags'], { owner: { kind: 'stack', name: 'shop' } }),
    facts(),
    'deny',
  ],
  [
    'a snapshot of what a stack owns',
    onInstance(['CreateSnapshot'], { owner: { kind: 'stack', name: 'shop' } }),
    facts(),
    'pass',
  ],
  [
    'a snapshot and more',
    onInstance(['CreateSnapshot', 'TerminateInstances'], { owner: { kind: 'stack', name: 'shop' } }),
    facts(),
    'deny',
  ],
  ['a volume that a stack owns', volume({ kind: 'stack', name: 'shop' }), facts(), 'deny'],
  [
    'a disk of a machine that a stack owns, tagged',
    volume({ kind: 'stack', name: 'shop', through: 'i-1' }),
    facts(),
    'hold(1)',
  ],
  ['the same in development', volume({ kind: 'stack', name: 'shop', through: 'i-1' }), inDevelopment(), 'hold(1)'],
  ['a volume that nobody owns', volume(null), facts(), 'pass'],
  ['terminated', terminating(), facts(), 'hold(2)'],
  ['terminated in development', terminating(), inDevelopment(), 'hold(1)'],
  ['terminated where all is disposable', terminating(), inDisposable(), 'hold(1)'],
  ['stopped, with instance-store disks', onInstance(['StopInstances'], { instanceStore: true }), facts(), 'hold(2)'],
  [
    'resized, with instance-store disks',
    onInstance(['ModifyInstanceAttribute'], { instanceStore: true }),
    facts(),
    'hold(2)',
  ],
  ['rebooted, with instance-store disks', onInstance(['RebootInstances'], { instanceStore: true }), facts(), 'pass'],
  ['named by a pattern', onInstance(['StopInstances'], { id: 'i-*' }), facts(), 'deny'],
  ['named by a tag', onInstance(['StopInstances'], { id: 'tag:Name=web' }), facts(), 'deny'],
  [
    'nothing named',
    { ...onInstance(['StopInstances']), target: { ...onInstance(['StopInstances']).target, ids: [] } },
    facts(),
    'deny',
  ],
  ['a stack', plan(), facts(), 'pass'],
  ['nothing planned yet', { ...onInstance([]), target: { ...onInstance([]).target, ids: [] } }, facts(), 'pass'],
  ['the second of two is owned', two({ kind: 'stack', name: 'shop' }), facts(), 'deny'],
  ['neither of two is owned', two(null), facts(), 'pass'],
  ['more seats by the policy', terminating(), facts(), 'hold(3)', { seats: 3 }],
  ['a stopped one keeps its disks while it is resized', onInstance(['ModifyInstanceAttribute']), facts(), 'pass'],
  ['named with more before an id', onInstance(['StopInstances'], { id: '*i-0123456789abcdef0' }), facts(), 'deny'],
  ['named with more behind an id', onInstance(['StopInstances'], { id: 'i-0123456789abcdef0*' }), facts(), 'deny'],
  ['named by an id of several words', onInstance(['StopInstances'], { id: 'vpc-endpoint-0123abcd' }), facts(), 'pass'],
  ['nothing called on what a stack owns', onInstance([], { owner: { kind: 'stack', name: 'shop' } }), facts(), 'pass'],
]);

it('does not refuse a tag on a disk of an owned machine, but everything else', () => {
  const owned = { kind: 'stack', name: 'shop', through: 'i-0123456789abcdef0' } as const;
  const tagged = volume(owned);
  expect(made('ownership').judge(tagged, facts()).outcome).not.toBe('deny');
  expect(made('ownership').judge({ ...tagged, action: 'delete' }, facts()).outcome).toBe('deny');
});

it('tells a person how long what was retained stays as it is', () => {
  const released = onInstance(['StopInstances'], { owner: { kind: 'stack', name: 'shop', released: true } });
  const { remedy, remedyForPeople } = made('ownership').judge(released, facts());
  expect(remedy).toContain('until 30 days have passed; tell the user.');
  expect(remedyForPeople).toContain('until 30 days have passed.');
});
