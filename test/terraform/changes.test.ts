/** What a plan may be of, with the real program: each is told as what it is, and applied as it was signed. */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { foldersOf } from '../../src/providers/terraform/folders.ts';
import { data, needsTerraform, openWorkspaceWorld, type WorkspaceWorld } from './world.ts';

let here: WorkspaceWorld;
beforeEach(async (context) => {
  needsTerraform(context);
  here = await openWorkspaceWorld('    environment: development\n');
});
afterEach(() => here?.close());

const effects = (plan: Record<string, unknown>) => {
  const { items = [], also = [] } = (plan.effects ?? {}) as { items?: string[]; also?: string[] };
  return [...items, ...also].join('\n') || JSON.stringify(plan);
};
const names = () => here.state()?.resources.map(({ name }) => name) ?? [];
/** As it is written, applied by the program alone: what is there before. */
async function given(main: string): Promise<void> {
  here.write({ 'main.tf': main });
  here.applyPastUs();
}
async function applied(main: string, tells: RegExp, goal?: string) {
  here.write({ 'main.tf': main });
  const plan = await here.plan();
  expect(effects(plan)).toMatch(tells);
  const id = await here.proposed(plan, goal);
  expect(await here.app.executor.run(id)).toMatchObject({ state: 'succeeded' });
}

describe('a plan', () => {
  it('of an update is applied', async () => {
    await given(data('a', 'one'));
    await applied(data('a', 'two'), /^update terraform_data\.a/m);
    expect(readFileSync(here.statePath, 'utf8')).toContain('two');
  });
  it('of a replacement is applied, in either order', async () => {
    const replaced = (name: string, trigger: string, more = '') =>
      data(name, 'x', `  triggers_replace = "${trigger}"\n${more}`);
    const first = '  lifecycle {\n    create_before_destroy = true\n  }\n';
    await given(replaced('a', '1') + replaced('b', '1', first));
    const ids = () =>
      here.state()!.resources.map(({ instances }) => (instances[0] as { attributes: { id: string } }).attributes.id);
    const before = ids();
    await applied(
      replaced('a', '2') + replaced('b', '2', first),
      /^replace terraform_data\.a[\s\S]*^replace terraform_data\.b/m,
    );
    expect(ids().filter((id) => before.includes(id))).toEqual([]);
  });
  it('of a deletion is applied', async () => {
    await given(data('a', 'x') + data('b', 'x'));
    await applied(data('a', 'x'), /^delete terraform_data\.b/m, 'clean_up');
    expect(names()).toEqual(['a']);
  });
  it('that forgets a resource tells it, and takes it out of the state', async () => {
    await given(data('a', 'x') + data('b', 'x'));
    await applied(
      `${data('a', 'x')}removed {\n  from = terraform_data.b\n  lifecycle {\n    destroy = false\n  }\n}\n`,
      /terraform_data\.b/,
    );
    expect(names()).toEqual(['a']);
  });
  it('that renames a resource tells it, and renames it in the state', async () => {
    await given(data('a', 'x'));
    await applied(
      `${data('b', 'x')}moved {\n  from = terraform_data.a\n  to   = terraform_data.b\n}\n`,
      /terraform_data\.b/,
    );
    expect(names()).toEqual(['b']);
  });
  it('of a tainted resource replaces it', async () => {
    await given(data('a', 'x'));
    here.terraform('taint', 'terraform_data.a');
    await applied(data('a', 'x'), /^replace terraform_data\.a/m);
    expect(here.state()).toMatchObject({ resources: [{ instances: [{}] }] });
    expect(readFileSync(here.statePath, 'utf8')).not.toContain('tainted');
  });
  it('of a failed precondition is refused, and told', async () => {
    const variable = 'variable "yes" {\n  default = false\n}\n';
    const condition = 'condition     = var.yes\n      error_message = "one is not two"';
    const asked = data('a', 'x', `  lifecycle {\n    precondition {\n      ${condition}\n    }\n  }\n`);
    here.write({ 'main.tf': asked + variable });
    expect(await here.plan()).toMatchObject({
      code: 'WORKSPACE_PLAN_FAILED',
      message: expect.stringContaining('one is not two'),
    });
  });
  it('of modules with keys is told by their addresses, and found in the state by them', async () => {
    here.write({
      'm/main.tf': 'variable "v" {\n}\nresource "terraform_data" "r" {\n  count = 2\n  input = var.v\n}\n',
    });
    const call = 'module "m" {\n  for_each = toset(["x.y", "z"])\n  source   = "./m"\n  v        = each.key\n}\n';
    await applied(call, /^create module\.m\["x\.y"\]\.terraform_data\.r\[0\]/m);
    expect(here.state()?.resources).toHaveLength(2);
  });
  it('of outputs alone is an effect, and applied', async () => {
    await given(data('a', 'x'));
    await applied(`${data('a', 'x')}output "o" {\n  value = "new"\n}\n`, /terraform_workspace|network/);
    expect(readFileSync(here.statePath, 'utf8')).toContain('"new"');
  });
  it('of nothing is told as that', async () => {
    await given(data('a', 'x'));
    expect(await here.plan()).toMatchObject({ decision: 'no_change' });
  });
  it('of a commit is of that commit, whatever the working tree has', async () => {
    here.write({ 'main.tf': data('a', 'committed') });
    const commit = here.commit();
    here.write({ 'main.tf': data('b', 'not committed') });
    for (const ref of ['main', commit]) expect(effects(await here.plan({ ref }))).toMatch(/^create terraform_data\.a/m);
    expect(effects(await here.plan())).toMatch(/^create terraform_data\.b/m);
    expect(await here.plan({ ref: 'nowhere' })).toMatchObject({ code: 'INPUT_NOT_FOUND' });
    expect(await here.plan({ target: 'terraform_data.a' })).toMatchObject({ code: 'INPUT_INVALID' });
  });
});

