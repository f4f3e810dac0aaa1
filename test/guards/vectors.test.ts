import { describe, expect, it } from 'vitest';
import { guards } from '../../guards/index.ts';
import type { Effect } from '../../src/core/effect.ts';
import { type Facts, judgeAll } from '../../src/core/guard.ts';
import type { ObservedStack, Plan } from '../../src/core/plan.ts';

const NOW = new Date('2026-11-24T12:00:00Z');
const effect = (over: Partial<Effect> = {}): Effect => ({
  kind: 'update',
  type: 'AWS::Lambda::Function',
  logicalId: 'Fn',
  owner: { kind: 'stack', name: 's' },
  holds: 'nothing',
  interrupts: 'no',
  reversibility: 'reversible',
  revision: false,
  properties: [],
  marks: [],
  why: 'Updated in place.',
  ...over,
});
const stack = (over: Partial<ObservedStack> = {}): ObservedStack => ({
  stackId: 'arn:s',
  stackName: 's',
  status: 'CREATE_COMPLETE',
  createdAt: '',
  updatedAt: null,
  templateDigest: '',
  parameters: {},
  tags: {},
  terminationProtection: false,
  roleArn: null,
  resourceCount: 5,
  neverCompleted: false,
  parentId: null,
  importedExports: [],
  recentlyDeleted: [],
  ...over,
});
const call = (operation: string, input = {}): Plan['calls'][number] => ({
  step: 'step1',
  service: 'cloudformation',
  operation,
  input,
  account: '1',
  region: 'r',
});
const plan = (over: Partial<Plan> = {}): Plan => ({
  id: 'p',
  tool: 'plan_stack_update',
  sponsor: 'alice',
  endpoint: 'aws',
  policyDigest: '',
  nonce: '',
  madeAt: NOW.toISOString(),
  expiresAt: '2026-11-24T12:15:00.000Z',
  digest: '',
  target: { kind: 'stack', account: '1', region: 'r', name: 's', ids: ['arn:s'] },
  calls: [call('ExecuteChangeSet')],
  effects: [effect()],
  observed: { identity: { account: '1', arn: 'a' }, stack: stack() },
  dryRun: { kind: 'change_set', succeeded: true },
  recipe: { planner: 'none', input: null },
  agent: null,
  notes: [],
  ...over,
});
const facts = (over: Partial<Facts> = {}): Facts => ({
  now: NOW,
  phase: 'propose',
  goal: 'deploy',
  halt: 'running',
  policy: { present: true, digest: '' },
  account: { alias: 'm', id: '1', regions: ['r'] },
  scope: { text: 's', create: false, execute: 'by_command' },
  environment: 'production',
  decidingTags: ['environment'],
  sponsor: { name: 'alice', known: true },
  seatRules: {
    reversible: { seats: 1, include: [] },
    recoverable: { seats: 2, include: [] },
    irreversible: { seats: 2, include: ['data'] },
  },
  approvers: [
    { name: 'bob', roles: [] },
    { name: 'carol', roles: ['data'] },
  ],
  reached: {},
  freezes: [],
  rules: [],
  adjustments: {},
  exceptions: [],
  history: {
    inFlight: null,
    executionsLastHour: 0,
    sameFailures: 0,
    protectionLoweredAt: null,
    deletedAt: null,
    spent: {
      hour: { changes: 0, updated: 0, created: 0, lost: 0 },
      day: { changes: 0, updated: 0, created: 0, lost: 0 },
    },
    lostHere: { names: [], sizeBefore: 0 },
  },
  differences: [],
  ...over,
});
const gone = (over: Partial<Effect> = {}) =>
  effect({
    kind: 'delete',
    type: 'AWS::DynamoDB::Table',
    logicalId: 'Table',
    holds: 'data',
    reversibility: 'irreversible',
    retention: { attribute: 'DeletionPolicy', effective: 'Delete' },
    ...over,
  });
