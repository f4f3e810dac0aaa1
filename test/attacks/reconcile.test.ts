/** A change whose outcome is not known is looked into, never repeated, and its target is free only by a fact or a person. */

import { CloudFormationClient, ExecuteChangeSetCommand } from '@aws-sdk/client-cloudformation';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { buildClosing, CLOSING_NAMESPACE } from '../../src/approvals/closing.ts';
import { verifySshSignature } from '../../src/approvals/ssh-signature.ts';
import { closeChange } from '../../src/cli/close.ts';
import { show } from '../../src/cli/show.ts';
import type { App } from '../../src/compose.ts';
import { inFlightIn } from '../../src/core/folds.ts';
import type { Runner } from '../../src/core/ports.ts';
import { verifyLedger } from '../../src/ledger/open.ts';
import { addFault } from '../../src/sandbox/faults.ts';
import {
  DEV_STACK,
  openTestWorld,
  pastCountersign,
  proposeFix,
  STACK,
  signatureBy,
  type TestWorld,
  withCloud,
} from '../world.ts';
import { signedByAll } from './attempts.ts';

let world: TestWorld;
beforeEach(async () => {
  world = await openTestWorld();
});
afterEach(() => world.close());

const never = () => new Promise<never>(() => undefined);
const later = (minutes = 3) => world.another({ now: () => new Date(Date.now() + minutes * 60_000) });
const kinds = async (changeId: string) => (await world.app.ledger.events({ changeId })).map(({ kind }) => kind);
const sent = () => world.store.calls().filter((made) => made.class !== 'read').length;

async function approved(plan: Record<string, unknown>, goal: string) {
  const change = await world.call('propose_change', { plan_id: plan.plan_id, goal, reason: 'as planned' });
  return signed(String(change.change_id));
}
const signed = (id: string) => signedByAll(world, world.app, id);
async function planOn(action: 'stop' | 'terminate') {
  const { instances } = (await world.call('describe_instances', { tag: 'Name=batch' })) as never as {
    instances: { instance_id: string }[];
  };
  return world.call('plan_instance_action', { instance_ids: [instances[0]!.instance_id], action });
}
/** An executor of which nothing is heard again, from there on. */
async function goneAt(id: string, kind: string, cloud: (real: Runner) => Partial<Runner>) {
  const app = await world.another();
  await begunBy(app, id, kind, cloud);
  world.kill(app);
}
async function begunBy(app: App, id: string, kind: string, cloud: (real: Runner) => Partial<Runner>) {
  void world.execute(id, withCloud(app, cloud(app.cloud))).catch(() => undefined);
  for (let turn = 0; turn < 200 && !(await kinds(id)).includes(kind); turn += 1)
    await new Promise((resolve) => setTimeout(resolve, 20));
  expect(await kinds(id)).toContain(kind);
}
/** By AWS's own clock nothing that was signed so far is taken any more. */
const tooOld = () => world.age(17);
const arrived = (real: Runner): Partial<Runner> => ({
  send: (call, permit, rights) => real.send(call, permit, rights).then(never),
});
const lost = (): Partial<Runner> => ({ send: never });
async function whenSent(count: number) {
  for (let turn = 0; turn < 200 && world.writes().length < count; turn += 1)
    await new Promise((resolve) => setTimeout(resolve, 20));
  expect(world.writes()).toHaveLength(count);
}
/** Looks, and shows that nothing but reads left. */
async function reconcile(id: string, by?: App) {
  const before = sent();
  const found = await (by ?? (await later())).executor.reconcile(id);
  expect(sent()).toBe(before);
  return found;
}
const freeToPlan = async () => {
  const set = [{ path: 'Resources.QueryFunction.Properties.Timeout', value: 20 }];
  const plan = await world.call('plan_stack_update', { stack: STACK, set });
  return plan.decision !== 'denied';
};
/** An outcome that nobody knows yet: the answer of a call that arrived was lost. */
async function answerLost() {
  const id = await signed(await proposeFix(world));
  world.store.transact((inside) => addFault(inside, { kind: 'drop_after', operation: 'ExecuteChangeSet' }));
  expect(await world.execute(id)).toMatchObject({ state: 'unknown' });
  return id;
}

