/** The planners of AWS. Each file says how its plan is made, and how it is computed again. */
import { CountersignError } from '../../../core/errors.ts';
import type { Plan, PlanDraft } from '../../../core/plan.ts';
import type { PlannerDefinition } from '../../../core/ports.ts';
import { described } from '../described.ts';
import { type ContextFor, type PlannerContext, readsOf } from './context.ts';
import type { PlannerFile } from './definition.ts';
import { instanceAction } from './instance-action.ts';
import { instanceType } from './instance-type.ts';
import { securityGroupRules } from './security-group-rules.ts';
import { snapshot } from './snapshot.ts';
import { stackCreate } from './stack-create.ts';
import { stackDelete } from './stack-delete.ts';
import { stackRollback } from './stack-rollback.ts';
import { stackUpdate } from './stack-update.ts';
import { tags } from './tags.ts';

const planners: readonly PlannerFile[] = [
  stackCreate,
  stackUpdate,
  stackDelete,
  stackRollback,
  instanceAction,
  instanceType,
  securityGroupRules,
  snapshot,
  tags,
];

export function plannersIn(contextFor: ContextFor): PlannerDefinition[] {
  return planners.map(({ name, input, plan }) => ({
    name,
    input,
    plan: async (asked, at, permit, planNonce) =>
      described(await plan(ofOnePlan({ ...(await contextFor(at, permit)), planNonce }), asked)),
  }));
}

/** What is read once for a plan is read again for the next one, and when it is computed again. */
const ofOnePlan = (context: PlannerContext): PlannerContext => ({
  ...context,
  ...readsOf(context.cloudFormation),
});

export async function recomputePlan(context: PlannerContext, { recipe }: Plan): Promise<PlanDraft> {
  const planner = planners.find((one) => one.recipe === recipe.planner);
  if (planner) return described(await planner.replan(ofOnePlan(context), recipe.input));
  throw new CountersignError(
    'INTERNAL',
    `This version of Countersign cannot recompute a plan of ${recipe.planner} again.`,
    'Use the version that made the plan, or plan again.',
  );
}
