import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { recordSignature } from '../../src/approvals/record.ts';
import { buildStatement } from '../../src/approvals/statement.ts';
import { approve } from '../../src/cli/approve.ts';
import type { App } from '../../src/compose.ts';
import { openTestWorld, proposeFix, STACK, signatureBy, type TestWorld } from '../world.ts';

let world: TestWorld;
beforeEach(async () => {
  world = await openTestWorld();
});
afterEach(() => world.close());

const refused = (code: string) => expect.objectContaining({ code });
const fix = { stack: STACK, set: [{ path: 'Resources.QueryFunction.Properties.MemorySize', value: 1024 }] };

/** One person's own key under everybody's names. */
function evilApp(): Promise<App> {
  const own = world.app.policyFile!.source.policy.match(/alice: .*keys: \["([^"]*)"/)![1]!;
  const bobs = world.app.policyFile!.source.policy.match(/bob: .*keys: \[("[^"]*")/)![1]!;
  const text = world.policyText.replace(own, '@').replace(bobs, `"${own}"`).replace('@', bobs.slice(1, -1));
  const path = join(world.home, 'evil.yaml');
  writeFileSync(path, text);
  return world.another({ policyPath: path });
}
const everything = async () => (await world.app.ledger.events()).filter(({ kind }) => !kind.startsWith('tool.'));

describe('a policy of one’s own', () => {
  it('signs nothing and executes nothing, and the change stays as it was', async () => {
    const id = await proposeFix(world);
    const evil = await evilApp();
    const before = await everything();
    for (const decision of ['approve', 'reject'] as const)
      await expect(approve(evil, id, { decision, key: world.keyOf('alice'), as: 'bob' })).rejects.toEqual(
        refused('CONFIG_POLICY_CHANGED'),
      );
    const change = await evil.changes.find(id);
    const statement = buildStatement(change, (await evil.changes.plan(change.planId)).plan, 'bob', 'approve');
    const signature = signatureBy(world.keyOf('alice'), statement, 'countersign-approval@v1');
    await expect(
      recordSignature({ ...evil, people: evil.policyFile!.people, now: () => new Date() }, id, statement, signature),
    ).rejects.toThrow(refused('CONFIG_POLICY_CHANGED'));
    expect(await everything()).toEqual(before);
    await approve(world.app, id, { decision: 'approve', key: world.keyOf('bob'), confirm: STACK });
    const signed = await everything();
    for (const app of [evil, await world.another({ policyPath: undefined })])
      await expect(world.execute(id, app)).rejects.toMatchObject({
        code: expect.stringMatching(/CONFIG_POLICY_CHANGED|CONFIG_NO_POLICY/),
      });
    expect(await everything()).toEqual(signed);
    expect((await world.app.changes.find(id)).state).toBe('approved');
    expect(world.writes()).toEqual([]);
    expect(await world.execute(id)).toMatchObject({ state: 'succeeded' });
  });

  it('plans, proposes nothing, and says what a person does', async () => {
    const evil = await evilApp();
    const plan = await evil.pipeline('plan_stack_update', fix);
    expect(plan).toMatchObject({ ok: true, content: { decision: 'plan_only' } });
    expect(JSON.stringify(plan)).toContain('countersign policy adopt');
    const plan_id = String((plan as { content: Record<string, unknown> }).content.plan_id);
    expect(await evil.pipeline('propose_change', { plan_id, goal: 'fix', reason: 'more memory' })).toMatchObject({
      ok: false,
      error: { code: 'CONFIG_POLICY_CHANGED' },
    });
    expect((await world.app.changes.list({ limit: 9 })).items).toEqual([]);
  });
});

describe('a folder without an adopted policy', () => {
  it('describes and plans only, whoever runs what', async () => {
    const home = mkdtempSync(join(tmpdir(), 'countersign-unpinned-'));
    try {
      const app = await world.another({ home });
      const plan = await app.pipeline('plan_stack_update', fix);
      expect(plan).toMatchObject({ ok: true, content: { decision: 'plan_only' } });
      expect(JSON.stringify(plan)).toContain('countersign policy adopt');
      const plan_id = String((plan as { content: Record<string, unknown> }).content.plan_id);
      expect(await app.pipeline('propose_change', { plan_id, goal: 'fix', reason: 'more memory' })).toMatchObject({
        error: { code: 'CONFIG_POLICY_NOT_ADOPTED' },
      });
      await expect(
        approve(app, 'chg_x', { decision: 'approve', key: world.keyOf('bob'), confirm: STACK }),
      ).rejects.toMatchObject({
        code: expect.stringMatching(/INPUT_NOT_FOUND|CONFIG_POLICY_NOT_ADOPTED/),
      });
      await expect(world.execute('chg_x', app)).rejects.toEqual(refused('CONFIG_POLICY_NOT_ADOPTED'));
      expect(await app.ledger.events({ kinds: ['policy.adopted', 'policy.proposed'] })).toEqual([]);
    } finally {
      rmSync(home, { recursive: true, force: true });
    }
  });
});
