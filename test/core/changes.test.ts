/** Plans and changes as the ledger holds them: `core/changes`. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ChangeState } from '../../src/core/change-states.ts';
import { createChanges } from '../../src/core/changes.ts';
import { digestOf, type Json } from '../../src/core/digest.ts';
import { providerRules } from '../../src/providers/index.ts';
import { DEV_STACK, openTestWorld, proposeFix, STACK, type TestWorld } from '../world.ts';

let world: TestWorld;
beforeEach(async () => {
  world = await openTestWorld();
});
afterEach(() => world.close());

const refused = (code: string, message = /./, remedy = /./, more: { next?: unknown } = {}) =>
  expect.objectContaining({
    code,
    message: expect.stringMatching(message),
    remedy: expect.stringMatching(remedy),
    ...more,
  });
const leadsTo = (tool: string, input: unknown = {}) => ({ next: { tool, input } });
async function planOf(memory = 1024, stack = STACK, by = world.app): Promise<string> {
  const answer = await by.pipeline('plan_stack_update', {
    stack,
    set: [{ path: 'Resources.QueryFunction.Properties.MemorySize', value: memory }],
  });
  return String(answer.ok && answer.content.plan_id);
}
const outcome = { state: 'failed', detail: '', credentials: 'confined', calls: [] };
const fix = (planId: string) => ({ planId, goal: 'fix' as const, reason: 'more memory' });

describe('proposing', () => {
  it('makes a change of the plan, with what it was judged by, and its time to be approved', async () => {
    const planId = await planOf();
    const { plan, document } = { document: '', ...(await world.app.changes.plan(planId)) };
    const change = await world.app.changes.propose({ ...fix(planId), ticket: 'OPS\u200b-1', reason: 'r'.repeat(600) });
    expect(change).toMatchObject({
      planId,
      planDigest: plan.digest,
      planDocument: document,
      target: plan.target,
      sponsor: 'alice',
      agent: null,
      goal: 'fix',
      ticket: 'OPS\\u{200b}-1',
      environment: 'production',
      excluded: ['alice'],
      state: 'pending',
      assurance: 'L0',
      sums: { updated: 1, created: 0, lost: 0, losses: [] },
    });
    expect(change.id).toMatch(/^chg_[0-9a-f]{12}$/);
    expect(change.nonce).toMatch(/^[0-9a-f]{32}$/);
    expect(change.reason).toMatch(/^r{500}…/);
    expect(change.judgement).toMatchObject({ decision: 'needs_approval', seats: 1 });
    expect(Date.parse(change.approveBy) - Date.parse(change.proposedAt)).toBe(8 * 3_600_000);
    expect(await world.app.changes.find(change.id)).toEqual(change);
    expect((await world.app.changes.propose(fix(await planOf(2048, DEV_STACK)))).ticket).toBeNull();
  });
  it('happens once for a plan', async () => {
    const planId = await planOf();
    const { id } = await world.app.changes.propose(fix(planId));
    await expect(world.app.changes.propose(fix(planId))).rejects.toEqual(
      refused('STATE_PLAN_USED', /already/, /plan again/, leadsTo('describe_change', { change_id: id })),
    );
    expect(await world.app.ledger.events({ kinds: ['change.proposed'] })).toHaveLength(1);
  });
  it('of a plan that has expired is denied', async () => {
    const planId = await planOf();
    const later = await world.another({ now: () => new Date(Date.now() + 16 * 60_000) });
    const change = await later.changes.propose(fix(planId));
    expect(change.judgement.verdicts.filter(({ outcome }) => outcome === 'deny')).toMatchObject([
      { guard: 'plan-first' },
    ]);
  });
  it('takes no reason in which something hides', async () => {
    await expect(world.app.changes.propose({ ...fix(await planOf()), reason: 'harm\u202eless' })).rejects.toEqual(
      refused('INPUT_INVALID', /^The reason has/, /plain text/),
    );
  });
});

describe('a plan', () => {
  it('comes with its judgement and the goals that it allows', async () => {
    const found = await world.app.changes.plan(await planOf());
    expect(found.plan).toMatchObject({ sponsor: 'alice', target: { name: STACK } });
    expect(found.goalsAllowed).toContain('fix');
    expect(found.judgement.decision).toBe('needs_approval');
  });
  it('that nobody made is not there, and its id is shown as it is', async () => {
    const { changes } = world.app;
    await expect(changes.plan('plan_\u202ex')).rejects.toThrow(
      refused('INPUT_NOT_FOUND', /plan_\\u\{202e\}x/, /plan_\*/),
    );
    expect(await changes.isPlanning('plan_x')).toBe(true);
  });
  it('that is being made is waited for', async () => {
    const { changes, ledger } = world.app;
    await ledger.append({ kind: 'plan.begun', planId: 'plan_a', body: {} });
    await expect(changes.plan('plan_a')).rejects.toThrow(
      refused(
        'STATE_PLAN_BEING_MADE',
        /plan_a/,
        /"plan_id": "plan_a"/,
        leadsTo('describe_plan', { plan_id: 'plan_a', wait_seconds: 45 }),
      ),
    );
    expect(await changes.isPlanning('plan_a')).toBe(true);
  });
  it('whose making failed tells with what', async () => {
    const { changes, ledger } = world.app;
    await ledger.append({ kind: 'plan.begun', planId: 'plan_a', body: {} });
    await ledger.append({
      kind: 'plan.failed',
      planId: 'plan_a',
      body: { code: 'AWS_THROTTLED', message: 'm', remedy: 'r' },
    });
    await expect(changes.plan('plan_a')).rejects.toThrow(refused('AWS_THROTTLED', /^m$/, /^r$/));
    expect(await changes.isPlanning('plan_a')).toBe(false);
  });
  it('that was made is no longer being made', async () => {
    const planId = await planOf();
    expect(await world.app.changes.isPlanning(planId)).toBe(false);
  });
  it('that is not the one that was made is not used', async () => {
    const planId = await planOf();
    const { changes, ledger } = world.app;
    const made = (await ledger.events({ planId, kinds: ['plan.made'] }))[0]!;
    const body = made.body as Record<string, Json>;
    const replaced = async (digest: Json, document: Json, id: string) =>
      await ledger.append({ kind: 'plan.made', planId: id, body: { ...body, digest, document } });
    const { plan } = await changes.plan(planId);
    const other = { ...plan, calls: [] } as unknown as Json;
    await replaced(body.digest!, await ledger.putDocument(other), 'plan_edited');
    await expect(changes.plan('plan_edited')).rejects.toThrow(
      refused('LEDGER_TAMPERED', /plan_edited/, /audit verify/),
    );
    await replaced(body.digest!, await ledger.putDocument({ calls: [] }), 'plan_no_plan');
    await expect(changes.plan('plan_no_plan')).rejects.toThrow(refused('LEDGER_TAMPERED'));
    await replaced(body.digest!, 'sha256:gone', 'plan_gone');
    await expect(changes.plan('plan_gone')).rejects.toThrow(refused('LEDGER_TAMPERED'));
    const db = new Database(join(world.home, 'ledger.db'));
    db.prepare("UPDATE documents SET bytes = CAST('{}' AS BLOB)").run();
    db.close();
    await expect(changes.plan(planId)).rejects.toThrow(refused('LEDGER_TAMPERED'));
  });
});

