/** A plan: the exact calls, what they do, and the state of the cloud that this was judged against. */
import { z } from 'zod';
import { callSchema } from './call.ts';
import { digestOf } from './digest.ts';
import { couldBeLoss, type Effect, effectName, effectSchema } from './effect.ts';
import type { Picture } from './picture.ts';

/** A plan must be proposed within this time; from then on only the change's own clocks count. */
export const PLAN_LIFETIME_SECONDS = 15 * 60;

export const targetSchema = z.strictObject({
  kind: z.enum(['stack', 'resources']),
  account: z.string(),
  region: z.string(),
  /** A stack's name, or the sorted ids joined by commas: what locks, rates and lists are keyed by. */
  name: z.string(),
  /** Physical ids: one stack id, or the ids of the resources. Empty for a stack that does not exist yet. */
  ids: z.array(z.string()),
});
export type Target = z.infer<typeof targetSchema>;

/** `NoEcho` values are keyed HMACs (`hmac:<hex>`): comparable, never readable. */
const observedStackSchema = z.strictObject({
  stackId: z.string(),
  stackName: z.string(),
  status: z.string(),
  createdAt: z.string(),
  updatedAt: z.string().nullable(),
  templateDigest: z.string(),
  parameters: z.record(z.string(), z.string()),
  tags: z.record(z.string(), z.string()),
  terminationProtection: z.boolean(),
  roleArn: z.string().nullable(),
  resourceCount: z.number().int(),
  /** The stack never reached CREATE_COMPLETE: nothing of worth can be lost with it. */
  neverCompleted: z.boolean(),
  /** The stack that owns this one, when it is nested. */
  parentId: z.string().nullable(),
  /** Exports of this stack that the plan removes or changes, with the stacks that import them. */
  importedExports: z.array(z.strictObject({ name: z.string(), importers: z.array(z.string()) })),
  /** Stacks of the same name that the cloud lists as deleted within 24 h. `neverCompleted`: as above; absent: it did. */
  recentlyDeleted: z.array(
    z.strictObject({ stackId: z.string(), deletedAt: z.string(), neverCompleted: z.boolean().optional() }),
  ),
});
export type ObservedStack = z.infer<typeof observedStackSchema>;

/** Who owns a resource that stands outside of the plan's stack. `released`: it owned it within 30 days (retained). */
const ownerSchema = z.strictObject({
  kind: z.enum(['stack', 'auto_scaling_group']),
  name: z.string(),
  released: z.boolean().optional(),
});
export type Owner = z.infer<typeof ownerSchema>;

/** Any other thing that an EC2 tool touches: security group, volume, snapshot, or what is tagged. */
const observedResourceSchema = z.strictObject({
  id: z.string(),
  type: z.string(),
  owner: ownerSchema.nullable(),
  tags: z.record(z.string(), z.string()),
  /** What was judged about it: rules of a group, state of a volume. Canonical JSON. */
  facts: z.record(z.string(), z.json()),
});
export type ObservedResource = z.infer<typeof observedResourceSchema>;

const observedInstanceSchema = z.strictObject({
  id: z.string(),
  state: z.string(),
  instanceType: z.string(),
  /** null: this plan does not depend on it, and it was not asked for. */
  terminationProtection: z.boolean().nullable(),
  stopProtection: z.boolean().nullable(),
  /** Loses its instance-store disks when it stops. */
  instanceStore: z.boolean(),
  owner: ownerSchema.nullable(),
  tags: z.record(z.string(), z.string()),
  volumes: z.array(
    z.strictObject({
      id: z.string(),
      deleteOnTermination: z.boolean(),
      /** The recovery point that the plan stands on. `completedAt`: from when its contents are. */
      newestSnapshot: z.strictObject({ id: z.string(), completedAt: z.string() }).nullable(),
    }),
  ),
});
export type ObservedInstance = z.infer<typeof observedInstanceSchema>;

export const observedSchema = z.strictObject({
  /** The account and the principal that the planner really was. */
  identity: z.strictObject({ account: z.string(), arn: z.string() }),
  stack: observedStackSchema.optional(),
  instances: z.array(observedInstanceSchema).optional(),
  resources: z.array(observedResourceSchema).optional(),
  /** Digest of the processed template that would be deployed. */
  wantedTemplate: z.string().optional(),
});
export type Observed = z.infer<typeof observedSchema>;

/** What a planner makes; the pipeline seals it into a plan. */
export const planDraftSchema = z.strictObject({
  target: targetSchema,
  calls: z.array(callSchema),
  effects: z.array(effectSchema),
  observed: observedSchema,
  /**
   * Did the cloud's own dry run succeed, and what kind was it? `synthesised`: the cloud has no preview for this.
   * `no_change`: the cloud says that nothing would change.
   */
  dryRun: z.strictObject({
    kind: z.enum(['change_set', 'dry_run', 'synthesised', 'no_change']),
    succeeded: z.boolean(),
    detail: z.string().optional(),
  }),
  /** How to compute this plan again, with reads only. Not signed: what comes out is compared with what was. */
  recipe: z.strictObject({ planner: z.string(), input: z.json() }),
  /** What the person and the agent should know besides: cleaned text. */
  notes: z.array(z.string()),
});
export type PlanDraft = z.infer<typeof planDraftSchema> & {
  /** Sealed into the plan by its digest. Absent: calls and effects say all there is. */
  picture?: Picture;
};

