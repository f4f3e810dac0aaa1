/** What a plan does to one resource, and how bad that could be. */
import { z } from 'zod';
import { type Mark, type MarkKind, markSchema } from './mark.ts';

export const EFFECT_KINDS = [
  'create',
  'update',
  'replace',
  'delete',
  'start',
  'stop',
  'reboot',
  'expose',
  'expire',
  'disable',
  'disconnect',
  'protect',
  'unprotect',
  'tag',
  'unknown',
] as const;
export type EffectKind = (typeof EFFECT_KINDS)[number];

/** Mildest first. `unknown` is worse than irreversible nowhere and milder than it nowhere: it sorts last. */
export const REVERSIBILITIES = ['reversible', 'recoverable', 'irreversible', 'unknown'] as const;
export type Reversibility = (typeof REVERSIBILITIES)[number];

export const propertyChangeSchema = z.strictObject({
  /** Path below the resource, to the leaf where that is known: `Properties.Environment.Variables.API_HOST`, `Tags`. */
  path: z.string(),
  before: z.string().optional(),
  after: z.string().optional(),
  /** Does changing this property replace the resource? */
  replaces: z.enum(['never', 'always', 'conditional', 'unknown']),
  /** Its values are shown to people and not to agents: user data. */
  peopleOnly: z.literal(true).optional(),
});
export type PropertyChange = z.infer<typeof propertyChangeSchema>;

export const effectSchema = z.strictObject({
  kind: z.enum(EFFECT_KINDS),
  /** The provider's own name of what it is: `Vendor::Service::Thing`. */
  type: z.string(),
  logicalId: z.string().optional(),
  physicalId: z.string().optional(),
  /** What its name is unique in, where that is one other thing: the same name within another is another resource. */
  within: z.string().optional(),
  /** Who owns it. Absent: nobody, it stands alone. */
  owner: z.strictObject({ kind: z.enum(['stack', 'auto_scaling_group', 'workspace']), name: z.string() }).optional(),
  /** Of what only consists of other resources. `listed`: they have effects of their own here. `hidden`: none has. */
  contents: z.enum(['listed', 'hidden']).optional(),
  /** Does it hold data, or an identity that others point at and a new one cannot take over? */
  holds: z.enum(['data', 'identity', 'nothing', 'unknown']),
  /** Will it restart, fail over or be away for a while? */
  interrupts: z.enum(['no', 'yes', 'unknown']),
  reversibility: z.enum(REVERSIBILITIES),
  /** For what is removed or replaced: the policy that decides the old resource's fate, as it is in force. */
  retention: z
    .strictObject({
      /** What the provider calls that policy. */
      attribute: z.string(),
      effective: z.enum(['Delete', 'Retain', 'Snapshot']),
    })
    .optional(),
  /** A verified recovery point that is independent of what is lost. */
  recoveryPoint: z.strictObject({ id: z.string(), completedAt: z.string() }).optional(),
  /** Disks that go with it, by name: it holds nothing itself, and they may. */
  disks: z.array(z.string()).min(1).optional(),
  /** Nothing can make a recovery point of its type: what is not retained is lost. */
  noBackup: z.boolean().optional(),
  /** Tags that it changes, wherever they are spelled; `UNREADABLE_TAGS`: some, and which could not be read. */
  tagKeys: z.array(z.string()).optional(),
  /** Replaced by design (a version, a revision): counts as an update. */
  revision: z.boolean(),
  properties: z.array(propertyChangeSchema),
  /** What it does besides its kind. */
  marks: z.array(markSchema),
  /** The size it will have (class, number of cores), where the type has one. */
  size: z.string().optional(),
  /** About what it adds to a month's bill, in USD at list price; less than nothing: it saves. Absent: not estimated. */
  monthlyUsd: z.number().int().optional(),
  /** One sentence: why this kind and this reversibility. */
  why: z.string(),
});
export type Effect = z.infer<typeof effectSchema>;

export const UNREADABLE_TAGS = '(not readable)';

/** What is lost: the old thing is gone, even if a new one takes its name. Revision types are not losses. */
export function isLoss(effect: Effect): boolean {
  return (effect.kind === 'delete' || effect.kind === 'replace') && !effect.revision;
}

/** What could not be decided is judged as the worst that is possible: a loss. */
export function couldBeLoss(effect: Effect): boolean {
  return isLoss(effect) || (effect.kind === 'unknown' && !effect.revision);
}

// Every guard walks over all effects, so these walks make nothing that they do not return.
export function marksOf(effects: readonly Effect[], kind: MarkKind): { effect: Effect; mark: Mark }[] {
  const found: { effect: Effect; mark: Mark }[] = [];
  for (const effect of effects) for (const mark of effect.marks) if (mark.kind === kind) found.push({ effect, mark });
  return found;
}

/** Wherever something does one of these: by its marks, or by its kind where no mark says how. */
export function doing(effects: readonly Effect[], kinds: readonly MarkKind[]): { effect: Effect; mark?: Mark }[] {
  const found: { effect: Effect; mark?: Mark }[] = [];
  for (const effect of effects) {
    const before = found.length;
    for (const mark of effect.marks) if (kinds.includes(mark.kind)) found.push({ effect, mark });
    if (found.length === before && (kinds as readonly string[]).includes(effect.kind)) found.push({ effect });
  }
  return found;
}

/** A loss whose old resource (or an independent copy) stays. */
export function isRetained(effect: Effect): boolean {
  return effect.retention?.effective === 'Retain' || effect.recoveryPoint !== undefined;
}

export function reversibilityRank(reversibility: Reversibility): number {
  return REVERSIBILITIES.indexOf(reversibility);
}

export const KIND_SEVERITY: Record<EffectKind, number> = {
  unknown: 14,
  replace: 13,
  delete: 12,
  expire: 11,
  disable: 10,
  disconnect: 9,
  unprotect: 8,
  expose: 7,
  stop: 6,
  reboot: 5,
  update: 4,
  start: 3,
  create: 2,
  protect: 1,
  tag: 0,
};

/** Orders effects worst first: by reversibility, then kind, then name, so that the order never depends on input order. */
export function compareWorstFirst(a: Effect, b: Effect): number {
  return (
    reversibilityRank(b.reversibility) - reversibilityRank(a.reversibility) ||
    KIND_SEVERITY[b.kind] - KIND_SEVERITY[a.kind] ||
    effectName(a).localeCompare(effectName(b), 'en') ||
    a.type.localeCompare(b.type, 'en')
  );
}

/** The name people know it by. */
export function effectName(effect: Effect): string {
  return effect.logicalId ?? effect.physicalId ?? effect.type;
}

export function worstReversibility(effects: readonly Effect[]): Reversibility {
  return effects.reduce<Reversibility>(
    (worst, { reversibility }) => (reversibilityRank(reversibility) > reversibilityRank(worst) ? reversibility : worst),
    'reversible',
  );
}
