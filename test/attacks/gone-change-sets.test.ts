/** A change whose change set is gone is not signed: a signature that could never count is not asked for. */
import { CloudFormationClient, DeleteChangeSetCommand } from '@aws-sdk/client-cloudformation';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { approve } from '../../src/cli/approve.ts';
import { openTestWorld, pastCountersign, proposeFix, type TestWorld } from '../world.ts';

let world: TestWorld;
beforeEach(async () => {
  world = await openTestWorld();
});
afterEach(() => world.close());

async function withoutItsSet(): Promise<string> {
  const id = await proposeFix(world);
  const { plan } = await world.app.changes.plan((await world.app.changes.find(id)).planId);
  const ChangeSetName = String(plan.calls[0]!.input.ChangeSetName);
  await new CloudFormationClient(pastCountersign(world)).send(new DeleteChangeSetCommand({ ChangeSetName }));
  return id;
}
const signing = (id: string, decision: 'approve' | 'reject' = 'approve', app = world.app) =>
  approve(app, id, { decision, key: world.keyOf('bob'), confirm: 'cost-explorer-prod' });

it('cannot be approved, and says so; it can be rejected', async () => {
  const id = await withoutItsSet();
  await expect(signing(id)).rejects.toMatchObject({
    code: 'STATE_STALE',
    message: expect.stringMatching(/change set is gone/),
  });
  expect(await world.app.changes.find(id)).toMatchObject({ state: 'pending', approvals: [] });
  expect(await signing(id, 'reject')).toMatchObject({ state: 'rejected' });
});

it('cannot be approved once another change of the stack was executed', async () => {
  const [first, second] = [await proposeFix(world), await proposeFix(world, 2048)];
  await signing(first);
  await world.execute(first);
  await expect(signing(second)).rejects.toMatchObject({
    code: 'STATE_STALE',
    message: expect.stringMatching(/change set (?:is gone|.* is OBSOLETE)/),
  });
});

it('is approved where the cloud cannot be asked: whoever signs needs no access to it', async () => {
  const id = await withoutItsSet();
  const cut = await world.another({
    proxy: async () => ({ status: 403, headers: {}, body: '<html>sign in</html>' }) as never,
  });
  expect(await signing(id, 'approve', cut)).toMatchObject({ state: 'approved' });
});
