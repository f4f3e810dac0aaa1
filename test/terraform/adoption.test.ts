/** A plan file that CI made: adopted if it is the plan that we would have made, and refused by what differs otherwise. */
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { App } from '../../src/compose.ts';
import { sha256Hex } from '../../src/core/digest.ts';
import { foldersOf } from '../../src/providers/terraform/folders.ts';
import { readZip } from '../../src/providers/terraform/modules/zip.ts';
import { mustBeSamePlan } from '../../src/providers/terraform/plan-file.ts';
import { zipOf } from '../providers/terraform/archives.ts';
import { BINARY, data, needsTerraform, openWorkspaceWorld, type WorkspaceWorld } from './world.ts';

let here: WorkspaceWorld;
let app: App;
/** Below which plan files may be named. */
let artifacts: string;
beforeEach(async (context) => {
  needsTerraform(context);
  here = await openWorkspaceWorld('    environment: development\n    variable_files: [prod.tfvars]\n');
  artifacts = join(here.root, '../artifacts');
  mkdirSync(artifacts);
  app = await here.world.another({ policy: here.policy(), templateRoots: [artifacts] });
  here.write({ 'main.tf': main(), 'prod.tfvars': 'v = "one"\n', 'm/main.tf': data('inner', 'x') });
});
afterEach(() => here?.close());

const main = (more = '', path = here.statePath) => `terraform {
  backend "local" {
    path = "${path}"
  }
}
variable "v" {
}
module "m" {
  source = "./m"
}
resource "terraform_data" "a" {
  input = var.v
}
resource "terraform_data" "b" {
  input = "b"
}
${more}`;

interface Made {
  args?: string[];
  /** In place of the workspace's. */
  files?: Record<string, string>;
  env?: Record<string, string>;
}
/** In a folder of its own, as a job checks it out. */
function checkedOut({ files = {}, env = {} }: Made): (...args: string[]) => string {
  const folder = join(here.root, '../ci');
  rmSync(folder, { recursive: true, force: true });
  cpSync(here.root, folder, { recursive: true, filter: (file) => !/\.git$/.test(file) });
  for (const [path, text] of Object.entries(files)) writeFileSync(join(folder, path), text);
  const run = (...given: string[]) =>
    execFileSync(BINARY!, given, {
      cwd: folder,
      stdio: 'pipe',
      encoding: 'utf8',
      env: { HOME: folder, TF_CLI_CONFIG_FILE: '/dev/null', CHECKPOINT_DISABLE: '1', TF_IN_AUTOMATION: '1', ...env },
    });
  run('init', '-input=false');
  return run;
}
const applied = () => checkedOut({})('apply', '-input=false', '-auto-approve', '-var-file=prod.tfvars');
/** What a job makes of the files as they are. @returns the path of the plan file. */
function ofCi({ args = [], ...made }: Made = {}): string {
  checkedOut(made)('plan', '-input=false', '-out=ci.tfplan', '-var-file=prod.tfvars', ...args);
  const file = join(artifacts, 'ci.tfplan');
  cpSync(join(here.root, '../ci/ci.tfplan'), file);
  return file;
}
const adopt = (file: string, input: object = {}) => here.plan({ plan_file: file, ...input }, app);
const entriesOf = (file: string) =>
  readZip(readFileSync(file), { maxBytes: 1e7, maxEntries: 100, isExact: true }).map(({ name, content }) => ({
    name,
    content,
  }));

it('that is the same plan is adopted, judged, signed and applied as it is', async () => {
  const file = ofCi();
  const digest = `sha256:${sha256Hex(readFileSync(file))}`;
  const answer = await adopt(file);
  const { plan } = await here.app.changes.plan(String(answer.plan_id));
  expect(plan.calls[0]!.input.plan).toBe(digest);
  expect(plan.notes).toContain('This plan file was made elsewhere; a plan that Countersign made itself is the same.');
  expect(plan.effects.map(({ logicalId }) => logicalId).sort()).toEqual([
    'module.m.terraform_data.inner',
    'terraform_data.a',
    'terraform_data.b',
  ]);
  const kept = foldersOf(here.world.home, 'network').plan(digest).file;
  expect(statSync(kept).mode & 0o777).toBe(0o600);
  const id = await here.proposed(answer);
  // What becomes of the job's own file does not matter any more.
  writeFileSync(file, 'another');
  expect(await here.app.executor.run(id)).toMatchObject({ state: 'succeeded' });
  expect(
    here
      .state()
      ?.resources.map(({ name }) => name)
      .sort(),
  ).toEqual(['a', 'b', 'inner']);
});

