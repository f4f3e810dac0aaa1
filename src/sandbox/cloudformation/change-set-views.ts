/** Reading change sets. */
import { type Operation, pageOf, SandboxFault } from '../service.ts';
import type { World } from '../world.ts';
import { type ChangeSet, findStack, isIn, type Place, requireStack, type Stack } from './model.ts';
import { resolvedValue } from './resolving.ts';

const CHANGES_PER_PAGE = 100;

type Named = { ChangeSetName: string; StackName?: string };

export function findChangeSet(world: World, input: Named, place: Place): ChangeSet | undefined {
  const { ChangeSetName: name, StackName } = input;
  if (!name.startsWith('arn:') && !StackName)
    throw new SandboxFault(
      'ValidationError',
      'StackName must be specified if ChangeSetName is not specified as an ARN.',
    );
  const found = name.startsWith('arn:')
    ? world.get<ChangeSet>('change_set', name)
    : ofStack(world, findStack(world, StackName ?? '', place)?.id).find((set) => set.name === name);
  return found && isIn(place)(found) ? found : undefined;
}

export function requireChangeSet(world: World, input: Named, place: Place): ChangeSet {
  const found = findChangeSet(world, input, place);
  if (!found) throw new SandboxFault('ChangeSetNotFound', `ChangeSet [${input.ChangeSetName}] does not exist`, 404);
  return found;
}

const ofStack = (world: World, id: string | undefined) =>
  world.list<ChangeSet>('change_set').filter(({ stackId }) => stackId === id);

export const isReady = (world: World, set: ChangeSet) => world.now() >= set.readyAt;

/** As of now: creation takes its time, a stack that moved makes it obsolete, an execution ends when the stack's does. */
export function statusOf(world: World, set: ChangeSet): { status: string; executionStatus: string } {
  if (!isReady(world, set)) return { status: 'CREATE_IN_PROGRESS', executionStatus: 'UNAVAILABLE' };
  const stack = world.get<Stack>('stack', set.stackId);
  const { status, executionStatus } = set;
  if (executionStatus === 'AVAILABLE')
    return { status, executionStatus: stack?.revision === set.stackRevision ? 'AVAILABLE' : 'OBSOLETE' };
  if (executionStatus !== 'EXECUTE_COMPLETE' || stack?.revision !== set.stackRevision + 1)
    return { status, executionStatus };
  if (stack.operation) return { status, executionStatus: 'EXECUTE_IN_PROGRESS' };
  return { status, executionStatus: /ROLLBACK|FAILED/.test(stack.status) ? 'EXECUTE_FAILED' : executionStatus };
}

const summaryOf = (world: World, set: ChangeSet) => {
  const { status, executionStatus } = statusOf(world, set);
  return {
    ChangeSetId: set.id,
    ChangeSetName: set.name,
    StackId: set.stackId,
    StackName: set.stackName,
    Description: set.description,
    CreationTime: new Date(set.createdAt),
    Status: status,
    StatusReason: isReady(world, set) ? set.statusReason : undefined,
    ExecutionStatus: executionStatus,
    IncludeNestedStacks: set.includeNestedStacks,
    ParentChangeSetId: set.parentChangeSetId,
    RootChangeSetId: set.rootChangeSetId,
  };
};

export const changeSetViews: Record<string, Operation> = {
  DescribeChangeSet(world, input, caller) {
    const set = requireChangeSet(world, input, caller);
    const { page, next } = pageOf(isReady(world, set) ? set.changes : [], input.NextToken, CHANGES_PER_PAGE);
    return {
      ...summaryOf(world, set),
      OnStackFailure: set.onStackFailure,
      ImportExistingResources: set.importsExisting,
      DeploymentConfig: set.deployment,
      NotificationARNs: set.notificationArns,
      RollbackConfiguration: set.rollback,
      Parameters: Object.entries(set.parameters).map(([ParameterKey, value]) => ({
        ParameterKey,
        ParameterValue: set.noEcho.includes(ParameterKey) ? '****' : value,
        ResolvedValue: resolvedValue(world, set, ParameterKey, value),
      })),
      Tags: Object.entries(set.tags).map(([Key, Value]) => ({ Key, Value })),
      Capabilities: set.capabilities,
      Changes: page.map((change) => (input.IncludePropertyValues ? change.valued : change.plain)),
      NextToken: next,
    };
  },
  ListChangeSets(world, input, caller) {
    const stack = requireStack(world, input.StackName, caller);
    const { page, next } = pageOf(ofStack(world, stack.id), input.NextToken, CHANGES_PER_PAGE);
    return { Summaries: page.map((set) => summaryOf(world, set)), NextToken: next };
  },
};
