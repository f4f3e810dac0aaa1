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
