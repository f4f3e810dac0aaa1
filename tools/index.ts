/** The explicit registry: every tool there is. None applies, approves, confirms or overrides. */
import type { Tool } from '../src/core/tool.ts';
import { describeChange } from './describe-change.ts';
import { describeChanges } from './describe-changes.ts';
import { describeInstances } from './describe-instances.ts';
import { describePlan } from './describe-plan.ts';
import { describePolicy } from './describe-policy.ts';
import { describeStack } from './describe-stack.ts';
import { describeStacks } from './describe-stacks.ts';
import { planInstanceAction } from './plan-instance-action.ts';
import { planStackCreate } from './plan-stack-create.ts';
import { planStackDelete } from './plan-stack-delete.ts';
import { planStackRollback } from './plan-stack-rollback.ts';
import { planStackUpdate } from './plan-stack-update.ts';
import { proposeChange } from './propose-change.ts';
import { withdrawChange } from './withdraw-change.ts';

export const tools: readonly Tool[] = [
  describePolicy,
  describeStacks,
  describeStack,
  describeInstances,
  planStackCreate,
  planStackUpdate,
  planStackDelete,
  planStackRollback,
  planInstanceAction,
  describePlan,
  proposeChange,
  describeChange,
  describeChanges,
  withdrawChange,
];
