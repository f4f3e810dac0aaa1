/** The whole road with the real program: describe → plan → propose → sign → execute. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { show } from '../../src/cli/show.ts';
import { verifyLedger } from '../../src/ledger/open.ts';
import { data, needsTerraform, openWorkspaceWorld, type WorkspaceWorld } from './world.ts';

let here: WorkspaceWorld;
beforeEach(async (context) => {
  needsTerraform(context);
  here = await openWorkspaceWorld();
});
afterEach(() => here?.close());

it('a resource is made once a person has signed it, and the ledger verifies', async () => {
  here.write({ 'main.tf': data('a', 'one') });
  const plan = await here.plan();
  expect(plan).toMatchObject({ decision: 'needs_approval', seats: { needed: 1 } });
  expect(here.state()).toBeNull();
  const id = await here.propose(plan.plan_id);
  await expect(here.app.executor.run(id)).rejects.toMatchObject({ code: 'STATE_CHANGE_NOT_APPROVED' });
  await here.sign(id, 'bob');
  const change = await here.app.executor.run(id);
  expect(change).toMatchObject({ state: 'succeeded' });
  expect(here.state()?.resources).toMatchObject([
    { name: 'a', instances: [{ attributes: { input: { value: 'one' } } }] },
  ]);
  expect(await show(here.app, id)).toContain('workspace:Apply');
  expect((await verifyLedger(here.world.home)).ok).toBe(true);
});

it('a workspace is described, and with its name its state, without a value of it', async () => {
  here.write({ 'main.tf': `${data('a', 'a-value')}output "o" {\n  value = terraform_data.a.output\n}\n` });
  const describe = async (input: object) => {
    const answer = await here.app.pipeline('describe_workspaces', input);
    return answer.ok ? answer.content : { ...answer.error };
  };
  expect(await describe({ workspace: 'network' })).toMatchObject({
    workspaces: [{ state: { serial: null, resources: 0 } }],
  });
  here.applyPastUs();
  here.terraform('taint', 'terraform_data.a');
  expect(await describe({})).toEqual({
    workspaces: [expect.objectContaining({ workspace: 'network', environment: 'production', execute: 'by_command' })],
  });
  const told = await describe({ workspace: 'network' });
  expect(told).toMatchObject({
    workspaces: [{ state: { resources: 1, outputs: ['o'] }, resources: ['terraform_data.a (tainted)'] }],
  });
  expect(JSON.stringify(told)).not.toContain('a-value');
  expect(await describe({ workspace: 'other' })).toMatchObject({ code: 'INPUT_NOT_FOUND', remedy: 'It has: network.' });
});

it('a workspace that the policy does not have is refused before anything of it is read', async () => {
  expect(await here.plan({ workspace: 'other' })).toMatchObject({ code: 'GUARD_SCOPE' });
});

it('people read it as a workspace, and in the words that say where it is', async () => {
  here.write({ 'main.tf': data('a', 'one') });
  const id = await here.propose((await here.plan()).plan_id);
  const page = await show(here.app, id);
  expect(page).toMatch(/the workspace network/);
  expect(page).not.toMatch(/\bstack\b/);
});
