/** Break-glass of a workspace: one person, one workspace, as of a stack. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { BREAK_GLASS_NAMESPACE, buildOpening, openingFor, openReviews } from '../../src/approvals/break-glass.ts';
import { recordSignature } from '../../src/approvals/record.ts';
import { buildStatement } from '../../src/approvals/statement.ts';
import { recordOpening } from '../../src/cli/break-glass.ts';
import type { App } from '../../src/compose.ts';
import { ed25519Key, signBy } from '../approvals/sshsig.ts';
import { data, needsTerraform, openWorkspaceWorld, type WorkspaceWorld } from './world.ts';

const key = ed25519Key('ssh:');
let here: WorkspaceWorld;
let app: App;
beforeEach(async (context) => {
  needsTerraform(context);
  here = await openWorkspaceWorld();
  const policy = here.policy().replace('keys: ["', `break_glass: ["${key.line}"], keys: ["`);
  app = await here.world.another({ policy });
  here.write({ 'main.tf': data('a', 'one') });
});
afterEach(() => here?.close());

async function proposed(): Promise<string> {
  const { plan_id: plan } = await here.plan({}, app);
  const answer = await app.pipeline('propose_change', { plan_id: plan, goal: 'fix', reason: 'a test' });
  if (!answer.ok) throw new Error(JSON.stringify(answer));
  return String((answer.content as { change_id: string }).change_id);
}
async function open(id: string, more: Record<string, unknown> = {}) {
  const { target } = await app.changes.find(id);
  const now = new Date();
  const stated = {
    target,
    person: 'alice',
    reason: 'the network is down',
    from: now.toISOString(),
    until: new Date(now.getTime() + 1_800_000).toISOString(),
    ...more,
  };
  const ledger = await app.ledger.origin();
  const signature = signBy(key, buildOpening(ledger, stated), { flags: 5, namespace: BREAK_GLASS_NAMESPACE });
  return recordOpening(app, stated, signature, { ledger, people: app.policyFile!.people, now });
}
async function approve(id: string) {
  const change = await app.changes.find(id);
  const statement = buildStatement(change, (await app.changes.plan(change.planId)).plan, 'alice', 'approve');
  const { ledger, changes, policy, policyFile } = app;
  const recorder = { ledger, changes, policy, people: policyFile!.people, now: () => new Date() };
  return recordSignature(recorder, id, statement, signBy(key, statement, { flags: 5 }));
}

it('lets one person approve alone, and leaves a review', async () => {
  const id = await proposed();
  await expect(approve(id)).rejects.toMatchObject({ code: 'APPROVAL_GLASS_NOT_BROKEN' });
  const { seq, body } = await open(id);
  expect(body.statement).toContain('"kind":"workspace"');
  expect(await approve(id)).toMatchObject({ state: 'approved' });
  expect(await app.executor.run(id)).toMatchObject({ state: 'succeeded' });
  expect((await openReviews(app.ledger)).map((one) => one.seq)).toEqual([seq]);
});

it('is of no other workspace, and of no stack of that name and place', async () => {
  const id = await proposed();
  const { target } = await app.changes.find(id);
  const { body } = await open(id);
  expect(await openingFor(app.ledger, target, 'alice', new Date())).toBeDefined();
  for (const other of [
    { ...target, name: 'other' },
    { ...target, kind: 'stack' as const },
    { ...target, kind: 'resources' as const },
  ])
    expect(await openingFor(app.ledger, other, 'alice', new Date()), other.kind).toBeUndefined();
  // A record of another kind than was signed opens nothing either.
  await app.ledger.append({ kind: 'glass.broken', body: { ...body, target: { ...target, kind: 'stack' as const } } });
  expect(buildOpening('x', { ...body, target: { ...target, kind: 'stack' } })).not.toContain('kind');
  await expect(open(id, { target: { ...target, kind: 'resources' } })).rejects.toMatchObject({ code: 'INPUT_INVALID' });
});
