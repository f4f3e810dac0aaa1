/** `policy test`: what its files may say, what a run tells, and that the shipped examples hold. */

import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { guards } from '../../guards/index.ts';
import { NAMESPACE, verifySshSignature } from '../../src/approvals/ssh-signature.ts';
import { initialPolicy } from '../../src/cli/init.ts';
import { initialTests } from '../../src/cli/init-tests.ts';
import { policyTest } from '../../src/cli/policy-test.ts';
import { ENVIRONMENTS } from '../../src/core/environment.ts';
import { loadPolicy } from '../../src/policy/load.ts';
import { withTestKeys } from '../../src/policy-lab/test/keys.ts';
import { loadCases } from '../../src/policy-lab/test/load.ts';
import { junitXml, resultText } from '../../src/policy-lab/test/report.ts';
import { worldSchema } from '../../src/sandbox/seed-schema.ts';

const root = new URL('../..', import.meta.url).pathname;
const bin = join(root, 'bin/countersign.js');
const KEY = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAILN/ur0J/yJrL87N1ML0Wtsgf9VmebTB76IXFV1jYu77';
const POLICY = `version: 1
accounts:
  main: { id: "123456789012", regions: [eu-west-1] }
scopes:
  - { account: main, stacks: ["*-prod"], environment: production, execute: by_command }
people:
  alice: { roles: [dev] }
  bob: { roles: [sre], keys: ["${KEY}"] }
  dan: { roles: [sre] }
`;
const FIX = `
      - tool: plan_stack_update
        as: plan
        input: { stack: cost-explorer-prod, set: [{ path: Resources.QueryFunction.Properties.MemorySize, value: 1024 }] }
      - tool: propose_change
        input: { plan_id: $plan.plan_id, goal: fix, reason: more memory }`;

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'countersign-cases-'));
  put('policy.yaml', POLICY);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));
function put(path: string, text: string): string {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), text);
  return join(folder, path);
}
const load = (text: string) => loadCases(put('x.countersign-test.yaml', text), worldSchema);
const run = async (cases: string) => {
  const files = [put('x.countersign-test.yaml', `cases:\n${cases}`)];
  return policyTest({ files, policy: join(folder, 'policy.yaml') });
};
const one = (calls: string, rest = '') => `  - name: it\n    calls:${calls}\n${rest}`;
/** Ids and places differ from run to run. */
const plain = (text: string) => text.replaceAll(folder, '').replaceAll(/(cost-explorer-prod-\w+)-[0-9A-F]{12}/g, '$1');
const told = async (cases: string) => plain(resultText(await run(cases)));

describe('a file of cases', () => {
  it.each([
    ['a key that is none', 'cases: [{ name: a, calls: [], expects: {} }]', /:1:31 cases\.0\.expects: there is no key/],
    [
      'nothing that is expected',
      'cases: [{ name: a, calls: [{ tool: x }] }]',
      /:1:9.*this test expects no result, so it could never/,
    ],
    ['no cases', 'cases: []', /:1:1 cases/],
    ['a step of no kind', 'cases:\n  - name: a\n    calls: [{ call: x }]\n    expect: {}', /:3:\d+ cases\.0\.calls\.0/],
    [
      'a step with a mistyped key',
      'cases:\n  - name: a\n    calls:\n      - { tool: x, inptu: {} }\n    expect: {}',
      /:4:20 .*there is no key inptu/,
    ],
    [
      'a code that is none',
      'cases: [{ name: a, expect: { codes: [recreate] } }]',
      /:1:38 .*a code such as GUARD_RECREATE/,
    ],
    [
      'a time without a unit',
      'cases: [{ name: a, calls: [{ advance: 25 }], expect: {} }]',
      /:1:\d+ cases\.0\.calls\.0/,
    ],
    ['the same key twice', 'cases: []\ncases: []', /:2:1 Map keys must be unique/],
    [
      'an inline world with a mistyped key',
      'world: { stcks: [] }\ncases: [{ name: a, expect: {} }]',
      /:1:10 world\.stcks: there is no key/,
    ],
    [
      'a world file that is not there',
      'world: w.yaml\ncases: [{ name: a, expect: {} }]',
      /:1:1 world: .*w\.yaml cannot be read/,
    ],
  ])('with %s is refused, with its place', (_what, text, message) => {
    expect(() => load(text)).toThrow(message);
  });
  it('tells what is wrong in a world by the line of the world’s own file', () => {
    put('w.yaml', 'stacks:\n  - { name: a, tempalte: {} }\n');
    expect(() => load('world: w.yaml\ncases: [{ name: a, expect: {} }]')).toThrow(/w\.yaml:2:16 stacks\.0\.tempalte/);
  });
  it('that is not there is told as that', () => {
    expect(() => loadCases(join(folder, 'none.yaml'), worldSchema)).toThrow(/none\.yaml cannot be read/);
  });
});

