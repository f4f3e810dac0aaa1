/** What a call reads of the ledger is counted: it is the same on an empty ledger and after all that others ever did. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { App } from '../../src/compose.ts';
import type { LedgerEvent } from '../../src/core/events.ts';
import type { LedgerView } from '../../src/core/ports.ts';
import { runUntilStopped } from '../../src/execute/runner.ts';
import { openLedger } from '../../src/ledger/sqlite/store.ts';
import { openTestWorld, proposeFix, DEV_STACK as STACK, type TestWorld } from '../world.ts';

let world: TestWorld;
let app: App;
let read: { calls: number; events: number };
beforeEach(async () => {
  world = await openTestWorld();
  read = { calls: 0, events: 0 };
  app = await world.another({ openLedger: counting });
});
afterEach(() => world.close());

/** The store itself; what is asked of it, and what it answers with, is counted. */
function counting(...args: Parameters<typeof openLedger>): ReturnType<typeof openLedger> {
  const ledger = openLedger(...args);
  const counted = <View extends LedgerView>(view: View): View => ({
    ...view,
    async events(query) {
      const events = await view.events(query);
      read.calls += 1;
      read.events += events.length;
      return events;
    },
  });
  return { ...counted(ledger), transact: (decide) => ledger.transact((tx) => decide(counted(tx))) };
}
async function readBy(run: () => Promise<unknown>): Promise<typeof read> {
  read = { calls: 0, events: 0 };
  await run();
  return read;
}
const call = async (tool: string, input: unknown): Promise<Record<string, unknown>> => {
  const answer = await app.pipeline(tool, input);
  if (!answer.ok) throw new Error(JSON.stringify(answer.error));
  return answer.content;
};

const DAY = 24 * 3_600_000;
const ago = (milliseconds: number) => () => new Date(Date.now() - milliseconds);
/** Real events again, as other changes; `edit` of their text. */
async function again(events: readonly LedgerEvent[], times: number, now: () => Date, edit: (text: string) => string) {
  const ledger = openLedger(world.home, now);
  await ledger.transact(async (tx) => {
    for (const [turn, event] of Array.from({ length: times }, (_, at) =>
      events.map((one) => [at, one] as const),
    ).flat()) {
      const { kind, changeId, planId, body } = JSON.parse(
        edit(JSON.stringify(event)).replaceAll(/(chg|plan)_[0-9a-f]{10}/g, (id) => `${id.slice(0, -4)}${1000 + turn}`),
      ) as LedgerEvent;
      await tx.append({ kind, body, ...(changeId ? { changeId } : {}), ...(planId ? { planId } : {}) });
    }
  });
  ledger.close();
}
const elsewhere = (text: string) =>
  text.replaceAll(STACK, 'another-dev').replaceAll('"alice"', '"bob"').replaceAll('i-', 'i-other-');

/** What a day of work reads, by what was called. */
async function aDay(): Promise<Record<string, typeof read>> {
  let planId: unknown;
  let changeId: unknown;
  const set = [{ path: 'Resources.QueryFunction.Properties.MemorySize', value: 2048 }];
  return {
    describe_policy: await readBy(() => call('describe_policy', {})),
    plan_stack_update: await readBy(async () => {
      ({ plan_id: planId } = await call('plan_stack_update', { stack: STACK, set }));
    }),
    describe_plan: await readBy(() => call('describe_plan', { plan_id: planId })),
    propose_change: await readBy(async () => {
      ({ change_id: changeId } = await call('propose_change', { plan_id: planId, goal: 'fix', reason: 'memory' }));
    }),
    describe_change: await readBy(() => call('describe_change', { change_id: changeId })),
    pending: await readBy(() => call('describe_changes', { state: 'pending' })),
    withdraw_change: await readBy(() => call('withdraw_change', { change_id: changeId })),
  };
}

