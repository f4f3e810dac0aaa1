/** What the planners of stacks share. */
import { sha256Hex } from '../../../core/digest.ts';
import { CountersignError } from '../../../core/errors.ts';
import type { Target } from '../../../core/plan.ts';
import type { LiveStack } from '../observe/live-stack.ts';
import type { PlannerContext } from './context.ts';

export function stackTarget({ identity: { account, region } }: PlannerContext, { observed }: LiveStack): Target {
  return { kind: 'stack', account, region, name: observed.stackName, ids: [observed.stackId] };
}

export function refuseBusy({ observed: { stackName, status } }: LiveStack): void {
  if (!/_IN_PROGRESS$/.test(status)) return;
  throw new CountersignError(
    'STATE_STACK_BUSY',
    `${stackName} is in ${status}.`,
    `Wait until its operation has ended: describe_stack {"stack": "${stackName}", "include": ["events"]}.`,
  );
}

/** As the guard `change-set-only` says, before AWS is asked for a change set in words that do not say what to do. */
export function refuseNested({ observed: { stackName, parentId } }: LiveStack): void {
  if (parentId === null) return;
  throw new CountersignError(
    'GUARD_CHANGE_SET_ONLY',
    `${stackName} is nested in ${parentId}.`,
    `Plan the change on the parent stack: plan_stack_update {"stack": "${parentId}"}.`,
  );
}

/** Names the operation in the stack's events; the same for the same call, so that a recomputed plan is the same plan. */
export function tokenFor(subject: string): string {
  return `countersign-${sha256Hex(subject).slice(0, 24)}`;
}