const many = (count: number, over: Partial<Effect>) =>
  Array.from({ length: count }, (_, index) => effect({ ...over, logicalId: `R${index}` }));
const history = (over: Partial<Facts['history']>) => facts({ history: { ...facts().history, ...over } });
const observedStack = (over: Partial<ObservedStack>) => ({
  observed: { identity: { account: '1', arn: 'a' }, stack: stack(over) },
});
const instance = (over = {}) => ({
  target: { kind: 'resources' as const, account: '1', region: 'r', name: 'i', ids: ['i'] },
  calls: [{ ...call('StopInstances'), service: 'ec2' as const }],
  observed: {
    identity: { account: '1', arn: 'a' },
    instances: [
      {
        id: 'i',
        state: 'running',
        instanceType: 't',
        terminationProtection: false,
        stopProtection: false,
        instanceStore: false,
        owner: null,
        tags: {},
        volumes: [],
        ...over,
      },
    ],
  },
});

/** guard, what is the case, plan, facts, expected outcome, seats for a hold. */
const vectors: [string, string, Plan, Facts, string, number?][] = [
  ['identity', 'the account is named', plan(), facts(), 'pass'],
  ['identity', 'the account is not named', plan(), facts({ account: null }), 'deny'],
  ['identity', 'the region is not named', plan(), facts({ account: { alias: 'm', id: '1', regions: ['x'] } }), 'deny'],
  ['scope', 'no scope matches', plan(), facts({ scope: null }), 'deny'],
  ['scope', 'a new stack where create is false', plan({ target: { ...plan().target, ids: [] } }), facts(), 'deny'],
  ['scope', 'a known stack', plan(), facts(), 'pass'],
  [
    'labels',
    'the environment tag changes',
    plan({
      effects: [effect({ properties: [{ path: 'Tags.environment', before: 'a', after: 'b', replaces: 'never' }] })],
    }),
    facts(),
    'deny',
  ],
  [
    'labels',
    'another tag changes',
    plan({ effects: [effect({ properties: [{ path: 'Tags.team', before: 'a', after: 'b', replaces: 'never' }] })] }),
    facts(),
    'pass',
  ],
  [
    'execution',
    'the scope is plan_only',
    plan(),
    facts({ scope: { text: 's', create: false, execute: 'plan_only' } }),
    'deny',
  ],
  ['execution', 'the sponsor is unknown', plan(), facts({ sponsor: { name: 'x', known: false } }), 'deny'],
  ['execution', 'enabled', plan(), facts(), 'pass'],
  ['plan-first', 'exactly 15 minutes old', plan(), facts({ now: new Date('2026-11-24T12:15:00Z') }), 'pass'],
  ['plan-first', 'a moment older', plan(), facts({ now: new Date('2026-11-24T12:15:00.001Z') }), 'deny'],
  ['plan-first', 'the dry run failed', plan({ dryRun: { kind: 'change_set', succeeded: false } }), facts(), 'deny'],
  ['change-set-only', 'UpdateStack', plan({ calls: [call('UpdateStack')] }), facts(), 'deny'],
  [
    'change-set-only',
    'rollback disabled',
    plan({ calls: [call('ExecuteChangeSet', { DisableRollback: true })] }),
    facts(),
    'deny',
  ],
  ['change-set-only', 'a nested stack', plan(observedStack({ parentId: 'arn:p' })), facts(), 'deny'],
  ['change-set-only', 'a change set', plan(), facts(), 'pass'],
  ['recreate', 'a table is replaced', plan({ effects: [gone({ kind: 'replace' })] }), facts(), 'deny'],
  [
    'recreate',
    'a table is replaced in development',
    plan({ effects: [gone({ kind: 'replace' })] }),
    facts({ environment: 'development' }),
    'hold',
    1,
  ],
  ['recreate', 'five of five lost', plan({ effects: many(5, { kind: 'delete' }) }), facts(), 'deny'],
  ['recreate', 'four of five lost', plan({ effects: many(4, { kind: 'delete' }) }), facts(), 'pass'],
  ['recreate', 'a role is replaced', plan({ effects: [effect({ kind: 'replace' })] }), facts(), 'hold', 2],
  [
    'recreate',
    'a revision is replaced',
    plan({ effects: [effect({ kind: 'replace', revision: true })] }),
    facts(),
    'pass',
  ],
  [
    'recreate',
    'the name is removed and added',
    plan({
      effects: [
        effect({ kind: 'delete', physicalId: 'costs' }),
        effect({ kind: 'create', properties: [{ path: 'PhysicalName', after: 'costs', replaces: 'never' }] }),
      ],
    }),
    facts(),
    'deny',
  ],
  ['recreate', 'the stack was deleted today', plan(), history({ deletedAt: NOW.toISOString() }), 'deny'],
  ['stateful-loss', 'a table goes', plan({ effects: [gone()] }), facts(), 'deny'],
  [
    'stateful-loss',
    'a retained table leaves the stack',
    plan({ effects: [gone({ retention: { attribute: 'DeletionPolicy', effective: 'Retain' } })] }),
    facts(),
    'hold',
    2,
  ],
  [
    'stateful-loss',
    'of a stack that never completed',
    plan({ effects: [gone()], ...observedStack({ neverCompleted: true }) }),
    facts(),
    'pass',
  ],
  [
    'stack-deletion',
    'under protection',
    plan({ calls: [call('DeleteStack')], ...observedStack({ terminationProtection: true }) }),
    facts(),
    'deny',
  ],
  [
    'stack-deletion',
    'while an export is imported',
    plan({ calls: [call('DeleteStack')], ...observedStack({ importedExports: [{ name: 'e', importers: ['o'] }] }) }),
    facts(),
    'deny',
  ],
  ['stack-deletion', 'otherwise', plan({ calls: [call('DeleteStack')] }), facts(), 'hold', 2],
  ['stack-deletion', 'not a deletion', plan(), facts(), 'pass'],
  ['intent', 'fix deletes', plan({ effects: [effect({ kind: 'delete' })] }), facts({ goal: 'fix' }), 'deny'],
  ['intent', 'deploy deletes', plan({ effects: [effect({ kind: 'delete' })] }), facts(), 'pass'],
  ['intent', 'fix disables', plan({ effects: [effect({ kind: 'disable' })] }), facts({ goal: 'fix' }), 'deny'],
  [
    'intent',
    'fix replaces a revision',
    plan({ effects: [effect({ kind: 'replace', revision: true })] }),
    facts({ goal: 'fix' }),
    'pass',
  ],
  ['unknown-effect', 'an unknown effect', plan({ effects: [effect({ kind: 'unknown' })] }), facts(), 'hold', 2],
  [
    'unknown-effect',
    'an unjudged type is updated',
    plan({ effects: [effect({ holds: 'unknown' })] }),
    facts({ environment: 'development' }),
    'hold',
    2,
  ],
  ['unknown-effect', 'all known', plan(), facts(), 'pass'],
  ['protection', 'lowered alone', plan({ effects: [effect({ kind: 'unprotect' })] }), facts(), 'hold', 2],
  ['protection', 'lowered with a loss', plan({ effects: [effect({ kind: 'unprotect' }), gone()] }), facts(), 'deny'],
  [
    'protection',
    'a loss within 24 h of lowering',
    plan({ effects: [gone()] }),
    history({ protectionLoweredAt: NOW.toISOString() }),
    'deny',
  ],
  ['protection', 'a stop under stop protection', plan(instance({ stopProtection: true })), facts(), 'deny'],
  ['protection', 'nothing lowered', plan(), facts(), 'pass'],
  ['blast-radius', 'ten updated', plan({ effects: many(10, {}) }), facts(), 'pass'],
  ['blast-radius', 'eleven updated', plan({ effects: many(11, {}) }), facts(), 'hold', 2],
  ['blast-radius', 'fifty-one lost', plan({ effects: many(51, { kind: 'delete' }) }), facts(), 'deny'],
  ['blast-radius', 'fifty lost', plan({ effects: many(50, { kind: 'delete' }) }), facts(), 'hold', 2],
  ['ownership', 'owned by a stack', plan(instance({ owner: { kind: 'stack', name: 's' } })), facts(), 'deny'],
  ['ownership', 'owned by nobody, stopped', plan(instance()), facts(), 'pass'],
  [
    'ownership',
    'owned by nobody, terminated',
    plan({ ...instance(), calls: [{ ...call('TerminateInstances'), service: 'ec2' }] }),
    facts(),
    'hold',
    2,
  ],
  ['rate', 'another change in flight', plan(), history({ inFlight: 'chg' }), 'deny'],
  ['rate', 'the fifth of an hour', plan(), history({ executionsLastHour: 4 }), 'pass'],
  ['rate', 'the sixth of an hour', plan(), history({ executionsLastHour: 5 }), 'deny'],
  ['rate', 'the same failure twice', plan(), history({ sameFailures: 2 }), 'deny'],
  ['halt', 'halted', plan(), facts({ halt: 'halted' }), 'deny'],
  ['halt', 'unreadable', plan(), facts({ halt: 'unreadable' }), 'deny'],
  ['halt', 'running', plan(), facts(), 'pass'],
  ['stale', 'nothing differs', plan(), facts({ phase: 'execute', differences: [] }), 'pass'],
  ['stale', 'the template differs', plan(), facts({ phase: 'execute', differences: ['stack templateDigest'] }), 'deny'],
  ['approval', 'reversible in production', plan(), facts(), 'hold', 1],
  ['approval', 'irreversible in production', plan({ effects: [gone()] }), facts(), 'hold', 2],
  ['approval', 'nobody could sign', plan(), facts({ approvers: [] }), 'deny'],
  [
    'approval',
    'no seats asked for',
    plan(),
    facts({ seatRules: { ...facts().seatRules, reversible: { seats: 0, include: [] } } }),
    'pass',
  ],
];

