/** Trouble at each single step of an execution: what is recorded is what happened, and nothing that was signed is lost. */
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { App } from '../../src/compose.ts';
import type { OpenLedger } from '../../src/ledger/ledger.ts';
import { openLedger } from '../../src/ledger/sqlite/store.ts';
import type { WireResponse } from '../../src/sandbox/cloud.ts';
import { openTestWorld, proposeFix, STACK, type TestWorld } from '../world.ts';
import { signedByAll } from './attempts.ts';

let world: TestWorld;
beforeEach(async () => {
  world = await openTestWorld();
});
afterEach(() => world.close());
async function anew() {
  world.close();
  world = await openTestWorld();
}

const signed = (id: string) => signedByAll(world, world.app, id);
const CHANGES: Record<string, () => Promise<string>> = {
  'an update of a stack': async () => signed(await proposeFix(world)),
  'a termination, with a snapshot first': async () => {
    const { instances } = (await world.call('describe_instances', { tag: 'Name=batch' })) as never as {
      instances: { instance_id: string }[];
    };
    const plan = await world.call('plan_instance_action', {
      instance_ids: [instances[0]!.instance_id],
      action: 'terminate',
    });
    const change = await world.call('propose_change', { plan_id: plan.plan_id, goal: 'clean_up', reason: 'unused' });
    return signed(String(change.change_id));
  },
};

const kinds = async (changeId: string) => (await world.app.ledger.events({ changeId })).map(({ kind }) => kind);
const inDays = (days: number) => world.another({ now: () => new Date(Date.now() + days * 86_400_000) });
const never = () => new Promise<never>(() => undefined);

/** A ledger that tells before and after each of its writes which one it is: an append, or a transaction. */
function counting(hooks: { before?(write: number): unknown; after?(write: number): unknown }) {
  const counter = { writes: 0 };
  const open = (home: string, now?: () => Date): OpenLedger => {
    const real = openLedger(home, now);
    const counted =
      <Args extends unknown[], T>(write: (...args: Args) => Promise<T>) =>
      async (...args: Args): Promise<T> => {
        counter.writes += 1;
        const number = counter.writes;
        await hooks.before?.(number);
        const result = await write(...args);
        await hooks.after?.(number);
        return result;
      };
    return { ...real, append: counted(real.append), transact: counted(real.transact) as OpenLedger['transact'] };
  };
  return { counter, open };
}
function fullLedger() {
  const db = new Database(join(world.home, 'ledger.db'));
  return {
    fill: () =>
      db.exec(
        "CREATE TRIGGER IF NOT EXISTS full BEFORE INSERT ON events BEGIN SELECT RAISE(FAIL, 'disk is full'); END",
      ),
    lift: () => void db.exec('DROP TRIGGER IF EXISTS full'),
    close: () => db.close(),
  };
}
async function writesOf(make: () => Promise<string>): Promise<number> {
  const id = await make();
  const { counter, open } = counting({});
  const app = await world.another({ openLedger: open });
  counter.writes = 0;
  expect(await world.execute(id, app)).toMatchObject({ state: 'succeeded' });
  return counter.writes;
}
/** What AWS did: its own list of calls that changed something. */
const carriedOut = () => world.writes().map(({ operation }) => operation);

describe.each(Object.entries(CHANGES))('%s', (_what, make) => {
  it('with a ledger that is full at any one of its writes: refused and kept, or recorded as it happened', {
    timeout: 240_000,
  }, async () => {
    const count = await writesOf(make);
    const wanted = carriedOut();
    expect(count).toBeGreaterThan(wanted.length + 2);
    for (let trouble = 1; trouble <= count; trouble += 1) {
      await anew();
      const id = await make();
      const full = fullLedger();
      const { counter, open } = counting({ before: (write) => write === trouble && full.fill() });
      const app = await world.another({ openLedger: open });
      counter.writes = 0;
      const ended = await world
        .execute(id, app, (text) => /cannot be recorded yet/.test(text) && full.lift())
        .catch((error: { code: string }) => error);
      full.lift();
      full.close();
      if ('code' in ended) {
        expect(ended.code, `write ${trouble}`).toMatch(/^LEDGER_/);
        expect(carriedOut(), `write ${trouble}`).toEqual([]);
        expect((await world.app.changes.find(id)).state, `write ${trouble}`).toBe('approved');
        expect(await world.execute(id)).toMatchObject({ state: 'succeeded' });
      } else if (ended.state !== 'succeeded') {
        // Stopped between two calls: what was done is said, and what was not is said not to have been sent.
        expect(ended.outcome?.detail, `write ${trouble}`).toMatch(/was not sent/);
        expect(ended.outcome?.calls.map(({ outcome }) => outcome)).toEqual(carriedOut().map(() => 'done'));
        expect(carriedOut().length).toBeLessThan(wanted.length);
        continue;
      }
      expect(carriedOut(), `write ${trouble}`).toEqual(wanted);
      expect(await kinds(id), `write ${trouble}`).not.toContain('call.failed');
    }
  });

  it.each(['before', 'after'] as const)(
    'with an executor that dies %s any one of its writes: locked for ever, until a look or a person',
    { timeout: 300_000 },
    async (when) => {
      const count = await writesOf(make);
      for (let trouble = 1; trouble <= count; trouble += 1) {
        await anew();
        const id = await make();
        let isDead: () => void = () => undefined;
        const died = new Promise<void>((resolve) => {
          isDead = resolve;
        });
        const { counter, open } = counting({
          [when]: (write: number) => {
            if (write !== trouble) return undefined;
            isDead();
            return never();
          },
        });
        const app = await world.another({ openLedger: open });
        counter.writes = 0;
        void world.execute(id, app).catch(() => undefined);
        await died;
        world.kill(app);
        const { target, state } = await world.app.changes.find(id);
        const at = `${when} write ${trouble}: ${state}`;
        const recorded = await kinds(id);
        expect(recorded, at).not.toContain('call.failed');
        if (state === 'approved') {
          expect(carriedOut(), at).toEqual([]);
          continue;
        }
        if (state === 'succeeded') continue;
        expect(state, at).toBe('executing');
        for (const days of [1, 400]) {
          const later = await inDays(days);
          expect(await later.changes.find(id), at).toMatchObject({ state: 'executing', abandoned: true });
          await expect(planOn(later, target), at).resolves.toBe(false);
        }
        const before = carriedOut();
        world.age(17);
        const { change } = await world.app.executor.reconcile(id);
        expect(carriedOut(), at).toEqual(before);
        // What a look records is never milder or worse than what AWS did.
        const done = change.outcome?.calls.filter(({ outcome }) => outcome === 'done') ?? [];
        if (change.state === 'succeeded') expect(done, at).toHaveLength(carriedOut().length);
        if (change.state === 'failed') expect(done.length, at).toBeLessThanOrEqual(carriedOut().length);
        expect(['succeeded', 'failed', 'executing'], at).toContain(change.state);
      }
    },
  );
});

