import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EFFECT_KINDS, type Effect, effectName, REVERSIBILITIES } from '../../src/core/effect.ts';
import { type Facts, judgeAll } from '../../src/core/guard.ts';
import { MARK_KINDS } from '../../src/core/mark.ts';
import type { Plan } from '../../src/core/plan.ts';
import type { Judgement } from '../../src/core/verdict.ts';
import { keeping, smallestLeftOut } from '../../src/policy-lab/explain/smallest-change.ts';
import { holdsOf, isRevisionType } from '../../src/providers/aws/knowledge/index.ts';
import {
  allGuards,
  createdFunction,
  deletedFunction,
  deletedTable,
  deleting,
  effect,
  facts,
  inDevelopment,
  many,
  mark,
  marked,
  observedStack,
  onInstance,
  plan,
  withoutSeats,
} from '../guards/builders.ts';

const guards = allGuards();
const judgeOf = (thePlan: Plan, theFacts: Facts) => (kept: readonly Effect[]) =>
  judgeAll(guards, keeping(thePlan, kept), theFacts);
const isAllowed = ({ decision }: Judgement) => decision !== 'denied';
const isFree = ({ decision, seats }: Judgement) => decision !== 'denied' && seats === 0;
const search = (thePlan: Plan, theFacts: Facts, isEnough: (judgement: Judgement) => boolean) =>
  smallestLeftOut(thePlan.effects, async (kept) => isEnough(judgeOf(thePlan, theFacts)(kept)));

const someEffect: fc.Arbitrary<Effect> = fc
  .record({
    kind: fc.constantFrom(...EFFECT_KINDS),
    type: fc.constantFrom('AWS::Lambda::Function', 'AWS::DynamoDB::Table', 'AWS::SQS::Queue', 'AWS::Nobody::Knows'),
    logicalId: fc.constantFrom('A', 'B', 'C', 'D', 'E'),
    reversibility: fc.constantFrom(...REVERSIBILITIES),
    effective: fc.constantFrom('Delete' as const, 'Retain' as const),
    marks: fc.array(
      fc.constantFrom(...MARK_KINDS).map((kind) => mark(kind)),
      { maxLength: 1 },
    ),
  })
  .map(({ effective, ...rest }) =>
    effect({
      ...rest,
      holds: holdsOf(rest.type),
      revision: isRevisionType(rest.type),
      retention: { attribute: 'DeletionPolicy', effective },
    }),
  );
const somePlan: fc.Arbitrary<Plan> = fc
  .record({ effects: fc.array(someEffect, { minLength: 1, maxLength: 6 }), deletes: fc.boolean() })
  .map(({ effects, deletes }) =>
    deletes ? deleting(effects) : plan({ effects, ...observedStack({ resourceCount: 20 }) }),
  );
const around = fc.constantFrom(facts({ goal: 'fix' }), facts(), withoutSeats(), inDevelopment());
const enough = fc.constantFrom(isAllowed, isFree);

/** Every part of the plan but nothing, and all of it. */
function parts<T>(all: readonly T[]): T[][] {
  return Array.from({ length: 2 ** all.length - 1 }, (_, bits) =>
    all.filter((_one, index) => ((bits + 1) >> index) & 1),
  );
}

describe('the smallest change', () => {
  it('passes when it is judged, and nothing smaller does, for every plan', async () => {
    await fc.assert(
      fc.asyncProperty(somePlan, around, enough, async (thePlan, theFacts, isEnough) => {
        const judge = judgeOf(thePlan, theFacts);
        const { effects: left, exact } = await search(thePlan, theFacts, isEnough);
        const passing = parts(thePlan.effects).filter((kept) => isEnough(judge(kept)));
        const fewest = Math.min(...passing.map((kept) => thePlan.effects.length - kept.length));
        expect(left?.length ?? Number.POSITIVE_INFINITY).toBe(fewest);
        expect(exact).toBe(true);
        if (left) expect(isEnough(judge(thePlan.effects.filter((one) => !left.includes(one))))).toBe(true);
      }),
      { numRuns: 250 },
    );
  });

  it('is nothing when the plan passes as it is', async () => {
    expect(await search(plan(), facts(), isAllowed)).toEqual({ effects: [], exact: true });
  });

  it('is told to be none when the whole road is closed', async () => {
    const halted = facts({ halt: 'halted' });
    expect(await search(plan({ effects: many(3) }), halted, isAllowed)).toEqual({ effects: null, exact: true });
  });

  it('is none of a plan that does nothing, refused or not', async () => {
    const nothing = plan({ effects: [] });
    expect(await search(nothing, facts({ halt: 'halted' }), isAllowed)).toEqual({ effects: null, exact: true });
    expect(await search(nothing, facts(), isAllowed)).toEqual({ effects: [], exact: true });
  });

  it('finds the few that are refused among hundreds, with few judgements', async () => {
    const thePlan = plan({
      effects: [
        ...many(497),
        deletedTable({ logicalId: 'One' }),
        deletedTable({ logicalId: 'Two' }),
        deletedTable({ logicalId: 'Three' }),
      ],
      ...observedStack({ resourceCount: 600 }),
    });
    let judgements = 0;
    const { effects: left } = await smallestLeftOut(thePlan.effects, async (kept) => {
      judgements += 1;
      return isAllowed(judgeOf(thePlan, facts())(kept));
    });
    expect(left?.map(effectName).sort()).toEqual(['One', 'Three', 'Two']);
    expect(judgements).toBeLessThan(100);
  });

  it('says that it is not proven the smallest when there are too many to try', async () => {
    const thePlan = plan({ effects: [...many(40), ...many(30, { marks: [mark('expire')] })] });
    const { effects: left, exact } = await search(thePlan, withoutSeats(), isFree);
    expect(exact).toBe(false);
    expect(isFree(judgeOf(thePlan, withoutSeats())(thePlan.effects.filter((one) => !left!.includes(one))))).toBe(true);
  });

  it('leaves out the worst of those that could be left out', async () => {
    const thePlan = plan({ effects: [createdFunction(), deletedFunction(), deletedTable(), marked('expire')] });
    const { effects: left } = await search(thePlan, facts(), isAllowed);
    expect(left?.map(effectName)).toEqual(['Table']);
  });

  it('takes an instance out of target, calls and state when nothing would happen to it', () => {
    const both = onInstance(['StopInstances'], {}, [
      effect({ kind: 'stop', physicalId: 'i-1' }),
      effect({ kind: 'stop', physicalId: 'i-2' }),
    ]);
    const [instance] = both.observed.instances!;
    const thePlan = plan({
      ...both,
      target: { ...both.target, ids: ['i-1', 'i-2'], name: 'i-1,i-2' },
      calls: ['i-1', 'i-2'].map((id) => ({ ...both.calls[0]!, input: { InstanceIds: [id] } })),
      observed: { ...both.observed, instances: ['i-1', 'i-2'].map((id) => ({ ...instance!, id })) },
    });
    const kept = keeping(thePlan, thePlan.effects.slice(1));
    expect(kept.target).toMatchObject({ ids: ['i-2'], name: 'i-2' });
    expect(kept.calls.map(({ input }) => input)).toEqual([{ InstanceIds: ['i-2'] }]);
    expect(kept.subject.resources.map(({ id }) => id)).toEqual(['i-2']);
    expect(keeping(thePlan, thePlan.effects)).toEqual(thePlan);
  });
});
