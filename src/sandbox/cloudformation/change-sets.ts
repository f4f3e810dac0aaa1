/** Change sets: immutable dry runs, executed by ARN, obsolete once the stack moved. */
import { type Operation, pageOf, SandboxFault } from '../service.ts';
import type { World } from '../world.ts';
import { diffStack, showChange } from './diff.ts';
import { beginCreate, beginUpdate } from './index.ts';
import { type ChangeSet, findStack, requireStack, type Stack, versionOf } from './model.ts';
import { knowledge, newStack, readTarget } from './target.ts';

const CHANGES_PER_PAGE = 100;
const CREATION_MILLISECONDS = 600;
const NO_CHANGES =
  "The submitted information didn't contain changes. Submit different information to create a change set.";

function requireChangeSet(
  world: World,
  input: { ChangeSetName: string; StackName?: string },
  region: string,
): ChangeSet {
  const found = input.ChangeSetName.startsWith('arn:')
    ? world.get<ChangeSet>('change_set', input.ChangeSetName)
    : world
        .list<ChangeSet>('change_set')
        .find(
          ({ name, stackId }) =>
            name === input.ChangeSetName && stackId === findStack(world, input.StackName ?? '', region)?.id,
        );
  if (!found) throw new SandboxFault('ChangeSetNotFound', `ChangeSet [${input.ChangeSetName}] does not exist`, 404);
  return found;
}

/** The status as of now: creation takes its time, and a stack that moved makes it obsolete. */
function statusOf(world: World, set: ChangeSet): { status: string; executionStatus: string } {
  if (world.now() < set.readyAt) return { status: 'CREATE_IN_PROGRESS', executionStatus: 'UNAVAILABLE' };
  const stack = world.get<Stack>('stack', set.stackId);
  const moved = !stack || versionOf(stack) !== set.stackVersion;
  return {
    status: set.status,
    executionStatus: set.executionStatus === 'AVAILABLE' && moved ? 'OBSOLETE' : set.executionStatus,
  };
}

