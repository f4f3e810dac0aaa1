/**
 * What a plan is about, in words that every provider shares: guards and the policy read these, never what a provider
 * calls its operations, types or states. It is judged, signed, and compared again before executing.
 */
import { z } from 'zod';

/** What is done to the subject as a whole; what happens to each resource is an effect. `copy` takes nothing away. */
export const ACTIONS = [
  'create',
  'update',
  'delete',
  'roll_back',
  'start',
  'stop',
  'reboot',
  'terminate',
  'resize',
  'copy',
  'tag',
] as const;
export type Action = (typeof ACTIONS)[number];

/** Who owns a resource that stands outside of the plan's stack. `released`: it owned it within 30 days (retained). */
export const ownerSchema = z.strictObject({
  kind: z.enum(['stack', 'auto_scaling_group']),
  name: z.string(),
  released: z.boolean().optional(),
  /** It is owned only as a part of this resource: its owner neither made it nor sets anything on it. */
  through: z.string().optional(),
});
export type Owner = z.infer<typeof ownerSchema>;

const protection = z.enum(['delete', 'stop']);
const tags = z.record(z.string(), z.string());

export const subjectSchema = z.strictObject({
  /**
   * `unseen`: it was not looked at yet. `new`: so far there is only a plan of it. `never_completed`: it never worked,
   * and nothing of worth is in it.
   */
  lifecycle: z.enum(['unseen', 'new', 'live', 'never_completed']),
  /** An operation that runs on it now, in the provider's own word; null: none. */
  busy: z.string().nullable(),
  /** A failure left it in a state that it does not leave by itself. */
  broken: z.boolean(),
  /** Through what it is changed instead. `part`: it is nested in that. `instance`: that made it, among others. */
  parent: z.strictObject({ kind: z.enum(['part', 'instance']), name: z.string() }).nullable(),
  protectedFrom: z.array(protection),
  /** How many resources it has. 0 where it is a list of resources. */
  resourceCount: z.number().int(),
  tags,
  /** By what an effect on the subject itself, and not on a part of it, is known; null: it is a list of resources. */
  itself: z.strictObject({ type: z.string(), ids: z.array(z.string()) }).nullable(),
  /** What others use of it. */
  dependents: z.array(z.strictObject({ name: z.string(), users: z.array(z.string()) })),
  /** Subjects of the same name that had worked and that the provider lists as deleted within 24 h. */
  recentlyDeleted: z.array(z.strictObject({ at: z.string() })),
  /** The resources that a plan names by id. */
  resources: z.array(
    z.strictObject({
      id: z.string(),
      owner: ownerSchema.nullable(),
      tags,
      protectedFrom: z.array(protection),
      /** Is it a machine, which a termination ends? */
      canEnd: z.boolean(),
      /** Does it run now, so that a change of its size stops it first? */
      runs: z.boolean(),
      /** Has it disks whose contents go when it stops? */
      losesDisksOnStop: z.boolean(),
      users: z.array(z.string()),
    }),
  ),
});
export type PlanSubject = z.infer<typeof subjectSchema>;

/** Before anything was asked of the provider. */
export const UNSEEN: PlanSubject = {
  lifecycle: 'unseen',
  busy: null,
  broken: false,
  parent: null,
  protectedFrom: [],
  resourceCount: 0,
  tags: {},
  itself: null,
  dependents: [],
  recentlyDeleted: [],
  resources: [],
};

/** Under which credentials the plan was made. `role`: the role that they are a session of; null: no role's. */
export const actorSchema = z.strictObject({ account: z.string(), name: z.string(), role: z.string().nullable() });
export type Actor = z.infer<typeof actorSchema>;

/** INVARIANT: what was not seen could be worth everything. */
export const isWorthless = ({ lifecycle }: PlanSubject): boolean =>
  lifecycle === 'new' || lifecycle === 'never_completed';

/** Is this an effect on the subject, and not on a part of it? */
export function isItself(
  { itself }: PlanSubject,
  { type, logicalId, physicalId }: { type: string; logicalId?: string | undefined; physicalId?: string | undefined },
): boolean {
  if (itself === null || type !== itself.type || logicalId !== undefined) return false;
  return physicalId !== undefined && itself.ids.includes(physicalId);
}

/** One call that a provider makes, and what may be in it. */
export interface AllowedCall {
  provider: string;
  service: string;
  operation: string;
  /** What a plan that makes this call says that it does. */
  actions: readonly Action[];
  /** By the input's name: what it must look like, and what else it could be; null: anything. */
  inputs: Readonly<Record<string, { pattern: string; else: string } | null>>;
  /** It carries out what was prepared before: by us, where that input is `ours`; else this is not told of it. */
  prepared?: { input: string; ours: string; untold: string };
}

/** What guards are told of the provider that made a plan: closed tables in its code, nothing that a plan claims. */
export interface ProviderFacts {
  allowedCalls: readonly AllowedCall[];
  /** The tool that plans this, by what it does, for remedies. */
  toolFor: Readonly<Partial<Record<Action, string>>>;
  /** What a person writes to keep a resource that its owner no longer has. */
  retainBy: string;
}