const made = (name: string) => {
  const definition = guards.find((guard) => guard.name === name);
  if (!definition) throw new Error(`the guard ${name} is gone`);
  return definition.create(definition.options.parse({}));
};

describe('guard vectors', () => {
  it.each(vectors)('%s: %s', (name, _what, thePlan, theFacts, outcome, seats) => {
    const verdict = made(name).judge(thePlan, theFacts);
    expect(verdict).toMatchObject({ guard: name, outcome, ...(seats === undefined ? {} : { seats }) });
    if (outcome === 'deny') expect(verdict.remedy).toMatch(/\w/);
  });
  it('every guard has a pass and a refusal', () => {
    for (const { name } of guards) {
      const outcomes = vectors.filter(([guard]) => guard === name).map(([, , , , outcome]) => outcome);
      expect(outcomes, name).toContain('pass');
      expect(
        outcomes.some((outcome) => outcome === 'deny' || outcome === 'hold'),
        name,
      ).toBe(true);
    }
  });
});

describe('judging', () => {
  it('denies when a guard throws, and when there are no guards', () => {
    const broken = {
      name: 'broken',
      judge: () => {
        throw new Error('x');
      },
    };
    expect(judgeAll([broken], plan(), facts()).decision).toBe('denied');
    expect(judgeAll([], plan(), facts()).decision).toBe('denied');
  });
  it('does not depend on the order of guards or effects', () => {
    const thePlan = plan({ effects: [gone(), effect({ kind: 'replace' }), effect()] });
    const all = guards.map(({ name }) => made(name));
    const forward = judgeAll(all, thePlan, facts());
    const backward = judgeAll([...all].reverse(), { ...thePlan, effects: [...thePlan.effects].reverse() }, facts());
    expect([backward.decision, backward.seats, backward.roles]).toEqual([
      forward.decision,
      forward.seats,
      forward.roles,
    ]);
  });
});
