/** What is done to a stack: made, changed, deleted, taken back, protected. */
import { type Operation, SandboxFault } from '../service.ts';
import { beginCreate, beginDelete, beginUpdate, rollBackCreation, rollBackUpdate, targetOf } from './begin.ts';
import { outputsDiffer, refuseUpdate } from './change-sets.ts';
import { diffStack, refuseRetyped } from './diff.ts';
import { type ChangeSet, findStack, isLive, type OnFailure, putStack, requireStack, type Stack } from './model.ts';
import { readStackPolicy } from './stack-policy.ts';
import { type ApiInput, asFaults, knowledge, newStack, readTarget, refuseArns } from './target.ts';

function onFailureOf(input: ApiInput): OnFailure | undefined {
  const disables = input.DisableRollback ?? input.DeploymentConfig?.DisableRollback;
  if (disables !== undefined && input.OnFailure !== undefined)
    throw new SandboxFault('ValidationError', 'You can specify either DisableRollback or OnFailure, but not both.');
  return disables === true ? 'DO_NOTHING' : input.OnFailure;
}

function policyIn(body: string | undefined, url: string | undefined): string | undefined {
  if (url) throw new SandboxFault('ValidationError', 'The sandbox reads no stack policy from a URL: send the body.');
  if (body !== undefined) readStackPolicy(body);
  return body;
}

/** @throws SandboxFault where the stack is not in one of the statuses that the operation takes. */
function inStatus(stack: Stack, statuses: string[], what: string): Stack {
  if (!statuses.includes(stack.status))
    throw new SandboxFault('ValidationError', `Stack:${stack.id} is in ${stack.status} state and can not ${what}.`);
  return stack;
}