it('is adopted once, and again when that plan is gone', async () => {
  const file = ofCi();
  const first = await adopt(file);
  expect(await adopt(file)).toMatchObject({ code: 'STATE_PLAN_USED' });
  const id = await here.proposed(first);
  expect(await adopt(file)).toMatchObject({ code: 'STATE_PLAN_USED' });
  await here.app.pipeline('withdraw_change', { change_id: id });
  // The next plan removes what the withdrawn one left.
  await here.plan();
  const again = await adopt(file);
  const changed = await here.proposed(again);
  expect(await here.app.executor.run(changed)).toMatchObject({ state: 'succeeded' });
  expect((await adopt(file)).code).toMatch(/^(?:STATE_PLAN_USED|INPUT_PLAN_DIFFERS)$/);
});

it('of a commit is compared with that commit, and not with the working tree', async () => {
  const commit = here.commit();
  const file = ofCi();
  here.write({ 'main.tf': main(data('c', 'x')) });
  expect(await adopt(file)).toMatchObject({ code: 'INPUT_PLAN_DIFFERS' });
  expect(await adopt(file, { ref: commit })).toMatchObject({ plan_id: expect.any(String) });
});

it('that could run something is refused before it is opened, by the configuration', async () => {
  const runs = 'resource "terraform_data" "r" {\n  provisioner "local-exec" {\n    command = "true"\n  }\n}\n';
  here.write({ 'main.tf': main(runs) });
  expect(await adopt(ofCi())).toMatchObject({
    code: 'INPUT_CONFIGURATION_REFUSED',
    message: expect.stringContaining('provisioner in terraform_data.r'),
  });
});