describe('withdrawing', () => {
  it('ends a pending change and an approved one', async () => {
    const { changes } = world.app;
    const pending = await proposeFix(world);
    expect(await changes.withdraw(pending)).toMatchObject({ state: 'withdrawn', explanation: 'withdrawn for alice' });
    const approved = await proposeFix(world, 512, DEV_STACK);
    expect((await changes.find(approved)).state).toBe('approved');
    expect((await changes.withdraw(approved)).state).toBe('withdrawn');
  });
  it('is for the sponsor only', async () => {
    const id = await proposeFix(world);
    const bob = await world.another({ sponsor: 'bob' });
    await expect(bob.changes.withdraw(id)).rejects.toThrow(
      refused('SPONSOR_UNKNOWN', /alice/, /./, leadsTo('describe_change', { change_id: id })),
    );
    expect((await world.app.changes.find(id)).state).toBe('pending');
  });
  it('is nothing for a change that has ended, or is not there', async () => {
    const { changes } = world.app;
    const id = await proposeFix(world);
    await changes.withdraw(id);
    await expect(changes.withdraw(id)).rejects.toThrow(refused('STATE_CHANGE_NOT_PENDING', /withdrawn/));
    await expect(changes.withdraw('chg_\u202e')).rejects.toThrow(
      refused('INPUT_NOT_FOUND', /chg_\\u\{202e\}/, /describe_changes/, leadsTo('describe_changes')),
    );
    await expect(changes.find('chg_x')).rejects.toThrow(refused('INPUT_NOT_FOUND', /chg_x/));
  });
});

