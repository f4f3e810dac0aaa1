/** What became of an apply: told from the state and from Terraform's own lines, and never found out by repeating it. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { mintWritingPermit } from '../../src/core/permit.ts';
import { createOwners } from '../../src/processes.ts';
import { withCloud } from '../world.ts';
import { type HttpState, openHttpState } from './http-state.ts';
import { data, needsTerraform, openWorkspaceWorld, type WorkspaceWorld } from './world.ts';

let here: WorkspaceWorld;
let http: HttpState;
beforeEach(async (context) => {
  needsTerraform(context);
  http = await openHttpState();
  here = await openWorkspaceWorld(http.settings);
});
afterEach(async () => {
  await http?.close();
  here?.close();
});

const approved = async (main = data('a', 'one')) => {
  here.write({ 'main.tf': main });
  const plan = await here.plan();
  return here.proposed(plan);
};
const running = () =>
  JSON.parse(readFileSync(join(here.world.home, 'workspaces/network/running.json'), 'utf8')) as {
    owner: { pid: number };
  };
const reconciled = (id: string) => here.app.executor.reconcile(id);
const until = async (isSo: () => boolean) => {
  while (!isSo()) await new Promise((resolve) => setTimeout(resolve, 20));
};
const isThere = (pid: number) => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

it('is told as it was, with one write of the state', async () => {
  const id = await approved();
  expect(await here.app.executor.run(id)).toMatchObject({
    state: 'succeeded',
    outcome: { detail: expect.stringContaining('Applied: terraform_data.a. The state has serial') },
  });
  expect(http.came.POST).toBe(1);
  expect(http.held).toBeNull();
});

it('is a success when only the lock could not be given back', async () => {
  const id = await approved();
  let posted = false;
  http.instead = (method, answer) => {
    posted ||= method === 'POST';
    if (method !== 'UNLOCK' || !posted) return false;
    answer.writeHead(500).end();
    return true;
  };
  expect(await here.app.executor.run(id)).toMatchObject({ state: 'succeeded' });
  expect(http.came.POST).toBe(1);
});

it('is not known when it was killed before the state was written, and nothing is repeated', async () => {
  const id = await approved();
  http.instead = (method) => {
    if (method !== 'POST') return false;
    process.kill(running().owner.pid, 'SIGKILL');
    return true;
  };
  expect(await here.app.executor.run(id)).toMatchObject({
    state: 'unknown',
    outcome: { detail: expect.stringContaining('Applied, but not in the state: terraform_data.a') },
  });
  http.instead = undefined;
  await expect(here.app.executor.run(id)).rejects.toMatchObject({ code: 'STATE_CHANGE_NOT_APPROVED' });
  expect((await reconciled(id)).change.state).toBe('unknown');
  // The next plan would make it a second time: nothing is executed there before a person has signed it off.
  http.held = null;
  const again = await here.app.changes.find(await here.propose((await here.plan()).plan_id));
  expect(again.judgement.verdicts.filter(({ outcome }) => outcome === 'deny').map(({ guard }) => guard)).toEqual([
    'rate',
  ]);
  expect(http.came.POST).toBe(1);
});

it('is a success when it was killed after the state was written', async () => {
  const id = await approved();
  http.instead = (method, _answer, body) => {
    if (method !== 'POST') return false;
    http.stored.push(body);
    process.kill(running().owner.pid, 'SIGKILL');
    return true;
  };
  expect(await here.app.executor.run(id)).toMatchObject({ state: 'succeeded' });
  expect(http.stored).toHaveLength(1);
});

it('is not known while its state lies beside the copy, and known once a person has pushed it', async () => {
  const id = await approved();
  http.instead = (method, answer) => {
    if (method !== 'POST') return false;
    answer.writeHead(500).end();
    return true;
  };
  expect(await here.app.executor.run(id)).toMatchObject({
    state: 'unknown',
    outcome: { detail: expect.stringContaining('errored.tfstate') },
  });
  http.instead = undefined;
  // A plan makes the copy anew; what was not written outlives it.
  http.held = null;
  expect(await here.plan()).toMatchObject({ decision: expect.any(String) });
  const { plan } = await here.app.changes.plan((await here.app.changes.find(id)).planId);
  const digest = String(plan.calls[0]!.input.plan).replace('sha256:', '');
  const unsaved = join(here.world.home, 'workspaces/network/runs', digest, 'errored.tfstate');
  expect((await reconciled(id)).change.state).toBe('unknown');
  http.stored.push(readFileSync(unsaved, 'utf8'));
  expect((await reconciled(id)).change).toMatchObject({ state: 'succeeded' });
});

it('stays approved when another holds the lock of the state, and is applied afterwards', async () => {
  const id = await approved();
  http.held = JSON.stringify({ ID: 'x', Who: 'somebody' });
  await expect(here.app.executor.run(id)).rejects.toMatchObject({ code: 'WORKSPACE_LOCKED' });
  expect(await here.app.changes.find(id)).toMatchObject({ state: 'approved' });
  http.held = null;
  expect(await here.app.executor.run(id)).toMatchObject({ state: 'succeeded' });
});

it('has failed, with nothing done, when another took the lock just before', async () => {
  const id = await approved();
  let locks = 0;
  http.instead = (method, answer) => {
    if (method !== 'LOCK') return false;
    locks += 1;
    // The first is that of the plan that is made again.
    if (locks === 1) return false;
    answer.writeHead(423).end(JSON.stringify({ ID: 'x', Who: 'somebody' }));
    return true;
  };
  expect(await here.app.executor.run(id)).toMatchObject({
    state: 'failed',
    outcome: { detail: expect.stringContaining('Nothing was applied') },
  });
  expect(http.came.POST).toBeUndefined();
});

it('is told resource by resource when a part of it fails', async () => {
  const bad = data(
    'b',
    '${terraform_data.a.output}',
    '  lifecycle {\n    postcondition {\n      condition     = self.output == "other"\n      error_message = "not the other"\n    }\n  }\n',
  );
  const id = await approved(data('a', 'one') + bad);
  expect(await here.app.executor.run(id)).toMatchObject({
    state: 'failed',
    outcome: { detail: expect.stringMatching(/Applied: terraform_data\.a.*not the other/) },
  });
  expect(http.stored.at(-1)).toContain('"name": "a"');
});

it('outlives its executor, which is killed; it is looked for, and not repeated', async () => {
  const id = await approved();
  let release: (() => void) | undefined;
  http.instead = (method, answer, body) => {
    if (method !== 'POST') return false;
    release = () => {
      http.stored.push(body);
      answer.writeHead(200).end();
    };
    return true;
  };
  const executor = spawn(
    process.execPath,
    [
      join(import.meta.dirname, '../../bin/countersign.js'),
      '--home',
      here.world.home,
      '--policy',
      join(here.world.home, 'policy.yaml'),
      '--sandbox',
      'execute',
      id,
    ],
    { stdio: 'pipe', env: { ...process.env, COUNTERSIGN_SPONSOR: 'alice' } },
  );
  let said = '';
  executor.stderr.on('data', (text) => {
    said += text;
  });
  await Promise.race([
    until(() => release !== undefined),
    once(executor, 'close').then(() => Promise.reject(new Error(said))),
  ]);
  const { pid } = running().owner;
  executor.kill('SIGKILL');
  await once(executor, 'close');
  const another = await here.world.another({ owners: createOwners() });
  await expect(another.executor.reconcile(id)).rejects.toMatchObject({
    code: 'STATE_CHANGE_RUNNING',
    message: expect.stringContaining(String(pid)),
  });
  expect(await here.plan()).toMatchObject({ code: 'WORKSPACE_BUSY' });
  release!();
  await until(() => !isThere(pid));
  expect((await another.executor.reconcile(id)).change).toMatchObject({ state: 'succeeded' });
  expect(http.came.POST).toBe(1);
});

it('that was never started has failed, and can never be started', async () => {
  const id = await approved();
  const hanging = await here.world.another({});
  void withCloud(hanging, { send: () => new Promise(() => undefined) }).executor.run(id);
  await until(() => http.came.LOCK === 2);
  while ((await here.app.changes.find(id)).state !== 'executing')
    await new Promise((resolve) => setTimeout(resolve, 20));
  here.world.kill(hanging);
  expect((await reconciled(id)).change).toMatchObject({
    state: 'failed',
    outcome: { detail: expect.stringContaining('it was never started') },
  });
  const { plan } = await here.app.changes.plan((await here.app.changes.find(id)).planId);
  const [call] = plan.calls;
  const rights = await here.app.cloud.ownRights(plan.target);
  expect(await here.app.cloud.send(call!, mintWritingPermit(call!), rights)).toMatchObject({
    kind: 'refused',
    code: 'STATE_NONCE_USED',
  });
  expect(http.came.POST).toBeUndefined();
});