const REFUSED: [what: string, made: () => Made, differs: RegExp][] = [
  [
    'other configuration',
    () => ({ files: { 'main.tf': main(data('c', 'x')) } }),
    /the configuration \(\/main\.tf\), .*the changes/,
  ],
  [
    'other configuration of the same effect',
    () => ({ files: { 'main.tf': `${main()}\n# other\n` } }),
    /the configuration/,
  ],
  [
    'a provisioner of its own',
    () => ({
      files: {
        'main.tf': main().replace(
          'input = "b"',
          'input = "b"\n  provisioner "local-exec" {\n    command = "true"\n  }',
        ),
      },
    }),
    /the configuration/,
  ],
  ['another module', () => ({ files: { 'm/main.tf': data('inner', 'y') } }), /the configuration \(m\/main\.tf\)/],
  ['an override', () => ({ files: { 'x_override.tf': '' } }), /the configuration \(\/x_override\.tf\)/],
  ['another variable', () => ({ args: ['-var=v=two'] }), /the variables/],
  [
    'a variable of the environment',
    () => ({ files: { 'prod.tfvars': '' }, env: { TF_VAR_v: 'two' } }),
    /the variables/,
  ],
  ['another state', () => ({ files: { 'main.tf': main('', `${here.statePath}.other`) } }), /the backend/],
  ['another workspace', () => ({ env: { TF_WORKSPACE: 'other' } }), /the backend or its workspace/],
  ['-target', () => ({ args: ['-target=terraform_data.a'] }), /the targets \(-target\)/],
  ['-destroy', () => ({ args: ['-destroy'] }), /the mode \(-destroy/],
  ['-refresh-only', () => ({ args: ['-refresh-only'] }), /the mode \(-destroy/],
  ['-replace', () => ({ args: ['-replace=terraform_data.b'] }), /the changes/],
];
describe('that was made with', () => {
  it.each(REFUSED)('%s is refused by that', async (_what, made, differs) => {
    applied();
    here.write({ 'prod.tfvars': 'v = "three"\n' });
    expect(await adopt(ofCi(made()))).toMatchObject({
      code: 'INPUT_PLAN_DIFFERS',
      message: expect.stringMatching(differs),
    });
  });
  it('a state that has moved since is refused by that', async () => {
    const file = ofCi();
    applied();
    expect(await adopt(file)).toMatchObject({
      code: 'INPUT_PLAN_DIFFERS',
      message: expect.stringContaining('the state'),
    });
  });
  it('-refresh=false is the same plan where a refresh finds nothing', async () => {
    applied();
    here.write({ 'prod.tfvars': 'v = "three"\n' });
    expect(await adopt(ofCi({ args: ['-refresh=false'] }))).toMatchObject({ plan_id: expect.any(String) });
  });
});

it('that was altered is refused, wherever', async () => {
  const file = ofCi();
  const bytes = readFileSync(file);
  const own = entriesOf(file);
  const written = (entries: { name: string; content: Buffer }[], about = {}) => {
    writeFileSync(file, zipOf(entries, about));
    return adopt(file);
  };
  const swapped = (name: string, change: (text: string) => string) =>
    own.map((one) =>
      one.name === name ? { name, content: Buffer.from(change(one.content.toString('latin1')), 'latin1') } : one,
    );
  expect(await written(own)).toMatchObject({ plan_id: expect.any(String) });
  for (const [name, change, differs] of [
    ['tfplan', (text) => text.replace('1.11.4', '1.11.3'), /the version|the part/],
    ['tfplan', (text) => text.replace(/three|one/, 'two'), /the (?:variables|changes)/],
    ['tfplan', (text) => text.replace('default', 'defaulu'), /the backend or its workspace/],
    ['tfplan', (text) => text.replace(/\d{4}-\d\d-\d\dT/, '2O26-11-29T'), /the part 21/],
    ['tfstate', (text) => text.replace('"serial": 0', '"serial": 1'), /the state/],
    ['tfconfig/m-/main.tf', (text) => `${text}\n`, /the configuration/],
    ['tfconfig/modules.json', (text) => text.replace('./m', './n'), /the configuration \(modules\.json\)/],
    ['.terraform.lock.hcl', (text) => `${text}\n`, /the lock file/],
  ] as [string, (text: string) => string, RegExp][])
    expect(await written(swapped(name, change)), name).toMatchObject({
      code: 'INPUT_PLAN_DIFFERS',
      message: expect.stringMatching(differs),
    });
  expect(await written(own.slice(1))).toMatchObject({ code: 'INPUT_PLAN_INVALID' });
  expect(await written([...own, { name: 'tfconfig/m-x/main.tf', content: Buffer.from('') }])).toMatchObject({
    code: 'INPUT_PLAN_DIFFERS',
  });
  for (const about of [{ before: 'x' }, { between: 'x' }, { comment: 'x' }])
    expect(await written(own, about)).toMatchObject({ code: 'INPUT_PLAN_INVALID' });
  // Any byte: refused, or of no part of what is read (a time, say).
  const read = JSON.stringify(own);
  const taken = [...bytes.keys()].filter((at) => {
    const other = Buffer.from(bytes);
    other[at]! ^= 0x41;
    try {
      mustBeSamePlan(other, bytes);
      return (
        JSON.stringify(
          readZip(other, { maxBytes: 1e7, maxEntries: 100 }).map(({ name, content }) => ({ name, content })),
        ) !== read
      );
    } catch {
      return false;
    }
  });
  expect(taken).toEqual([]);
});

it('is read only where an agent may name files', async () => {
  const file = ofCi();
  const outside = join(here.root, '../outside.tfplan');
  cpSync(file, outside);
  const link = join(artifacts, 'link');
  symlinkSync(outside, link);
  for (const path of [outside, link, `${artifacts}/../outside.tfplan`, `${artifacts}/nothing`])
    expect(await adopt(path), path).toMatchObject({ code: 'INPUT_PLAN_FILE_OUTSIDE' });
  expect(await adopt(artifacts)).toMatchObject({ code: 'INPUT_INVALID' });
  writeFileSync(file, 'no zip');
  expect(await adopt(file)).toMatchObject({ code: 'INPUT_PLAN_INVALID' });
  writeFileSync(file, Buffer.alloc(64 * 1024 * 1024 + 1));
  expect(await adopt(file)).toMatchObject({ code: 'INPUT_TOO_LARGE' });
});
