/**
 * A plan as a person sketches it: target, goal, effects. What is not written is what the tables say of the type, or
 * the ordinary case.
 */

import { z } from 'zod';
import type { Call } from '../../core/call.ts';
import {
  compareWorstFirst,
  EFFECT_KINDS,
  type Effect,
  REVERSIBILITIES,
  type Reversibility,
} from '../../core/effect.ts';
import { CountersignError } from '../../core/errors.ts';
import { MARK_KINDS, markSchema } from '../../core/mark.ts';
import { orMeant } from '../../core/nearest.ts';
import type { Plan } from '../../core/plan.ts';
import type { ProviderRules } from '../../core/ports.ts';
import { type Action, type PlanSubject, UNSEEN } from '../../core/subject.ts';
import { type Goal, goalSchema } from '../../core/verdict.ts';
import { accountFor } from '../../policy/apply.ts';
import type { Policy } from '../../policy/model.ts';
import { readYaml } from '../../policy/yaml-file.ts';

const name = z.string().min(1).max(512);
const markInFull = markSchema.extend({
  path: z.string().default('sample'),
  text: z.string().default('the sketch says so'),
});
/** `expire` is short for `{ kind: expire }`. */
const mark = z.union([z.enum(MARK_KINDS).transform((kind) => markInFull.parse({ kind })), markInFull]);
const effect = z.strictObject({
  kind: z.enum(EFFECT_KINDS),
  /** Default: an instance, where `ids` are planned for. */
  type: z
    .string()
    .regex(/^[\w.]+(?:::[\w.]+)+$|^[a-z][a-z0-9]*_\w+$/, 'name a type like Vendor::Service::Thing, or vendor_thing')
    .optional(),
  logicalId: name.optional(),
  physicalId: name.optional(),
  holds: z.enum(['data', 'identity', 'nothing', 'unknown']).optional(),
  interrupts: z.enum(['no', 'yes', 'unknown']).default('no'),
  reversibility: z.enum(REVERSIBILITIES).optional(),
  /** The policy in force for what is deleted or replaced. */
  retention: z.enum(['Delete', 'Retain', 'Snapshot']).default('Delete'),
  /** A completed recovery point is this old. */
  backupHoursAgo: z.number().min(0).optional(),
  size: name.optional(),
  marks: z.array(mark).default([]),
  /** Template paths that change. */
  properties: z.array(name).default([]),
});
const sampleSchema = z
  .strictObject({
    /** A stack, or ids of resources that no stack owns. */
    stack: name.optional(),
    ids: z.array(name).min(1).optional(),
    /** Of the policy, in their place. */
    workspace: name.optional(),
    change: z.enum(['create', 'update', 'delete']).default('update'),
    goal: goalSchema.optional(),
    sponsor: name.optional(),
    agent: name.optional(),
    /** Alias of the policy; default: its first. */
    account: name.optional(),
    region: name.optional(),
    tags: z.record(z.string(), z.string()).default({}),
    /** How many resources the stack has. Default: those of `effects`. */
    resources: z.number().int().min(0).optional(),
    terminationProtection: z.boolean().default(false),
    effects: z.array(effect).min(1, 'name at least one effect'),
  })
  .refine(
    ({ stack, ids, workspace }) => [stack, ids, workspace].filter((one) => one !== undefined).length === 1,
    'name a stack, a workspace, or ids',
  );
type Sample = z.infer<typeof sampleSchema>;
type SampleEffect = Sample['effects'][number];

/** What is done to a machine, by what happens to it. */
const ACTIONS: Partial<Record<Effect['kind'], Action>> = {
  delete: 'terminate',
  stop: 'stop',
  start: 'start',
  reboot: 'reboot',
  tag: 'tag',
};
interface About {
  policy: Policy | null;
  provider: ProviderRules;
  sponsor: string | undefined;
  now: Date;
}

/** @throws INPUT_INVALID with `file:line:column` of every problem. */
export function readSample(text: string, fileName: string, about: About): { plan: Plan; goal?: Goal } {
  const { value: sample, problems, report } = readYaml(text, fileName, sampleSchema);
  const aliases = Object.keys(about.policy?.file.accounts ?? {});
  if (sample?.account !== undefined && !aliases.includes(sample.account))
    report(['account'], `the policy has no account ${sample.account}${orMeant(sample.account, aliases)}`);
  for (const [index, { type, physicalId }] of (sample?.effects ?? []).entries()) {
    if (sample?.ids === undefined && type === undefined) report(['effects', index], 'name a type');
    if (sample?.ids && sample.ids.length > 1 && !sample.ids.includes(physicalId ?? ''))
      report(['effects', index], 'name one of the ids as physicalId');
  }
  if (!sample || problems.length > 0)
    throw new CountersignError(
      'INPUT_INVALID',
      `The sketch is not valid:\n${problems.map((problem) => `  ${problem}`).join('\n')}`,
      'See the example in docs/policy.md, “Explain a verdict”.',
      { cause: problems },
    );
  return { plan: planOf(sample, about), ...(sample.goal ? { goal: sample.goal } : {}) };
}

