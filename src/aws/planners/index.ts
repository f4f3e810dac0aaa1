/** The planners, and how each plan is computed again. */
import type { Json } from '../../core/digest.ts';
import { CountersignError } from '../../core/errors.ts';
import type { Plan, PlanDraft } from '../../core/plan.ts';
import type { InstanceAction, Planner } from '../../core/ports.ts';
import { discardChangeSet } from '../change-sets.ts';
import type { PlannerContext } from './context.ts';
import { planInstanceAction } from './instance-action.ts';
import { planStackCreate } from './stack-create.ts';
import { planStackDelete } from './stack-delete.ts';
import { planStackRollback } from './stack-rollback.ts';
import { planStackUpdate, recomputeChangeSet } from './stack-update.ts';

/** @param contextOf made at first use: it asks who we are. */
export function createPlanner(contextOf: () => Promise<PlannerContext>): Planner {
  return {
    stackCreate: async (request) => planStackCreate(await contextOf(), request),
    stackUpdate: async (request) => planStackUpdate(await contextOf(), request),
    stackDelete: async (stack) => planStackDelete(await contextOf(), stack),
    stackRollback: async (stack, skip) => planStackRollback(await contextOf(), stack, skip),
    discard: async (changeSetId) => discardChangeSet((await contextOf()).cloudFormation, changeSetId),
    instanceAction: async (ids, action) => planInstanceAction(await contextOf(), ids, action),
  } as Planner;
}

// biome-ignore lint/suspicious/noExplicitAny: each planner reads back the input that it wrote itself.
type Recompute = (context: PlannerContext, input: any) => Promise<PlanDraft>;

/** By `recipe.planner`. INVARIANT: with reads only; an existing change set is described again, never made anew. */
const RECIPES: Record<string, Recompute> = {
  change_set: recomputeChangeSet,
  stack_delete: (context, { stack }: { stack: string }) => planStackDelete(context, stack),
  stack_rollback: (context, { stack, skip }: { stack: string; skip: string[] }) =>
    planStackRollback(context, stack, skip),
  instance_action: (context, { instanceIds, action }: { instanceIds: string[]; action: InstanceAction }) =>
    planInstanceAction(context, instanceIds, action),
};

export async function recomputePlan(context: PlannerContext, { recipe }: Plan): Promise<PlanDraft> {
  const recompute = RECIPES[recipe.planner];
  if (!recompute)
    throw new CountersignError(
      'INTERNAL',
      `This countersign cannot compute a plan of ${recipe.planner} again.`,
      'Use the version that made the plan, or plan again.',
    );
  return recompute(context, recipe.input as Json);
}
