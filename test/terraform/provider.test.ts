/** The whole road with a provider that is a program of its own: installed by hash, with a cloud that it can leave half-way. */
import { execFileSync } from 'node:child_process';
import { appendFileSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { show } from '../../src/cli/show.ts';
import { needs } from '../needs.ts';
import { disk, type InstalledProvider, installProvider } from './provider/install.ts';
import { needsTerraform, openWorkspaceWorld, type WorkspaceWorld } from './world.ts';

// A provider is started for each step of a plan.
vi.setConfig({ testTimeout: 120_000 });

const SECRET = 'correct-horse-battery';
const hasOpenssl = (() => {
  try {
    execFileSync('openssl', ['version']);
    return true;
  } catch {
    return false;
  }
})();
let provider: InstalledProvider;
let here: WorkspaceWorld;
beforeEach(async (context) => {
  needsTerraform(context);
  needs(context, 'openssl', hasOpenssl);
  provider = installProvider();
  here = await openWorkspaceWorld(`    environment: development\n${provider.settings}`);
});
afterEach(() => {
  here?.close();
  provider?.close();
});

const write = (main: string) =>
  here.write({ 'main.tf': provider.versions + main, '.terraform.lock.hcl': provider.lockFile });
const run = async (main: string, goal?: string) => {
  write(main);
  return here.app.executor.run(await here.proposed(await here.plan(), goal));
};
const until = async <T>(find: () => T | undefined): Promise<T> => {
  for (;;) {
    const found = find();
    if (found !== undefined) return found;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
};
async function everything(...more: unknown[]): Promise<string> {
  const files = ['ledger.db', 'ledger.db-wal'].map((name) => readFileSync(join(here.world.home, name), 'latin1'));
  return JSON.stringify([await here.app.ledger.events(), ...files, ...more]);
}

it('makes, changes and replaces, and no sensitive value is told, those of the schema neither', async () => {
  const made = await run(disk('a', `  password = "${SECRET}"`));
  expect(made).toMatchObject({ state: 'succeeded' });
  const [{ id, token } = {}] = provider.disks();
  expect(await run(disk('a', `  password = "${SECRET}"\n  size = 5`))).toMatchObject({ state: 'succeeded' });
  expect(provider.disks()).toMatchObject([{ id, size: 5 }]);
  write(disk('b', `  password = "${SECRET}"`));
  const answer = await here.plan();
  expect(JSON.stringify(answer)).toContain('replace');
  const told = await everything(made, answer, await show(here.app, String(made.id)));
  expect(told).not.toContain(SECRET);
  expect(told).not.toContain(String(token));
});

it('is installed by a hash of the policy alone, and never added to the lock file', async () => {
  write(disk('a'));
  here.write({ '.terraform.lock.hcl': provider.lockFile.replace(/h1:./, 'h1:0') });
  expect(await here.plan()).toMatchObject({ code: 'INPUT_CONFIGURATION_REFUSED' });
  rmSync(join(here.root, '.terraform.lock.hcl'));
  expect(await here.plan()).toMatchObject({ code: 'WORKSPACE_PLAN_FAILED' });
  write(disk('a'));
  appendFileSync(provider.program, '// another program\n');
  expect(await here.plan()).toMatchObject({
    code: 'WORKSPACE_PLAN_FAILED',
    message: expect.stringMatching(/checksum|hash/i),
  });
  expect(provider.disks()).toEqual([]);
});

it.each([
  ['with another value', (block: string) => block.replace(/cloud = "/, 'cloud = "/elsewhere')],
  ['left out', (block: string) => block.replace(/provider "acme" \{[^}]*\}\n/, '')],
  [
    'with an alias beside it',
    (block: string) => `${block}provider "acme" {\n  alias = "b"\n  cloud = "/elsewhere"\n}\n`,
  ],
])('a provider block %s is refused', async (_name, changed) => {
  write(disk('a'));
  here.write({ 'main.tf': changed(provider.versions) + disk('a') });
  expect(await here.plan()).toMatchObject({
    code: 'INPUT_CONFIGURATION_REFUSED',
    message: expect.stringMatching(/provider block of acme/),
  });
});

it('what is made half-way is told resource by resource, tainted, and replaced by the next plan', async () => {
  const main = disk('half-a') + disk('b', '', 'b');
  expect(await run(main)).toMatchObject({
    state: 'failed',
    outcome: {
      detail: expect.stringMatching(
        /Applied: acme_disk\.b\. Failed: acme_disk\.a\..*the disk was made, and could not be started/s,
      ),
    },
  });
  expect(provider.disks()).toHaveLength(2);
  const plan = await here.plan();
  expect(JSON.stringify(plan)).toMatch(/replace acme_disk\.a/);
});

it('an error of the provider that names a sensitive value is told without it', async () => {
  const ended = await run(disk('tells-a', `  password = "${SECRET}"`));
  expect(ended).toMatchObject({
    state: 'failed',
    outcome: { detail: expect.stringContaining('no such password: (sensitive)') },
  });
  expect(await everything(ended)).not.toContain(SECRET);
  const files = readdirSync(join(here.world.home, 'workspaces'), { recursive: true, withFileTypes: true });
  for (const one of files.filter((entry) => entry.isFile() && entry.name !== 'main.tf'))
    expect(readFileSync(join(one.parentPath, one.name)).includes(SECRET), one.name).toBe(false);
});

it('a plan that fails on a sensitive value of a data source, read by that plan alone, is told without it', async () => {
  const settings = `    environment: development\n    data: [acme_login]\n${provider.settings}`;
  const app = await here.world.another({ policy: here.policy(settings) });
  write(
    `data "acme_login" "a" {\n  name = "x"\n}\noutput "a" {\n  value = tonumber(nonsensitive(data.acme_login.a.token))\n}\n`,
  );
  const answer = await here.plan({}, app);
  expect(answer).toMatchObject({ message: expect.stringMatching(/cannot convert "\(sensitive\)"/) });
  expect(await everything(answer)).not.toContain('login-token-of-x');
});

/** Of a change of a disk that has begun: the program and its provider are killed. */
async function killed(name: string, at: string, main: string, noted = name): Promise<string> {
  provider.go();
  expect(await run(disk(name, '  size = 1') + disk('b', '', 'b'))).toMatchObject({ state: 'succeeded' });
  provider.stop();
  for (const what of ['begun', 'made']) rmSync(join(provider.cloud, `${what}-${name}.note`), { force: true });
  write(main + disk('b', '', 'b'));
  const id = await here.proposed(await here.plan(), 'clean_up');
  const running = here.app.executor.run(id);
  const plugin = await until(() => provider.noted(`${at}-${noted}`));
  const { owner } = JSON.parse(readFileSync(join(here.world.home, 'workspaces/network/running.json'), 'utf8'));
  for (const pid of [owner.pid, plugin]) process.kill(pid, 'SIGKILL');
  expect(await running).toMatchObject({
    state: 'unknown',
    outcome: { detail: expect.stringMatching(/Begun, with an unknown end: acme_disk\.a/) },
  });
  return id;
}

it('an update that was killed after the cloud had done it is found by looking at the cloud', async () => {
  const id = await killed('slow-after-a', 'made', disk('slow-after-a', '  size = 2'));
  expect(await here.app.executor.reconcile(id)).toMatchObject({ change: { state: 'succeeded' } });
  expect(provider.disks().find(({ name }) => name !== 'b')).toMatchObject({ size: 2 });
});

it('an update that was killed before the cloud had done it has failed, as the cloud says', async () => {
  const id = await killed('slow-before-a', 'begun', disk('slow-before-a', '  size = 2'));
  expect(await here.app.executor.reconcile(id)).toMatchObject({ change: { state: 'failed' } });
  expect(provider.disks().find(({ name }) => name !== 'b')).toMatchObject({ size: 1 });
  provider.go();
  expect(await run(disk('slow-before-a', '  size = 3'))).toMatchObject({ state: 'succeeded' });
});

it('a creation that was killed stays unknown: no state has what was made', async () => {
  const id = await killed('slow-after-a', 'made', disk('slow-after-c'), 'slow-after-c');
  expect(await here.app.executor.reconcile(id)).toMatchObject({ change: { state: 'unknown' } });
});
