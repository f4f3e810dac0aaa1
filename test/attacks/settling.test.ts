/** What may be called "did not happen", and when a target is free: a fact of the endpoint decides, no silence and no clock of ours. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { closeChange } from '../../src/cli/close.ts';
import { setHalt } from '../../src/cli/halt.ts';
import type { App } from '../../src/compose.ts';
import { eventsOf } from '../../src/core/events.ts';
import type { Runner } from '../../src/core/ports.ts';
import { verifyLedger } from '../../src/ledger/open.ts';
import type { WireRequest } from '../../src/sandbox/cloud.ts';
import { addFault } from '../../src/sandbox/faults.ts';
import { type CloudProxy, openTestWorld, proposeFix, STACK, type TestWorld, withCloud } from '../world.ts';
import { signedByAll } from './attempts.ts';

let world: TestWorld;
beforeEach(async () => {
  world = await openTestWorld();
});
afterEach(() => world.close());

const signed = (id: string) => signedByAll(world, world.app, id);
const fix = async () => signed(await proposeFix(world));
const kinds = async (changeId: string) => (await world.app.ledger.events({ changeId })).map(({ kind }) => kind);
const intents = async (changeId: string) => eventsOf(world.app.ledger, ['call.intended'], { changeId });
const state = async (id: string) => (await world.app.changes.find(id)).state;
const isExecution = ({ body }: { body: string }) => body.includes('Action=ExecuteChangeSet');
const shifted = (minutes: number, options: Parameters<TestWorld['another']>[0] = {}) =>
  world.another({ now: () => new Date(Date.now() + minutes * 60_000), ...options });
const byCarol = (app: App, id: string, reason = 'I looked') =>
  closeChange(app, id, { as: 'carol', reason, key: world.keyOf('carol') });
async function until(isSo: () => boolean | Promise<boolean>) {
  for (let turn = 0; turn < 400 && !(await isSo()); turn += 1) await new Promise((resolve) => setTimeout(resolve, 20));
  expect(await isSo()).toBe(true);
}

/** A request that has left, and is on its way until it is delivered. */
interface Held {
  id: string;
  app: App;
  request: WireRequest;
  /** @returns the status of the answer. */
  deliver(): Promise<number>;
}
async function onItsWay(options: Parameters<TestWorld['another']>[0] = {}, make = fix): Promise<Held> {
  const id = await make();
  let held: { request: WireRequest; deliver(): Promise<number> } | undefined;
  const proxy: CloudProxy = async (request, forward) => {
    if (!isExecution(request)) return forward();
    held = { request, deliver: async () => (await forward()).status };
    return new Promise(() => undefined);
  };
  const app = await world.another({ proxy, ...options });
  void world.execute(id, app).catch(() => undefined);
  await until(() => held !== undefined);
  return { id, app, ...held! };
}