/** Would the guards let anything happen there? */
async function planOn(app: App, target: { kind: string; ids: string[]; name: string }): Promise<boolean> {
  const [tool, input] =
    target.kind === 'stack'
      ? [
          'plan_stack_update',
          { stack: target.name, set: [{ path: 'Resources.QueryFunction.Properties.Timeout', value: 20 }] },
        ]
      : ['plan_tags', { resource_ids: target.ids, set: { team: 'web' } }];
  const answer = await app.pipeline(tool as string, input);
  const verdicts = JSON.stringify(answer);
  return !/is executing on|outcome of change/.test(verdicts);
}

const html = (status: number): WireResponse => ({
  status,
  headers: { 'content-type': 'text/html' },
  body: '<html><body><h1>Please sign in</h1></body></html>',
});
const ANSWERS: [string, WireResponse | 'closes'][] = [
  ...[400, 401, 403, 404, 407, 408, 413, 429, 500, 502, 503, 504, 200].map((status): [string, WireResponse] => [
    `a page of ${status}`,
    html(status),
  ]),
  ['an empty 400', { status: 400, headers: {}, body: '' }],
  ['an empty 503', { status: 503, headers: {}, body: '' }],
  ['half an answer', { status: 200, headers: { 'content-type': 'text/xml' }, body: '<ExecuteChangeSetResponse' }],
  ['a connection that closes', 'closes'],
];
const reset = () => Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' });

describe.each(ANSWERS)('a proxy with %s', (_what, answer) => {
  it.each(['before', 'after'] as const)(
    '%s it delivers the call: no failure is made of it, and a look finds the truth',
    async (when) => {
      const id = await signed(await proposeFix(world));
      const by = await world.another({
        async proxy({ body }, forward) {
          if (!body.includes('Action=ExecuteChangeSet')) return forward();
          if (when === 'after') await forward();
          if (answer === 'closes') throw reset();
          return answer;
        },
      });
      const ended = await world.execute(id, by);
      expect(ended.state).toBe('unknown');
      expect(await kinds(id)).not.toContain('call.failed');
      expect(carriedOut()).toHaveLength(when === 'after' ? 1 : 0);
      const early = await world.app.executor.reconcile(id);
      expect(early.change.state).toBe(when === 'after' ? 'succeeded' : 'unknown');
      if (when === 'after') return;
      world.age(17);
      const { change } = await world.app.executor.reconcile(id);
      expect(change.state).toBe('failed');
    },
  );
});

describe('a clock that jumps while a change executes', () => {
  it.each([-400, -1, 1, 400])(
    'by %i days: the outcome is what happened, and nothing else runs meanwhile',
    async (days) => {
      const id = await signed(await proposeFix(world));
      let offset = 0;
      const now = () => new Date(Date.now() + offset * 86_400_000);
      let isFree: boolean | undefined;
      const by: App = await world.another({
        now,
        async proxy({ body }, forward) {
          const real = await forward();
          if (body.includes('Action=ExecuteChangeSet')) {
            offset = days;
            isFree = await planOn(await inDays(days), (await world.app.changes.find(id)).target);
          }
          return real;
        },
      });
      expect(await world.execute(id, by)).toMatchObject({
        state: 'succeeded',
        outcome: { calls: [{ outcome: 'done' }] },
      });
      expect(isFree).toBe(false);
      expect(carriedOut()).toHaveLength(1);
      expect((await world.app.changes.find(id)).target.name).toBe(STACK);
    },
  );
});
