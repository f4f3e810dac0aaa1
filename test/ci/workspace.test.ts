/** The action with a workspace: planned with the real program at the commit of a pull request, and commented. */
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { BINARY, data, needsTerraform, openWorkspaceWorld, type WorkspaceWorld } from '../terraform/world.ts';
import { type Github, REPOSITORY, startGithub } from './github.ts';
import { pullRequest } from './pull-requests.ts';
import { runAction } from './runner.ts';

let here: WorkspaceWorld;
let github: Github;
beforeEach(async (context) => {
  needsTerraform(context);
  github = await startGithub();
  here = await openWorkspaceWorld('    environment: development\n');
});
afterEach(async () => {
  await github?.close();
  here?.close();
});

const policyFile = () => {
  const file = join(here.root, '../countersign.policy.yaml');
  writeFileSync(file, here.policy());
  return file;
};
/** The job of examples/github-actions/countersign-workspace.yml. */
const act = (sha: string, inputs: Record<string, string> = {}, env: Record<string, string> = {}) => {
  const pull = github.pulls[0] ?? pullRequest(github, sha);
  pull.head.sha = sha;
  return runAction({
    inputs: { workspace: 'network', ...inputs },
    eventName: 'pull_request',
    event: { action: 'opened', number: pull.number, pull_request: pull, repository: { full_name: REPOSITORY, id: 7 } },
    actor: 'alice-gh',
    api: github.url,
    token: github.token,
    repository: REPOSITORY,
    env: { COUNTERSIGN_POLICY: policyFile(), ...env },
  });
};
const comments = () =>
  (github.comments.get(12) ?? []).filter(({ body }) => body.startsWith('<!-- countersign: network -->'));
const backend = () => `terraform {\n  backend "local" {\n    path = "${here.statePath}"\n  }\n}\n`;

it('the commit of a pull request is planned and commented, whatever is checked out, and the comment is updated', async () => {
  here.write({ 'main.tf': data('a', 'one') });
  const first = here.commit();
  here.write({ 'main.tf': data('a', 'one') + data('b', 'two') });
  const second = here.commit();
  const ran = await act(first);
  expect([ran.exit, ran.output]).toEqual([
    0,
    expect.stringContaining(`network at ${first.slice(0, 12)}: is planned only`),
  ]);
  expect(ran.outputs.decision).toBe('plan_only');
  expect([ran.leaks, ran.commands]).toEqual(['', []]);
  expect(comments()).toMatchObject([{ body: expect.stringContaining('create terraform_data.a') }]);
  expect(comments()[0]!.body).not.toContain('terraform_data.b');
  expect(JSON.parse(ran.file)).toMatchObject({ decision: 'plan_only' });
  await act(second);
  expect(comments()).toMatchObject([{ body: expect.stringContaining('create terraform_data.b') }]);
  expect(here.state()).toBeNull();
}, 120_000);

it('a commit that could run something fails the job before anything runs, and the comment says what', async () => {
  const provisioner = '  provisioner "local-exec" {\n    command = "touch RAN"\n  }\n';
  here.write({ 'main.tf': data('a', 'one', provisioner) });
  const ran = await act(here.commit());
  expect(ran.exit).toBe(1);
  expect(comments()).toMatchObject([
    { body: expect.stringMatching(/could not be planned[\s\S]*provisioner in terraform_data\.a/) },
  ]);
  // And one that is not in the folder, as of a fork.
  expect((await act('0'.repeat(40))).exit).toBe(1);
  expect(comments()).toMatchObject([{ body: expect.stringContaining('INPUT_NOT_FOUND') }]);
}, 120_000);

it('a plan file that the job made is adopted, and another is refused by what differs', async () => {
  here.write({
    'main.tf': `${backend()}variable "v" {\n  default = "one"\n}\nresource "terraform_data" "a" {\n  input = var.v\n}\n`,
  });
  const commit = here.commit();
  const made = (...args: string[]) => {
    const folder = join(here.root, '../job');
    mkdirSync(folder, { recursive: true });
    cpSync(join(here.root, 'main.tf'), join(folder, 'main.tf'));
    const env = { HOME: folder, TF_CLI_CONFIG_FILE: '/dev/null', CHECKPOINT_DISABLE: '1' };
    for (const given of [['init'], ['plan', '-out=ci.tfplan', ...args]])
      execFileSync(BINARY!, [...given, '-input=false'], { cwd: folder, stdio: 'pipe', env });
    return { 'plan-file': join(folder, 'ci.tfplan') };
  };
  const roots = { COUNTERSIGN_TEMPLATE_ROOTS: join(here.root, '../job') };
  const adopted = await act(commit, made(), roots);
  expect([adopted.exit, adopted.output]).toEqual([0, expect.stringContaining('is planned only')]);
  expect(adopted.file).toContain('This plan file was made elsewhere');
  expect((await act(commit, made('-var=v=two'), roots)).exit).toBe(1);
  expect(comments()).toMatchObject([{ body: expect.stringMatching(/INPUT_PLAN_DIFFERS[\s\S]*the variables/) }]);
  expect((await act(commit, made())).file).toContain('INPUT_PLAN_FILE_OUTSIDE');
}, 120_000);

it.each([
  { workspace: 'network', stack: 'shop' },
  { workspace: '', stack: 'shop' },
  { workspace: '', stack: 'shop', template: 'a.yaml', 'plan-file': 'x' },
  { workspace: 'Not a name' },
  { workspace: 'network', 'plan-file': 'x', ssh: 'guard@127.0.0.1', 'ssh-key': 'x', 'ssh-known-hosts': 'x' },
])('%j is refused before anything is asked', async (inputs) => {
  const ran = await act('0'.repeat(40), inputs);
  expect([ran.exit, ran.output]).toEqual([1, expect.stringContaining('INPUT_INVALID')]);
  expect(comments()).toEqual([]);
});
