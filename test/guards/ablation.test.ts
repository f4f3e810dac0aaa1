/** Each guard stands for something that no other one stops: without it the judgement of its case gets milder. */
import { describe, expect, it } from 'vitest';
import { guards } from '../../guards/index.ts';
import type { Facts } from '../../src/core/guard.ts';
import type { Plan } from '../../src/core/plan.ts';
import type { Judgement } from '../../src/core/verdict.ts';
import {
  allGuards,
  call,
  createdFunction,
  creating,
  deletedTable,
  deleting,
  effect,
  facts,
  factsWithHistory,
  hoursAgo,
  inDevelopment,
  judged,
  many,
  marked,
  onInstance,
  plan,
  planWithEffects,
  property,
  spending,
  terminating,
  withoutSeats,
} from './builders.ts';

const retained = deletedTable({
  retention: { attribute: 'DeletionPolicy', effective: 'Retain' },
  reversibility: 'recoverable',
});
const yearEnd = { text: 'year end', until: '2027-01-04T07:00:00Z' };
const rule = { id: 'r', outcome: 'deny' as const, seats: 1, message: 'no', remedy: 'ask', effects: [] };

const cases: Record<string, [Plan, Facts]> = {
  identity: [plan(), facts({ account: null })],
  scope: [creating(), facts({ scope: { text: 's', create: false, execute: 'by_command' } })],
  labels: [planWithEffects(effect({ properties: [property('Tags.environment', 'a', 'b')] })), facts()],
  execution: [plan(), facts({ scope: { text: 's', create: true, execute: 'plan_only' } })],
  'plan-budget': [plan(), factsWithHistory({ plans: { lastHour: 60, emptyStacks: [] } }, facts({ phase: 'preview' }))],
  'plan-first': [plan(), facts({ now: new Date('2026-11-24T12:16:00Z') })],
  'change-set-only': [plan({ calls: [call('UpdateStack')] }), facts()],
  recreate: [planWithEffects({ ...retained, kind: 'replace' }), facts()],
  'stateful-loss': [planWithEffects(retained), withoutSeats()],
  'stack-deletion': [deleting(), withoutSeats()],
  intent: [planWithEffects(marked('disable')), facts({ goal: 'fix' })],
  'unknown-effect': [planWithEffects(effect({ holds: 'unknown' })), facts()],
  deputy: [planWithEffects(marked('deputy', { bound: 'direct_api' })), facts()],
  reach: [planWithEffects(marked('reach', { target: { id: 'zone' } })), inDevelopment()],
  pinned: [planWithEffects(marked('unpinned', { reads: 'code' })), facts()],
  'slow-loss': [planWithEffects(marked('expire')), facts()],
  'lost-update': [planWithEffects(marked('overwrite')), inDevelopment()],
  protection: [planWithEffects(marked('unprotect')), facts()],
  'backup-first': [terminating({ recoveryPoint: { id: 'snap-1', completedAt: hoursAgo(30) } }), facts()],
  'blast-radius': [plan({ effects: many(11) }), facts()],
  budget: [plan(), spending({ updated: 60 })],
  rate: [plan(), factsWithHistory({ sameFailures: 2 })],
  ownership: [onInstance(['StopInstances'], { owner: { kind: 'stack', name: 'shop' } }), facts()],
  exposure: [planWithEffects(marked('expose', { principal: '*' })), facts()],
  freeze: [plan(), facts({ freezes: [yearEnd] })],
  halt: [plan(), facts({ halt: 'halted' })],
  cost: [planWithEffects(createdFunction({ type: 'AWS::EC2::Instance', size: 'm5.24xlarge' })), inDevelopment()],
  render: [planWithEffects(effect({ physicalId: 'pr\u043ed' })), facts()],
  stale: [plan(), facts({ phase: 'execute', differences: ['effects'] })],
  approval: [plan(), facts()],
  rules: [plan(), facts({ rules: [rule] })],
};
/** Guards that judge nothing until the policy fills their tables. */
const given: Record<string, unknown> = { cost: { sizes: { 'AWS::EC2::Instance': ['t3.*'] } } };
const RANK = { no_change: 0, pass: 0, needs_approval: 1, plan_only: 2, denied: 3 };
const severity = ({ decision, seats }: Judgement) => RANK[decision] * 100 + seats;

describe('without one guard', () => {
  it.each(guards.map(({ name }) => name))('%s its case is judged milder', (name) => {
    const [thePlan, theFacts] = cases[name] ?? [];
    if (!thePlan || !theFacts) throw new Error(`Add to cases above a plan that only ${name} stops.`);
    const whole = judged(thePlan, theFacts, allGuards({ options: given }));
    const without = judged(thePlan, theFacts, allGuards({ without: name, options: given }));
    expect(severity(without)).toBeLessThan(severity(whole));
    expect(whole.verdicts.find(({ guard }) => guard === name)?.outcome).toMatch(/deny|hold/);
  });
  it('no case is left over', () => {
    expect(Object.keys(cases).sort()).toEqual(guards.map(({ name }) => name).sort());
  });
});
