/** The explicit registry: every tool there is. None applies, approves, confirms or overrides. */
import type { Tool } from '../src/core/tool.ts';
import { describeInstances } from './aws/describe-instances.ts';
import { describeSecurityGroups } from './aws/describe-security-groups.ts';
import { describeStack } from './aws/describe-stack.ts';
import { describeStacks } from './aws/describe-stacks.ts';
import { describeVolumes } from './aws/describe-volumes.ts';
import { planInstanceAction } from './aws/plan-instance-action.ts';
import { planInstanceType } from './aws/plan-instance-type.ts';
import { planSecurityGroupRules } from './aws/plan-security-group-rules.ts';
import { planSnapshot } from './aws/plan-snapshot.ts';
import { planStackCreate } from './aws/plan-stack-create.ts';
import { planStackDelete } from './aws/plan-stack-delete.ts';
import { planStackRollback } from './aws/plan-stack-rollback.ts';
import { planStackUpdate } from './aws/plan-stack-update.ts';
import { planTags } from './aws/plan-tags.ts';
import { describeChange } from './describe-change.ts';
import { describeChanges } from './describe-changes.ts';
import { describePlan } from './describe-plan.ts';
import { describePolicy } from './describe-policy.ts';
import { proposeChange } from './propose-change.ts';
import { describeWorkspaces } from './terraform/describe-workspaces.ts';
import { planWorkspace } from './terraform/plan-workspace.ts';
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
  describeWorkspaces,
  planWorkspace,
  describePlan,
  proposeChange,
  describeChange,
  describeChanges,
  withdrawChange,
];