export const planSchema = z.strictObject({
  ...planDraftSchema.shape,
  id: z.string(),
  tool: z.string(),
  sponsor: z.string().nullable(),
  /** The MCP client's own name, as it claims; null: not told. */
  agent: z.string().nullable(),
  /** `aws`, the endpoint's URL, or `sandbox:<world id>`: a plan executes only where it was made. */
  endpoint: z.string(),
  policyDigest: z.string(),
  nonce: z.string(),
  /** Digest of the picture's document. Plans of before 0.2, and those whose calls say it all, have none. */
  pictureDigest: z.string().optional(),
  madeAt: z.string(),
  expiresAt: z.string(),
  digest: z.string(),
});
export type Plan = z.infer<typeof planSchema>;

/** The signed part of a plan. Two plans with the same digest do the same to the same thing. */
export function planDigest(plan: Omit<Plan, 'digest'>): string {
  const { target, endpoint, calls, effects, observed, policyDigest, nonce, pictureDigest } = plan;
  return digestOf({ target, endpoint, calls, effects, observed, policyDigest, nonce, pictureDigest });
}

export function sealPlan(
  draft: PlanDraft,
  made: {
    id: string;
    tool: string;
    sponsor: string | null;
    agent: string | null;
    endpoint: string;
    policyDigest: string;
    nonce: string;
    now: Date;
  },
): Plan {
  const { now, ...rest } = made;
  const { picture, ...drafted } = draft;
  const unsigned = {
    ...drafted,
    ...rest,
    ...(picture ? { pictureDigest: digestOf(picture) } : {}),
    madeAt: now.toISOString(),
    expiresAt: new Date(now.getTime() + PLAN_LIFETIME_SECONDS * 1000).toISOString(),
  };
  return { ...unsigned, digest: planDigest(unsigned) };
}

/** The parts in which a plan made now may not differ from the signed one: what it does, and to what. */
export function planDifferences(signed: PlanDraft & Pick<Plan, 'pictureDigest'>, live: PlanDraft): string[] {
  const parts = ['target', 'calls', 'effects'] as const;
  const differing: string[] = parts.filter((part) => digestOf(signed[part]) !== digestOf(live[part]));
  // A plan of an older version was signed without a picture.
  const picture = signed.pictureDigest !== undefined && signed.pictureDigest !== digestOf(live.picture ?? null);
  return [
    ...differing,
    ...(picture ? ['values before and after'] : []),
    ...observedDifferences(signed.observed, live.observed),
  ];
}

function observedDifferences(signed: Observed, live: Observed): string[] {
  const stackKeys = Object.keys(signed.stack ?? live.stack ?? {}) as (keyof ObservedStack)[];
  const stack = stackKeys
    .filter((key) => digestOf(signed.stack?.[key] ?? null) !== digestOf(live.stack?.[key] ?? null))
    .map((key) => `stack ${key}`);
  const others = (['instances', 'resources', 'wantedTemplate'] as const).filter(
    (key) => digestOf(signed[key] ?? null) !== digestOf(live[key] ?? null),
  );
  return [...stack, ...others];
}

/** What is lost, or could be. With a stack that never completed its creation nothing of worth is. */
export function lossesOf({ effects, observed }: Pick<Plan, 'effects' | 'observed'>): Effect[] {
  return observed.stack?.neverCompleted ? [] : effects.filter(couldBeLoss);
}

const isStackItself = ({ physicalId }: Effect, { stack }: Observed): boolean =>
  physicalId !== undefined && physicalId === stack?.stackId;

/**
 * What kind of effect on which resources, whatever the values: by this a plan is known again that differs in little.
 * Where no resource is told, the calls.
 */
export function touchedBy({ effects, observed, calls }: Pick<Plan, 'effects' | 'observed' | 'calls'>): string[] {
  const resources = effects.filter((effect) => !isStackItself(effect, observed));
  const touched = (resources.length > 0 ? resources : effects).map((effect) => `${effect.kind} ${effectName(effect)}`);
  return [...new Set(touched.length > 0 ? touched : calls.map(({ operation }) => operation))].sort();
}

/** What a plan does, in numbers; revisions count as updates, what could be a loss as one. The stack itself is none. */
export function sumsOf({ effects, observed }: Pick<Plan, 'effects' | 'observed'>) {
  const losses = lossesOf({ effects, observed });
  const created = effects.filter(({ kind }) => kind === 'create').length;
  return {
    updated: effects.filter(
      (effect) => effect.kind !== 'create' && !couldBeLoss(effect) && !isStackItself(effect, observed),
    ).length,
    created,
    lost: losses.length,
    losses: losses.map((effect) => effect.physicalId ?? effectName(effect)).sort(),
    sizeBefore: observed.stack?.resourceCount ?? effects.length,
  };
}
