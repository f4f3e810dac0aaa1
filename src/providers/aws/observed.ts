/** The state of AWS that a plan is judged against: kept with the plan, signed, and compared before executing. */
import { z } from 'zod';
import type { PlanDraft } from '../../core/plan.ts';
import { ownerSchema } from '../../core/subject.ts';

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

/** A draft before it is said in the words that guards read (`described`). */
export type AwsDraft = Omit<PlanDraft, 'subject' | 'actor' | 'observed'> & { observed: Observed };
