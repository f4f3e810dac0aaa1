/** The explicit registry: every tool there is. None applies, approves, confirms or overrides. */
import type { Tool } from '../src/core/tool.ts';
import { describeChange } from './describe-change.ts';
import { describeChanges } from './describe-changes.ts';
import { describeInstances } from './describe-instances.ts';
import { describePlan } from './describe-plan.ts';
import { describePolicy } from './describe-policy.ts';
import { describeSecurityGroups } from './describe-security-groups.ts';
import { describeStack } from './describe-stack.ts';
import { describeStacks } from './describe-stacks.ts';
import { describeVolumes } from './describe-volumes.ts';
import { planInstanceAction } from './plan-instance-action.ts';
import { planInstanceType } from './plan-instance-type.ts';
import { planSecurityGroupRules } from './plan-security-group-rules.ts';
import { planSnapshot } from './plan-snapshot.ts';
import { planStackCreate } from './plan-stack-create.ts';
import { planStackDelete } from './plan-stack-delete.ts';
import { planStackRollback } from './plan-stack-rollback.ts';
import { planStackUpdate } from './plan-stack-update.ts';
import { planTags } from './plan-tags.ts';
import { proposeChange } from './propose-change.ts';
import { withdrawChange } from './withdraw-change.ts';

export const tools: readonly Tool[] = [
  describePolicy,
  describeStacks,
  describeStack,
  describeInstances,
  planStackCreate,
  describeSecurityGroups,
  describeVolumes,
  planStackUpdate,
  planStackDelete,
  planStackRollback,
  planInstanceAction,
  planInstanceType,
  planSecurityGroupRules,
  planSnapshot,
  planTags,
  describePlan,
  proposeChange,
  describeChange,
  describeChanges,
  withdrawChange,
];