function planOf(sample: Sample, { policy, provider, sponsor, now }: About): Plan {
  const [alias, account] =
    Object.entries(policy?.file.accounts ?? {}).find(([one]) => one === (sample.account ?? one)) ?? [];
  const place = (sample.workspace === undefined ? undefined : provider.placeOfAll?.({ kind: 'workspace' })) ?? {
    account: account?.id ?? '000000000000',
    region: sample.region ?? account?.regions[0] ?? 'eu-west-1',
  };
  const effects = provider.describeEffects(
    sample.effects.map((one, index) => effectOf(one, index, sample, { provider, now })),
  );
  // As if planned under the role that the policy names: a sketch asks about its effects, not about credentials.
  const role = (policy && accountFor(policy, place.account)?.plannerRole) ?? alias ?? 'planner';
  const { ids = [], workspace } = sample;
  const stack = sample.stack ?? workspace;
  const worst = [...effects].sort(compareWorstFirst)[0]!;
  const action = stack === undefined ? (ACTIONS[worst.kind] ?? 'resize') : sample.change;
  const about = {
    action,
    actor: { account: place.account, name: `${role}/sketch`, role },
    tool: `plan_${stack === undefined ? 'resources' : 'stack'}_${action}`,
    calls: [callOf(action, stack ?? ids, workspace === undefined ? 'stack' : 'workspace', { provider, place })],
    target:
      stack === undefined
        ? { kind: 'resources' as const, ...place, name: [...ids].sort().join(','), ids }
        : {
            kind: workspace === undefined ? ('stack' as const) : ('workspace' as const),
            ...place,
            name: stack,
            ids: sample.change === 'create' ? [] : [stack],
          },
    subject: stack === undefined ? machinesOf(ids, sample) : stackOf(stack, sample),
    observed: {},
  };
  return {
    ...about,
    effects,
    id: 'sample',
    sponsor: sample.sponsor ?? sponsor ?? null,
    agent: sample.agent ?? null,
    endpoint: 'sample',
    policyDigest: policy?.digest ?? '',
    nonce: '',
    madeAt: now.toISOString(),
    expiresAt: new Date(now.getTime() + 900_000).toISOString(),
    digest: '',
    dryRun: { kind: 'synthesised', succeeded: true },
    recipe: { planner: 'sample', input: null },
    notes: [],
  };
}

/** The first call that the provider makes for this: guards see that it is one, and read nothing else of it. */
function callOf(
  action: Action,
  on: string | string[],
  kind: 'stack' | 'workspace',
  { provider: { name, factsOf }, place }: { provider: ProviderRules; place: Pick<Call, 'account' | 'region'> },
): Call {
  const { allowedCalls } = factsOf({ kind: typeof on === 'string' ? kind : 'resources' });
  const row =
    allowedCalls.find(({ actions }) => actions[0] === action) ??
    allowedCalls.find(({ actions }) => actions.includes(action));
  const [input] = Object.entries(row?.inputs ?? {}).find(([, must]) => must === null) ?? [];
  return {
    step: 'step1',
    provider: row?.provider ?? name,
    service: row?.service ?? '',
    operation: row?.operation ?? '',
    input: input === undefined ? {} : { [input]: on },
    ...place,
  };
}

function effectOf(
  given: SampleEffect,
  index: number,
  { stack: inStack, workspace, ids, change }: Sample,
  { provider, now }: Pick<About, 'provider' | 'now'>,
): Effect {
  const stack = inStack ?? workspace;
  const { kind, type = provider.machineType, interrupts, retention, backupHoursAgo, size, marks, properties } = given;
  const isGone = kind === 'delete' || kind === 'replace';
  const holds = given.holds ?? provider.holdsOf(type);
  const logicalId = given.logicalId ?? (stack === undefined ? undefined : `Effect${index + 1}`);
  const physicalId = given.physicalId ?? (stack === undefined ? ids?.[0] : undefined);
  const point = backupHoursAgo === undefined ? undefined : new Date(now.getTime() - backupHoursAgo * 3_600_000);
  return {
    kind,
    type,
    ...(logicalId === undefined ? {} : { logicalId }),
    ...(physicalId === undefined ? {} : { physicalId }),
    ...(stack === undefined || change === 'create'
      ? {}
      : { owner: { kind: workspace === undefined ? 'stack' : 'workspace', name: stack } }),
    holds,
    interrupts,
    reversibility:
      given.reversibility ?? usualReversibility(kind, holds, retention !== 'Delete' || point !== undefined),
    ...(isGone
      ? {
          retention: {
            attribute: 'its policy',
            effective: retention,
          },
        }
      : {}),
    ...(point ? { recoveryPoint: { id: 'sample', completedAt: point.toISOString() } } : {}),
    revision: provider.isRevisionType(type),
    properties: properties.map((path) => ({ path, replaces: kind === 'replace' ? 'always' : 'never' })),
    marks,
    ...(size === undefined ? {} : { size }),
    why: 'The sketch says so.',
  };
}

function usualReversibility(kind: Effect['kind'], holds: Effect['holds'], isKept: boolean): Reversibility {
  if (kind === 'unknown') return 'unknown';
  if (kind !== 'delete' && kind !== 'replace') return 'reversible';
  if (holds === 'unknown') return 'unknown';
  return holds === 'nothing' || isKept ? 'recoverable' : 'irreversible';
}

function stackOf(name: string, { change, tags, resources, effects, terminationProtection }: Sample): PlanSubject {
  return {
    ...UNSEEN,
    lifecycle: change === 'create' ? 'new' : 'live',
    itself: { type: 'stack', ids: [name] },
    tags,
    protectedFrom: terminationProtection ? ['delete'] : [],
    resourceCount: resources ?? effects.filter(({ kind }) => kind !== 'create').length,
  };
}

function machinesOf(ids: readonly string[], { tags, terminationProtection }: Sample): PlanSubject {
  const machine = {
    owner: null,
    tags,
    protectedFrom: terminationProtection ? ['delete' as const] : [],
    canEnd: true,
    runs: true,
    losesDisksOnStop: false,
    users: [],
  };
  return { ...UNSEEN, lifecycle: 'live', resources: ids.map((id) => ({ id, ...machine })) };
}
