/** Real processes on one state folder: at the same time, and killed in between. The endpoint counts what left. */
import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { Client } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { show } from '../../src/cli/show.ts';
import { addFault } from '../../src/sandbox/faults.ts';
import { openTestWorld, proposeFix, STACK, type TestWorld, withCloud } from '../world.ts';
import { signAs } from './attempts.ts';

const bin = new URL('../../bin/countersign.js', import.meta.url).pathname;
let world: TestWorld;
const started: ChildProcess[] = [];
beforeEach(async () => {
  world = await openTestWorld();
  world.store.setPace(0);
});
afterEach(() => {
  for (const child of started.splice(0)) child.kill('SIGKILL');
  world.close();
});

const shared = () => ['--home', world.home, '--policy', join(world.home, 'policy.yaml'), '--sandbox'];
const env = () => ({ PATH: process.env.PATH ?? '', COUNTERSIGN_SPONSOR: 'alice', AWS_REGION: 'eu-west-1' });

interface Ended {
  code: number | null;
  output: string;
}
function begin(...args: string[]): { child: ChildProcess; ended: Promise<Ended> } {
  const child = spawn(process.execPath, [bin, ...shared(), ...args], { env: env(), stdio: ['ignore', 'pipe', 'pipe'] });
  started.push(child);
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (output += String(text)));
  return { child, ended: new Promise((resolve) => child.on('close', (code) => resolve({ code, output }))) };
}
const countersign = (...args: string[]) => begin(...args).ended;

const sign = (id: string) => signAs(world, id);
async function approved(memory = 1024) {
  const id = await proposeFix(world, memory);
  await sign(id);
  return id;
}
const kinds = async (changeId: string) => (await world.app.ledger.events({ changeId })).map(({ kind }) => kind);
async function recorded(changeId: string, kind: string) {
  for (let turn = 0; turn < 400 && !(await kinds(changeId)).includes(kind); turn += 1)
    await new Promise((resolve) => setTimeout(resolve, 50));
  expect(await kinds(changeId)).toContain(kind);
}
const minutesLater = (minutes: number) => world.another({ now: () => new Date(Date.now() + minutes * 60_000) });

