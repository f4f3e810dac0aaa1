import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EFFECT_KINDS, type Effect, REVERSIBILITIES } from '../../src/core/effect.ts';
import { MARK_KINDS } from '../../src/core/mark.ts';
import { createRuleJudge } from '../../src/policy/rules/judge.ts';
import { loadRules } from '../../src/policy/rules/load.ts';
import type { RuleFacts } from '../../src/policy/rules/request.ts';
import type { PlanOver } from '../guards/builders.ts';
import { effect, NOW, plan, stack } from './plans.ts';

const folder = new URL('../../examples/rules', import.meta.url).pathname;
const names = readdirSync(folder).map((name) => name.replace('.cedar', ''));
const FACTS: RuleFacts = {
  now: NOW,
  zone: 'Europe/Berlin',
  environment: 'production',
  sponsor: { name: 'alice', roles: ['dev'] },
  goal: 'deploy',
};
const load = (name: string) => {
  const problems: string[] = [];
  const loaded = loadRules(
    [`${name}.cedar`],
    folder,
    (_path, message) => problems.push(message),
    (text) => problems.push(text),
  );
  expect(problems).toEqual([]);
  return loaded;
};
interface Case {
  about?: PlanOver;
  effect?: Partial<Effect>;
  facts?: Partial<RuleFacts>;
}
const FRIDAY = { now: new Date('2026-11-27T13:30:00Z') };
const NIGHT = { now: new Date('2026-11-24T21:00:00Z') };
const RESTARTS = { interrupts: 'yes' as const };
const tagged = (tags: Record<string, string>): PlanOver => ({
  observed: { identity: { account: '1', arn: 'a' }, stack: stack({ tags }) },
});
const marked = (kind: 'disable' | 'expose') => [{ kind, path: 'Properties.X', text: 'x' }];

/** What each rule stops, and the nearest thing that it lets through. */
const CASES: Record<string, { outcome: string; stops: Case; passes: Case }> = {
  'friday-afternoon': {
    outcome: 'deny',
    stops: { effect: { interrupts: 'unknown' }, facts: FRIDAY },
    passes: { effect: { interrupts: 'no' }, facts: FRIDAY },
  },
  'office-hours': {
    outcome: 'hold 2',
    stops: { effect: RESTARTS, facts: NIGHT },
    passes: { effect: RESTARTS, facts: { ...NIGHT, environment: 'development' } },
  },
  'large-sizes': {
    outcome: 'hold 1',
    stops: { effect: { size: 'm7i.metal-24xl' } },
    passes: { effect: { size: 'm7i.large' } },
  },
  'no-iam-users': {
    outcome: 'deny',
    stops: { effect: { kind: 'create', type: 'AWS::IAM::AccessKey' } },
    passes: { effect: { kind: 'delete', type: 'AWS::IAM::AccessKey' } },
  },
  'keys-stay': {
    outcome: 'deny',
    stops: { effect: { type: 'AWS::KMS::Key', marks: marked('disable') } },
    passes: { effect: { type: 'AWS::KMS::Key' } },
  },
  'critical-tag': {
    outcome: 'hold 2',
    stops: { about: tagged({ criticality: 'high' }), effect: { reversibility: 'unknown' } },
    passes: { about: tagged({ criticality: 'low' }), effect: { reversibility: 'unknown' } },
  },
  'fix-is-small': {
    outcome: 'deny',
    stops: {
      about: { effects: Array.from({ length: 11 }, (_, index) => effect({ logicalId: `R${index}` })) },
      facts: { goal: 'fix' },
    },
    passes: {
      about: { effects: Array.from({ length: 10 }, (_, index) => effect({ logicalId: `R${index}` })) },
      facts: { goal: 'fix' },
    },
  },
  'known-agents': {
    outcome: 'hold 2',
    stops: { about: { agent: null } },
    passes: { about: { agent: 'kiro' } },
  },
  'data-stays-private': {
    outcome: 'deny',
    stops: { effect: { type: 'AWS::S3::Bucket', holds: 'data', marks: marked('expose') } },
    passes: { effect: { type: 'AWS::EC2::SecurityGroup', marks: marked('expose') } },
  },
  trainees: {
    outcome: 'deny',
    stops: { effect: { reversibility: 'recoverable' }, facts: { sponsor: { name: 'alice', roles: ['trainee'] } } },
    passes: { effect: { reversibility: 'recoverable' } },
  },
};

describe('the gallery of rules', () => {
  it('has ten, and a case for each', () => {
    expect(names).toHaveLength(10);
    expect(Object.keys(CASES).sort()).toEqual([...names].sort());
  });
  it.each(names)('%s stops what it is for, and lets its neighbour through', (name) => {
    const loaded = load(name);
    const judge = createRuleJudge(loaded, { validateRequests: true });
    const outcomes = ({ about, effect: over, facts }: Case) =>
      judge(plan({ effects: [effect(over)], ...about }), { ...FACTS, ...facts }).map(
        ({ id, outcome, seats }) => `${id}: ${outcome}${seats ? ` ${seats}` : ''}`,
      );
    const { outcome, stops, passes } = CASES[name]!;
    expect(outcomes(stops)).toEqual([`${name}: ${outcome}`]);
    expect(outcomes(passes)).toEqual([]);
    expect(loaded.warnings).toEqual([]);
  });
  it('all load together', () => {
    for (const pattern of ['*.cedar', join(folder, '*.cedar')])
      expect(loadRules([pattern], folder, () => expect.unreachable(), expect.unreachable).rules).toHaveLength(10);
  });
  it('judges many effects at once as it judges each alone', () => {
    // fix-is-small counts the plan, and so is not the same alone.
    const judges = names
      .filter((name) => name !== 'fix-is-small')
      .map((name) => createRuleJudge(load(name), { validateRequests: true }));
    const anEffect = fc
      .record({
        kind: fc.constantFrom(...EFFECT_KINDS),
        type: fc.constantFrom('AWS::KMS::Key', 'AWS::IAM::User', 'AWS::S3::Bucket', 'Custom::Thing'),
        reversibility: fc.constantFrom(...REVERSIBILITIES),
        interrupts: fc.constantFrom('yes' as const, 'no' as const, 'unknown' as const),
        holds: fc.constantFrom('data' as const, 'identity' as const, 'nothing' as const, 'unknown' as const),
        revision: fc.boolean(),
        marks: fc
          .subarray([...MARK_KINDS], { maxLength: 2 })
          .map((kinds) => kinds.map((kind) => ({ kind, path: 'Properties.X', text: 'x' }))),
        size: fc.constantFrom('t3.micro', 'm5.metal'),
      })
      .map((over) => effect(over));
    const facts = { ...FACTS, ...FRIDAY, sponsor: { name: 'alice', roles: ['trainee'] } };
    fc.assert(
      fc.property(fc.array(anEffect, { maxLength: 12 }), (made) => {
        const effects = made.map((one, index) => ({ ...one, logicalId: `R${String(index).padStart(2, '0')}` }));
        for (const judge of judges) {
          const together = judge(plan({ effects }), facts).flatMap((verdict) => verdict.effects);
          const alone = effects.flatMap((one) => judge(plan({ effects: [one] }), facts).flatMap((v) => v.effects));
          expect(together).toEqual(alone);
        }
      }),
      { numRuns: 40 },
    );
  });
});
