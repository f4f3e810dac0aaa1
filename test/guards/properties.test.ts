/** What holds for every plan: more effects are never milder, order does not matter, unknown is the worst. */

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EFFECT_KINDS, type Effect, REVERSIBILITIES } from '../../src/core/effect.ts';
import type { Environment } from '../../src/core/environment.ts';
import { GOALS } from '../../src/core/goals.ts';
import { type Facts, judgeAll } from '../../src/core/guard.ts';
import { MARK_KINDS, type Mark } from '../../src/core/mark.ts';
import type { Plan } from '../../src/core/plan.ts';
import type { Verdict } from '../../src/core/verdict.ts';
import { holdsOf, isRevisionType } from '../../src/providers/aws/knowledge/index.ts';
import {
  allGuards,
  deleting,
  effect,
  facts,
  factsWithHistory,
  hoursAgo,
  inDevelopment,
  inDisposable,
  mark,
  observedStack,
  plan,
  property,
} from './builders.ts';

const TYPES = [
  'AWS::Lambda::Function',
  'AWS::DynamoDB::Table',
  'AWS::SQS::Queue',
  'AWS::RDS::DBInstance',
  'AWS::EC2::EIP',
  'AWS::ECS::TaskDefinition',
  'AWS::EC2::SecurityGroup',
  'AWS::Nobody::JudgedThis',
];
const marks: fc.Arbitrary<Mark> = fc
  .record({
    kind: fc.constantFrom(...MARK_KINDS),
    bound: fc.constantFrom('own_stack' as const, 'unbounded' as const, 'direct_api' as const),
    reads: fc.constantFrom('code' as const, 'value' as const),
    target: fc.constantFrom({ id: 'zone' }, { id: 'other' }),
    network: fc.constantFrom(
      { range: '10.0.0.0/8', protocol: 'tcp', fromPort: 22, toPort: 22 },
      { range: '0.0.0.0/0', protocol: 'tcp', fromPort: 443, toPort: 443 },
    ),
  })
  .map(({ kind, bound, reads, target, network }) =>
    mark(kind, {
      ...(kind === 'deputy' ? { bound } : {}),
      ...(kind === 'unpinned' ? { reads } : {}),
      ...(kind === 'reach' ? { target } : {}),
      ...(kind === 'expose' ? { network } : {}),
    }),
  );
// Left out, because they tell of other effects instead of doing something: a nested stack's own resources (with them
// its deletion is seen whole), and the stack's tags that explain an otherwise unreadable `Tags` of its resources.
const properties = fc.constantFrom(
  property('Properties.MemorySize', '1', '2'),
  property('Tags.environment', 'a', 'b'),
  property('Properties.Tags', '[]', '[{"Key":"team","Value":"x"}]'),
  property('Properties.Name', 'costs', 'costs'),
  property('Properties.Description', 'a', 'b\u202e'),
);
const effects: fc.Arbitrary<Effect> = fc
  .record({
    kind: fc.constantFrom(...EFFECT_KINDS),
    type: fc.constantFrom(...TYPES),
    logicalId: fc.constantFrom('A', 'B', 'C', 'D'),
    reversibility: fc.constantFrom(...REVERSIBILITIES),
    effective: fc.constantFrom('Delete' as const, 'Retain' as const, 'Snapshot' as const),
    point: fc.option(fc.constantFrom(hoursAgo(1), hoursAgo(30)), { nil: undefined }),
    marks: fc.array(marks, { maxLength: 2 }),
    properties: fc.array(properties, { maxLength: 2 }),
  })
  .map(({ effective, point, ...rest }) =>
    effect({
      ...rest,
      physicalId: `shop-${rest.logicalId}`,
      holds: holdsOf(rest.type),
      revision: isRevisionType(rest.type),
      retention: { attribute: 'DeletionPolicy', effective },
      ...(point ? { recoveryPoint: { id: 'snap', completedAt: point } } : {}),
    }),
  );
const around: fc.Arbitrary<Facts> = fc
  .record({
    environment: fc.constantFrom<Environment>('production', 'development', 'disposable'),
    goal: fc.constantFrom(...GOALS),
    zone: fc.constantFrom('production' as const, 'disposable' as const, 'out_of_scope' as const),
    lowered: fc.boolean(),
    lost: fc.constantFrom(0, 3, 49),
  })
  .map(({ environment, goal, zone, lowered, lost }) => {
    const base = { production: facts, development: inDevelopment, disposable: inDisposable }[environment];
    const spent = { changes: 1, updated: 5, created: 0, lost };
    return factsWithHistory(
      {
        protectionLoweredAt: lowered ? hoursAgo(3) : null,
        spent: { hour: spent, day: spent },
        lostHere: { names: Array.from({ length: Math.min(lost, 4) }, (_, index) => `n${index}`), sizeBefore: 9 },
      },
      base({ goal, reached: { zone } }),
    );
  });