describe('at the same time', () => {
  it('two executors of one change make one call, and the other says why it made none', async () => {
    const id = await approved();
    const both = await Promise.all([countersign('execute', id), countersign('execute', id)]);
    const [won, lost] = both[0].code === 0 ? both : [both[1], both[0]];
    expect(won).toMatchObject({ code: 0, output: expect.stringContaining('succeeded') });
    expect(lost.code).toBe(1);
    expect(lost.output).toMatch(
      /^(?:STATE_NONCE_USED|STATE_CHANGE_NOT_APPROVED|STATE_TARGET_LOCKED|STATE_STALE): .+\n.+/m,
    );
    expect(lost.output).not.toMatch(/\n\s+at /);
    expect(world.writes().map(({ operation }) => operation)).toEqual(['ExecuteChangeSet']);
    expect((await world.app.changes.find(id)).state).toBe('succeeded');
    expect(await countersign('audit', 'verify')).toMatchObject({ code: 0 });
  });

  it('an executor that comes too late does not call stale what another has carried out', async () => {
    const id = await approved();
    const late = await world.another();
    const cloud: typeof late.cloud = {
      ...late.cloud,
      async recompute(plan, permit) {
        await world.execute(id);
        return late.cloud.recompute(plan, permit);
      },
    };
    await expect(world.execute(id, withCloud(late, cloud))).rejects.toMatchObject({ code: 'STATE_NONCE_USED' });
    expect((await world.app.changes.find(id)).state).toBe('succeeded');
    expect(world.writes()).toHaveLength(1);
  });

  it('what another change did between the look and the lock is looked at again', async () => {
    const [id, other] = [await approved(1024), await approved(2048)];
    const late = await world.another();
    let looked = 0;
    const cloud: typeof late.cloud = {
      ...late.cloud,
      async recompute(plan, permit) {
        const live = await late.cloud.recompute(plan, permit);
        looked += 1;
        if (looked === 1) await world.execute(other);
        return live;
      },
    };
    await expect(world.execute(id, withCloud(late, cloud))).rejects.toMatchObject({ code: 'STATE_STALE' });
    expect(world.writes()).toHaveLength(1);
  });

  it('two executors of two changes on one stack: the second waits or is stale, and nothing runs at once', async () => {
    const ids = [await approved(1024), await approved(2048)];
    await Promise.all(ids.map((id) => countersign('execute', id)));
    const states = await Promise.all(ids.map(async (id) => (await world.app.changes.find(id)).state));
    expect(states.filter((state) => state === 'succeeded')).toHaveLength(1);
    expect(world.writes()).toHaveLength(1);
  });

  it('several servers propose while a person signs: each change is whole, and the ledger verifies', async () => {
    const first = await proposeFix(world);
    const propose = async (memory: number) => {
      const client = new Client({ name: `agent-${memory}`, version: '1' });
      await client.connect(
        new StdioClientTransport({
          command: process.execPath,
          args: [bin, ...shared(), 'serve'],
          env: env(),
          stderr: 'ignore',
        }),
      );
      const call = async (name: string, args: Record<string, unknown>) =>
        (await client.callTool({ name, arguments: args })).structuredContent as Record<string, unknown>;
      const set = [{ path: 'Resources.QueryFunction.Properties.MemorySize', value: memory }];
      const plan = await call('plan_stack_update', { stack: STACK, set });
      const change = await call('propose_change', { plan_id: plan.plan_id, goal: 'fix', reason: 'at once' });
      const again = await call('propose_change', { plan_id: plan.plan_id, goal: 'fix', reason: 'twice' });
      await client.close();
      return { change, again };
    };
    const [signed, ...proposed] = await Promise.all([
      countersign('approve', first, '--key', world.keyOf('bob'), '--as', 'bob', '--confirm', STACK),
      ...[640, 768, 896].map(propose),
    ]);
    expect(signed).toMatchObject({ code: 0 });
    expect((await world.app.changes.find(first)).approvals).toHaveLength(1);
    for (const { change, again } of proposed) {
      expect(change).toMatchObject({ state: 'pending' });
      expect(again).toBeUndefined();
    }
    expect((await world.app.changes.list({ limit: 50 })).items).toHaveLength(4);
    expect(await countersign('audit', 'verify')).toMatchObject({ code: 0 });
    expect(world.writes()).toEqual([]);
  });
});

