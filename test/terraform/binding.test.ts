/** What binds a plan: nothing beside the signed call decides what is applied, and nothing of it leaks. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { guards } from '../../guards/index.ts';
import { show } from '../../src/cli/show.ts';
import type { Call } from '../../src/core/call.ts';
import { mintPlanningPermit, mintWritingPermit } from '../../src/core/permit.ts';
import type { Plan } from '../../src/core/plan.ts';
import { foldersOf } from '../../src/providers/terraform/folders.ts';
import { terraformRules } from '../../src/providers/terraform/rules.ts';
import { facts } from '../guards/builders.ts';
import { data, needsTerraform, openWorkspaceWorld, type WorkspaceWorld } from './world.ts';

let here: WorkspaceWorld;
beforeEach(async (context) => {
  needsTerraform(context);
  here = await openWorkspaceWorld('    environment: development\n');
  here.write({ 'main.tf': data('a', 'one') });
});
afterEach(() => {
  vi.unstubAllEnvs();
  here?.close();
});

const planned = async (input = {}): Promise<Plan> => {
  const answer = await here.plan(input);
  if (typeof answer.plan_id !== 'string') throw new Error(JSON.stringify(answer));
  return (await here.app.changes.plan(answer.plan_id)).plan;
};

it('no variable of whoever runs this reaches the program, but those that the policy names', async () => {
  here.write({
    'main.tf': 'variable "who" {\n  default = "the policy"\n}\nresource "terraform_data" "a" {\n  input = var.who\n}\n',
  });
  const without = await planned();
  for (const [name, value] of [
    ['TF_VAR_who', 'the agent'],
    ['TF_CLI_ARGS', '-destroy'],
    ['TF_CLI_ARGS_plan', '-var=who=agent'],
    ['TF_WORKSPACE', 'other'],
    ['TF_DATA_DIR', here.root],
    ['TF_CLI_CONFIG_FILE', '/nowhere'],
  ])
    vi.stubEnv(name!, value);
  const plan = await planned();
  expect(plan.effects).toEqual(without.effects);
  expect(JSON.stringify(await here.app.changes.picture(plan))).toContain('the policy');
});

it('the call names all that decides what is applied, and the guard refuses every other', async () => {
  const plan = await planned();
  const [call] = plan.calls;
  expect(Object.keys(call!.input).sort()).toEqual([
    'arguments',
    'configuration',
    'directory',
    'environment',
    'lockFile',
    'plan',
    'settings',
    'state',
    'version',
    'workspace',
  ]);
  const guard = guards.find(({ name }) => name === 'change-set-only')!.create({ untold_role_seats: 1 });
  const judged = (input: Record<string, string>, of: Partial<Call> = {}) =>
    guard.judge(
      { ...plan, calls: [{ ...call!, ...of, input: { ...call!.input, ...input } }] },
      facts({ provider: terraformRules.factsOf({ kind: 'workspace' }) }),
    ).outcome;
  expect(judged({})).toBe('pass');
  for (const altered of [
    { arguments: 'apply -destroy -input=false plan.tfplan' },
    { arguments: 'apply -auto-approve' },
    { arguments: 'destroy' },
    { target: 'terraform_data.a' },
    { plan: 'latest' },
    { directory: 'relative' },
    { version: 'terraform' },
    { environment: 'A=b' },
  ] as Record<string, string>[])
    expect(judged(altered), JSON.stringify(altered)).toBe('deny');
  expect(judged({}, { operation: 'Destroy' })).toBe('deny');
  expect(judged({}, { provider: 'aws' })).toBe('deny');
});

it('nothing is started without a permit for exactly this call, nor for a call that differs from what is there', async () => {
  const { calls, target } = await planned();
  const [call] = calls;
  const rights = await here.app.cloud.ownRights(target);
  const send = (sent: Call, permit = mintWritingPermit(sent)) => here.app.cloud.send(sent, permit, rights);
  expect(await send(call!, mintPlanningPermit('terraform', 'default'))).toMatchObject({
    kind: 'refused',
    code: 'EGRESS_REFUSED',
  });
  for (const name of ['state', 'configuration', 'lockFile', 'settings', 'directory', 'environment', 'version']) {
    const other = { ...call!, input: { ...call!.input, [name]: 'another' } };
    expect(await send(other), name).toMatchObject({
      kind: 'refused',
      code: 'STATE_STALE',
      reason: expect.stringContaining(name),
    });
  }
  expect(here.state()).toBeNull();
  expect(await send(call!)).toMatchObject({ kind: 'done' });
  expect(await here.app.cloud.settle(call!, {}, () => undefined)).toMatchObject({ kind: 'done' });
  expect(await send(call!)).toMatchObject({ kind: 'refused' });
  expect(here.state()).toMatchObject({ serial: 1 });
});

it('a workspace that the policy describes otherwise by then makes the change stale', async () => {
  const id = await here.proposed(await here.plan());
  const other = here.policy('    environment: development\n    data: [aws_ami]\n');
  const app = await here.world.another({ policy: other });
  await expect(app.executor.run(id)).rejects.toMatchObject({ code: 'STATE_STALE' });
  expect(here.state()).toBeNull();
});

it('a program of another version is refused, and the change stays approved', async () => {
  const id = await here.proposed(await here.plan());
  const app = await here.world.another({ policy: here.policy().replace(/version: \d\S+/, 'version: 0.0.1') });
  expect(await here.plan({}, app)).toMatchObject({
    code: 'CONFIG_TOOL_DIFFERS',
    message: expect.stringContaining('0.0.1'),
  });
  await expect(app.executor.run(id)).rejects.toMatchObject({ code: 'CONFIG_TOOL_DIFFERS' });
  expect(await app.changes.find(id)).toMatchObject({ state: 'approved' });
});

it('AWS is asked nothing, and a plan file is private and nowhere else', async () => {
  const secret = 'correct-horse-battery';
  here.write({
    'main.tf': `variable "password" {\n  default   = "${secret}"\n  sensitive = true\n}\nresource "terraform_data" "a" {\n  input = var.password\n}\n`,
  });
  const asked = here.world.store.calls().length;
  const answer = await here.plan();
  const plan = (await here.app.changes.plan(String(answer.plan_id))).plan;
  const { file, all } = foldersOf(here.world.home, 'network').plan(String(plan.calls[0]!.input.plan));
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(statSync(all).mode & 0o777).toBe(0o700);
  const id = await here.proposed(answer);
  expect(await here.app.executor.run(id)).toMatchObject({ state: 'succeeded' });
  expect(here.world.store.calls()).toHaveLength(asked);
  // Once it is applied, nothing holds it but the state.
  const files = readdirSync(join(here.world.home, 'workspaces'), { recursive: true, withFileTypes: true });
  for (const one of files.filter((entry) => entry.isFile() && !/^main\.tf$/.test(entry.name)))
    expect(readFileSync(join(one.parentPath, one.name)).includes(secret), one.name).toBe(false);
  expect(here.state()).toMatchObject({ resources: [{ instances: [{ attributes: { input: { value: secret } } }] }] });
  for (const told of [JSON.stringify(answer), await show(here.app, id), JSON.stringify(await here.app.ledger.events())])
    expect(told).not.toContain(secret);
  for (const name of ['ledger.db', 'ledger.db-wal'])
    expect(readFileSync(join(here.world.home, name)).includes(secret), name).toBe(false);
});

it('the file of a plan that nothing will execute is removed', async () => {
  const plan = await planned();
  const { file } = foldersOf(here.world.home, 'network').plan(String(plan.calls[0]!.input.plan));
  const later = await here.world.another({ now: () => new Date(Date.now() + 3_600_000) });
  expect(await later.executor.clean({ by: ['test'], isDry: false })).toMatchObject([
    { target: 'network', state: 'removed' },
  ]);
  expect(() => statSync(file)).toThrow();
});

it('a plan file that is not in this state folder refuses the command, and the change stays approved', async () => {
  const id = await here.proposed(await here.plan());
  rmSync(join(here.world.home, 'workspaces/network/plans'), { recursive: true });
  await expect(here.app.executor.run(id)).rejects.toMatchObject({ code: 'WORKSPACE_PLAN_FILE_MISSING' });
  expect(await here.app.changes.find(id)).toMatchObject({ state: 'approved' });
});

it('a process that an earlier run left behind is waited for', async (context) => {
  if (!existsSync('/proc/self/cwd')) context.skip('there is no /proc');
  const { calls } = await planned();
  const left = spawn('sleep', ['60'], { cwd: String(calls[0]!.input.directory) });
  try {
    expect(await here.plan()).toMatchObject({
      code: 'WORKSPACE_BUSY',
      message: expect.stringContaining(String(left.pid)),
    });
  } finally {
    left.kill('SIGKILL');
    await once(left, 'close');
  }
  expect(await here.plan()).toMatchObject({ plan_id: expect.any(String) });
});

it('what is told while it is applied names resources, and not what they are made of', async () => {
  const id = await here.proposed(await here.plan());
  const told: string[] = [];
  await here.app.executor.run(id, (text) => void told.push(text));
  expect(told.join('\n')).toMatch(/terraform_data\.a: create done/);
  expect(told.join('\n')).not.toMatch(/\[id=/);
});
