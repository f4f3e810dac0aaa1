/** Builders of plans, effects and facts, and how a guard's vectors are written. Each builds the ordinary case. */
import { describe, expect, it } from 'vitest';
import { guards } from '../../guards/index.ts';
import type { Effect, PropertyChange } from '../../src/core/effect.ts';
import { type Facts, type Guard, judgeAll } from '../../src/core/guard.ts';
import type { Mark, MarkKind } from '../../src/core/mark.ts';
import type { Plan } from '../../src/core/plan.ts';
import type { Verdict } from '../../src/core/verdict.ts';
import { described } from '../../src/providers/aws/described.ts';
import type { Observed, ObservedInstance, ObservedStack } from '../../src/providers/aws/observed.ts';
import { awsRules } from '../../src/providers/aws/rules.ts';
import { actionOf } from '../../src/providers/aws/subject.ts';
import { expectOneReaderEach } from './readers.ts';

export const NOW = new Date('2026-11-24T12:00:00Z');
export const hoursAgo = (hours: number) => new Date(NOW.getTime() - hours * 3_600_000).toISOString();

/** A function updated in place. */
export const effect = (over: Partial<Effect> = {}): Effect => ({
  kind: 'update',
  type: 'AWS::Lambda::Function',
  logicalId: 'Fn',
  owner: { kind: 'stack', name: 'shop' },
  holds: 'nothing',
  interrupts: 'no',
  reversibility: 'reversible',
  revision: false,
  properties: [],
  marks: [],
  why: 'Updated in place.',
  ...over,
});

/** A table deleted under a policy of Delete. */
export const deletedTable = (over: Partial<Effect> = {}): Effect =>
  effect({
    kind: 'delete',
    type: 'AWS::DynamoDB::Table',
    logicalId: 'Table',
    physicalId: 'shop-table',
    holds: 'data',
    reversibility: 'irreversible',
    retention: { attribute: 'DeletionPolicy', effective: 'Delete' },
    ...over,
  });

/** Something stateless that is deleted, or made. */
export const deletedFunction = (over: Partial<Effect> = {}): Effect =>
  effect({ kind: 'delete', logicalId: 'Old', reversibility: 'recoverable', ...over });
export const createdFunction = (over: Partial<Effect> = {}): Effect =>
  effect({ kind: 'create', logicalId: 'New', ...over });

export const many = (count: number, over: Partial<Effect> = {}): Effect[] =>
  Array.from({ length: count }, (_, index) => effect({ ...over, logicalId: `R${index}` }));

export const mark = (kind: MarkKind, over: Partial<Mark> = {}): Mark => ({
  kind,
  path: 'Properties.X',
  text: 'what it does',
  ...over,
});
/** An update with one mark. */
export const marked = (kind: MarkKind, over: Partial<Mark> = {}, about: Partial<Effect> = {}): Effect =>
  effect({ ...about, marks: [mark(kind, over)] });

export const property = (path: string, before?: string, after?: string): PropertyChange => ({
  path,
  ...(before === undefined ? {} : { before }),
  ...(after === undefined ? {} : { after }),
  replaces: 'never',
});

export const stack = (over: Partial<ObservedStack> = {}): ObservedStack => ({
  stackId: 'arn:aws:cloudformation:r:1:stack/shop/1',
  stackName: 'shop',
  status: 'UPDATE_COMPLETE',
  createdAt: '',
  updatedAt: null,
  templateDigest: '',
  parameters: {},
  tags: {},
  terminationProtection: false,
  roleArn: null,
  resourceCount: 9,
  neverCompleted: false,
  parentId: null,
  importedExports: [],
  recentlyDeleted: [],
  ...over,
});

export const instance = (over: Partial<ObservedInstance> = {}): ObservedInstance => ({
  id: 'i-0123456789abcdef0',
  state: 'running',
  instanceType: 'm5.large',
  terminationProtection: false,
  stopProtection: false,
  instanceStore: false,
  owner: null,
  tags: {},
  volumes: [],
  ...over,
});

export const call = (operation: string, input: Plan['calls'][number]['input'] = {}): Plan['calls'][number] => ({
  step: 'step1',
  provider: 'aws',
  service: /Stack|ChangeSet|Rollback/.test(operation) ? 'cloudformation' : 'ec2',
  operation,
  input:
    operation === 'ExecuteChangeSet'
      ? { ChangeSetName: 'arn:aws:cloudformation:r:1:changeSet/countersign-1/c', ...input }
      : input,
  account: '1',
  region: 'r',
});