describe('a run', () => {
  it('takes a change from the plan to its end: people sign with test keys, and the real pipeline executes', async () => {
    const steps = `${FIX}
        expect: { decision: needs_approval, seats: 1, roles: [], codes: [GUARD_APPROVAL], state: pending }
      - execute: true
        expect: { codes: [STATE_CHANGE_NOT_APPROVED] }
      - approve: bob
        expect: { state: approved }
      - execute: true`;
    const rest = '    expect: { state: succeeded, decision: needs_approval, mutating_calls: 1, tool_calls: 2 }\n';
    expect(await told(one(steps, rest))).toBe('pass  it\n1 of 1 passed.');
  });

  it('tells everything that differs, where it is written, and why it was answered so', async () => {
    const wrong = `    expect:
      { decision: pass, codes: [GUARD_RECREATE], seats: 4, roles: [data], state: approved, contains: [nonsense],
        mutating_calls: 1, tool_calls: 3 }\n`;
    const text = await told(one(FIX, wrong));
    expect(text.replace(/got {7}\{.*/, 'got       {…}')).toMatchInlineSnapshot(`
      "FAIL  it (/x.countersign-test.yaml:2:5)
            at the end (/x.countersign-test.yaml:2:5)
              decision
                expected  pass
                got       needs_approval
              codes
                expected  GUARD_RECREATE
                got       GUARD_APPROVAL
              seats
                expected  4
                got       1
              roles
                expected  data
                got       none
              state
                expected  approved
                got       pending
              contains
                expected  nonsense
                got       {…}
              mutating_calls
                expected  1
                got       0
              tool_calls
                expected  3
                got       2
              told: GUARD_APPROVAL hold(1): Production, reversible: needs 1 approval. Possible approvers: bob.
      0 of 1 passed."
    `);
    expect(await told(one(FIX, '    expect: { characters: 100 }\n'))).toMatch(
      /characters\n +expected {2}at most 100\n +got {7}\d{3,4}\n/,
    );
  });

  it('is red for an error that nobody expected, also in the middle', async () => {
    const steps = `
      - tool: plan_everything
      - tool: describe_policy`;
    expect(await told(one(steps, '    expect: { mutating_calls: 0 }\n'))).toMatch(
      /plan_everything .*\n +codes\n +expected {2}no error\n +got {7}INPUT_UNKNOWN_TOOL/,
    );
    expect(await told(one(`${FIX}\n      - approve: dan`, '    expect: { tool_calls: 2 }\n'))).toContain(
      'APPROVAL_KEY_UNKNOWN',
    );
  });

  it('is red for a write that nobody expected', async () => {
    const results = await run(
      one(`${FIX}\n      - approve: bob\n      - execute: true`, '    expect: { mutating_calls: 0 }\n'),
    );
    expect(resultText(results)).toMatch(/mutating_calls\n +expected {2}0\n +got {7}1 ExecuteChangeSet/);
  });

  it('stops where a value or a file is missing, since what follows would be about something else', async () => {
    for (const [value, why] of [
      ['$nothing.plan_id', 'no earlier step has the name nothing'],
      ['$plan.change_id', 'the answer of the step plan has no change_id'],
      ['$file(none.yaml)', 'none.yaml cannot be read'],
    ]) {
      const steps = `${FIX}\n      - tool: describe_plan\n        input: { plan_id: "${value}" }\n      - tool: never`;
      const text = await told(one(steps, '    expect: { mutating_calls: 0 }\n'));
      expect(text).toContain(why);
      expect(text).not.toContain('never');
    }
    expect(await told(one('\n      - approve: bob', '    expect: { mutating_calls: 0 }\n'))).toContain(
      'No change was proposed',
    );
  });

  it('does what somebody else does past the pipeline, without counting it', async () => {
    const steps = `${FIX}
      - approve: bob
      - prepare: UpdateTerminationProtection
        input: { StackName: cost-explorer-prod, EnableTerminationProtection: true }
      - execute: true
        expect: { codes: [STATE_STALE] }`;
    expect(await told(one(steps, '    expect: { state: stale, mutating_calls: 0 }\n'))).toContain('1 of 1 passed');
    const impossible = '\n      - { prepare: LaunchRocket }';
    expect(await told(one(impossible, '    expect: { mutating_calls: 0 }\n'))).toContain('does not simulate');
  });

  it('moves the clock of the policy and of the cloud together', async () => {
    const at = `    at: 2026-07-01T08:00:00Z\n    expect: { state: expired }\n`;
    const steps = `${FIX}\n      - advance: 9h\n      - { approve: bob, expect: { codes: [APPROVAL_EXPIRED] } }`;
    expect(await told(one(steps, at))).toContain('1 of 1 passed');
  });

  it('is about the policy that the case names, and tells when that cannot be read', async () => {
    put('broken.yaml', `${POLICY}sceats: {}\n`);
    const cases = `${one(FIX, '    policy: broken.yaml\n    expect: { codes: [CONFIG_POLICY_INVALID] }\n')}${one(FIX, '    policy: broken.yaml\n    expect: { decision: pass }\n').replace('it', 'that')}`;
    expect(await told(cases)).toMatch(/^pass {2}it\nFAIL {2}that[\s\S]*sceats: there is no key/);
  });

  it('places the default world in the account and region of the policy', async () => {
    put('policy.yaml', POLICY.replace('123456789012', '111122223333').replace('eu-west-1', 'ap-southeast-2'));
    expect(await told(one(FIX, '    expect: { decision: needs_approval }\n'))).toContain('1 of 1 passed');
  });
});

describe('test keys', () => {
  it('make signatures that ssh-keygen accepts, and leave the policy’s digest what it is', () => {
    const policy = loadPolicy(join(folder, 'policy.yaml'), guards);
    const { policy: tested, keyOf } = withTestKeys(policy);
    const [, bob, dan] = tested.people;
    const signature = keyOf('bob').sign('a statement');
    expect(verifySshSignature(Buffer.from('a statement'), signature).fingerprint).toBe(bob!.keys[0]!.fingerprint);
    expect(dan!.keys).toEqual([]);
    expect(tested.digest).toBe(policy.digest);
    const check = ['-Y', 'check-novalidate', '-n', NAMESPACE, '-s', put('statement.sig', signature)];
    expect(execFileSync('ssh-keygen', check, { input: 'a statement', encoding: 'utf8' })).toContain(
      bob!.keys[0]!.fingerprint,
    );
  });
});

describe('the report for CI', () => {
  it('is JUnit XML, with everything escaped that XML cannot hold', () => {
    const failure = {
      place: '3:7',
      what: 'propose_change',
      differences: [{ what: 'decision', expected: '<pass>', got: 'a & "b"\n\u0007\ud800' }],
      told: [],
    };
    const about = { file: 'a&b.yaml', place: '2:5', seconds: 0.25 };
    const xml = junitXml([
      { ...about, name: 'it’s <fine>', passed: true, failures: [] },
      { ...about, name: 'not', passed: false, failures: [failure] },
    ]);
    expect(xml).toMatchInlineSnapshot(`
      "<?xml version="1.0" encoding="UTF-8"?>
      <testsuites name="countersign policy test" tests="2" failures="1" errors="0" time="0.500">
        <testsuite name="a&amp;b.yaml" tests="2" failures="1" errors="0" time="0.500">
          <testcase classname="a&amp;b.yaml" name="it’s &lt;fine&gt;" time="0.250"/>
          <testcase classname="a&amp;b.yaml" name="not" time="0.250">
            <failure message="propose_change: decision expected &lt;pass&gt;, got a &amp; &quot;b&quot;&#10;��">      propose_change (a&amp;b.yaml:3:7)
              decision
                expected  &lt;pass&gt;
                got       a &amp; &quot;b&quot;
      ��</failure>
          </testcase>
        </testsuite>
      </testsuites>
      "
    `);
  });
});

describe('the command', () => {
  const command = (...args: string[]) =>
    spawnSync(process.execPath, [bin, '--policy', 'policy.yaml', 'policy', 'test', ...args], {
      cwd: folder,
      encoding: 'utf8',
      env: { PATH: process.env.PATH, HOME: folder },
    });
  it('finds the cases beside the policy and in tests/, and ends with 0 or 1', () => {
    put('a.countersign-test.yaml', `cases:\n${one(FIX, '    expect: { seats: 1 }\n')}`);
    put('tests/b.countersign-test.yaml', `cases:\n${one(FIX, '    expect: { seats: 2 }\n').replace('it', 'that')}`);
    put('tests/world.yaml', 'stacks: []');
    const { status, stdout } = command('--junit', 'out.xml');
    expect([status, stdout]).toEqual([
      1,
      expect.stringMatching(/^pass {2}it\nFAIL {2}that \(tests\/b[\s\S]*1 of 2 passed\./),
    ]);
    expect(readFileSync(join(folder, 'out.xml'), 'utf8')).toContain('tests="2" failures="1"');
    const json = command('--json', 'a.countersign-test.yaml');
    expect([json.status, JSON.parse(json.stdout)]).toMatchObject([0, [{ name: 'it', passed: true, failures: [] }]]);
  });
  it('does not stay green when there is nothing to run', () => {
    const { status, stderr } = command();
    expect([status, stderr]).toEqual([1, expect.stringContaining('No policy tests were found beside policy.yaml')]);
  });
  it('says once that the policy itself is not valid', () => {
    put('policy.yaml', 'version: 2');
    put('a.countersign-test.yaml', `cases:\n${one(FIX, '    expect: { seats: 1 }\n')}`);
    const { status, stderr, stdout } = command();
    expect([status, stdout]).toEqual([1, '']);
    expect(stderr).toContain('CONFIG_POLICY_INVALID');
  });
});

describe('what is shipped', () => {
  it('holds for the example policy', async () => {
    const results = await policyTest({
      files: [join(root, 'examples/tests/example.countersign-test.yaml')],
      policy: undefined,
    });
    expect(resultText(results)).toContain(`${results.length} of ${results.length} passed`);
  });
  it.each(ENVIRONMENTS)('holds for a new policy for %s', async (environment) => {
    const answers = { client: 'claude' as const, environment, person: 'ann' };
    const facts = {
      sandbox: false,
      account: '111122223333',
      region: 'us-east-2',
      profile: undefined,
      home: undefined,
      signsInAs: ['ann'],
    };
    const policy = put('countersign.policy.yaml', initialPolicy(answers, facts));
    const files = [put('starter.countersign-test.yaml', initialTests(answers))];
    const results = await policyTest({ files, policy });
    expect(resultText(results)).toContain('4 of 4 passed');
  });
});