describe('a request that is still on its way', () => {
  it('is not called undone because its executor is dead: it acts afterwards, and that is what is recorded', async () => {
    const { id, app, deliver } = await onItsWay();
    world.kill(app);
    const { change, saw } = await world.app.executor.reconcile(id);
    expect(change.state).toBe('executing');
    expect(saw).toMatch(/not carried out.* so far; its request may still arrive until .* UTC/);
    await expect(byCarol(world.app, id)).rejects.toMatchObject({
      code: 'STATE_CALL_MAY_ARRIVE',
      message: expect.stringMatching(/may still arrive until .* UTC/),
      remedyForPeople: expect.stringMatching(/after \d{4}-.* UTC/),
    });
    expect(await deliver()).toBe(200);
    expect((await world.app.executor.reconcile(id)).change.state).toBe('succeeded');
    expect(world.writes()).toHaveLength(1);
  });

  it('is not called undone by years of silence, nor by a reconciler whose clock is years ahead or behind', async () => {
    const { id, app } = await onItsWay();
    world.kill(app);
    for (const days of [400, -400]) {
      const by = await shifted(days * 24 * 60);
      expect((await by.executor.reconcile(id)).change.state).toBe('executing');
      await expect(byCarol(by, id)).rejects.toMatchObject({ code: 'STATE_CALL_MAY_ARRIVE' });
    }
    world.age(14);
    expect((await world.app.executor.reconcile(id)).change.state).toBe('executing');
    world.age(3);
    const behind = await shifted(-400 * 24 * 60);
    expect((await behind.executor.reconcile(id)).change.state).toBe('failed');
  });

  it('is refused by the endpoint from the moment on at which it is called undone', async () => {
    const { id, app, deliver } = await onItsWay();
    world.kill(app);
    world.age(17);
    expect((await world.app.executor.reconcile(id)).change.state).toBe('failed');
    expect(await deliver()).toBe(403);
    expect(await state(id)).toBe('failed');
    const { plan } = await world.app.changes.plan((await world.app.changes.find(id)).planId);
    expect((await world.app.cloud.lookBack(plan.calls[0]!, plan, new Date(0))).detail).toMatch(/was not carried out/);
  });

  it('is looked for after the proof, never before it', async () => {
    const { id, app, deliver } = await onItsWay();
    world.kill(app);
    const real = world.app.cloud;
    const clock: Runner['clock'] = async (call) => {
      await deliver();
      world.age(17);
      return real.clock(call);
    };
    const { change } = await withCloud(world.app, { clock }).executor.reconcile(id);
    expect(change.state).toBe('succeeded');
  });

  it('carries the date that its intent says, however late it leaves, so that a sleeper cannot sign anew', async () => {
    const id = await fix();
    let request: WireRequest | undefined;
    let status: number | undefined;
    const app = await world.another({
      async proxy(one, forward) {
        const answer = await forward();
        if (isExecution(one)) [request, status] = [one, answer.status];
        return answer;
      },
    });
    let wake: () => void = () => undefined;
    const asleep = new Promise<void>((resolve) => {
      wake = resolve;
    });
    const send: Runner['send'] = (call, permit, rights, signing) =>
      asleep.then(() => app.cloud.send(call, permit, rights, signing));
    const running = world.execute(id, withCloud(app, { send })).catch((error: { code: string }) => error);
    await until(async () => (await intents(id)).length > 0);
    world.kill(app);
    world.age(17);
    expect((await world.app.executor.reconcile(id)).change.state).toBe('failed');
    wake();
    await running;
    const [intent] = await intents(id);
    const signedAt = intent?.body.signing?.signedAt ?? '';
    expect(request?.headers['x-amz-date']).toBe(`${signedAt.slice(0, 19).replaceAll(/[-:]/g, '')}Z`);
    expect(status).toBe(403);
    expect(await state(id)).toBe('failed');
    expect((await kinds(id)).filter((kind) => kind === 'change.finished')).toHaveLength(1);
  });
});

describe('a proxy that repeats a request, since it got no answer to the first copy', () => {
  it('makes no failure of what the first copy did: a refusal of the last is believed after a look', async () => {
    let copies = 0;
    const app = await world.another({
      async proxy(request, forward) {
        if (!isExecution(request)) return forward();
        for (copies = 1; copies < 2; copies += 1) await forward();
        const answer = await forward();
        expect(answer.status).toBe(400);
        return answer;
      },
    });
    const ended = await world.execute(await fix(), app);
    expect(copies).toBe(2);
    expect(ended).toMatchObject({ state: 'succeeded', outcome: { calls: [{ outcome: 'done' }] } });
  });

  it('leaves a refusal a refusal where no copy was carried out', async () => {
    const app = await world.another({
      async proxy(request, forward) {
        if (isExecution(request)) addFaultOnce('denied');
        return forward();
      },
    });
    expect(await world.execute(await fix(), app)).toMatchObject({
      state: 'failed',
      outcome: { calls: [{ outcome: 'failed' }], detail: expect.stringContaining('Nothing was done') },
    });
  });
});
const addFaultOnce = (kind: 'denied') =>
  world.store.transact((inside) => addFault(inside, { kind, operation: 'ExecuteChangeSet' }));

describe('the time of the cloud', () => {
  const without =
    (edit: (headers: Record<string, string>) => Record<string, string>): CloudProxy =>
    async ({ body }, forward) => {
      const answer = await forward();
      const isAsked = answer.status === 200 && /Action=DescribeStacks(?:&|$)/.test(body);
      return isAsked ? { ...answer, headers: edit(answer.headers) } : answer;
    };
  it.each<[string, CloudProxy]>([
    ['has no Date header', without(({ date: _date, ...rest }) => rest)],
    ['has one that is no date', without((headers) => ({ ...headers, date: 'today' }))],
    ['comes out of a cache', without((headers) => ({ ...headers, age: '1' }))],
    [
      'comes with a page of the proxy alone',
      async ({ body }, forward) =>
        /Action=DescribeStacks&|Action=DescribeStacks$/.test(body)
          ? { status: 407, headers: { date: new Date(Date.now() + 9e6).toUTCString() }, body: '<html>sign in</html>' }
          : forward(),
    ],
  ])('is not known from an answer that %s: nothing is called undone', async (_what, proxy) => {
    const { id, app } = await onItsWay();
    world.kill(app);
    world.age(60);
    const by = await world.another({ proxy });
    const looked = await by.executor.reconcile(id).catch((error: { code: string }) => error);
    if ('saw' in looked) expect(looked.saw).toMatch(/do not say the time of the cloud/);
    else expect(looked.code).toMatch(/^AWS_/);
    await expect(byCarol(by, id)).rejects.toMatchObject({
      code: 'STATE_CALL_MAY_ARRIVE',
      remedyForPeople: expect.stringContaining('Date header'),
    });
    expect(await state(id)).toBe('executing');
    expect((await world.app.executor.reconcile(id)).change.state).toBe('failed');
  });

  it('is in every signature, so that an executor with a wrong clock still executes', async () => {
    world.age(45);
    expect(await world.execute(await fix())).toMatchObject({ state: 'succeeded' });
  });
});