describe('what is read of the ledger', () => {
  it('does not grow with what others do now, nor with what happened on the same target long ago', {
    timeout: 120_000,
  }, async () => {
    const empty = await aDay();
    const other = await openTestWorld();
    await other.execute(await proposeFix(other, 1024, STACK));
    await proposeFix(other, 2048, STACK);
    const events = (await other.app.ledger.events()).filter(({ kind }) => /^(plan|change)\./.test(kind));
    other.close();
    await again(events, 20, ago(20 * DAY), (text) => text.replaceAll(/"20\d\d-[^"]*Z"/g, '"2025-01-01T00:00:00.000Z"'));
    const begun = (event: LedgerEvent) => !['change.executing', 'change.finished'].includes(event.kind);
    await again(events.filter(begun), 20, ago(2 * 3_600_000), (text) =>
      elsewhere(text).replaceAll(/"20\d\d-[^"]*Z"/g, '"2025-01-01T00:00:00.000Z"'),
    );
    await again(events, 20, ago(2 * 3_600_000), elsewhere);
    const grown = await aDay();
    // Plans and changes of the first day are of this sponsor and on this target; each is read again.
    for (const [name, { events: most }] of Object.entries(grown))
      expect([name, most]).toEqual([name, expect.toSatisfy((count: number) => count <= empty[name]!.events + 8)]);
    for (const [name, { calls }] of Object.entries(grown))
      expect([name, calls]).toEqual([name, expect.toSatisfy((count: number) => count <= empty[name]!.calls + 4)]);
  });

  it('is the same for a look of the runner after all that was carried out before', async () => {
    const look = () =>
      readBy(async () => {
        const stop = new AbortController();
        await runUntilStopped({
          open: async () => ({ ...app, isCurrent: () => true, isFor: () => true, close: () => undefined }),
          owner: app.owners.begin().owner,
          wait: async () => stop.abort(),
          poke: () => undefined,
          tell: () => undefined,
          report: () => undefined,
          stop: stop.signal,
          now: () => new Date(),
          concurrency: 1,
        });
      });
    const empty = await look();
    const other = await openTestWorld();
    await other.execute(await proposeFix(other, 1024, STACK));
    const events = (await other.app.ledger.events()).filter(({ kind }) => /^(plan|change|call)\./.test(kind));
    other.close();
    await again(events, 100, ago(DAY), (text) => text);
    const grown = await look();
    expect(grown.calls).toBe(empty.calls);
    expect(grown.events).toBeLessThanOrEqual(empty.events + 1);
  });

  it('asks for what two judgements of a plan need, and for nothing twice within one', async () => {
    const { plan_stack_update: plan, propose_change: propose } = await aDay();
    expect(plan!.calls).toBeLessThanOrEqual(45);
    expect(propose!.calls).toBeLessThanOrEqual(30);
  });

  it('is a page of changes for a page of changes, whatever the state', async () => {
    const changeId = await proposeFix(world, 1024, STACK);
    const events = await world.app.ledger.events({ changeId });
    const expired = (text: string) => text.replaceAll(/"20\d\d-[^"]*Z"/g, '"2025-01-01T00:00:00.000Z"');
    await again(events, 60, ago(DAY), expired);
    await call('withdraw_change', { change_id: await proposeFix(world, 3008, STACK) });
    for (const state of [undefined, 'pending', 'expired', 'withdrawn', 'approved'] as const) {
      const query = { limit: 5, ...(state ? { state } : {}) };
      const { events: rows } = await readBy(() => app.changes.list(query));
      // The page, one more, and the events of each.
      expect([state, rows]).toEqual([state, expect.toSatisfy((count: number) => count <= 6 + 5 * 2 + 2)]);
    }
    const pages: string[] = [];
    for (let cursor: string | undefined = ''; cursor !== undefined; ) {
      const page: { items: { id: string }[]; cursor?: string } = await app.changes.list({
        state: 'expired',
        limit: 7,
        ...(cursor ? { cursor } : {}),
      });
      pages.push(...page.items.map(({ id }) => id));
      cursor = page.cursor;
    }
    expect(new Set(pages).size).toBe(60);
    expect(pages).toHaveLength(60);
  });
});
