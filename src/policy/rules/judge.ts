/**
 * Judges a plan by the policy's own rules: one request for each effect that the rules can tell apart.
 *
 * INVARIANT: an error while a rule is evaluated is a denial by that rule. Cedar itself would skip it.
 */

import type { EntityJson, StatefulAuthorizationCall } from '@cedar-policy/cedar-wasm/nodejs';
import type { Json } from '../../core/digest.ts';
import { type Effect, effectName } from '../../core/effect.ts';
import type { Environment } from '../../core/environment.ts';
import type { RuleVerdict } from '../../core/guard.ts';
import { type Plan, sumsOf } from '../../core/plan.ts';
import type { Goal } from '../../core/verdict.ts';
import { subjectsOf } from '../scope.ts';
import { wallClock } from '../wall-clock.ts';
import { cedar } from './cedar.ts';
import { CEDAR_SCHEMA } from './cedar-schema.ts';
import { type LoadedRules, type Rule, serviceOf } from './load.ts';

export interface RuleFacts {
  now: Date;
  zone: string;
  environment: Environment;
  sponsor: { name: string | null; roles: readonly string[] };
  goal?: Goal | undefined;
}
type Context = StatefulAuthorizationCall['context'];
/** The rules that could say something of one action on one type. */
interface Bench {
  setId: string;
  /** What of one effect they can tell apart. What is the same for the whole plan is left out. */
  distinguish(effect: Effect, action: string, plan: Plan, tags: Tags): string;
}
type Findings = { forbids: string[]; errors: { id: string; message: string }[] };

const SCHEMA_NAME = 'countersign';
/** Cedar keeps what it parsed by name for the whole process. */
const parsedSets = new Set<string>();
type Tags = Readonly<Record<string, string>>;
const entity = (type: string, id: string) => ({ __entity: { type, id } });

export interface JudgeOptions {
  /** Checks every request against the schema too, which doubles the time: tests do. It is made from the same lists. */
  validateRequests?: boolean;
  /** Asks every rule about every effect and keeps no answer: what the kept answers are compared with. */
  afresh?: boolean;
}

export function createRuleJudge(
  { rules, digest }: LoadedRules,
  { validateRequests = false, afresh = false }: JudgeOptions = {},
): (plan: Plan, facts: RuleFacts) => RuleVerdict[] {
  const benches = new Map<string, Bench | null>();

  function benchFor(action: string, type: string): Bench | null {
    if (afresh) return parseBench(digest, rules);
    const key = JSON.stringify([action, type]);
    let bench = benches.get(key);
    if (bench === undefined) {
      bench = parseBench(
        digest,
        rules.filter((rule) => rule.couldMatch(action, type)),
      );
      benches.set(key, bench);
    }
    return bench;
  }

  return (plan, facts) => {
    if (rules.length === 0) return [];
    const shared = sharedContext(plan, facts);
    const tagsOf = tagsIn(plan);
    const judged = new Map<string, Findings>();
    const found = new Map<string, { errors: Set<string>; effects: Set<string> }>();
    for (const effect of plan.effects) {
      const action = effect.revision && effect.kind === 'replace' ? 'update' : effect.kind;
      const bench = benchFor(action, effect.type);
      if (!bench) continue;
      const tags = tagsOf(effect);
      const key = bench.distinguish(effect, action, plan, tags);
      let findings = afresh ? undefined : judged.get(key);
      if (!findings) {
        const context = { ...shared, ...present(OF_CONTEXT, [effect, action, plan]) };
        findings = ask(bench, { action, effect, plan, context, tags }, facts, validateRequests);
        judged.set(key, findings);
      }
      for (const id of [...findings.forbids, ...findings.errors.map((error) => error.id)]) {
        const one = found.get(id) ?? { errors: new Set(), effects: new Set() };
        one.effects.add(effectName(effect));
        for (const error of findings.errors) if (error.id === id) one.errors.add(error.message);
        found.set(id, one);
      }
    }
    return rules.concat(UNREADABLE).flatMap((rule) => {
      const one = found.get(rule.id);
      return one ? [verdictOf(rule, [...one.effects].sort(), [...one.errors])] : [];
    });
  };
}

/** Named when the engine itself refuses a request: that is a denial too. */
const UNREADABLE = { id: 'rules-engine', message: '', remedy: '', hold: null, observed: false } as Rule;

function verdictOf(rule: Rule, effects: string[], errors: string[]): RuleVerdict {
  if (errors.length > 0)
    return {
      id: rule.id,
      outcome: 'deny',
      seats: 0,
      message: `The rule ${rule.id} could not be evaluated, so the plan is refused: ${errors[0]}`,
      remedy: 'The policy owners must fix the rule; another plan does not help.',
      effects,
    };
  const { id, message, remedy, hold, observed } = rule;
  return {
    id,
    outcome: observed ? 'note' : hold === null ? 'deny' : 'hold',
    seats: hold ?? 0,
    message,
    remedy,
    effects,
    ...(observed ? { observed: hold === null ? 'deny' : 'hold' } : {}),
  };
}

function parseBench(digest: string, rules: readonly Rule[]): Bench | null {
  if (rules.length === 0) return null;
  const setId = `${digest}/${rules.map(({ id }) => id).join(',')}`;
  if (!parsedSets.has(setId)) {
    const answers = [
      cedar().preparseSchema(SCHEMA_NAME, CEDAR_SCHEMA),
      cedar().preparsePolicySet(setId, { staticPolicies: Object.fromEntries(rules.map(({ id, text }) => [id, text])) }),
    ];
    for (const answer of answers) if (answer.type === 'failure') throw new Error(answer.errors[0]?.message);
    parsedSets.add(setId);
  }
  return { setId, distinguish: distinguisher(setId, rules) };
}