export const changeSetOperations: Record<string, Operation> = {
  CreateChangeSet(world, input, caller) {
    let stack = findStack(world, input.StackName, caller.region);
    const type = input.ChangeSetType ?? 'UPDATE';
    if (type === 'IMPORT') throw new SandboxFault('ValidationError', 'The sandbox does not import resources.');
    if (type === 'UPDATE' && (!stack || stack.status === 'REVIEW_IN_PROGRESS'))
      throw new SandboxFault('ValidationError', `Stack [${input.StackName}] does not exist`);
    if (type === 'CREATE' && stack && stack.status !== 'REVIEW_IN_PROGRESS')
      throw new SandboxFault(
        'ValidationError',
        `Stack [${input.StackName}] already exists and cannot be created again with the changeSet [${input.ChangeSetName}].`,
      );
    if (
      type === 'UPDATE' &&
      (stack!.operation || !/_COMPLETE$/.test(stack!.status) || stack!.status === 'ROLLBACK_COMPLETE')
    ) {
      throw new SandboxFault(
        'ValidationError',
        `Stack:${stack!.id} is in ${stack!.status} state and can not be updated.`,
      );
    }
    const target = readTarget(input, stack);
    if (!stack) {
      stack = newStack(world, input.StackName, caller.region, input, target);
      world.put('stack', stack.id, stack);
    }
    if (
      world
        .list<ChangeSet>('change_set')
        .some(({ name, stackId }) => name === input.ChangeSetName && stackId === stack.id)
    ) {
      throw new SandboxFault('AlreadyExistsException', `ChangeSet ${input.ChangeSetName} already exists`);
    }
    const base = type === 'CREATE' ? { ...stack, resources: {} } : stack;
    const diffs = diffStack(world, knowledge, base, target);
    const set: ChangeSet = {
      id: `arn:aws:cloudformation:${caller.region}:${world.account}:changeSet/${input.ChangeSetName}/${world.newId('').slice(0, 16)}`,
      name: input.ChangeSetName,
      stackId: stack.id,
      stackName: stack.name,
      type,
      status: diffs.length === 0 ? 'FAILED' : 'CREATE_COMPLETE',
      ...(diffs.length === 0 ? { statusReason: NO_CHANGES } : {}),
      executionStatus: diffs.length === 0 ? 'UNAVAILABLE' : 'AVAILABLE',
      createdAt: world.now(),
      readyAt: world.now() + CREATION_MILLISECONDS * world.pace,
      templateBody: target.templateBody,
      parameters: target.parameters,
      tags: target.tags,
      capabilities: input.Capabilities ?? [],
      changes: diffs.map((diff) => ({ plain: showChange(diff, false), valued: showChange(diff, true) })),
      stackVersion: versionOf(stack),
    };
    world.put('change_set', set.id, set);
    return { Id: set.id, StackId: stack.id };
  },
  DescribeChangeSet(world, input, caller) {
    const set = requireChangeSet(world, input, caller.region);
    const { status, executionStatus } = statusOf(world, set);
    const ready = status !== 'CREATE_IN_PROGRESS';
    const { page, next } = pageOf(ready ? set.changes : [], input.NextToken, CHANGES_PER_PAGE);
    const stack = world.get<Stack>('stack', set.stackId);
    return {
      ChangeSetId: set.id,
      ChangeSetName: set.name,
      StackId: set.stackId,
      StackName: set.stackName,
      Status: status,
      StatusReason: ready ? set.statusReason : undefined,
      ExecutionStatus: executionStatus,
      CreationTime: new Date(set.createdAt),
      Parameters: Object.entries(set.parameters).map(([ParameterKey, value]) => ({
        ParameterKey,
        ParameterValue: stack?.noEcho.includes(ParameterKey) ? '****' : value,
      })),
      Tags: Object.entries(set.tags).map(([Key, Value]) => ({ Key, Value })),
      Capabilities: set.capabilities,
      Changes: page.map((change) => (input.IncludePropertyValues ? change.valued : change.plain)),
      NextToken: next,
    };
  },
  ExecuteChangeSet(world, input, caller) {
    const set = requireChangeSet(world, input, caller.region);
    const { status, executionStatus } = statusOf(world, set);
    if (executionStatus !== 'AVAILABLE')
      throw new SandboxFault(
        'InvalidChangeSetStatus',
        `ChangeSet [${set.id}] cannot be executed in its current execution status of [${executionStatus}] and status of [${status}]`,
      );
    const stack = requireStack(world, set.stackId, caller.region);
    for (const other of world.list<ChangeSet>('change_set'))
      if (other.stackId === stack.id && other.id !== set.id) world.remove('change_set', other.id);
    world.put('change_set', set.id, { ...set, executionStatus: 'EXECUTE_COMPLETE' });
    if (set.type === 'CREATE')
      beginCreate(
        world,
        { ...stack, templateBody: set.templateBody, parameters: set.parameters, tags: set.tags },
        input.ClientRequestToken,
      );
    else
      beginUpdate(
        world,
        stack,
        { templateBody: set.templateBody, parameters: set.parameters, tags: set.tags },
        input.ClientRequestToken,
      );
    return {};
  },
  DeleteChangeSet(world, input, caller) {
    world.remove('change_set', requireChangeSet(world, input, caller.region).id);
    return {};
  },
  ListChangeSets(world, input, caller) {
    const stack = requireStack(world, input.StackName, caller.region);
    const sets = world.list<ChangeSet>('change_set').filter(({ stackId }) => stackId === stack.id);
    const { page, next } = pageOf(sets, input.NextToken, CHANGES_PER_PAGE);
    return {
      Summaries: page.map((set) => ({
        ChangeSetId: set.id,
        ChangeSetName: set.name,
        StackId: stack.id,
        StackName: stack.name,
        CreationTime: new Date(set.createdAt),
        ...{ Status: statusOf(world, set).status, ExecutionStatus: statusOf(world, set).executionStatus },
      })),
      NextToken: next,
    };
  },
};
