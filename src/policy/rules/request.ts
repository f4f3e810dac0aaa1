/**
 * The requests of one plan: what the engine is asked about an effect, and what of it some rules read.
 *
 * INVARIANT: everything that the rules read is in the request, and in what tells two effects apart.
 */
import type { EntityJson, StatefulAuthorizationCall } from '@cedar-policy/cedar-wasm/nodejs';
import type { Json } from '../../core/digest.ts';
import type { Effect } from '../../core/effect.ts';
import type { Environment } from '../../core/environment.ts';
import { type Plan, sumsOf } from '../../core/plan.ts';
import type { Goal } from '../../core/verdict.ts';
import { subjectsOf } from '../scope.ts';
import { wallClock } from '../wall-clock.ts';
import { type Rule, serviceOf } from './load.ts';

export interface RuleFacts {
  now: Date;
  zone: string;
  environment: Environment;
  sponsor: { name: string | null; roles: readonly string[] };
  goal?: Goal | undefined;
}
type Context = StatefulAuthorizationCall['context'];
export type Tags = Readonly<Record<string, string>>;
/** The parts of a request that some rules read; null: everything. */
export type PartsRead = ReadonlySet<string> | null;
/** What a request is about. */
export interface About {
  effect: Effect;
  action: string;
  tags: Tags;
  plan: Plan;
}
const entity = (type: string, id: string) => ({ __entity: { type, id } });

interface Particular {
  of(about: About): string | boolean | string[] | undefined;
  /** The entity type that these are ids of. */
  as?: string;
}
/** All in which the requests of one plan differ, but for tags: what is asked is made of it, and so is its key. */
const OF_CONTEXT: Record<string, Particular> = {
  type: { of: ({ effect }) => effect.type },
  kind: { of: ({ action }) => action, as: 'Kind' },
  reversibility: { of: ({ effect }) => effect.reversibility, as: 'Reversibility' },
  interrupts: { of: ({ effect }) => effect.interrupts, as: 'Answer' },
  holds: { of: ({ effect }) => effect.holds, as: 'Holds' },
  marks: { of: ({ effect }) => [...new Set(effect.marks.map(({ kind }) => kind))].sort(), as: 'Mark' },
  revision: { of: ({ effect }) => effect.revision },
  size: { of: ({ effect }) => effect.size },
  stack: {
    of: ({ effect: { owner }, plan: { target } }) =>
      owner?.kind === 'stack' ? owner.name : target.kind === 'stack' ? target.name : undefined,
  },
  workspace: { of: ({ plan: { target } }) => (target.kind === 'workspace' ? target.name : undefined) },
};
const OF_RESOURCE: Record<string, Particular> = {
  logicalId: { of: ({ effect }) => effect.logicalId },
  physicalId: { of: ({ effect }) => effect.physicalId },
};
const PARTICULARS = { ...OF_CONTEXT, ...OF_RESOURCE };

function present(parts: Record<string, Particular>, about: About): Record<string, Json> {
  return Object.fromEntries(
    Object.entries(parts).flatMap(([name, { of, as }]): [string, Json][] => {
      const value = of(about);
      if (value === undefined) return [];
      if (as === undefined) return [[name, value]];
      return [[name, Array.isArray(value) ? value.map((id) => entity(as, id)) : entity(as, String(value))]];
    }),
  );
}

/** A name that is not known here counts as everything. */
export function partsReadBy(rules: readonly Rule[]): PartsRead {
  const names = new Set(rules.flatMap(({ reads }) => [...reads.names]));
  const areKnown = [...names].every((name) => Object.hasOwn(PARTICULARS, name) || SHARED.has(name));
  return areKnown && !rules.some(({ reads }) => reads.everything) ? names : null;
}

/**
 * @returns what of one effect these rules can tell apart; what is the same for the whole plan is left out.
 * INVARIANT: two effects of one plan that come out the same get the same answer.
 */
export function distinguisher(rules: readonly Rule[]): (about: About) => string {
  const read = partsReadBy(rules);
  const parts = Object.entries(PARTICULARS).flatMap(([name, { of }]) => (read?.has(name) === false ? [] : [of]));
  const tagKeys = [...new Set(rules.flatMap(({ reads }) => [...reads.tagKeys]))];
  return (about) =>
    JSON.stringify([
      parts.map((of) => of(about) ?? null),
      read === null ? about.tags : tagKeys.map((key) => about.tags[key] ?? null),
    ]);
}

/** @param read all else is left out of the context: to parse the whole of it takes longer than to judge. */
export function requestOf(about: About, shared: Record<string, Json>, { sponsor }: RuleFacts, read: PartsRead) {
  const { effect, action, tags } = about;
  const context = { ...shared, ...present(OF_CONTEXT, about) };
  const principal = { type: 'Sponsor', id: sponsor.name ?? 'nobody' };
  const resource = { type: 'Resource', id: effect.physicalId ?? effect.logicalId ?? effect.type };
  const entities: EntityJson[] = [
    { uid: principal, attrs: { roles: [...sponsor.roles] }, parents: [] },
    {
      uid: resource,
      attrs: present(OF_RESOURCE, about) as EntityJson['attrs'],
      parents: [
        { type: 'Type', id: effect.type },
        { type: 'Service', id: serviceOf(effect.type) },
      ],
      tags,
    },
  ];
  return {
    principal,
    action: { type: 'Action', id: action },
    resource,
    context: Object.fromEntries(Object.entries(context).filter(([name]) => read === null || read.has(name))) as Context,
    entities,
  };
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
export function sharedContext(plan: Plan, { now, zone, environment, sponsor, goal }: RuleFacts) {
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
export function tagsIn(plan: Plan): (effect: Effect) => Record<string, string> {
  if (plan.target.kind === 'stack') {
    const tags = { ...subjectsOf(plan)[0]?.tags };
    return () => tags;
  }
  const { resources } = plan.subject;
  return ({ physicalId }) => resources.find(({ id }) => id === physicalId)?.tags ?? {};
}