describe('a change that ended without a known outcome', () => {
  it.each([0, 25 * 60, 400 * 24 * 60])(
    'holds its target %i minutes later: nothing is planned or executed there',
    async (minutes) => {
      const other = await signed(await proposeFix(world, 2048));
      const id = await answerLost();
      await expect(world.execute(other)).rejects.toMatchObject({
        code: expect.stringMatching(/^(?:STATE_TARGET_LOCKED|GUARD_RATE|STATE_STALE)$/),
      });
      const app = await later(minutes);
      const set = [{ path: 'Resources.QueryFunction.Properties.Timeout', value: 20 }];
      const planned = await app.pipeline('plan_stack_update', { stack: STACK, set });
      expect(planned).toMatchObject({ content: { decision: 'denied' } });
      const told = JSON.stringify(planned);
      expect(told).toContain(`countersign reconcile ${id}`);
      expect(told).toContain(`countersign close ${id}`);
      expect(told).not.toContain('is executing on');
      expect(world.writes()).toHaveLength(1);
      // Elsewhere work goes on.
      const dev = await app.pipeline('plan_stack_update', { stack: DEV_STACK, set });
      expect(dev).toMatchObject({ content: { decision: 'pass' } });
    },
  );

  it('at the lock itself, whatever was judged before', async () => {
    const other = await signed(await proposeFix(world, 2048));
    const id = await answerLost();
    const { plan } = await world.app.changes.plan((await world.app.changes.find(other)).planId);
    expect(await world.app.ledger.transact((tx) => inFlightIn(tx, plan.target))).toEqual({
      changeId: id,
      isUnknown: true,
    });
  });

  it('is told among the open changes of its target', async () => {
    const id = await answerLost();
    expect((await world.app.changes.openOn((await world.app.changes.find(id)).target)).map((one) => one.id)).toEqual([
      id,
    ]);
  });

  it('frees its target when a fact settles it', async () => {
    const id = await answerLost();
    expect(await freeToPlan()).toBe(false);
    expect((await reconcile(id, world.app)).change).toMatchObject({ state: 'succeeded' });
    expect(await freeToPlan()).toBe(true);
  });

  it.each<[string, () => Promise<string[]>, string[], RegExp]>([
    ['and what differs is said', async () => ['MemorySize is 512'], ['MemorySize is 512'], /^Seen afterwards: /],
    ['or it is said that it was not', () => Promise.reject(new Error('denied')), [], /not compared .*: denied$/],
  ])(
    'that is found to have succeeded is compared with what was signed, %s',
    async (_what, differences, differs, detail) => {
      const id = await answerLost();
      const { change } = await withCloud(await later(), { differences }).executor.reconcile(id);
      expect(change).toMatchObject({ state: 'succeeded', differs });
      expect(change.outcome?.detail).toMatch(detail);
    },
  );

  it('frees its target when a person signs it off', async () => {
    const id = await answerLost();
    tooOld();
    await closeChange(world.app, id, { as: 'carol', reason: 'I looked: it is applied', key: world.keyOf('carol') });
    expect(await freeToPlan()).toBe(true);
  });

  it('holds it again where an older version recorded, after that, that it knows no more', async () => {
    const id = await answerLost();
    const [ended] = await world.app.ledger.events({ changeId: id, kinds: ['change.finished'] });
    tooOld();
    await closeChange(world.app, id, { as: 'carol', reason: 'I looked', key: world.keyOf('carol') });
    await world.app.ledger.append({ kind: 'change.finished', changeId: id, body: ended!.body as never });
    expect(await freeToPlan()).toBe(false);
  });
});