describe('killed between intent and outcome', () => {
  async function killed(at: 'call.intended' | 'call.returned') {
    const id = await approved();
    if (at === 'call.intended')
      world.store.transact((inside) =>
        addFault(inside, { kind: 'latency', operation: 'ExecuteChangeSet', milliseconds: 120_000 }),
      );
    else world.store.setPace(1);
    const { child, ended } = begin('execute', id);
    await recorded(id, at);
    child.kill('SIGKILL');
    await ended;
    world.store.setPace(0);
    return id;
  }

  it('the call is not repeated, by any command', async () => {
    const id = await killed('call.intended');
    const before = world.writes().length;
    expect(before).toBeLessThanOrEqual(1);
    const again = await countersign('execute', id);
    expect(again).toMatchObject({ code: 1, output: expect.stringContaining('STATE_CHANGE_NOT_APPROVED') });
    expect(again.output).toContain('executing');
    expect(await countersign('approve', id, '--key', world.keyOf('carol'), '--as', 'carol')).toMatchObject({ code: 1 });
    expect(world.writes()).toHaveLength(before);
    expect(await countersign('audit', 'verify')).toMatchObject({ code: 0 });
  });

  it('a person is told what is not known, and what to do now', async () => {
    const id = await killed('call.intended');
    const later = await minutesLater(3);
    const shown = await show(later, id, 400);
    expect(shown).toMatch(/executing: .*ExecuteChangeSet.*no outcome was recorded/);
    expect(shown).toMatch(/do not repeat it/i);
    expect(shown).toContain(`aws cloudformation describe-stack-events --stack-name ${STACK}`);
    expect(shown).not.toContain('TO EXECUTE');
    expect(await countersign('changes')).toMatchObject({
      output: expect.stringMatching(/executing .*ExecuteChangeSet/),
    });
    expect(await countersign('show', id)).toMatchObject({
      output: expect.stringMatching(/no\s+│?\s*outcome\s+│?\s*was\s+│?\s*recorded/),
    });
    const told = await later.pipeline('describe_change', { change_id: id });
    expect(told).toMatchObject({
      content: { state: 'executing', explanation: expect.stringMatching(/no\s+│?\s*outcome was recorded/) },
    });
    expect(JSON.stringify(told)).toContain(`countersign reconcile ${id}`);
  });

  it('while it may still be at work, nothing is said of an executor that is gone', async () => {
    const id = await killed('call.returned');
    expect(await world.app.changes.find(id)).toMatchObject({ state: 'executing', abandoned: false });
    expect(await (await minutesLater(31)).changes.find(id)).toMatchObject({
      state: 'executing',
      abandoned: true,
      explanation: expect.stringContaining('executor may have stopped'),
    });
  });

  it('its target is held: nothing else is executed or proposed there', async () => {
    const other = await approved(2048);
    const id = await killed('call.intended');
    const before = world.writes().length;
    expect(await countersign('execute', other)).toMatchObject({
      code: 1,
      output: expect.stringMatching(/^(?:STATE_|GUARD_RATE)/m),
    });
    const plan = await world.call('plan_stack_update', {
      stack: STACK,
      set: [{ path: 'Resources.QueryFunction.Properties.Timeout', value: 20 }],
    });
    expect(plan).toMatchObject({ decision: 'denied' });
    expect(JSON.stringify(plan.verdicts)).toContain(id);
    expect(world.writes()).toHaveLength(before);
  });

  it('a day later its target is still held: what ends the lock is a fact, not a clock', async () => {
    const id = await killed('call.intended');
    const before = world.writes().length;
    const later = await minutesLater(25 * 60);
    const answered = await later.pipeline('plan_stack_update', {
      stack: STACK,
      set: [{ path: 'Resources.QueryFunction.Properties.Timeout', value: 20 }],
    });
    const plan = (answered as { content: Record<string, unknown> }).content;
    expect(plan).toMatchObject({ decision: 'denied' });
    expect(JSON.stringify(plan.verdicts)).toContain(id);
    const proposed = await later.pipeline('propose_change', { plan_id: plan.plan_id, goal: 'fix', reason: 'again' });
    const { change_id } = (proposed as { content: Record<string, unknown> }).content;
    await expect(world.execute(String(change_id), later)).rejects.toMatchObject({ code: 'STATE_CHANGE_NOT_APPROVED' });
    expect(await show(later, id)).toMatch(/executing[\s\S]*nothing else can be executed on this target/);
    expect(world.writes()).toHaveLength(before);
  });

  it('an instance is held among others too', async () => {
    const { instances } = (await world.call('describe_instances', {})) as never as {
      instances: { instance_id: string; name: string }[];
    };
    const idOf = (name: string) => instances.find((one) => one.name === name)!.instance_id;
    const plan = await world.call('plan_instance_action', { instance_ids: [idOf('batch')], action: 'stop' });
    const change = await world.call('propose_change', { plan_id: plan.plan_id, goal: 'scale', reason: 'at night' });
    const id = String(change.change_id);
    await sign(id);
    // The first is the dry run.
    world.store.transact((inside) =>
      addFault(inside, { kind: 'latency', operation: 'StopInstances', skip: 1, milliseconds: 120_000 }),
    );
    const { child, ended } = begin('execute', id);
    await recorded(id, 'call.intended');
    child.kill('SIGKILL');
    await ended;
    const instance_ids = [idOf('archive'), idOf('batch')];
    const both = await world.call('plan_tags', { resource_ids: instance_ids, set: { team: 'web' } });
    expect(both).toMatchObject({ decision: 'denied' });
    expect(JSON.stringify(both.verdicts)).toContain(id);
    expect(await show(await minutesLater(3), id)).toContain(
      `aws ec2 describe-instances --instance-ids ${idOf('batch')}`,
    );
  });
});