describe('the list of changes', () => {
  it('has the newest first, page by page, and of one state where asked', async () => {
    const { changes } = world.app;
    const ids: string[] = [];
    for (const memory of [256, 1024, 768]) ids.unshift(await proposeFix(world, memory));
    await changes.withdraw(ids[1]!);
    const shown = async (query: Parameters<typeof changes.list>[0]) => {
      const { items, cursor } = await changes.list(query);
      return { ids: items.map(({ id }) => id), cursor };
    };
    expect(await shown({ limit: 3 })).toEqual({ ids, cursor: undefined });
    const first = await shown({ limit: 2 });
    expect(first).toEqual({ ids: ids.slice(0, 2), cursor: expect.stringMatching(/^\d+$/) });
    expect(await shown({ limit: 2, cursor: first.cursor! })).toEqual({ ids: ids.slice(2), cursor: undefined });
    expect((await shown({ limit: 9, state: 'withdrawn' })).ids).toEqual([ids[1]]);
    expect((await shown({ limit: 9, state: 'pending' })).ids).toEqual([ids[0], ids[2]]);
    expect(await shown({ limit: 1, state: 'pending' })).toMatchObject({ ids: [ids[0]], cursor: expect.any(String) });
    expect(await changes.list({ limit: 9 })).not.toHaveProperty('cursor');
    expect(await changes.list({ limit: 0 })).toEqual({ items: [] });
    expect((await shown({ limit: 9, cursor: '9'.repeat(15) })).ids).toEqual(ids);
  });
  it('of one state goes on until the page is full: a clock and signatures tell those apart that wait', async () => {
    const { changes, ledger } = world.app;
    const idsOf = async (state: ChangeState, by = changes) =>
      (await by.list({ limit: 1, state })).items.map(({ id }) => id);
    const waits = await proposeFix(world, 1024);
    const approved: string[] = [];
    for (const memory of [2048, 1024, 768]) approved.unshift(await proposeFix(world, memory, DEV_STACK));
    expect(await idsOf('pending')).toEqual([waits]);
    expect(await idsOf('approved')).toEqual([approved[0]]);
    expect(await idsOf('expired')).toEqual([]);
    const { target } = await changes.find(approved[0]!);
    const begun = { target, environment: 'development', operations: ['ExecuteChangeSet'] };
    await ledger.append({ kind: 'change.executing', changeId: approved[0]!, body: begun });
    expect(await idsOf('executing')).toEqual([approved[0]]);
    expect(await idsOf('approved')).toEqual([approved[1]]);
    const tomorrow = await world.another({ now: () => new Date(Date.now() + 86_400_000) });
    expect((await tomorrow.changes.list({ limit: 9, state: 'expired' })).items.map(({ id }) => id)).toEqual([
      ...approved.slice(1),
      waits,
    ]);
    expect(await idsOf('pending', tomorrow.changes)).toEqual([]);
  });
});

it('the progress of a change is what was told of it, in order', async () => {
  const { changes, ledger } = world.app;
  for (const [changeId, text] of [
    ['chg_a', 'first'],
    ['chg_b', 'other'],
    ['chg_a', 'second'],
  ] as const)
    await ledger.append({ kind: 'change.progress', changeId, body: { text } });
  await ledger.append({ kind: 'change.executing', changeId: 'chg_a', body: {} });
  await ledger.append({ kind: 'change.progress', changeId: 'chg_a', body: {} });
  expect((await changes.progress('chg_a')).map(({ text }) => text)).toEqual(['first', 'second', '']);
  expect((await changes.progress('chg_a'))[0]?.at).toMatch(/^2\d{3}-/);
});

describe('the picture of a plan', () => {
  it('is the stored one, whole', async () => {
    const { plan } = await world.app.changes.plan(await planOf());
    const picture = await world.app.changes.picture(plan);
    expect(plan.pictureDigest).toBe(digestOf(picture));
  });
  it('is none where the plan names none, and no plan passes with a lost one', async () => {
    const { plan } = await world.app.changes.plan(await planOf());
    const { pictureDigest: _none, ...older } = plan;
    expect(await world.app.changes.picture(older)).toBeNull();
    await expect(world.app.changes.picture({ ...plan, pictureDigest: `sha256:${'0'.repeat(64)}` })).rejects.toEqual(
      refused('LEDGER_TAMPERED', /values before and after/),
    );
  });
});

