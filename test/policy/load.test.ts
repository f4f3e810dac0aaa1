import { describe, expect, it } from 'vitest';
import { guards } from '../../guards/index.ts';
import { CountersignError } from '../../src/core/errors.ts';
import { loadPolicy } from '../../src/policy/load.ts';
import { policyWith, read, sshKey } from './plans.ts';

/** All problems, as `line:column what`. */
function problemsOf(text: string): string[] {
  try {
    read(text);
    return [];
  } catch (error) {
    expect(error).toBeInstanceOf(CountersignError);
    expect((error as CountersignError).code).toBe('CONFIG_POLICY_INVALID');
    return ((error as CountersignError).cause as string[]).map((problem) => problem.replace('policy.yaml:', ''));
  }
}
const scoped = (scope: string) => policyWith('', { scopes: `  - ${scope}` });
const peopled = (people: string) => policyWith('', { people });

describe('a policy file', () => {
  it('is read whole', () => {
    expect(problemsOf(policyWith())).toEqual([]);
    expect(read(policyWith()).people.map(({ name }) => name)).toEqual(['alice', 'bob', 'carol']);
  });
  it.each([
    ['many entries', `${policyWith()}exceptions:\n${'  - {}\n'.repeat(50_000)}`],
    ['brackets without end', `version: ${'['.repeat(300_000)}`],
    ['one long comment', `${policyWith()}# ${'x'.repeat(300_000)}`],
  ])('of more than 250,000 characters is refused before it is parsed: %s', (_what, text) => {
    expect(problemsOf(text)).toEqual([`1:1 the file has ${text.length} characters; at most 250000 are read`]);
  });
  it('without a key that it needs says which', () => {
    expect(problemsOf('version: 1\naccounts:\n  main: { id: "123456789012" }\n')).toEqual([
      expect.stringMatching(/accounts\.main\.regions: this key is missing$/),
      expect.stringMatching(/scopes: this key is missing$/),
    ]);
  });
  it('that is not there refuses everything', () => {
    expect(() => loadPolicy('/nowhere/policy.yaml', guards)).toThrow(
      expect.objectContaining({ code: 'CONFIG_POLICY_UNREADABLE' }),
    );
  });
  it.each([
    ['an unknown key', 'colour: red', 'there is no key colour here'],
    ['a duplicate key', 'version: 1', 'Map keys must be unique'],
    ['an alias of nothing', 'exceptions: *nothing', 'Unresolved alias'],
    ['a tag of YAML', 'zone: !!js/function "x"', 'Unresolved tag'],
    ['a second document', '---\nversion: 1', 'multiple documents'],
    ['an unknown zone', 'zone: Europe/Berlim', 'unknown time zone'],
    ['an unknown guard', 'guards: { recraete: {} }', 'there is no guard recraete'],
    ['an unknown option', 'guards: { rate: { speed: 3 } }', 'there is no key speed here'],
    [
      'options both ways',
      'guards: { rate: { production: {}, mode: observe } }',
      'either per environment or for all of them',
    ],
    ['an observed wall', 'guards: { scope: { mode: observe } }', 'scope is structural'],
    [
      'a role that nobody has',
      'seats: { production: { reversible: 1, recoverable: 1, irreversible: { seats: 2, include: [dba] } } }',
      'no person has the role dba',
    ],
    [
      'no time to approve',
      'seats: { production: { reversible: 1, recoverable: 1, irreversible: 2, within: 0h } }',
      'longer than zero',
    ],
    [
      'an exception of a wall',
      'exceptions: [{ guard: stale, resource: x, until: 2026-11-30, owner: carol, reason: r }]',
      'stale is structural',
    ],
    [
      'an exception by nobody',
      'exceptions: [{ guard: recreate, resource: x, until: 2026-11-30, owner: dora, reason: r }]',
      'there is no person dora',
    ],
    [
      'an exception for long',
      'exceptions: [{ guard: recreate, resource: x, until: 2026-12-09, owner: carol, reason: r }]',
      'at most 14 days ahead: 2026-12-08',
    ],
    [
      'an exception for all',
      'exceptions: [{ guard: recreate, resource: "*", until: 2026-11-30, owner: carol, reason: r }]',
      'name one resource',
    ],
    [
      'an exception on no day',
      'exceptions: [{ guard: recreate, resource: x, until: 2026-02-30, owner: carol, reason: r }]',
      'this day does not exist',
    ],
    [
      'a freeze of nothing',
      'freezes: [{ from: 2026-12-18T18:00, to: 2027-01-04T08:00, reason: r }]',
      'name an environment, an account, stacks or workspaces to freeze',
    ],
    [
      'a freeze backwards',
      'freezes: [{ account: prod, from: 2027-01-04T08:00, to: 2026-12-18T18:00, reason: r }]',
      'the freeze ends before it begins',
    ],
    [
      'a freeze elsewhere',
      'freezes: [{ account: prd, from: 2026-12-18T18:00, to: 2027-01-04T08:00, reason: r }]',
      'there is no account prd',
    ],
    ['rules that are not there', 'rules: ["nowhere/*.cedar"]', 'no file matches nowhere/*.cedar'],
    [
      'owners who can never sign',
      `owners: { keys: ["${sshKey()}"], threshold: 2 }`,
      'threshold is 2, but there is only 1 key',
    ],
    [
      'an owner twice',
      `owners: { keys: &keys ["${'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAILN/ur0J/yJrL87N1ML0Wtsgf9VmebTB76IXFV1jYu77'}", "${'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAILN/ur0J/yJrL87N1ML0Wtsgf9VmebTB76IXFV1jYu77'}"], threshold: 1 }`,
      'is already listed',
    ],
  ])('with %s is refused where it stands', (_what, rest, message) => {
    const problems = problemsOf(policyWith(rest));
    expect(problems.join('\n')).toContain(message);
    for (const problem of problems) expect(problem).toMatch(/^\d+:\d+ /);
  });
  it.each([
    ['an unknown account', '{ account: test, stacks: ["*"] }', 'there is no account test'],
    ['nothing named', '{ account: prod }', 'name stacks, ids or tags'],
    ['the old name of ids', '{ account: prod, instances: ["*"] }', 'it is now called ids'],
    ['a stack that cannot be', '{ account: prod, stacks: ["shop_*"] }', 'a stack name may contain'],
    ['a stack that begins with a digit', '{ account: prod, stacks: ["1shop"] }', 'a stack name may contain'],
    [
      'a physical id that cannot be',
      '{ account: prod, ids: ["i-1, i-2"] }',
      'a physical id cannot contain these characters',
    ],
    ['no tags', '{ account: prod, tags: {} }', 'name at least one tag'],
    [
      'an environment that is none',
      '{ account: prod, stacks: ["*"], environment: prodution }',
      'expected one of "production"',
    ],
    ['a raise of nothing', '{ account: prod, stacks: ["*"], raise: { recraete: deny } }', 'there is no guard recraete'],
    ['a raise that lowers', '{ account: prod, stacks: ["*"], raise: { recreate: note } }', 'expected "deny"'],
  ])('refuses a scope with %s', (_what, scope, message) => {
    expect(problemsOf(scoped(scope)).join('\n')).toContain(message);
  });
  it.each([
    ['an id without quotes', '{ id: 333333333333, regions: [eu-west-1] }', '12 digits in quotes'],
    ['an id that another alias has', '{ id: "111111111111", regions: [eu-west-1] }', 'is already listed as prod'],
    ['no region', '{ id: "333333333333", regions: [] }', 'at least one region'],
    ['a region that is none', '{ id: "333333333333", regions: ["*"] }', 'name a region like eu-west-1'],
    ['two ways to sign in', '{ id: "333333333333", regions: [eu-west-1], profile: a, planner_role: b }', 'not both'],
  ])('refuses an account with %s', (_what, account, message) => {
    const text = policyWith().replace('scopes:', `  test: ${account}\nscopes:`);
    expect(problemsOf(text).join('\n')).toContain(message);
  });
  it('lets no scope reach into a management account', () => {
    const text = policyWith().replace('regions: [eu-west-1] }', 'regions: [eu-west-1], management: true }');
    expect(problemsOf(text).join('\n')).toContain('prod is a management account');
  });
  it('says the line and the column of the very key', () => {
    const text = policyWith('guards:\n  rate:\n    production: { speed: 3 }');
    const line = text.split('\n').findIndex((one) => one.includes('speed')) + 1;
    expect(problemsOf(text)).toEqual([`${line}:19 guards.rate.production.speed: there is no key speed here`]);
  });
  it('understands anchors, and refuses to unfold without end', () => {
    const policy = read(
      policyWith(
        'seats: { production: &usual { reversible: 1, recoverable: 2, irreversible: 2 }, development: *usual }',
      ),
    );
    expect(policy.file.seats.development?.recoverable).toBe(2);
    const bomb = [
      'a: &a [x, x, x, x, x, x, x, x]',
      ...'bcdefgh'.split('').map((name, index) => {
        const before = 'abcdefgh'[index];
        return `${name}: &${name} [${Array(8).fill(`*${before}`).join(', ')}]`;
      }),
    ].join('\n');
    expect(problemsOf(policyWith(bomb)).join('\n')).toMatch(/alias/i);
  });
  it('changes its digest with what it says, not with how it is written', () => {
    const text = policyWith();
    expect(read(text).digest).toBe(read(`# a comment\n${text}`).digest);
    expect(read(text).digest).not.toBe(read(text.replace('by_command', 'plan_only')).digest);
  });
});

