/** What Terraform and its providers say goes to agents and into the ledger: no value that is sensitive goes with it. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { show } from '../../src/cli/show.ts';
import { type HttpState, openHttpState } from './http-state.ts';
import { needsTerraform, openWorkspaceWorld, type WorkspaceWorld } from './world.ts';

const SECRET = 'correct-horse-battery';
const VARIABLE = `variable "password" {\n  default   = "${SECRET}"\n  sensitive = true\n}\n`;
let here: WorkspaceWorld;
beforeEach(async (context) => {
  needsTerraform(context);
  here = await openWorkspaceWorld('    environment: development\n');
});
afterEach(() => {
  vi.unstubAllEnvs();
  here?.close();
});

/** Everything that people and agents can read of what happened. */
async function everything(...more: unknown[]): Promise<string> {
  const files = ['ledger.db', 'ledger.db-wal'].map((name) => readFileSync(join(here.world.home, name), 'latin1'));
  return JSON.stringify([await here.app.ledger.events(), ...files, ...more]);
}

it.each([
  [
    'a condition',
    `condition = length(var.password) > 99\n error_message = "it is \${nonsensitive(var.password)}"`,
    /it is \(sensitive\)/,
  ],
  [
    'a condition that encodes it',
    `condition = length(var.password) > 99\n error_message = "it is \${base64encode(nonsensitive(var.password))}"`,
    /it is \(sensitive\)/,
  ],
  ['a function', 'condition = tonumber(nonsensitive(var.password)) == 1\n error_message = "x"', /cannot convert/],
])('a plan fails because of %s that has a sensitive value', async (_name, lines, says) => {
  here.write({
    'main.tf': `${VARIABLE}resource "terraform_data" "a" {\n  lifecycle {\n    precondition {\n ${lines}\n}\n  }\n}\n`,
  });
  const answer = await here.plan();
  expect(answer).toMatchObject({ code: 'WORKSPACE_PLAN_FAILED', message: expect.stringMatching(says) });
  expect(await everything(answer)).not.toContain(SECRET);
});

it('a plan fails because of a variable from a file', async () => {
  here.write({
    'main.tf':
      'variable "password" {\n  sensitive = true\n  validation {\n    condition = length(var.password) > 99\n    error_message = "no: ${nonsensitive(var.password)}"\n  }\n}\n',
    'terraform.tfvars': `password = "${SECRET}"\n`,
  });
  const answer = await here.plan();
  expect(answer).toMatchObject({
    code: 'WORKSPACE_PLAN_FAILED',
    message: expect.stringContaining('no: (sensitive)'),
  });
  expect(await everything(answer)).not.toContain(SECRET);
});

it('a plan fails because of a copy in the state, whose variable is gone', async () => {
  here.write({ 'main.tf': `${VARIABLE}resource "terraform_data" "a" {\n  input = var.password\n}\n` });
  here.applyPastUs();
  here.write({
    'main.tf':
      'resource "terraform_data" "a" {\n}\noutput "b" {\n  value = 1\n  precondition {\n    condition = false\n    error_message = "it is ${jsonencode(terraform_data.a.output)}"\n  }\n}\n',
  });
  const answer = await here.plan();
  expect(answer).toMatchObject({ code: 'WORKSPACE_PLAN_FAILED' });
  expect(await everything(answer)).not.toContain(SECRET);
});

it('an apply fails because of a sensitive value, and says which resource', async () => {
  here.write({
    'main.tf': `${VARIABLE}resource "terraform_data" "a" {
  input = 1
  lifecycle {
    postcondition {
      condition     = self.id == "x"
      error_message = "it is \${nonsensitive(var.password)}"
    }
  }
}
resource "terraform_data" "b" {
  input = var.password
}
`,
  });
  const id = await here.proposed(await here.plan());
  const told: string[] = [];
  const ended = await here.app.executor.run(id, (text) => void told.push(text));
  expect(ended).toMatchObject({ state: 'failed', outcome: { detail: expect.stringContaining('it is (sensitive)') } });
  expect(await everything(ended, told, await show(here.app, id))).not.toContain(SECRET);
  const files = readdirSync(join(here.world.home, 'workspaces'), { recursive: true, withFileTypes: true });
  for (const one of files.filter((entry) => entry.isFile() && entry.name !== 'main.tf'))
    expect(readFileSync(join(one.parentPath, one.name)).includes(SECRET), one.name).toBe(false);
});