const plans: fc.Arbitrary<Plan> = fc
  .record({
    effects: fc.array(effects, { maxLength: 6 }),
    deletes: fc.boolean(),
    resourceCount: fc.constantFrom(5, 12, 200),
  })
  .map(({ effects: all, deletes, resourceCount }) =>
    deletes ? deleting(all, { resourceCount }) : plan({ effects: all, ...observedStack({ resourceCount }) }),
  );

const everyGuard = allGuards({ options: { exposure: { public_ports: [443] } } });
const RANK = { pass: 0, note: 1, hold: 2, deny: 3 };
const severity = ({ outcome, seats = 0 }: Verdict) => RANK[outcome] * 100 + (outcome === 'hold' ? seats : 0);
const byGuard = (thePlan: Plan, theFacts: Facts, guards = everyGuard) =>
  Object.fromEntries(judgeAll(guards, thePlan, theFacts).verdicts.map((verdict) => [verdict.guard, verdict]));

describe('for every plan', () => {
  it('one more effect makes no verdict milder', () => {
    fc.assert(
      fc.property(plans, effects, around, (thePlan, one, theFacts) => {
        const before = byGuard(thePlan, theFacts);
        const after = byGuard({ ...thePlan, effects: [...thePlan.effects, one] }, theFacts);
        for (const [name, verdict] of Object.entries(before)) {
          expect(severity(after[name]!), `${name}: ${after[name]!.message}`).toBeGreaterThanOrEqual(severity(verdict));
          if (after[name]!.outcome === 'hold')
            expect(after[name]!.roles ?? []).toEqual(expect.arrayContaining(verdict.roles ?? []));
        }
      }),
      { numRuns: 1500 },
    );
  });

  it('the order of effects and of guards changes nothing', () => {
    const shuffled = plans.chain((thePlan) =>
      fc.tuple(
        fc.constant(thePlan),
        fc.shuffledSubarray(thePlan.effects, { minLength: thePlan.effects.length }),
        fc.shuffledSubarray(everyGuard, { minLength: everyGuard.length }),
      ),
    );
    fc.assert(
      fc.property(shuffled, around, ([thePlan, other, guards], theFacts) => {
        const a = judgeAll(everyGuard, thePlan, theFacts);
        const b = judgeAll(guards, { ...thePlan, effects: other }, theFacts);
        expect([b.decision, b.seats, b.roles]).toEqual([a.decision, a.seats, a.roles]);
        const told = (all: Verdict[]) =>
          all.map((verdict) => `${verdict.guard} ${severity(verdict)} ${verdict.roles ?? ''}`).sort();
        expect(told(b.verdicts)).toEqual(told(a.verdicts));
      }),
      { numRuns: 800 },
    );
  });

  it('an unknown effect is never judged milder than what its type could do', () => {
    const could = fc.constantFrom(...EFFECT_KINDS.filter((kind) => kind !== 'unknown'));
    fc.assert(
      fc.property(effects, could, around, (one, kind, theFacts) => {
        const { retention: _not, recoveryPoint: _known, ...undecided } = { ...one, kind: 'unknown' as const };
        // A revision type is replaced by design: unknown is what it does, and no loss.
        fc.pre(!one.revision);
        const known = judgeAll(everyGuard, plan({ effects: [{ ...one, kind }] }), theFacts);
        const unknown = judgeAll(everyGuard, plan({ effects: [{ ...undecided, reversibility: 'unknown' }] }), theFacts);
        const rank = { no_change: 0, pass: 0, needs_approval: 1, plan_only: 2, denied: 3 };
        const why = () =>
          JSON.stringify({ one, kind, known: known.verdicts.filter(({ outcome }) => outcome !== 'pass') });
        expect(rank[unknown.decision], why()).toBeGreaterThanOrEqual(rank[known.decision]);
        if (unknown.decision !== 'denied') expect(unknown.seats, why()).toBeGreaterThanOrEqual(known.seats);
      }),
      { numRuns: 1500 },
    );
  });
});