/** A plan of AWS, whose observation can be read. */
// biome-ignore lint/suspicious/noExplicitAny: to the core it is any JSON, and here it is AWS's.
export type AwsPlan = Omit<Plan, 'observed'> & { observed: Observed & Record<string, any> };

/** An update of the stack `shop`. What guards read of it follows from calls, tool, effects and observation. */
export type PlanOver = Partial<Omit<Plan, 'observed'>> & { observed?: object };
export const plan = (over: PlanOver = {}): AwsPlan => {
  const made = {
    id: 'p',
    tool: 'plan_stack_update',
    sponsor: 'alice',
    endpoint: 'aws',
    policyDigest: '',
    nonce: '',
    madeAt: NOW.toISOString(),
    expiresAt: new Date(NOW.getTime() + 900_000).toISOString(),
    digest: '',
    target: {
      kind: 'stack' as const,
      account: '1',
      region: 'r',
      name: 'shop',
      ids: ['arn:aws:cloudformation:r:1:stack/shop/1'],
    },
    calls: [call('ExecuteChangeSet')],
    effects: [effect()],
    ...observedStack({}),
    dryRun: { kind: 'change_set' as const, succeeded: true },
    recipe: { planner: 'none', input: null },
    agent: null,
    notes: [],
    ...over,
  };
  const observed = made.observed as Observed;
  return described({
    ...made,
    observed,
    action: actionOf(
      made.calls.map(({ operation }) => operation),
      made.tool,
    ),
  }) as AwsPlan;
};
export const planWithEffects = (...effects: Effect[]): AwsPlan => plan({ effects });

/** The stack as observed, for a plan. */
export function observedStack(over: Partial<ObservedStack>): Pick<AwsPlan, 'observed'> {
  return { observed: { identity: { account: '1', arn: 'arn:aws:sts::1:assumed-role/planner/s' }, stack: stack(over) } };
}
export const deleting = (effects: Effect[] = [deletedFunction()], over: Partial<ObservedStack> = {}): AwsPlan =>
  plan({ tool: 'plan_stack_delete', calls: [call('DeleteStack')], effects, ...observedStack(over) });
export const creating = (effects: Effect[] = [createdFunction()], over: Partial<ObservedStack> = {}): AwsPlan =>
  plan({
    tool: 'plan_stack_create',
    effects,
    ...observedStack({ status: 'REVIEW_IN_PROGRESS', neverCompleted: true, resourceCount: 0, ...over }),
  });

/** EC2 calls on one instance that stands alone. */
export function onInstance(operations: string[], over: Partial<ObservedInstance> = {}, effects?: Effect[]): AwsPlan {
  const id = over.id ?? 'i-0123456789abcdef0';
  const about = { type: 'AWS::EC2::Instance', physicalId: id };
  const { logicalId: _none, owner: _nobody, ...alone } = effect({ ...about, kind: 'stop', interrupts: 'yes' });
  return plan({
    tool: 'plan_instance_action',
    target: { kind: 'resources', account: '1', region: 'r', name: id, ids: [id] },
    calls: operations.map((operation) => call(operation)),
    effects: effects ?? [alone],
    observed: {
      identity: { account: '1', arn: 'arn:aws:sts::1:assumed-role/planner/s' },
      instances: [instance({ id, ...over })],
    },
  });
}
/** An instance ended, with what the planner says of it. */
export const terminating = (over: Partial<Effect> = {}): AwsPlan =>
  onInstance(['CreateSnapshot', 'TerminateInstances'], {}, [
    {
      ...deletedTable({ type: 'AWS::EC2::Instance', physicalId: 'i-0123456789abcdef0', reversibility: 'recoverable' }),
      retention: { attribute: 'DeleteOnTermination', effective: 'Snapshot' },
      ...over,
    },
  ]);

