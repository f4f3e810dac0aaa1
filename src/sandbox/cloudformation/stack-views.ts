/** Reading stacks, their resources, events, exports and imports. */
import { type Operation, pageOf, SandboxFault } from '../service.ts';
import type { World } from '../world.ts';
import {
  isLive,
  type Place,
  requireStack,
  type Stack,
  type StackEvent,
  type StackResource,
  stacksIn,
} from './model.ts';
import { exportsOf, importersOf, resolvedValue } from './resolving.ts';

const PAGE = 100;
const date = (epoch: number | null | undefined) =>
  epoch === null || epoch === undefined ? undefined : new Date(epoch);
const driftOf = ({ drift }: Stack) => ({
  StackDriftStatus: drift?.status ?? 'NOT_CHECKED',
  LastCheckTimestamp: date(drift?.at),
});

function showParameters(world: World, stack: Stack) {
  return Object.entries(stack.parameters).map(([ParameterKey, value]) => ({
    ParameterKey,
    ParameterValue: stack.noEcho.includes(ParameterKey) ? '****' : value,
    ResolvedValue: resolvedValue(world, stack, ParameterKey, value),
  }));
}

const summaryOf = (stack: Stack) => ({
  StackId: stack.id,
  StackName: stack.name,
  StackStatus: stack.status,
  StackStatusReason: stack.statusReason,
  CreationTime: date(stack.createdAt),
  LastUpdatedTime: date(stack.updatedAt),
  DeletionTime: date(stack.deletedAt),
  ParentId: stack.parentId,
  RootId: stack.rootId,
  DriftInformation: driftOf(stack),
});

const showStack = (world: World, stack: Stack) => ({
  ...summaryOf(stack),
  Description: stack.description,
  RoleARN: stack.roleArn,
  EnableTerminationProtection: stack.terminationProtection,
  Capabilities: stack.capabilities,
  NotificationARNs: stack.notificationArns,
  RollbackConfiguration: stack.rollback,
  DisableRollback: stack.disableRollback,
  Parameters: showParameters(world, stack),
  Tags: Object.entries(stack.tags).map(([Key, Value]) => ({ Key, Value })),
  Outputs: Object.entries(stack.outputs).map(([OutputKey, { value, exportName }]) => ({
    OutputKey,
    OutputValue: value,
    ExportName: exportName,
  })),
});

/** What all three views of a resource have. */
const showResource = (resource: StackResource) => ({
  LogicalResourceId: resource.logicalId,
  PhysicalResourceId: resource.physicalId || undefined,
  ResourceType: resource.type,
  ResourceStatus: resource.status,
  ResourceStatusReason: resource.reason,
  DriftInformation: {
    StackResourceDriftStatus: resource.drift?.status ?? 'NOT_CHECKED',
    LastCheckTimestamp: date(resource.drift?.at),
  },
});

const ofStack = ({ id, name }: Stack) => ({ StackId: id, StackName: name });
const summaryOfResource = (resource: StackResource) => ({
  ...showResource(resource),
  LastUpdatedTimestamp: new Date(resource.at),
});

/** DescribeStackResources finds a resource's stack from outside too. */
function owningStack(world: World, input: { StackName?: string; PhysicalResourceId?: string }, place: Place): Stack {
  if (input.StackName && input.PhysicalResourceId)
    throw new SandboxFault('ValidationError', 'StackName and PhysicalResourceId cannot both be specified');
  if (!input.PhysicalResourceId) return requireStack(world, input.StackName, place);
  const owner = stacksIn(world, place).find(
    (stack) =>
      isLive(stack) &&
      Object.values(stack.resources).some(
        ({ physicalId, status }) => physicalId === input.PhysicalResourceId && status !== 'DELETE_COMPLETE',
      ),
  );
  if (!owner) throw new SandboxFault('ValidationError', `Stack for ${input.PhysicalResourceId} does not exist`);
  return owner;
}

export const stackViews: Record<string, Operation> = {
  DescribeStacks(world, input, caller) {
    if (input.StackName) return { Stacks: [showStack(world, requireStack(world, input.StackName, caller))] };
    const { page, next } = pageOf(stacksIn(world, caller).filter(isLive), input.NextToken, PAGE);
    return { Stacks: page.map((stack) => showStack(world, stack)), NextToken: next };
  },
  ListStacks(world, input, caller) {
    const wanted: string[] = input.StackStatusFilter ?? [];
    const found = stacksIn(world, caller).filter(({ status }) => wanted.length === 0 || wanted.includes(status));
    const { page, next } = pageOf(found, input.NextToken, PAGE);
    return { StackSummaries: page.map(summaryOf), NextToken: next };
  },
  DescribeStackEvents(world, input, caller) {
    const stack = requireStack(world, input.StackName, caller);
    const events = world.list<StackEvent>(`stack_event:${stack.id}`).reverse();
    const { page, next } = pageOf(events, input.NextToken, PAGE);
    return {
      StackEvents: page.map((event) => ({
        EventId: event.id,
        StackId: stack.id,
        StackName: stack.name,
        LogicalResourceId: event.logicalId,
        PhysicalResourceId: event.physicalId,
        ResourceType: event.type,
        ResourceStatus: event.status,
        ResourceStatusReason: event.reason,
        ClientRequestToken: event.token,
        Timestamp: new Date(event.at),
      })),
      NextToken: next,
    };
  },
  DescribeStackResources(world, input, caller) {
    const stack = owningStack(world, input, caller);
    const wanted = Object.values(stack.resources).filter(
      ({ logicalId }) => !input.LogicalResourceId || logicalId === input.LogicalResourceId,
    );
    return {
      StackResources: wanted.slice(0, PAGE).map((resource) => ({
        ...ofStack(stack),
        ...showResource(resource),
        Timestamp: new Date(resource.at),
      })),
    };
  },
  DescribeStackResource(world, input, caller) {
    const stack = requireStack(world, input.StackName, caller);
    const resource = stack.resources[input.LogicalResourceId];
    if (!resource)
      throw new SandboxFault(
        'ValidationError',
        `Resource ${input.LogicalResourceId} does not exist for stack ${input.StackName}`,
      );
    return {
      StackResourceDetail: {
        ...ofStack(stack),
        ...showResource(resource),
        LastUpdatedTimestamp: new Date(resource.at),
        Metadata: JSON.stringify(resource.metadata),
      },
    };
  },
  ListStackResources(world, input, caller) {
    const stack = requireStack(world, input.StackName, caller);
    const { page, next } = pageOf(Object.values(stack.resources), input.NextToken, PAGE);
    return { StackResourceSummaries: page.map(summaryOfResource), NextToken: next };
  },
  ListExports(world, input, caller) {
    const { page, next } = pageOf(exportsOf(world, caller), input.NextToken, PAGE);
    return {
      Exports: page.map(({ name, value, stackId }) => ({ Name: name, Value: value, ExportingStackId: stackId })),
      NextToken: next,
    };
  },
  ListImports(world, input, caller) {
    const { page, next } = pageOf(importersOf(world, input.ExportName, caller), input.NextToken, PAGE);
    if (page.length === 0)
      throw new SandboxFault('ValidationError', `Export '${input.ExportName}' is not imported by any stack.`);
    return { Imports: page, NextToken: next };
  },
};