type Particular = (effect: Effect, action: string, plan: Plan) => Json | undefined;
/** All in which the requests of one plan differ, but for tags: what is asked is made of it, and so is its key. */
const OF_CONTEXT: Record<string, Particular> = {
  type: ({ type }) => type,
  kind: (_effect, action) => entity('Kind', action),
  reversibility: ({ reversibility }) => entity('Reversibility', reversibility),
  interrupts: ({ interrupts }) => entity('Answer', interrupts),
  holds: ({ holds }) => entity('Holds', holds),
  marks: ({ marks }) => [...new Set(marks.map(({ kind }) => kind))].sort().map((kind) => entity('Mark', kind)),
  revision: ({ revision }) => revision,
  size: ({ size }) => size,
  stack: ({ owner }, _action, { target }) =>
    owner?.kind === 'stack' ? owner.name : target.kind === 'stack' ? target.name : undefined,
};
const OF_RESOURCE: Record<string, Particular> = {
  logicalId: ({ logicalId }) => logicalId,
  physicalId: ({ physicalId }) => physicalId,
};
const PARTICULARS = { ...OF_CONTEXT, ...OF_RESOURCE };

function present(parts: Record<string, Particular>, about: Parameters<Particular>): Record<string, Json> {
  return Object.fromEntries(
    Object.entries(parts).flatMap(([name, part]) => {
      const value = part(...about);
      return value === undefined ? [] : [[name, value]];
    }),
  );
}

/** INVARIANT: two effects that come out the same get the same answer; everything that the rules read is in it. */
function distinguisher(setId: string, rules: readonly Rule[]): Bench['distinguish'] {
  const names = [...new Set(rules.flatMap(({ reads }) => [...reads.names]))];
  const isKnown = (name: string) => Object.hasOwn(PARTICULARS, name) || SHARED.has(name);
  const everything = rules.some(({ reads }) => reads.everything) || !names.every(isKnown);
  const differing = Object.entries(PARTICULARS).flatMap(([name, part]) =>
    everything || names.includes(name) ? [part] : [],
  );
  const tagKeys = [...new Set(rules.flatMap(({ reads }) => [...reads.tagKeys]))];
  return (effect, action, plan, tags) =>
    JSON.stringify([
      setId,
      differing.map((part) => part(effect, action, plan) ?? null),
      everything ? tags : tagKeys.map((key) => tags[key] ?? null),
    ]);
}

interface Request {
  action: string;
  effect: Effect;
  plan: Plan;
  context: Context;
  tags: Tags;
}

function ask(
  { setId }: Bench,
  { action, effect, plan, context, tags }: Request,
  { sponsor }: RuleFacts,
  validateRequest: boolean,
): Findings {
  const principal = { type: 'Sponsor', id: sponsor.name ?? 'nobody' };
  const resource = { type: 'Resource', id: effect.physicalId ?? effect.logicalId ?? effect.type };
  const entities: EntityJson[] = [
    { uid: principal, attrs: { roles: [...sponsor.roles] }, parents: [] },
    {
      uid: resource,
      attrs: present(OF_RESOURCE, [effect, action, plan]) as EntityJson['attrs'],
      parents: [
        { type: 'Type', id: effect.type },
        { type: 'Service', id: serviceOf(effect.type) },
      ],
      tags,
    },
  ];
  const answer = cedar().statefulIsAuthorized({
    principal,
    action: { type: 'Action', id: action },
    resource,
    context,
    preparsedSchemaName: SCHEMA_NAME,
    validateRequest,
    preparsedPolicySetId: setId,
    entities,
  });
  if (answer.type === 'failure')
    return { forbids: [], errors: answer.errors.map(({ message }) => ({ id: UNREADABLE.id, message })) };
  const { reason, errors } = answer.response.diagnostics;
  return { forbids: reason, errors: errors.map(({ policyId, error }) => ({ id: policyId, message: error.message })) };
}

const SHARED_NAMES = [
  'environment',
  'account',
  'region',
  'sponsor',
  'agent',
  'goal',
  'hour',
  'weekday',
  'counts',
] as const;
type Shared = (typeof SHARED_NAMES)[number];
const SHARED: ReadonlySet<string> = new Set(SHARED_NAMES);

/** The same for every effect of a plan. */
function sharedContext(plan: Plan, { now, zone, environment, sponsor, goal }: RuleFacts) {
  const { weekday, hour } = wallClock(now, zone);
  const { created, updated, lost } = sumsOf(plan);
  return {
    environment: entity('Environment', environment),
    account: plan.target.account,
    region: plan.target.region,
    sponsor: sponsor.name ?? 'nobody',
    ...(plan.agent === null ? {} : { agent: plan.agent }),
    ...(goal === undefined ? {} : { goal: entity('Goal', goal) }),
    hour,
    weekday: entity('Weekday', weekday),
    counts: { created, updated, lost, total: plan.effects.length },
  } satisfies Partial<Record<Shared, Json>>;
}

/** As they are before the plan; of a stack that does not exist yet, those that it will have. */
function tagsIn(plan: Plan): (effect: Effect) => Record<string, string> {
  if (plan.target.kind === 'stack') {
    const tags = { ...subjectsOf(plan)[0]?.tags };
    return () => tags;
  }
  const { resources } = plan.subject;
  return ({ physicalId }) => resources.find(({ id }) => id === physicalId)?.tags ?? {};
}