const nothingSpent = { changes: 0, updated: 0, created: 0, lost: 0 };
/** Production, by a known sponsor, nothing in the way. */
export const facts = (over: Partial<Facts> = {}): Facts => ({
  now: NOW,
  phase: 'propose',
  goal: 'deploy',
  halt: 'running',
  policy: { present: true, digest: '', standing: 'adopted' },
  provider: awsRules.factsOf({ kind: 'stack' }),
  account: { alias: 'main', id: '1', regions: ['r'] },
  ownAccounts: ['1', '111122223333'],
  scope: { text: 'main: stack shop', create: true, execute: 'by_command' },
  environment: 'production',
  decidingTags: ['environment'],
  sponsor: { name: 'alice', known: true },
  reached: {},
  freezes: [],
  rules: [],
  adjustments: {},
  exceptions: [],
  seatRules: {
    reversible: { seats: 1, include: [] },
    recoverable: { seats: 2, include: [] },
    irreversible: { seats: 2, include: ['data'] },
  },
  approvers: [
    { name: 'bob', roles: [] },
    { name: 'carol', roles: ['data'] },
  ],
  history: {
    inFlight: null,
    executionsLastHour: 0,
    sameFailures: 0,
    plans: { lastHour: 0, emptyStacks: [] },
    protectionLoweredAt: null,
    deletedAt: null,
    spent: { hour: nothingSpent, day: nothingSpent },
    lostHere: { names: [], sizeBefore: 0 },
  },
  differences: [],
  ...over,
});
const seats = (reversible: number, recoverable: number, irreversible: number): Facts['seatRules'] => ({
  reversible: { seats: reversible, include: [] },
  recoverable: { seats: recoverable, include: [] },
  irreversible: { seats: irreversible, include: [] },
});
export const inDevelopment = (over: Partial<Facts> = {}): Facts =>
  facts({ environment: 'development', seatRules: seats(0, 1, 1), ...over });
export const inDisposable = (over: Partial<Facts> = {}): Facts =>
  facts({ environment: 'disposable', seatRules: seats(0, 0, 0), ...over });
/** Production whose policy asks for no seats: what holds then is a guard of its own. */
export const withoutSeats = (over: Partial<Facts> = {}): Facts => facts({ seatRules: seats(0, 0, 0), ...over });
export const factsWithHistory = (over: Partial<Facts['history']>, base = facts()): Facts => ({
  ...base,
  history: { ...base.history, ...over },
});
export const spending = (
  hour: Partial<typeof nothingSpent>,
  day: Partial<typeof nothingSpent> = hour,
  base = facts(),
) => factsWithHistory({ spent: { hour: { ...nothingSpent, ...hour }, day: { ...nothingSpent, ...day } } }, base);

/** @param options as the policy file writes them. */
export function made(name: string, options: unknown = {}): Guard {
  const definition = guards.find((guard) => guard.name === name);
  if (!definition) throw new Error(`${name} is not in guards/index.ts`);
  return definition.create(definition.options.parse(options));
}
/** The whole list. @param options of some guards, by name, as the policy file writes them. */
export const allGuards = (but: { without?: string; options?: Record<string, unknown> } = {}): Guard[] =>
  guards.filter(({ name }) => name !== but.without).map(({ name }) => made(name, but.options?.[name]));
export const judged = (thePlan: Plan, theFacts: Facts = facts(), by = allGuards()) => judgeAll(by, thePlan, theFacts);
/** What did not pass, by name. */
export const refusals = (thePlan: Plan, theFacts: Facts = facts()): string[] =>
  judged(thePlan, theFacts)
    .verdicts.filter(({ outcome }) => outcome === 'deny' || outcome === 'hold')
    .map(({ guard, outcome }) => `${guard}: ${outcome}`);

/** `deny`, `note`, `pass`, or `hold(2)`. */
const told = ({ outcome, seats: needed }: Verdict) => (outcome === 'hold' ? `hold(${needed})` : outcome);

export type Vector = [what: string, plan: Plan, facts: Facts, expected: string, options?: unknown];

/** The vectors of one guard: at least one that passes and one that does not, each of those with its words. */
export function vectorsOf(name: string, vectors: readonly Vector[]): void {
  describe(name, () => {
    it.each(vectors)('%s', (_what, thePlan, theFacts, expected, options) => {
      const verdict = made(name, options).judge(thePlan, theFacts);
      expect({ guard: verdict.guard, told: told(verdict) }).toEqual({ guard: name, told: expected });
      if (verdict.outcome === 'pass') return;
      expectOneReaderEach(verdict);
      expect(verdict.message).toMatch(/\w+ \w+/);
      if (verdict.outcome !== 'note') expect(verdict.remedy).toMatch(/\w+ \w+/);
      // What an agent is shown of it is cut at these lengths (`render/agent/answer`).
      expect(verdict.remedy.length).toBeLessThanOrEqual(300);
      expect(`${verdict.message}${verdict.remedy}`).not.toMatch(/undefined|NaN|\[object/);
    });
    it('has vectors that pass, and vectors that do not', () => {
      const outcomes = vectors.map(([, , , expected]) => expected);
      expect(outcomes).toContain('pass');
      expect(outcomes.some((outcome) => /deny|hold/.test(outcome))).toBe(true);
      expect(outcomes.length).toBeGreaterThanOrEqual(3);
    });
  });
}