describe('reconcile', () => {
  it('records what the events of the call itself tell, and frees the target', async () => {
    const id = await signed(await proposeFix(world));
    await goneAt(id, 'call.intended', arrived);
    await whenSent(1);
    expect(await freeToPlan()).toBe(false);
    const { change, saw } = await reconcile(id);
    expect(change).toMatchObject({ state: 'succeeded', outcome: { calls: [{ outcome: 'done' }] } });
    expect(saw).toContain('UPDATE_COMPLETE');
    expect(await freeToPlan()).toBe(true);
    expect((await verifyLedger(world.home)).ok).toBe(true);
  });

  it('records that a call was not taken', async () => {
    const id = await signed(await proposeFix(world));
    await goneAt(id, 'call.intended', lost);
    tooOld();
    const { change } = await reconcile(id);
    expect(change).toMatchObject({ state: 'failed', outcome: { calls: [{ outcome: 'failed' }] } });
    expect(change.outcome?.detail).toMatch(/was not carried out/);
    expect(world.writes()).toEqual([]);
  });

  it('finds the outcome of an answer that was lost', async () => {
    const id = await signed(await proposeFix(world));
    world.store.transact((inside) => addFault(inside, { kind: 'drop_after', operation: 'ExecuteChangeSet' }));
    expect(await world.execute(id)).toMatchObject({ state: 'unknown' });
    expect((await reconcile(id, world.app)).change).toMatchObject({ state: 'succeeded' });
    await expect(world.app.executor.reconcile(id)).rejects.toMatchObject({ code: 'STATE_CHANGE_NOT_UNKNOWN' });
  });

  it('finds it below what others did on the stack since', async () => {
    const id = await signed(await proposeFix(world));
    const other = await signed(await proposeFix(world, 2048));
    world.store.transact((inside) => addFault(inside, { kind: 'drop_after', operation: 'ExecuteChangeSet' }));
    await world.execute(id);
    // Past countersign, which would not let it.
    const { plan } = await world.app.changes.plan((await world.app.changes.find(other)).planId);
    const client = new CloudFormationClient(pastCountersign(world));
    const { ChangeSetName, StackName } = plan.calls[0]!.input as { ChangeSetName: string; StackName: string };
    await client.send(new ExecuteChangeSetCommand({ ChangeSetName, StackName })).catch(() => undefined);
    expect((await reconcile(id, world.app)).change).toMatchObject({ state: 'succeeded' });
  });

  it('says what it saw while nothing tells, and leaves the target locked', async () => {
    const id = await signed(await proposeFix(world));
    await goneAt(id, 'call.intended', lost);
    const { calls } = (await world.app.changes.plan((await world.app.changes.find(id)).planId)).plan;
    const discard = `${calls[0]!.input.ChangeSetName}`;
    world.store.transact((inside) => {
      const sets = inside.list<{ id: string }>('change_set');
      for (const set of sets) if (set.id === discard) inside.remove('change_set', set.id);
    });
    const { change, saw } = await reconcile(id);
    expect(change).toMatchObject({ state: 'executing' });
    expect(saw).toMatch(/no event carries its token so far; its request may still arrive until .* UTC/);
    expect(await freeToPlan()).toBe(false);
    tooOld();
    expect((await reconcile(id)).change).toMatchObject({ state: 'failed' });
    expect(await freeToPlan()).toBe(true);
  });

  it('of an instance: by the state that the call was for', async () => {
    const id = await approved(await planOn('stop'), 'scale');
    await goneAt(id, 'call.intended', arrived);
    await whenSent(1);
    const { change, saw } = await reconcile(id);
    expect(saw).toMatch(/i-\w+ is stopped/);
    expect(change).toMatchObject({ state: 'succeeded' });
  });

  it('of an instance in the state from before: nothing tells', async () => {
    const id = await approved(await planOn('stop'), 'scale');
    await goneAt(id, 'call.intended', lost);
    tooOld();
    const { change, saw } = await reconcile(id);
    expect(saw).toMatch(/is running/);
    expect(change).toMatchObject({ state: 'executing' });
  });

  it('of several calls: the ones that never left are no success', async () => {
    const id = await approved(await planOn('terminate'), 'clean_up');
    await goneAt(id, 'call.returned', () => ({ settle: never }));
    const { change } = await reconcile(id, await later(31));
    expect(change).toMatchObject({ state: 'failed', outcome: { calls: [{ outcome: 'done' }] } });
    expect(change.outcome?.detail).toContain('ec2:TerminateInstances was not sent');
  });

  it('waits for an executor that is at work, however silent, and needs an unknown outcome', async () => {
    const id = await signed(await proposeFix(world));
    await expect(world.app.executor.reconcile(id)).rejects.toMatchObject({ code: 'STATE_CHANGE_NOT_UNKNOWN' });
    await begunBy(await world.another(), id, 'call.intended', arrived);
    tooOld();
    for (const by of [world.app, await later(400 * 24 * 60)]) {
      await expect(by.executor.reconcile(id)).rejects.toMatchObject({
        code: 'STATE_CHANGE_RUNNING',
        message: expect.stringMatching(/process \d+ on here/),
      });
      await expect(
        closeChange(by, id, { as: 'carol', reason: 'it is fine', key: world.keyOf('carol') }),
      ).rejects.toMatchObject({ code: 'STATE_CHANGE_RUNNING' });
    }
  });

  it('is what a person is told to run', async () => {
    const id = await signed(await proposeFix(world));
    await goneAt(id, 'call.intended', lost);
    const app = await later();
    expect(await show(app, id)).toContain(`countersign --sandbox reconcile ${id}`);
    expect(await show(app, id)).toContain(`countersign close ${id}`);
    const told = await app.pipeline('describe_change', { change_id: id });
    expect(JSON.stringify(told)).toContain(`countersign reconcile ${id}`);
    await expect(world.execute(id, app)).rejects.toMatchObject({
      remedy: expect.stringContaining(`countersign reconcile ${id}`),
    });
  });
});

