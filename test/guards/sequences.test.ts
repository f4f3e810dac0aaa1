/**
 * Splitting does not help: no sequence of small plans reaches what one plan of the same sum would have been refused.
 * History is the real one: every plan of a sequence is proposed and executed in a real ledger, and read back from it.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import type { Change, Proposal } from '../../src/core/change.ts';
import type { Json } from '../../src/core/digest.ts';
import type { Effect } from '../../src/core/effect.ts';
import type { Facts } from '../../src/core/guard.ts';
import { foldChange } from '../../src/core/lifecycle.ts';
import { type Plan, sumsOf, touchedBy } from '../../src/core/plan.ts';
import type { Judgement } from '../../src/core/verdict.ts';
import { aboutChange } from '../../src/execute/about.ts';
import { openLedger } from '../../src/ledger/sqlite/store.ts';
import { historyOf } from '../../src/policy/history.ts';
import { providerRules } from '../../src/providers/index.ts';
import {
  allGuards,
  createdFunction,
  creating,
  deletedFunction,
  deletedTable,
  deleting,
  effect,
  facts,
  judged,
  marked,
  NOW,
  observedStack,
  plan,
  property,
} from './builders.ts';

const homes: string[] = [];
afterAll(() => {
  for (const home of homes) rmSync(home, { recursive: true, force: true });
});

/**
 * Judges plans one after the other, ten minutes apart, by turns as two processes with the same state folder; each that
 * is not denied is proposed and executed.
 */
function session() {
  const home = mkdtempSync(join(tmpdir(), 'countersign-sequence-'));
  homes.push(home);
  let minutes = 0;
  const now = () => new Date(NOW.getTime() + minutes * 60_000);
  const processes = [openLedger(home, now), openLedger(home, now)];
  const ledgerNow = () => processes[(minutes / 10) % 2]!;
  // The rate of executions alone would stop most sequences: what is left must hold without it.
  const guards = allGuards({ without: 'rate' });
  return {
    close() {
      for (const ledger of processes) ledger.close();
    },
    async judge(made: Plan, base: Facts = facts(), agent = 'one'): Promise<Judgement['decision']> {
      minutes += 10;
      const thePlan = { ...made, id: `plan-${minutes}`, agent, expiresAt: new Date(now().getTime() + 1).toISOString() };
      const ledger = ledgerNow();
      const history = await historyOf(ledger, {
        target: thePlan.target,
        environment: base.environment,
        sponsor: 'alice',
        planId: thePlan.id,
        actionOf: providerRules.actionOf,
        touched: touchedBy(thePlan),
        now: now(),
        fold: async (changeId) => foldChange(await ledger.events({ changeId }), now(), () => true),
      });
      const judgement = judged(thePlan, { ...base, now: now(), history }, guards);
      if (judgement.decision !== 'denied') await execute(thePlan, judgement, base);
      return judgement.decision;
    },
  };

  async function execute(thePlan: Plan, judgement: Judgement, { environment, goal }: Facts): Promise<void> {
    const changeId = `chg-${minutes}`;
    const proposal: Proposal = {
      id: changeId,
      planId: thePlan.id,
      planDigest: '',
      planDocument: '',
      target: thePlan.target,
      sponsor: 'alice',
      agent: thePlan.agent,
      goal: goal!,
      reason: 'r',
      ticket: null,
      judgement,
      sums: sumsOf(thePlan),
      excluded: ['alice'],
      environment,
      proposedAt: now().toISOString(),
      approveBy: new Date(now().getTime() + 28_800_000).toISOString(),
      nonce: changeId,
      assurance: 'L0',
    };
    const about = aboutChange(proposal as Change, thePlan);
    const outcome = { state: 'succeeded', detail: '', credentials: 'unconfined', calls: [] };
    const append = async (kind: string, body: unknown) =>
      await ledgerNow().append({ kind, changeId, planId: thePlan.id, body: body as Json });
    await append('change.proposed', proposal);
    await append('change.executing', about);
    await append('change.finished', { ...about, outcome });
  }
}
async function inSession<T>(run: (judge: ReturnType<typeof session>['judge']) => Promise<T>): Promise<T> {
  const { judge, close } = session();
  try {
    return await run(judge);
  } finally {
    close();
  }
}

/** One thing that a plan does to the stack; `name` of what it loses or makes. */
const step = (kind: string, id: number): Effect => {
  const about = { logicalId: `R${id}`, physicalId: `shop-r${id}` };
  switch (kind) {
    case 'delete':
      return deletedFunction(about);
    case 'replace':
      return effect({ ...about, kind: 'replace', reversibility: 'recoverable' });
    case 'unknown':
      return effect({ ...about, kind: 'unknown', reversibility: 'unknown' });
    case 'forget':
      return deletedTable({
        ...about,
        retention: { attribute: 'DeletionPolicy', effective: 'Retain' },
        reversibility: 'recoverable',
      });
    case 'make again':
      return createdFunction({
        logicalId: `Again${id}`,
        properties: [property('Properties.Name', undefined, `shop-r${id}`)],
      });
    case 'unprotect':
      return marked('unprotect', {}, about);
    case 'create':
      return createdFunction({ logicalId: `New${id}` });
    default:
      return effect(about);
  }
};
const LOSING = ['delete', 'replace', 'unknown', 'forget'] as const;