describe('what is open on a target', () => {
  const stateOf = async (...made: string[]) => {
    const { plan } = await world.app.changes.plan(made[0]!);
    return (await world.app.changes.openOn(plan.target)).map(({ id, state }) => [id, state]);
  };
  it('is what is pending, executing or of unknown outcome there, newest first; elsewhere and ended it is not', async () => {
    const [one, two, gone, elsewhere] = [
      await planOf(),
      await planOf(2048),
      await planOf(4096),
      await planOf(2048, DEV_STACK),
    ];
    expect(await stateOf(one)).toEqual([]);
    const first = await world.app.changes.propose(fix(one));
    const second = await world.app.changes.propose(fix(two));
    await world.app.changes.withdraw((await world.app.changes.propose(fix(gone))).id);
    await world.app.changes.propose(fix(elsewhere));
    expect(await stateOf(one)).toEqual([
      [second.id, 'pending'],
      [first.id, 'pending'],
    ]);
    const { ledger } = world.app;
    const { plan: about } = await world.app.changes.plan(one);
    const begun = { target: about.target, environment: 'production', operations: ['ExecuteChangeSet'] };
    await ledger.append({ kind: 'change.executing', changeId: first.id, body: begun });
    expect(await stateOf(one)).toContainEqual([first.id, 'executing']);
    const unknown = { ...begun, outcome: { ...outcome, state: 'unknown' } };
    await ledger.append({ kind: 'change.finished', changeId: first.id, body: unknown });
    expect(await stateOf(one)).toContainEqual([first.id, 'unknown']);
  });
  it('is what was approved, until its time to be executed has passed', async () => {
    const made = await planOf(2048, DEV_STACK);
    const { plan } = await world.app.changes.plan(made);
    const { id } = await world.app.changes.propose(fix(made));
    expect(await stateOf(made)).toEqual([[id, 'approved']]);
    const later = await world.another({ now: () => new Date(Date.now() + 2 * 3_600_000) });
    expect(await later.changes.openOn(plan.target)).toEqual([]);
  });
  it('stands beside what a plan tells, with the change that it was proposed as', async () => {
    const id = await planOf();
    const { plan } = await world.app.changes.plan(id);
    expect(await world.app.changes.aboutPlan(plan)).toMatchObject({ open: [], changeId: null });
    const change = await world.app.changes.propose(fix(id));
    expect(await world.app.changes.aboutPlan(plan)).toMatchObject({ open: [{ id: change.id }], changeId: change.id });
  });
});

it('a cursor that is none of the list is refused', async () => {
  for (const cursor of ['', '0', '-1', '1x', 'x1', '1'.repeat(16)])
    await expect(world.app.changes.list({ cursor, limit: 5 }), cursor).rejects.toEqual(
      refused('INPUT_INVALID', /^cursor:/, /previous answer/),
    );
});

it('a policy that was edited since proposes nothing; without any, the guards say so', async () => {
  const id = await planOf();
  const editedPath = join(world.home, 'edited.yaml');
  writeFileSync(editedPath, world.policyText.replace('roles: [sre]', 'roles: [sre, data]'));
  const edited = await world.another({ policyPath: editedPath });
  await expect(edited.changes.propose(fix(id))).rejects.toEqual(refused('CONFIG_POLICY_CHANGED'));
  const without = await world.another({ policyPath: undefined });
  const change = await without.changes.propose(fix(await planOf(2048, STACK, without)));
  expect(change.judgement.decision).not.toBe('pass');
});

it('who executes a plan is said by its scope, and whether a runner is there', async () => {
  const byRunner = world.policyText.replace('development, execute: by_command', 'development, execute: by_runner');
  const app = await world.another({ policy: byRunner });
  const [here, there] = [await planOf(1024, STACK, app), await planOf(1024, DEV_STACK, app)];
  const executorOf = async (planId: string, by = app.changes) => by.executorOf((await app.changes.plan(planId)).plan);
  expect(await executorOf(here)).toBe('person');
  expect(await executorOf(there)).toBe('no_runner');
  const runners = async () => [{ owner: null }] as never;
  const policy = { ...app.policy, runners };
  const attended = createChanges({ ...app, policy, provider: providerRules, now: () => new Date() });
  expect(await executorOf(there, attended)).toBe('runner');
});

it('a proposal says what an approval must prove, where that is more than a signature', async () => {
  expect(await world.app.changes.propose(fix(await planOf()))).not.toHaveProperty('proof');
  const touched = `${world.policyText}seats: { production: { reversible: 1, recoverable: 2, irreversible: 2, proof: touch } }\n`;
  const app = await world.another({ policy: touched });
  const change = await app.changes.propose(fix(await planOf(2048, STACK, app)));
  expect(change).toMatchObject({ proof: 'touch' });
  expect(change).not.toHaveProperty('onePerson');
});

it('a proposal names who decides alone, where the policy has solo mode', async () => {
  const alone = { person: 'alice', waitSeconds: 600 };
  const policy = { ...world.app.policy, onePerson: () => alone };
  const changes = createChanges({ ...world.app, policy, provider: providerRules, now: () => new Date() });
  expect(await changes.propose(fix(await planOf()))).toMatchObject({ onePerson: alone });
});