describe('the owner of an intent', () => {
  it('is recorded with it, without any secret', async () => {
    const id = await fix();
    await world.execute(id);
    const [intent] = await intents(id);
    expect(intent?.body.owner).toMatchObject({ host: 'here', pid: expect.any(Number), token: expect.any(String) });
    expect(intent?.body.signing).toEqual({ signedAt: expect.any(String) });
    expect(readFileSync(join(world.home, 'ledger.db'), 'latin1')).not.toMatch(/AKIASANDBOX|secretAccessKey/);
  });

  it('lives: nothing is settled, not even by a person, until it ends or the credentials of its request have', async () => {
    const roles = 'executor_role: countersign-executor, service_role: countersign-service-main';
    const policy = world.policyText.replace('regions: [eu-west-1]', `regions: [eu-west-1], ${roles}`);
    await world.another({ policy });
    const { id } = await onItsWay();
    expect((await intents(id))[0]?.body.signing?.credentialsEnd).toMatch(/^\d{4}-/);
    for (const minutes of [0, 30]) {
      world.age(minutes);
      const running = { code: 'STATE_CHANGE_RUNNING', remedyForPeople: expect.stringContaining('end that process') };
      await expect(world.app.executor.reconcile(id)).rejects.toMatchObject(running);
      await expect(byCarol(world.app, id)).rejects.toMatchObject(running);
    }
    world.age(32);
    expect((await world.app.executor.reconcile(id)).change.state).toBe('failed');
  });

  it('lives, with credentials of no known end: nothing is settled, however late', async () => {
    const { id, app } = await onItsWay();
    world.age(400 * 24 * 60);
    await expect(world.app.executor.reconcile(id)).rejects.toMatchObject({ code: 'STATE_CHANGE_RUNNING' });
    await expect(byCarol(world.app, id)).rejects.toMatchObject({ code: 'STATE_CHANGE_RUNNING' });
    world.kill(app);
    expect((await world.app.executor.reconcile(id)).change.state).toBe('failed');
  });

  it('is on another host: it is left alone while it is heard of, and its signature decides then', async () => {
    const { id } = await onItsWay({ host: 'there' });
    await expect(world.app.executor.reconcile(id)).rejects.toMatchObject({
      code: 'STATE_CHANGE_RUNNING',
      message: expect.stringContaining('on there'),
    });
    const silent = await shifted(3);
    expect((await silent.executor.reconcile(id)).change.state).toBe('executing');
    await expect(byCarol(silent, id)).rejects.toMatchObject({ code: 'STATE_CALL_MAY_ARRIVE' });
    world.age(17);
    expect((await silent.executor.reconcile(id)).change.state).toBe('failed');
  });

  it('is not named by an older version: only what is seen is recorded, and a person vouches for the rest', async () => {
    const { id, app } = await onItsWay();
    world.kill(app);
    const older = await shifted(3);
    const events: App['ledger']['events'] = async (query) =>
      (await world.app.ledger.events(query)).map((event) => {
        const { owner: _owner, signing: _signing, ...body } = event.body as Record<string, unknown>;
        return event.kind === 'call.intended' ? { ...event, body } : event;
      });
    Object.assign(older.ledger, { events });
    const { change, saw } = await older.executor.reconcile(id);
    expect(change.state).toBe('executing');
    expect(saw).toMatch(/older version/);
    await expect(byCarol(older, id)).rejects.toMatchObject({ code: 'STATE_CALL_MAY_ARRIVE' });
    world.age(17);
    expect((await older.executor.reconcile(id)).change.state).toBe('executing');
    expect((await byCarol(older, id)).state).toBe('closed');
  });
});