export const stackOperations: Record<string, Operation> = {
  CreateStack(world, input, caller) {
    const existing = findStack(world, input.StackName ?? '', caller);
    if (existing && existing.status !== 'REVIEW_IN_PROGRESS')
      throw new SandboxFault('AlreadyExistsException', `Stack [${input.StackName}] already exists`);
    if (existing)
      throw new SandboxFault(
        'ValidationError',
        `Stack [${input.StackName}] is in REVIEW_IN_PROGRESS: execute or delete its change sets`,
      );
    const target = readTarget(world, caller, input, undefined);
    if (target.macroFault) throw new SandboxFault('ValidationError', target.macroFault);
    const policy = policyIn(input.StackPolicyBody, input.StackPolicyURL);
    const onFailure = onFailureOf(input);
    const stack: Stack = {
      ...newStack(world, input.StackName, caller, input, target),
      disableRollback: onFailure === 'DO_NOTHING',
      ...(policy === undefined ? {} : { policy }),
    };
    asFaults(() => beginCreate(world, stack, { token: input.ClientRequestToken, onFailure }));
    return { StackId: stack.id };
  },
  UpdateStack(world, input, caller) {
    const stack = requireStack(world, input.StackName, caller);
    refuseUpdate(stack);
    const target = readTarget(world, caller, input, stack);
    if (target.macroFault) throw new SandboxFault('ValidationError', target.macroFault);
    const policy = policyIn(input.StackPolicyDuringUpdateBody, input.StackPolicyDuringUpdateURL);
    const lasting = policyIn(input.StackPolicyBody, input.StackPolicyURL);
    const wanted = targetOf(target);
    asFaults(() => refuseRetyped(world, stack, wanted));
    if (asFaults(() => diffStack(world, knowledge, stack, wanted)).length === 0 && !outputsDiffer(world, stack, wanted))
      throw new SandboxFault('ValidationError', 'No updates are to be performed.');
    const onFailure = onFailureOf(input);
    const next: Stack = {
      ...stack,
      capabilities: input.Capabilities ?? stack.capabilities,
      disableRollback: onFailure === 'DO_NOTHING',
      ...(input.RoleARN ? { roleArn: input.RoleARN } : {}),
      ...(input.RollbackConfiguration ? { rollback: { ...stack.rollback, ...input.RollbackConfiguration } } : {}),
      ...(lasting === undefined ? {} : { policy: lasting }),
    };
    beginUpdate(world, next, wanted, { token: input.ClientRequestToken, onFailure, policy });
    return { StackId: stack.id };
  },
  DeleteStack(world, input, caller) {
    refuseArns(input);
    const stack = findStack(world, input.StackName ?? '', caller);
    if (!stack || !isLive(stack) || stack.status === 'DELETE_IN_PROGRESS') return {};
    if (stack.terminationProtection)
      throw new SandboxFault(
        'ValidationError',
        `Stack [${stack.name}] cannot be deleted while TerminationProtection is enabled`,
      );
    // From memory, not from a page: an update is cancelled or awaited first.
    if (/^UPDATE_.*IN_PROGRESS$/.test(stack.status))
      throw new SandboxFault(
        'ValidationError',
        `Stack [${stack.name}] cannot be deleted while in status ${stack.status}`,
      );
    if (input.RetainResources?.length && stack.status !== 'DELETE_FAILED')
      throw new SandboxFault(
        'ValidationError',
        `Invalid operation on stack [${stack.id}]. RetainResources can be used only when the stack is in DELETE_FAILED.`,
      );
    for (const set of world.list<ChangeSet>('change_set'))
      if (set.stackId === stack.id) world.remove('change_set', set.id);
    const role = input.RoleARN ? { roleArn: input.RoleARN as string } : {};
    beginDelete(world, { ...stack, ...role }, input.RetainResources ?? [], { token: input.ClientRequestToken });
    return {};
  },
  CancelUpdateStack(world, input, caller) {
    const stack = requireStack(world, input.StackName, caller);
    if (stack.status !== 'UPDATE_IN_PROGRESS' || !stack.operation)
      throw new SandboxFault(
        'ValidationError',
        `CancelUpdateStack cannot be called from current stack status: ${stack.status}`,
      );
    rollBackUpdate(world, stack, stack.operation, 'User Initiated', { token: input.ClientRequestToken });
    return {};
  },
  ContinueUpdateRollback(world, input, caller) {
    refuseArns(input);
    const stack = inStatus(
      requireStack(world, input.StackName, caller),
      ['UPDATE_ROLLBACK_FAILED'],
      'be continued to roll back',
    );
    const skipped: string[] = input.ResourcesToSkip ?? [];
    // User Guide: only what failed during the rollback may be skipped; what is nested is written Stack.Resource.
    const wrong = skipped.filter((id) => !id.includes('.') && stack.resources[id]?.status !== 'UPDATE_FAILED');
    if (wrong.length > 0)
      throw new SandboxFault(
        'ValidationError',
        `[${wrong.join(', ')}] cannot be skipped: only resources that went into UPDATE_FAILED during the rollback can.`,
      );
    rollBackUpdate(world, stack, stack.suspended!, 'User Initiated', {
      skipped,
      continued: true,
      token: input.ClientRequestToken,
    });
    return {};
  },
  RollbackStack(world, input, caller) {
    refuseArns(input);
    const stack = inStatus(
      requireStack(world, input.StackName, caller),
      ['CREATE_FAILED', 'UPDATE_FAILED'],
      'be rolled back',
    );
    const operation = { ...stack.suspended!, token: input.ClientRequestToken };
    if (stack.status === 'CREATE_FAILED') rollBackCreation(world, stack, operation, 'User Initiated');
    else rollBackUpdate(world, stack, operation, 'User Initiated', { token: input.ClientRequestToken });
    return { StackId: stack.id };
  },
  SetStackPolicy(world, input, caller) {
    const stack = requireStack(world, input.StackName, caller);
    const policy = policyIn(input.StackPolicyBody, input.StackPolicyURL);
    if (policy === undefined) throw new SandboxFault('ValidationError', 'StackPolicyBody must be specified.');
    putStack(world, { ...stack, policy });
    return {};
  },
  GetStackPolicy: (world, input, caller) => ({
    StackPolicyBody: requireStack(world, input.StackName, caller).policy,
  }),
  UpdateTerminationProtection(world, input, caller) {
    const stack = requireStack(world, input.StackName, caller);
    if (stack.parentId)
      throw new SandboxFault(
        'ValidationError',
        `Termination protection of nested stack ${stack.id} is set on its root stack.`,
      );
    putStack(world, { ...stack, terminationProtection: input.EnableTerminationProtection === true });
    return { StackId: stack.id };
  },
};
