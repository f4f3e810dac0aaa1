/** The planners, and how each plan is computed again. */
import type { Json } from '../../../core/digest.ts';
import { CountersignError } from '../../../core/errors.ts';
import type { Plan, PlanDraft } from '../../../core/plan.ts';
import type { Planner, RuleRequest } from '../../../core/ports.ts';
import { discardChangeSet } from '../change-sets.ts';
import { described } from '../described.ts';
import type { AwsDraft } from '../observed.ts';
import type { PlannerContext } from './context.ts';
import { type InstanceActionRecipe, planInstanceAction, recomputeInstanceAction } from './instance-action.ts';
import { planInstanceType } from './instance-type.ts';
import { planSecurityGroupRules } from './security-group-rules.ts';
import { planSnapshot, recomputeSnapshot, type SnapshotRecipe } from './snapshot.ts';
import { planStackCreate } from './stack-create.ts';
import { planStackDelete } from './stack-delete.ts';
import { planStackRollback } from './stack-rollback.ts';
import { planStackUpdate, recomputeChangeSet } from './stack-update.ts';
import { planTags } from './tags.ts';

/** @param contextOf made at first use: it asks who we are. */
export function createPlanner(contextOf: () => Promise<PlannerContext>): Planner {
  const planning = async (plan: (context: PlannerContext) => Promise<AwsDraft>) =>
    described(await plan(await contextOf()));
  return {
    stackCreate: (request) => planning((context) => planStackCreate(context, request)),
    stackUpdate: (request) => planning((context) => planStackUpdate(context, request)),
    stackDelete: (stack) => planning((context) => planStackDelete(context, stack)),
    stackRollback: (stack, skip) => planning((context) => planStackRollback(context, stack, skip)),
    discard: async (changeSetId) => discardChangeSet((await contextOf()).cloudFormation, changeSetId),
    instanceAction: (ids, action) => planning((context) => planInstanceAction(context, ids, action)),
    instanceType: (id, type) => planning((context) => planInstanceType(context, id, type)),
    securityGroupRules: (id, authorize, revoke) =>
      planning((context) => planSecurityGroupRules(context, id, authorize, revoke)),
    snapshot: (volumeId, description) => planning((context) => planSnapshot(context, volumeId, description)),
    tags: (ids, set, remove) => planning((context) => planTags(context, ids, set, remove)),
  };
}

// biome-ignore lint/suspicious/noExplicitAny: each planner reads back the input that it wrote itself.
type Recompute = (context: PlannerContext, input: any) => Promise<AwsDraft>;

/** By `recipe.planner`. INVARIANT: with reads only; an existing change set is described again, never made anew. */
const RECIPES: Record<string, Recompute> = {
  change_set: recomputeChangeSet,
  stack_delete: (context, { stack }: { stack: string }) => planStackDelete(context, stack),
  stack_rollback: (context, { stack, skip }: { stack: string; skip: string[] }) =>
    planStackRollback(context, stack, skip),
  instance_action: (context, recipe: InstanceActionRecipe) => recomputeInstanceAction(context, recipe),
  instance_type: (context, { instanceId, instanceType }: { instanceId: string; instanceType: string }) =>
    planInstanceType(context, instanceId, instanceType),
  security_group_rules: (context, input: { groupId: string; authorize: RuleRequest[]; revoke: RuleRequest[] }) =>
    planSecurityGroupRules(context, input.groupId, input.authorize, input.revoke),
  snapshot: (context, recipe: SnapshotRecipe) => recomputeSnapshot(context, recipe),
  tags: (context, input: { resourceIds: string[]; set: Record<string, string>; remove: string[] }) =>
    planTags(context, input.resourceIds, input.set, input.remove),
};

export async function recomputePlan(context: PlannerContext, { recipe }: Plan): Promise<PlanDraft> {
  const recompute = RECIPES[recipe.planner];
  if (!recompute)
    throw new CountersignError(
      'INTERNAL',
      `This countersign cannot compute a plan of ${recipe.planner} again.`,
      'Use the version that made the plan, or plan again.',
    );
  return described(await recompute(context, recipe.input as Json));
}
