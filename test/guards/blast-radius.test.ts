import { expect, it } from 'vitest';
import {
  deletedFunction,
  deleting,
  effect,
  facts,
  inDevelopment,
  inDisposable,
  made,
  many,
  observedStack,
  onInstance,
  plan,
  terminating,
  vectorsOf,
} from './builders.ts';

const of = (size: number, lost: number) =>
  plan({ effects: many(lost, { kind: 'delete' }), ...observedStack({ resourceCount: size }) });
const names = (count: number) => Array.from({ length: count }, (_, index) => `other-${index}`);
const importedBy = (count: number, what: ReturnType<typeof effect>) =>
  plan({ effects: [what], ...observedStack({ importedExports: [{ name: 'e', importers: names(count) }] }) });
function usedBy(users: unknown, groups = 1) {
  const resources = Array.from({ length: groups }, (_, index) => ({
    id: `sg-${index}`,
    type: 'AWS::EC2::SecurityGroup',
    owner: null,
    tags: {},
    facts: (users === undefined ? {} : { usedBy: users }) as Record<string, string>,
  }));
  const base = onInstance(['AuthorizeSecurityGroupIngress']);
  return plan({ ...base, observed: { identity: base.observed.identity, resources } });
}

vectorsOf('blast-radius', [
  ['ten updated', plan({ effects: many(10) }), facts(), 'pass'],
  ['eleven updated', plan({ effects: many(11) }), facts(), 'hold(2)'],
  ['eleven updated in development', plan({ effects: many(11) }), inDevelopment(), 'hold(1)'],
  ['eleven updated where all is disposable', plan({ effects: many(11) }), inDisposable(), 'note'],
  ['a tag of a whole stack, on all of its resources', plan({ effects: many(11, { kind: 'tag' }) }), facts(), 'pass'],
  [
    'a tag on all, and eleven updated',
    plan({ effects: [...many(11), ...many(9, { kind: 'tag' })] }),
    facts(),
    'hold(2)',
  ],
  ['a tag of a group that ten use', { ...usedBy(10), effects: many(1, { kind: 'tag' }) }, facts(), 'pass'],
  ['three lost', plan({ effects: many(3, { kind: 'delete' }) }), facts(), 'pass'],
  ['four lost', plan({ effects: many(4, { kind: 'delete' }) }), facts(), 'hold(2)'],
  ['four that could be lost', plan({ effects: many(4, { kind: 'unknown' }) }), facts(), 'hold(2)'],
  ['four revisions replaced', plan({ effects: many(4, { kind: 'replace', revision: true }) }), facts(), 'pass'],
  ['a hundred created', plan({ effects: many(100, { kind: 'create' }) }), facts(), 'pass'],
  ['a hundred and one created', plan({ effects: many(101, { kind: 'create' }) }), facts(), 'hold(2)'],
  ['two of ten lost', of(10, 2), facts(), 'pass'],
  ['three of ten lost', of(10, 3), facts(), 'hold(2)'],
  ['three of nine lost', of(9, 3), facts(), 'pass'],
  ['fifty lost', of(500, 50), facts(), 'hold(2)'],
  ['fifty-one lost', of(500, 51), facts(), 'deny'],
  ['fifty-one lost in development', of(500, 51), inDevelopment(), 'deny'],
  [
    'all of a stack that never completed',
    deleting(many(60, { kind: 'delete' }), { neverCompleted: true }),
    facts(),
    'pass',
  ],
  ['one lost, and ten stacks import from here', importedBy(10, deletedFunction()), facts(), 'pass'],
  ['one lost, and eleven stacks import from here', importedBy(11, deletedFunction()), facts(), 'hold(2)'],
  ['one updated, and eleven stacks import from here', importedBy(11, effect()), facts(), 'pass'],
  ['a group that nine use', usedBy(names(9)), facts(), 'pass'],
  ['a group that ten use', usedBy(names(10)), facts(), 'hold(2)'],
  ['more is allowed by the policy', plan({ effects: many(11) }), facts(), 'pass', { max_updated: 20 }],
  ['three lost, where the policy never lets three go', of(500, 3), facts(), 'deny', { never_lost: 2 }],
  ['as many lost as the policy ever lets go', of(500, 3), facts(), 'pass', { never_lost: 3 }],
  ['a loss outside of a stack, where no update passes', terminating(), facts(), 'pass', { max_updated: 0 }],
  ['a group whose users are not told', usedBy(undefined), facts(), 'pass', { max_updated: 1 }],
  ['a group that something unlisted uses', usedBy('eni-1'), facts(), 'pass', { max_updated: 1 }],
  ['two groups that the same nine use', usedBy(names(9), 2), facts(), 'pass'],
  ['two groups of no users where no update passes', usedBy([], 2), facts(), 'hold(2)', { max_updated: 0 }],
  ['a tenth lost, where the policy lets a tenth', of(20, 2), facts(), 'pass', { max_lost_share: 0.1 }],
  ['tags on a group that eleven use', { ...usedBy(names(11)), effects: [effect({ kind: 'tag' })] }, facts(), 'pass'],
]);

it('tells each limit that is passed in a sentence of its own', () => {
  const { message } = made('blast-radius').judge(of(20, 5), facts());
  expect(message).toBe('5 resources would be deleted or replaced; the limit is 3. That is 5 of 20; the limit is 20 %.');
});