describe('close', () => {
  async function unknown() {
    const id = await approved(await planOn('stop'), 'scale');
    await goneAt(id, 'call.intended', lost);
    tooOld();
    return id;
  }

  it('records who signed it off and why, and frees the target', async () => {
    const id = await unknown();
    const before = sent();
    const change = await closeChange(await later(), id, {
      as: 'carol',
      reason: 'it still runs; I looked',
      key: world.keyOf('carol'),
    });
    expect(change).toMatchObject({ state: 'closed', explanation: 'closed by carol: it still runs; I looked' });
    const [event] = await world.app.ledger.events({ changeId: id, kinds: ['change.closed'] });
    const body = event?.body as { by: string; statement: string; signature: string };
    expect(body.by).toBe('carol');
    expect(verifySshSignature(Buffer.from(body.statement), body.signature, CLOSING_NAMESPACE).fingerprint).toMatch(
      /^SHA256:/,
    );
    expect(JSON.parse(body.statement)).toMatchObject({
      change_id: id,
      person: 'carol',
      why: 'it still runs; I looked',
    });
    expect(sent()).toBe(before);
    expect(JSON.stringify((await planOn('stop')).verdicts ?? '')).not.toContain('is executing on');
  });

  it.each([
    ['APPROVAL_KEY_UNKNOWN', { as: 'mallory', reason: 'x' }],
    ['APPROVAL_KEY_UNKNOWN', { reason: 'x' }],
    ['INPUT_INVALID', { as: 'carol', reason: ' ' }],
    ['INPUT_INVALID', { as: 'carol', reason: 'a name is no signature' }],
  ])('is no one’s but a person’s of the policy, with a reason: %s', async (code, given) => {
    const id = await unknown();
    const app = await later();
    await expect(closeChange(app, id, given)).rejects.toMatchObject({ code });
    expect((await app.changes.find(id)).state).toBe('executing');
  });

  it('is signed with a key of that person, for this change as it stands, and for nothing else', async () => {
    const id = await unknown();
    const app = await later();
    const change = await app.changes.find(id);
    const by = (who: string, statement: string, namespace = CLOSING_NAMESPACE) =>
      app.executor.close(id, { statement, signature: signatureBy(world.keyOf(who), statement, namespace) });
    const right = buildClosing(change, 'carol', 'I looked');
    const refusals: [string, Promise<unknown>][] = [
      ['APPROVAL_KEY_UNKNOWN', by('stranger', right)],
      ['APPROVAL_WRONG_STATEMENT', by('bob', right)],
      ['APPROVAL_WRONG_STATEMENT', by('carol', buildClosing({ ...change, id: 'chg_other' }, 'carol', 'I looked'))],
      ['APPROVAL_WRONG_STATEMENT', by('carol', buildClosing({ ...change, version: change.version - 1 }, 'carol', 'x'))],
      ['APPROVAL_WRONG_STATEMENT', by('carol', `${right} `)],
      ['INPUT_SIGNATURE_INVALID', by('carol', right, 'countersign-approval@v1')],
    ];
    for (const [code, refused] of refusals) await expect(refused).rejects.toMatchObject({ code });
    expect((await app.changes.find(id)).state).toBe('executing');
    expect(await by('carol', right)).toMatchObject({ state: 'closed' });
  });

  it('needs a policy in force', async () => {
    const id = await unknown();
    const app = await world.another({ policyPath: undefined, now: () => new Date(Date.now() + 180_000) });
    await expect(closeChange(app, id, { as: 'carol', reason: 'x' })).rejects.toMatchObject({
      code: 'CONFIG_NO_POLICY',
    });
  });

  it('an executor that wakes afterwards sends no further call', async () => {
    const id = await approved(await planOn('terminate'), 'clean_up');
    const app = await world.another();
    let wake: () => void = () => undefined;
    const asleep = new Promise<void>((resolve) => {
      wake = resolve;
    });
    const settle: Runner['settle'] = async (call, output, tell) => {
      await asleep;
      return app.cloud.settle(call, output, tell);
    };
    const running = world.execute(id, withCloud(app, { settle }));
    for (let turn = 0; turn < 200 && !(await kinds(id)).includes('call.returned'); turn += 1)
      await new Promise((resolve) => setTimeout(resolve, 20));
    world.kill(app);
    tooOld();
    await closeChange(world.app, id, { as: 'carol', reason: 'its machine is gone', key: world.keyOf('carol') });
    wake();
    await expect(running).rejects.toMatchObject({
      code: 'STATE_CHANGE_SETTLED',
      message: expect.stringMatching(/was not sent: a person ended the change/),
    });
    expect((await world.app.changes.find(id)).state).toBe('closed');
    expect(world.writes().map(({ operation }) => operation)).toEqual(['CreateSnapshot']);
  });
});