/** Effects in an order in which AWS could do them, and where to cut it into plans. */
const splits = fc
  .record({
    size: fc.integer({ min: 1, max: 80 }),
    losing: fc.array(fc.constantFrom(...LOSING), { maxLength: 60 }),
    again: fc.boolean(),
    unprotects: fc.boolean(),
    updates: fc.nat(4),
    creates: fc.nat(12),
    cuts: fc.array(fc.nat(80), { minLength: 1, maxLength: 9 }),
  })
  .map(({ size, losing, again, unprotects, updates, creates, cuts }) => {
    const lost = losing.slice(0, size);
    const all = [
      ...(unprotects ? [step('unprotect', 900)] : []),
      ...Array.from({ length: creates }, (_, index) => step('create', 500 + index)),
      ...Array.from({ length: updates }, (_, index) => step('update', 700 + index)),
      ...lost.map((kind, index) => step(kind, index)),
      ...(again && lost.length > 0 ? [step('make again', 0)] : []),
    ];
    const edges = [0, ...new Set(cuts.filter((cut) => cut > 0 && cut < all.length)), all.length].sort((a, b) => a - b);
    return { size, all, pieces: edges.slice(1).map((edge, index) => all.slice(edges[index], edge)) };
  })
  .filter(({ all }) => all.length > 0);

const on = (effects: Effect[], resourceCount: number): Plan => plan({ effects, ...observedStack({ resourceCount }) });

describe('no sequence of small plans', () => {
  it('reaches what one plan of the same sum would have been refused', async () => {
    let refused = 0;
    await fc.assert(
      fc.asyncProperty(splits, async ({ size, all, pieces }) => {
        const whole = judged(on(all, size), facts(), allGuards({ without: 'rate' }));
        if (whole.decision !== 'denied') return;
        refused += 1;
        await inSession(async (judge) => {
          let left = size;
          const decisions: string[] = [];
          for (const piece of pieces) {
            const decision = await judge(on(piece, left));
            const { created, lost } = sumsOf(on(piece, left));
            if (decision !== 'denied') left += created - lost;
            decisions.push(decision);
          }
          expect(decisions, whole.verdicts.find(({ outcome }) => outcome === 'deny')?.message).toContain('denied');
        });
      }),
      { numRuns: 80 },
    );
    expect(refused).toBeGreaterThan(15);
  });

  it('loses more in a day by many stacks and agents than one plan may', async () => {
    const lost = await inSession(async (judge) => {
      let count = 0;
      for (let index = 0; index < 60; index += 1) {
        const one = on([step('delete', index)], 200);
        const elsewhere = { ...one, target: { ...one.target, name: `shop-${index}` } };
        if ((await judge(elsewhere, facts(), index % 2 === 0 ? 'one' : 'other')) !== 'denied') count += 1;
      }
      return count;
    });
    expect(lost).toBe(50);
  });

  it('deletes a stack and creates it again', async () => {
    expect(await inSession(async (judge) => [await judge(deleting()), await judge(creating())])).toEqual([
      'needs_approval',
      'denied',
    ]);
  });

  it('but a stack that never completed is deleted and created again', async () => {
    const failed = deleting([deletedFunction()], { neverCompleted: true, status: 'ROLLBACK_COMPLETE' });
    expect(await inSession(async (judge) => [await judge(failed), await judge(creating())])).toEqual([
      'needs_approval',
      'needs_approval',
    ]);
  });

  it('lowers a protection first and loses after', async () => {
    expect(
      await inSession(async (judge) => [
        await judge(on([step('unprotect', 1)], 9)),
        await judge(on([step('delete', 2)], 9)),
      ]),
    ).toEqual(['needs_approval', 'denied']);
  });

  it('renames: one name leaves, and comes back under another logical id', async () => {
    expect(
      await inSession(async (judge) => [
        await judge(on([step('delete', 1)], 9)),
        await judge(on([step('make again', 1)], 8)),
      ]),
    ).toEqual(['needs_approval', 'denied']);
  });

  it('pads the stack so that its losses are a small share', async () => {
    const padding = Array.from({ length: 90 }, (_, index) => step('create', index));
    const losses = Array.from({ length: 5 }, (_, index) => step('delete', index));
    expect(await inSession(async (judge) => [await judge(on(padding, 10)), await judge(on(losses, 100))])).toEqual([
      'needs_approval',
      'denied',
    ]);
  });

  it('loses by halves what would be delete-and-recreate at once', async () => {
    const half = (from: number) => Array.from({ length: 3 }, (_, index) => step('delete', from + index));
    expect(await inSession(async (judge) => [await judge(on(half(0), 9)), await judge(on(half(3), 6))])).toEqual([
      'needs_approval',
      'denied',
    ]);
  });
});
