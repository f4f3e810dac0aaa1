/** What the planners of stacks share. */
import { sha256Hex } from '../../../core/digest.ts';
import { CountersignError } from '../../../core/errors.ts';
import type { Target } from '../../../core/plan.ts';
import type { BegunStack, LiveStack } from '../observe/live-stack.ts';
import type { PlannerContext } from './context.ts';

export function stackTarget({ identity: { account, region } }: PlannerContext, { observed }: LiveStack): Target {
  return { kind: 'stack', account, region, name: observed.stackName, ids: [observed.stackId] };
}

export function refuseBusy({ observed: { stackName, status } }: Pick<BegunStack, 'observed'>): void {
  if (!/_IN_PROGRESS$/.test(status)) return;
  if (status === 'REVIEW_IN_PROGRESS')
    throw new CountersignError(
      'STATE_STACK_BUSY',
      `${stackName} is in ${status}: it is only planned, and no resource of it exists.`,
      {
        agent:
          'Plan its creation with plan_stack_create. If it is not needed, tell the user: countersign clean removes it.',
        person: 'Remove it, if nothing needs it: countersign clean',
      },
      { next: creation(stackName) },
    );
  const canBeCancelled = status === 'UPDATE_IN_PROGRESS';
  throw new CountersignError(
    'STATE_STACK_BUSY',
    `${stackName} is in ${status}.`,
    canBeCancelled
      ? `Wait until its operation has ended, or cancel the update: plan_stack_rollback {"stack": "${stackName}"}.`
      : /ROLLBACK/.test(status)
        ? `Wait until the rollback has ended. If it fails, continue it: plan_stack_rollback {"stack": "${stackName}"}.`
        : 'Wait until its operation has ended.',
    { next: { tool: 'describe_stack', input: { stack: stackName, include: ['events'] } } },
  );
}

export const rollingBack = (stack: string) => ({ tool: 'plan_stack_rollback', input: { stack } });
/** CloudFormation takes no update of a stack whose rollback failed. */
export function refuseStuck({ observed: { stackName, status } }: Pick<BegunStack, 'observed'>): void {
  if (status !== 'UPDATE_ROLLBACK_FAILED') return;
  throw new CountersignError(
    'STATE_STACK_NOT_UPDATABLE',
    `${stackName} is in ${status}: its rollback must be completed before it can be updated.`,
    'Use plan_stack_rollback, which continues the rollback.',
    { next: rollingBack(stackName) },
  );
}

export const creation = (stack: string) => ({
  tool: 'plan_stack_create',
  input: { stack, template: '<the whole template>' },
});
/** A stack whose creation failed can only be deleted; then its name is free. */
export const deletion = (stack: string) => ({ tool: 'plan_stack_delete', input: { stack } });
export const neverCompleted = (status: string) => /^(?:CREATE|ROLLBACK)_FAILED$|^ROLLBACK_COMPLETE$/.test(status);

/** As the guard `change-set-only` says, before AWS is asked for a change set in words that do not say what to do. */
export function refuseNested({ observed: { stackName, parentId } }: Pick<BegunStack, 'observed'>): void {
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