it('a key of for_each that is a sensitive value is shown nowhere, and each resource is told apart', async () => {
  here.write({
    'main.tf': `${VARIABLE}resource "terraform_data" "a" {
  for_each = toset([nonsensitive(var.password), "\${nonsensitive(var.password)}2", "plain"])
  input = 1
}
resource "terraform_data" "b" {
  input = var.password
}
`,
  });
  const answer = await here.plan();
  const id = await here.proposed(answer);
  const told: string[] = [];
  const ended = await here.app.executor.run(id, (text) => void told.push(text));
  expect(ended).toMatchObject({ state: 'succeeded' });
  const plan = (await here.app.changes.plan(String(answer.plan_id))).plan;
  expect(new Set(plan.effects.map(({ logicalId }) => logicalId)).size).toBe(4);
  expect(plan.effects.map(({ logicalId }) => logicalId)).toContain('terraform_data.a["plain"]');
  const looked = await here.app.pipeline('describe_workspaces', { workspace: 'network' });
  expect(looked).toMatchObject({ ok: true });
  expect(await everything(answer, ended, told, looked, await show(here.app, id))).not.toContain(SECRET);
});

it('a value that the policy passes on is not told', async () => {
  const http: HttpState = await openHttpState();
  try {
    // As good as any: Terraform names it in an error.
    vi.stubEnv('TF_HTTP_LOCK_METHOD', `${SECRET} x`);
    const role = '{ pass: [TF_HTTP_LOCK_METHOD] }';
    const app = await here.world.another({
      policy: here.policy(`${http.settings}    planner: ${role}\n    executor: ${role}\n`),
    });
    here.write({ 'main.tf': 'resource "terraform_data" "a" {\n}\n' });
    const answer = await here.plan({}, app);
    expect(answer).toMatchObject({
      code: 'WORKSPACE_LOCKED',
      message: expect.stringContaining('invalid method "(sensitive)"'),
    });
    expect(await everything(answer)).not.toContain(SECRET);
  } finally {
    await http.close();
  }
});

it.each([
  ['a variable', '', 'var.password'],
  ['a value that is made of it', 'locals {\n  word = "x${var.password}"\n}\n', 'local.word'],
])(
  'an ephemeral value of %s is in no plan, so that errors are told without their details',
  async (_name, more, value) => {
    here.write({
      'main.tf': `variable "password" {
  type      = string
  ephemeral = true
}
${more}check "x" {
  assert {
    condition     = tonumber(${value}) == 1
    error_message = "x"
  }
}
`,
      'terraform.tfvars': `password = "${SECRET}"\n`,
    });
    const answer = await here.plan();
    expect(answer).toMatchObject({
      code: 'WORKSPACE_PLAN_FAILED',
      message: expect.stringMatching(/Invalid function argument \(main\.tf, line \d+\)/),
    });
    expect(await everything(answer)).not.toContain(SECRET);
  },
);

it('an apply fails because of an ephemeral value, and is told without its details', async () => {
  here.write({
    'main.tf': `variable "password" {
  type      = string
  ephemeral = true
  default   = "${SECRET}"
}
resource "terraform_data" "a" {
  input = 1
}
check "x" {
  assert {
    condition     = tonumber(terraform_data.a.id == "" ? "1" : var.password) == 1
    error_message = "x"
  }
}
`,
  });
  const id = await here.proposed(await here.plan());
  const ended = await here.app.executor.run(id);
  expect(ended).toMatchObject({
    outcome: { detail: expect.stringMatching(/Invalid function argument \(main\.tf, line/) },
  });
  expect(await everything(ended, await show(here.app, id))).not.toContain(SECRET);
});
