/** A workspace in the policy: what is refused of it, whose scope it is, and how that is told. No program is needed. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { guards } from '../../guards/index.ts';
import { explainPolicy } from '../../src/cli/policy-explain.ts';
import { checkPolicy } from '../../src/policy/check.ts';
import { parsePolicy } from '../../src/policy/load.ts';
import { scopeFor } from '../../src/policy/scope.ts';

const text = (workspace: string, more = '') => `version: 1
accounts:
  main: { id: "123456789012", regions: [eu-west-1] }
scopes:
  - { account: main, stacks: ["*"] }
people:
  alice: { keys: ["ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAILN/ur0J/yJrL87N1ML0Wtsgf9VmebTB76IXFV1jYu77"] }
workspaces:
  network:
    version: 1.11.4
    binary: /usr/local/bin/terraform
    root: /srv/infra
    backend: { type: local, settings: { path: /srv/state } }
${workspace}${more}`;
const problems = (workspace: string, more?: string): string => {
  try {
    parsePolicy(text(workspace, more), 'policy.yaml', guards, new Date('2026-11-29T00:00:00Z'));
    return 'valid';
  } catch (error) {
    return String((error as { cause?: unknown }).cause);
  }
};

it.each([
  ['    environment: nowhere\n', /environment/],
  ['    module: ../elsewhere\n', /below the root/],
  ['    module: /srv\n', /below the root/],
  ['    variable_files: ["../x.tfvars"]\n', /below the root/],
  ['    planner: { set: { TF_CLI_CONFIG_FILE: /x } }\n', /TF_CLI_CONFIG_FILE cannot be set/],
  ['    executor: { pass: [PATH] }\n', /PATH cannot be set/],
  ['    executor: { pass: [TF_VAR_x] }\n', /capital letters/],
  ['    executor: { pass: [TF_WORKSPACE] }\n', /TF_WORKSPACE cannot be set/],
  ['    executor: { set: { A: "1" }, pass: [A] }\n', /A is already in set/],
  ['    raise: { no-such-guard: deny }\n', /there is no guard no-such-guard/],
  ['    providers: { hashicorp/aws: { hashes: ["h1:aaaaaaaaaaaaaaaaaaaaaaaa"] } }\n', /HOST\/NAMESPACE\/NAME/],
  ['    providers: { registry.terraform.io/hashicorp/aws: { hashes: [] } }\n', /hashes/],
  ['    modules: ["git::http://acme.com/*"]\n', /git::https/],
  ['    modules: ["git::https://*/acme"]\n', /git::https/],
  ['    modules: ["https://acme.com/m zip"]\n', /modules/],
  ['    modules: [{ source: modules/m }]\n', /HOST/],
  ['    modules: [{ source: acme.com/a/b/c, version: latest }]\n', /~> 1\.2/],
  ['    modules: [{ source: acme.com/a/b/c, sha256: "12" }]\n', /64 hexadecimal/],
  ['    module_authorities: ca.pem\n', /absolute path/],
  ['    something: else\n', /something/],
])('%j is refused by its line', (line, problem) => {
  expect(problems(line)).toMatch(problem);
  expect(problems(line)).toMatch(/policy\.yaml:\d+:\d+/);
});

it('names one state once, and a local one by its whole path', () => {
  const other = (backend: string) => `  other:
    version: 1.11.4
    binary: /usr/local/bin/terraform
    root: /srv/other
    backend: ${backend}
`;
  expect(problems('', other('{ type: local, settings: { path: /srv/state } }'))).toMatch(
    /this state is already the one of network/,
  );
  expect(problems('', other('{ type: local, settings: { path: state } }'))).toMatch(/absolute path/);
  expect(problems('', other('{ type: local, settings: { path: /srv/other.tfstate } }'))).toBe('valid');
});

it('takes what is written', () => {
  const whole = `    module: envs/prod
    variable_files: [prod.tfvars]
    environment: development
    execute: by_command
    raise: { approval: 2 }
    providers: { registry.terraform.io/hashicorp/aws: { hashes: ["h1:aaaaaaaaaaaaaaaaaaaaaaaa"] } }
    provider_blocks: { aws: [{ region: eu-west-1 }] }
    data: ["aws_*"]
    modules: ["modules/*", "git::https://git.acme.com:8443/*", "https://acme.com/m.zip", { source: "registry.terraform.io/a/b/c", version: "~> 1.2, != 1.3.0", sha256: "${'a'.repeat(64)}" }]
    module_authorities: /etc/acme.pem
    planner: { set: { AWS_PROFILE: planner }, pass: [AWS_SESSION_TOKEN] }
    executor: { set: { AWS_PROFILE: executor }, pass: [TF_HTTP_PASSWORD] }
`;
  expect(problems(whole)).toBe('valid');
});

it('is its own scope, in no account, and no stack or other workspace is in it', () => {
  const policy = parsePolicy(text('    environment: development\n    execute: by_command\n'), 'policy.yaml', guards);
  const subject = { account: 'terraform', region: 'default', name: 'network', tags: {} };
  expect(scopeFor(policy, [{ ...subject, kind: 'workspace' }])).toMatchObject({
    text: 'workspace network',
    environment: 'development',
    execute: 'by_command',
  });
  expect(scopeFor(policy, [{ ...subject, kind: 'workspace', name: 'other' }])).toBeNull();
  expect(scopeFor(policy, [{ ...subject, kind: 'stack' }])).toBeNull();
});

it('is warned of where what plans could write, and where approved changes run alone', () => {
  const policy = parsePolicy(
    text(
      '    execute: by_runner\n    planner: { set: { AWS_PROFILE: a } }\n    executor: { set: { AWS_PROFILE: a } }\n',
    ),
    'policy.yaml',
    guards,
  );
  const known = { isKnownType: () => true, isKnownService: () => true };
  const told = checkPolicy({ policy, guards, now: new Date(), ...known })
    .map(({ message }) => message)
    .join('\n');
  expect(told).toMatch(/it has the credentials of the planner/);
  expect(told).toMatch(/by_runner: approved changes run automatically/);
});

it('leaves the digest of a policy without workspaces as it was', () => {
  const without = text('').replace(/workspaces:[\s\S]*/, '');
  expect(Object.keys(parsePolicy(without, 'policy.yaml', guards).file)).not.toContain('workspaces');
});

it('is explained by a sketch, in the words of a plan', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'countersign-sketch-'));
  const write = (name: string, content: string) => {
    writeFileSync(join(folder, name), content);
    return join(folder, name);
  };
  const policyPath = write('policy.yaml', text('    execute: by_command\n'));
  const sketch = (effect: string) =>
    explainPolicy(write('sketch.yaml', `workspace: network\nsponsor: alice\neffects: [${effect}]\n`), {
      policyPath,
      home: folder,
      actsAs: [],
      sponsor: undefined,
    });
  const told = await sketch('{ kind: update, type: aws_sns_topic, logicalId: aws_sns_topic.a }');
  expect(told).toMatchObject({ target: 'network (terraform, default)' });
  expect(told.summary).toBe('Updates the workspace network: 0 created, 1 updated, 0 deleted or replaced.');
  const denied = (report: typeof told) =>
    report.guards.filter(({ outcome }) => outcome === 'deny').map(({ guard }) => guard);
  // No person but the sponsor has a key here.
  expect(denied(told)).toEqual(['approval']);
  const lost = await sketch('{ kind: delete, type: aws_dynamodb_table, logicalId: aws_dynamodb_table.orders }');
  expect(denied(lost)).toContain('stateful-loss');
  rmSync(folder, { recursive: true });
});
