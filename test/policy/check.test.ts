import { describe, expect, it } from 'vitest';
import { guards } from '../../guards/index.ts';
import { checkPolicy } from '../../src/policy/check.ts';
import { loadKnowledge } from '../../src/providers/aws/knowledge/index.ts';
import { NOW, policyWith, read, sshKey } from './plans.ts';

const { isKnownType, isKnownService } = await loadKnowledge();
const warningsOf = (text: string, now = NOW) =>
  checkPolicy({ policy: read(text, now), guards, now, isKnownType, isKnownService }).map(({ message }) => message);
const scoped = (...scopes: string[]) => policyWith('', { scopes: scopes.map((scope) => `  - ${scope}`).join('\n') });
const SEATS = 'seats: { production: { reversible: 1, recoverable: 2, irreversible: 2 } }';

describe('policy check warns', () => {
  it('of nothing in a policy without surprises', () => {
    expect(warningsOf(policyWith(SEATS))).toEqual([]);
  });
  it.each([
    [
      'a scope behind a wider one',
      ['{ account: prod, stacks: ["shop-*"] }', '{ account: prod, stacks: ["shop-a*", "shop-b"] }'],
      true,
    ],
    [
      'a scope behind several that cover it together',
      [
        '{ account: prod, stacks: ["a*"] }',
        '{ account: prod, stacks: ["b*"] }',
        '{ account: prod, stacks: ["a1", "b?"] }',
      ],
      true,
    ],
    [
      'a tagged scope behind a wider one',
      ['{ account: prod, stacks: ["*"] }', '{ account: prod, stacks: ["shop"], tags: { a: b } }'],
      true,
    ],
    [
      'a scope in front of a wider one',
      ['{ account: prod, stacks: ["shop-a"] }', '{ account: prod, stacks: ["shop-*"] }'],
      false,
    ],
    [
      'a scope behind a tagged one',
      ['{ account: prod, stacks: ["*"], tags: { a: b } }', '{ account: prod, stacks: ["shop"] }'],
      false,
    ],
    [
      'a scope behind one of another account',
      ['{ account: dev, stacks: ["*"] }', '{ account: prod, stacks: ["shop"] }'],
      false,
    ],
    [
      'a scope behind one that is half as wide',
      ['{ account: prod, stacks: ["shop-a*"] }', '{ account: prod, stacks: ["shop-a", "shop-b"] }'],
      false,
    ],
    [
      'a star behind a question mark',
      ['{ account: prod, stacks: ["shop-?"] }', '{ account: prod, stacks: ["shop-*"] }'],
      false,
    ],
    ['ids behind stacks', ['{ account: prod, stacks: ["*"] }', '{ account: prod, ids: ["*"] }'], false],
  ])('of a scope that can never match: %s', (_what, scopes, expected) => {
    const never = warningsOf(scoped(...scopes)).some((message) => message.includes('can never match'));
    expect(never).toBe(expected);
  });
  it.each([
    [
      'fewer seats than usual',
      'seats: { production: { reversible: 1, recoverable: 1, irreversible: 2 } }',
      'production, recoverable: needs 1 approval, fewer than the default of 2',
    ],
    [
      'production that nobody signs',
      'seats: { production: { reversible: 0, recoverable: 2, irreversible: 2 } }',
      'reversible changes in production need no approval here',
    ],
    [
      'seats for more people than there are',
      'seats: { production: { reversible: 1, recoverable: 2, irreversible: 3 } }',
      'needs 3 approvals, but only 3 people have a key and a sponsor cannot approve: no change here can ever be approved',
    ],
    [
      'a seat that its only holder leaves empty',
      'seats: { production: { reversible: 1, recoverable: 2, irreversible: { seats: 2, include: [data] } } }',
      'only carol has the role data',
    ],
    ['a guard that is only observed', 'guards: { recreate: { mode: observe } }', 'recreate is in observe mode'],
    ['a raised rate', 'guards: { rate: { production: 50/h } }', 'is 50 (default 5)'],
    [
      'an exception that is over',
      'exceptions: [{ guard: recreate, stack: shop-a, resource: T, until: 2026-11-23, owner: carol, reason: r }]',
      'expired on 2026-11-23',
    ],
    [
      'a freeze that is over',
      'freezes: [{ account: prod, from: 2026-01-01T00:00, to: 2026-01-02T00:00, reason: r }]',
      'this freeze is over',
    ],
    ['reading that is open to everything', 'read: all', 'read: all lets agents read'],
  ])('of %s', (_what, rest, message) => {
    expect(warningsOf(policyWith(rest)).join('\n')).toContain(message);
    expect(warningsOf(policyWith(SEATS)).join('\n')).not.toContain(message);
  });
  it('of an exception that covers more than one thing', () => {
    const exception = (where: string) =>
      `exceptions: [{ guard: recreate, ${where}stack: shop-a, resource: T, until: 2026-11-30, owner: carol, reason: r }]`;
    const scopes = '  - { account: prod, stacks: ["shop-*"] }\n  - { account: dev, stacks: ["*"] }';
    expect(warningsOf(policyWith(exception(''), { scopes })).join()).toContain(
      'prod/eu-west-1, dev/eu-west-1, dev/us-east-1',
    );
    expect(warningsOf(policyWith(exception('account: prod, '), { scopes })).join()).not.toContain(
      'more than one resource',
    );
  });
  it('of people who can sign nothing, and of two who need each other', () => {
    const two = policyWith('', { people: `  alice: { signs_in_as: [al], keys: ["${sshKey()}"] }\n  bob: {}` });
    const warnings = warningsOf(two).join('\n');
    expect(warnings).toContain('bob has no key');
    expect(warnings).toContain('bob has no signs_in_as');
    expect(warnings).toContain('production, reversible: needs 1 approval; changes that');
  });
  it('of a scope that a runner executes', () => {
    expect(
      warningsOf(scoped('{ account: dev, stacks: ["*"], environment: disposable, execute: by_runner }')).join(),
    ).toContain('by_runner');
  });
});

it('warns of an executor role where a scope that executes has no service role, its own or the account’s', () => {
  const policy = (account: string, ...scopes: string[]) =>
    scoped(...scopes).replace('regions: [eu-west-1]', `regions: [eu-west-1], ${account}`);
  const warned = (text: string) => warningsOf(text).some((message) => message.includes('without service_role'));
  const [bare, own] = ['', ', service_role: s'].map(
    (role) => `{ account: prod, stacks: ["shop-*"], execute: by_command${role} }`,
  ) as [string, string];
  expect(warned(policy('executor_role: e', bare))).toBe(true);
  expect(warned(policy('executor_role: e', own))).toBe(false);
  expect(warned(policy('executor_role: e', own, '{ account: prod, stacks: ["x"], execute: by_runner }'))).toBe(true);
  expect(warned(policy('executor_role: e', own, '{ account: prod, stacks: ["x"] }'))).toBe(false);
  expect(warned(policy('executor_role: e, service_role: s', bare))).toBe(false);
});
