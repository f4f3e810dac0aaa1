/** A plan: the exact calls, what they do, and the state of the cloud that this was judged against. */
import { z } from 'zod';
import { callSchema } from './call.ts';
import { loweringSchema } from './capacity.ts';
import { digestOf, type Json } from './digest.ts';
import {
  couldBeLoss,
  type Effect,
  effectName,
  effectSchema,
  type Reversibility,
  worstReversibility,
} from './effect.ts';
import { documentDigest } from './named-documents.ts';
import type { Picture } from './picture.ts';
import { protectionSchema } from './protection.ts';
import { ACTIONS, actorSchema, isItself, isWorthless, subjectSchema } from './subject.ts';

/** A plan must be proposed within this time; from then on only the change's own clocks count. */
export const PLAN_LIFETIME_SECONDS = 15 * 60;

export const targetSchema = z.strictObject({
  /** `workspace`: an entry of the policy's `workspaces`. */
  kind: z.enum(['stack', 'resources', 'workspace']),
  account: z.string(),
  region: z.string(),
  /** A stack's or workspace's name, or the sorted ids joined by commas: what locks, rates and lists are keyed by. */
  name: z.string(),
  /** Physical ids: one stack id, or the ids of the resources. Empty for a stack that does not exist yet. */
  ids: z.array(z.string()),
});
export type Target = z.infer<typeof targetSchema>;

/** What a planner makes; the pipeline seals it into a plan. */
export const planDraftSchema = z.strictObject({
  target: targetSchema,
  calls: z.array(callSchema),
  effects: z.array(effectSchema),
  action: z.enum(ACTIONS),
  subject: subjectSchema,
  actor: actorSchema,
  /** The state that this was judged against, in the provider's own form: kept, signed and compared, never read here. */
  observed: z.record(z.string(), z.json()),
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
  /** What protects the target now. Not signed: later plans compare their own look with it. */
  protections: z.array(protectionSchema).optional(),
  /** Capacity that it lowers. Not signed: for later plans too. */
  lowered: z.array(loweringSchema).optional(),
  /** What the person and the agent should know besides: cleaned text. */
  notes: z.array(z.string()),
});
export type PlanDraft = z.infer<typeof planDraftSchema> & {
  /** Sealed into the plan by its digest. Absent: calls and effects say all there is. */
  picture?: Picture;
  /** What the target was, for who takes the change back: may hold secrets, and is kept sealed. */
  before?: Json;
};

export const planSchema = z.strictObject({
  ...planDraftSchema.shape,
  id: z.string(),
  tool: z.string(),
  sponsor: z.string().nullable(),
  /** The MCP client's own name, as it claims; null: not told. */
  agent: z.string().nullable(),
  /** The provider's name, the endpoint's URL, or `sandbox:<world id>`: a plan executes only where it was made. */
  endpoint: z.string(),
  policyDigest: z.string(),
  nonce: z.string(),
  /** Plans of before 0.2, and those whose calls say it all, have none. */
  pictureDigest: documentDigest('picture').optional(),
  madeAt: z.string(),
  expiresAt: z.string(),
  digest: z.string(),
});
export type Plan = z.infer<typeof planSchema>;

/** The signed part of a plan. Two plans with the same digest do the same to the same thing. */
export function planDigest(plan: Omit<Plan, 'digest'>): string {
  const { target, endpoint, action, subject, actor, calls, effects, observed, policyDigest, nonce, pictureDigest } =
    plan;
  return digestOf({
    target,
    endpoint,
    action,
    subject,
    actor,
    calls,
    effects,
    observed,
    policyDigest,
    nonce,
    pictureDigest,
  });
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
  const { picture, before: _, ...drafted } = draft;
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
  const parts = ['target', 'action', 'calls', 'effects'] as const;
  const differing: string[] = parts.filter((part) => digestOf(signed[part]) !== digestOf(live[part]));
  // A plan of an older version was signed without a picture.
  const picture = signed.pictureDigest !== undefined && signed.pictureDigest !== digestOf(live.picture ?? null);
  const observed = observedDifferences(signed.observed, live.observed);
  // INVARIANT: what was judged is compared, also where a provider says too little of what it observed.
  const subject = observed.length === 0 && digestOf(signed.subject) !== digestOf(live.subject) ? ['subject'] : [];
  return [...differing, ...(picture ? ['values before and after'] : []), ...observed, ...subject];
}

type Observed = PlanDraft['observed'];

/** Two levels deep: `stack tags`. Under whose credentials it was observed makes no difference. */
function observedDifferences(signed: Observed, live: Observed): string[] {
  const differs = (a: unknown, b: unknown) => digestOf((a ?? null) as Json) !== digestOf((b ?? null) as Json);
  const isObject = (value: unknown) => value !== null && typeof value === 'object' && !Array.isArray(value);
  const keys = [...new Set([...Object.keys(signed), ...Object.keys(live)])].filter((key) => key !== 'identity');
  return keys.flatMap((key) => {
    const [before, after] = [signed[key], live[key]];
    if (!isObject(before ?? after)) return differs(before, after) ? [key] : [];
    const [was, is] = [before ?? {}, after ?? {}] as [Observed, Observed];
    const inner = [...new Set([...Object.keys(was), ...Object.keys(is)])];
    return inner.filter((name) => differs(was[name], is[name])).map((name) => `${key} ${name}`);
  });
}

/**
 * How bad it can be: by this it needs approvals. INVARIANT: an effect of unknown kind is as bad as it could be,
 * whatever its planner calls it.
 */
export function worstOf({ effects, subject }: Pick<Plan, 'effects' | 'subject'>): Reversibility {
  // Nothing of worth is in what never worked: to take it away again is reversible.
  if (isWorthless(subject)) return 'reversible';
  return effects.some(({ kind }) => kind === 'unknown') ? 'unknown' : worstReversibility(effects);
}
/** The row of the policy's approvals. */
export function seatKindOf(plan: Pick<Plan, 'effects' | 'subject'>): Exclude<Reversibility, 'unknown'> {
  const worst = worstOf(plan);
  return worst === 'unknown' ? 'irreversible' : worst;
}

/** What is lost, or could be. With what never worked nothing of worth is. */
export function lossesOf({ effects, subject }: Pick<Plan, 'effects' | 'subject'>): Effect[] {
  return isWorthless(subject) ? [] : effects.filter(couldBeLoss);
}

/**
 * What kind of effect on which resources, whatever the values: by this a plan is known again that differs in little.
 * Where no resource is told, the calls.
 */
export function touchedBy({ effects, subject, calls }: Pick<Plan, 'effects' | 'subject' | 'calls'>): string[] {
  const resources = effects.filter((effect) => !isItself(subject, effect));
  const touched = (resources.length > 0 ? resources : effects).map((effect) => `${effect.kind} ${effectName(effect)}`);
  return [...new Set(touched.length > 0 ? touched : calls.map(({ operation }) => operation))].sort();
}

/** What a plan does, in numbers; revisions count as updates, what could be a loss as one. The subject itself is none. */
export function sumsOf({ effects, subject }: Pick<Plan, 'effects' | 'subject'>) {
  const losses = lossesOf({ effects, subject });
  let [created, updated] = [0, 0];
  for (const effect of effects) {
    if (effect.kind === 'create') created += 1;
    else if (!couldBeLoss(effect) && !isItself(subject, effect)) updated += 1;
  }
  return {
    updated,
    created,
    lost: losses.length,
    losses: losses.map((effect) => effect.physicalId ?? effectName(effect)).sort(),
    sizeBefore: subject.itself === null ? effects.length : subject.resourceCount,
  };
}