describe('people', () => {
  const key = sshKey();
  it.each([
    ['a name of somebody', 'alice: {}\n  bob: { signs_in_as: [Alice] }', 'alice belongs to alice already'],
    [
      'a mail address with the same name',
      'alice: { signs_in_as: [al@acme.com] }\n  bob: { signs_in_as: [al@other.com] }',
      'al belongs to alice already',
    ],
    ['a domain login', 'alice: {}\n  bob: { signs_in_as: ["ACME\\\\alice"] }', 'alice belongs to alice already'],
    [
      'an ARN',
      `alice: {}\n  bob: { signs_in_as: ["arn:aws:iam::${'1'.repeat(12)}:user/alice"] }`,
      'alice belongs to alice already',
    ],
    ['a key', `alice: { keys: ["${key}"] }\n  bob: { keys: ["${key} with a comment"] }`, 'belongs to alice already'],
    ['a key of their own, twice', `alice: { keys: ["${key}", "${key}"] }`, 'belongs to alice already'],
    ['what is no key', 'alice: { keys: ["ssh-ed25519 AAAA"] }', 'policy'],
  ])('are refused who share %s', (_what, people, message) => {
    const problems = problemsOf(peopled(`  ${people}`));
    expect(problems.length).toBeGreaterThan(0);
    if (message !== 'policy') expect(problems.join('\n')).toContain(message);
  });
  it('may write their own login in many ways', () => {
    expect(problemsOf(peopled('  alice: { signs_in_as: [alice, alice@acme.com, "ACME\\\\alice"] }'))).toEqual([]);
  });
});

describe('options of guards', () => {
  it('take 5/h for what is counted per hour, per environment', () => {
    const policy = read(policyWith('guards: { rate: { production: 7/h } }'));
    expect(Object.values(policy.optionsFor('rate', 'production') as object)).toContain(7);
    expect(Object.values(policy.optionsFor('rate', 'development') as object)).not.toContain(7);
    expect(problemsOf(policyWith('guards: { recreate: { production: 7/h } }')).join()).toContain(
      'write options as a map',
    );
    expect(problemsOf(policyWith('guards: { rate: { production: 0/h } }')).join()).toContain('a rate like 5/h');
  });
  it('can be observed, everywhere or in one environment', () => {
    const everywhere = read(policyWith('guards: { recreate: { mode: observe } }'));
    expect(everywhere.isObserved('recreate', 'disposable')).toBe(true);
    const one = read(policyWith('guards: { recreate: { development: { mode: observe } } }'));
    expect(one.isObserved('recreate', 'development')).toBe(true);
    expect(one.isObserved('recreate', 'production')).toBe(false);
  });
});