describe('a final state', () => {
  it('is one, whoever else looks at the same time', async () => {
    const { id, app } = await onItsWay();
    world.kill(app);
    world.age(17);
    const looked = await Promise.allSettled(
      (await Promise.all([world.another(), world.another(), world.another()])).map((by) => by.executor.reconcile(id)),
    );
    expect(looked.filter(({ status }) => status === 'fulfilled').length).toBeGreaterThan(0);
    for (const one of looked)
      if (one.status === 'rejected') expect(one.reason.code).toMatch(/^STATE_CHANGE_(?:RUNNING|NOT_UNKNOWN)$/);
    expect((await kinds(id)).filter((kind) => kind === 'change.finished')).toHaveLength(1);
    expect((await verifyLedger(world.home)).ok).toBe(true);
  });

  it.each<[string, (id: string) => Promise<unknown>, string]>([
    ['a person has closed it', (id) => byCarol(world.app, id), 'closed'],
    ['a look has settled it', (id) => world.app.executor.reconcile(id), 'failed'],
  ])('stays when %s and its executor wakes with an outcome', async (_what, settle, ended) => {
    const id = await fix();
    const app = await world.another();
    let answer: (sent: Awaited<ReturnType<Runner['send']>>) => void = () => undefined;
    const send: Runner['send'] = () =>
      new Promise((resolve) => {
        answer = resolve;
      });
    const running = world.execute(id, withCloud(app, { send })).catch((error: { code: string }) => error);
    await until(async () => (await intents(id)).length > 0);
    world.kill(app);
    world.age(17);
    await settle(id);
    expect(await state(id)).toBe(ended);
    answer({ kind: 'unknown', reason: 'the connection broke' });
    expect(await running).toMatchObject({ code: 'STATE_CHANGE_SETTLED', message: expect.stringContaining('unknown') });
    expect(await state(id)).toBe(ended);
    expect((await kinds(id)).filter((kind) => /^change\.(?:finished|closed)$/.test(kind))).toHaveLength(1);
    expect((await verifyLedger(world.home)).ok).toBe(true);
  });

  it('is no error when the executor and the look saw the same', async () => {
    const id = await fix();
    const app = await world.another();
    let answer: () => void = () => undefined;
    const send: Runner['send'] = async (call, permit, rights, signing) => {
      const sent = await app.cloud.send(call, permit, rights, signing);
      await new Promise<void>((resolve) => {
        answer = resolve;
      });
      return sent;
    };
    const running = world.execute(id, withCloud(app, { send }));
    await until(() => world.writes().length === 1);
    world.kill(app);
    expect((await world.app.executor.reconcile(id)).change.state).toBe('succeeded');
    answer();
    expect((await running).state).toBe('succeeded');
    expect((await kinds(id)).filter((kind) => kind === 'change.finished')).toHaveLength(1);
  });
});

describe('execute, of a change that was begun', () => {
  it('looks first, and tells the outcome that it found', async () => {
    const { id, app, deliver } = await onItsWay();
    world.kill(app);
    const refused = await world.execute(id).catch((error: unknown) => error);
    expect(refused).toMatchObject({
      code: 'STATE_CHANGE_NOT_APPROVED',
      message: expect.stringMatching(/executing: .*may still arrive/),
      remedy: expect.stringContaining(`countersign reconcile ${id}`),
    });
    await deliver();
    expect(await world.execute(id)).toMatchObject({ state: 'succeeded' });
    expect(world.writes()).toHaveLength(1);
  });

  it('sends nothing while its executor is at work, and names it', async () => {
    const { id } = await onItsWay();
    await expect(world.execute(id)).rejects.toMatchObject({
      code: 'STATE_CHANGE_NOT_APPROVED',
      message: expect.stringMatching(/process \d+ on here/),
    });
    expect(world.writes()).toEqual([]);
  });
});

describe('halt', () => {
  it('lists what it cannot call back, and nothing that has ended', async () => {
    await world.execute(await fix());
    const { id } = await onItsWay({}, async () => signed(await proposeFix(world, 2048)));
    const { text, begun } = await setHalt({ home: world.home, actsAs: ['ann'] }, 'halted');
    expect(begun).toEqual([
      {
        change: id,
        target: STACK,
        state: 'executing',
        call: { operation: 'cloudformation:ExecuteChangeSet', at: expect.any(String), isAnswered: false },
      },
    ]);
    expect(text).toMatch(new RegExp(`cannot be called back: ${id} \\(executing\\) on ${STACK}; .* has no answer`));
    expect((await setHalt({ home: world.home, actsAs: ['ann'] }, 'resumed')).begun).toEqual([]);
  });
});