describe('what was signed', () => {
  const approved = async () => {
    await given(data('a', 'one'));
    here.write({ 'main.tf': data('a', 'two') });
    const plan = await here.plan();
    return here.proposed(plan);
  };
  const isStale = async (id: string, message: RegExp) => {
    await expect(here.app.executor.run(id)).rejects.toMatchObject({
      code: 'STATE_STALE',
      message: expect.stringMatching(message),
    });
    expect(readFileSync(here.statePath, 'utf8')).not.toContain('two');
  };
  const edit = (change: (state: { serial: number; lineage: string }) => void) => {
    const state = JSON.parse(readFileSync(here.statePath, 'utf8'));
    change(state);
    writeFileSync(here.statePath, JSON.stringify(state));
  };
  const planFile = async (id: string) => {
    const { plan } = await here.app.changes.plan((await here.app.changes.find(id)).planId);
    return foldersOf(here.world.home, 'network').plan(String(plan.calls[0]!.input.plan)).file;
  };

  it('is what is applied, whatever the working tree has become', async () => {
    const id = await approved();
    here.write({ 'main.tf': data('a', 'three') });
    expect(await here.app.executor.run(id)).toMatchObject({ state: 'succeeded' });
    expect(readFileSync(here.statePath, 'utf8')).toContain('two');
  });
  it('is stale when another apply was first', async () => {
    const id = await approved();
    here.write({ 'main.tf': data('a', 'one') + data('b', 'x') });
    here.applyPastUs();
    await isStale(id, /calls.*effects|effects/);
  });
  it('is stale when the state has another lineage', async () => {
    const id = await approved();
    edit((state) => Object.assign(state, { lineage: '00000000-0000-4000-8000-000000000000' }));
    await isStale(id, /state lineage/);
  });
  it('is stale when the state was edited under the same serial', async () => {
    const id = await approved();
    edit((state) => Object.assign(state, { outputs: { x: { value: 'y', type: 'string' } } }));
    await isStale(id, /state digest/);
  });
  it('is stale when a byte of the plan file is another', async () => {
    const id = await approved();
    const file = await planFile(id);
    const bytes = readFileSync(file);
    bytes[Math.floor(bytes.length / 2)]! ^= 1;
    writeFileSync(file, bytes);
    await isStale(id, /plan file is not the one that was planned/);
  });
  it('is applied once by two executors', async () => {
    const id = await approved();
    const other = await here.world.another({});
    const ended = await Promise.allSettled([here.app.executor.run(id), other.executor.run(id)]);
    expect(ended.filter(({ status }) => status === 'fulfilled')).toMatchObject([{ value: { state: 'succeeded' } }]);
    expect(readdirSync(join(here.world.home, 'workspaces/network/runs'))).toHaveLength(1);
  });
});

/** Where an argument has the name of a block, the parser keeps the argument alone: the program itself must refuse these. */
it.each([
  ['data = { terraform_data = {} }', 'data "external" "x" {\n  program = ["touch", "RAN"]\n}'],
  ['check = {}', 'check "x" {\n  data "external" "x" {\n    program = ["touch", "RAN"]\n  }\n}'],
  ['module = {}', 'module "m" {\n  source = "./m"\n}'],
  ['provider = {}', 'provider "external" {\n}'],
])('what the argument %j hides runs nothing', async (argument, block) => {
  const ran = join(here.root, 'ran');
  here.write({ 'main.tf': `${block.replace('RAN', ran)}\n${argument}\n`, 'm/main.tf': '' });
  expect(await here.plan()).toMatchObject({
    code: 'WORKSPACE_PLAN_FAILED',
    message: expect.stringMatching(/argument/i),
  });
  expect(existsSync(ran)).toBe(false);
});

it('keys of instances may have whatever text has', async () => {
  here.write({
    'main.tf': `resource "terraform_data" "a" {
  for_each = toset(["a\\"b]", "%%{y}", "ü", "a\\nb", "\\u200b", "\\U0001F600", "c\\\\d"])
  input    = each.key
}
`,
  });
  const id = await here.proposed(await here.plan());
  expect(await here.app.executor.run(id)).toMatchObject({ state: 'succeeded' });
  expect(here.state()?.resources[0]?.instances).toHaveLength(7);
});
