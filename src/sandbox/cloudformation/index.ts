/** The sandbox's CloudFormation: the operations, over the engine and the diff. */

import { requiredCapabilities } from '../../template/resolve.ts';
import { type Operation as ApiOperation, pageOf, SandboxFault, type Service } from '../service.ts';
import type { World } from '../world.ts';
import { changeSetOperations } from './change-sets.ts';
import { diffStack } from './diff.ts';
import { advanceStacks, bothPhases, exportsOf, finish, importersOf, inOrder, resolveFor, schedule } from './engine.ts';
import {
  findStack,
  isLive,
  requireStack,
  type Stack,
  type StackEvent,
  type StackResource,
  setStatus,
} from './model.ts';
import { knowledge, newStack, readTarget } from './target.ts';

const PAGE = 100;

export function beginCreate(world: World, stack: Stack, token?: string): void {
  const order = inOrder(resolveFor(world, stack, stack).resources);
  stack.operation = {
    kind: 'create',
    target: stack,
    steps: schedule(world, [...order.flatMap((id) => bothPhases('create', id)), finish]),
    retained: [],
    ...(token ? { token } : {}),
  };
  stack.operation.target = {
    templateBody: stack.templateBody,
    parameters: stack.parameters,
    tags: stack.tags,
  };
  setStatus(world, stack, 'CREATE_IN_PROGRESS', 'User Initiated');
  world.put('stack', stack.id, stack);
  advanceStacks(world, knowledge);
}

export function beginUpdate(
  world: World,
  stack: Stack,
  target: { templateBody: string; parameters: Record<string, string>; tags: Record<string, string> },
  token?: string,
): void {
  const diffs = diffStack(world, knowledge, stack, target);
  refuseRemovedExports(world, stack, target);
  const work = diffs
    .filter(({ action }) => action !== 'Remove')
    .flatMap(({ logicalId, action, replacement }) =>
      bothPhases(action === 'Add' ? 'create' : replacement === 'True' ? 'replace' : 'update', logicalId),
    );
  const replaced = diffs
    .filter(({ replacement, action }) => action === 'Modify' && replacement === 'True')
    .flatMap(({ logicalId, before }) => bothPhases('remove_old', logicalId, before!));
  const removed = diffs
    .filter(({ action }) => action === 'Remove')
    .flatMap(({ logicalId }) => bothPhases('delete', logicalId));
  const cleanup = [...replaced, ...removed];
  const before = {
    templateBody: stack.templateBody,
    parameters: stack.parameters,
    tags: stack.tags,
    resources: structuredClone(stack.resources),
  };
  stack.operation = {
    kind: 'update',
    target,
    before,
    retained: [],
    steps: schedule(world, [...work, finish, ...cleanup, ...(cleanup.length > 0 ? [finish] : [])]),
    ...(token ? { token } : {}),
  };
  stack.updatedAt = world.now();
  setStatus(world, stack, 'UPDATE_IN_PROGRESS', 'User Initiated');
  world.put('stack', stack.id, stack);
  advanceStacks(world, knowledge);
}

function refuseRemovedExports(
  world: World,
  stack: Stack,
  target: { templateBody: string; parameters: Record<string, string> },
): void {
  const after = Object.values(resolveFor(world, stack, target).outputs).map(({ exportName }) => exportName);
  for (const { exportName } of Object.values(stack.outputs)) {
    if (exportName && !after.includes(exportName)) refuseUsedExport(world, stack, exportName);
  }
}
function refuseUsedExport(world: World, stack: Stack, name: string): void {
  const users = importersOf(world, name, stack.region).filter((user) => user !== stack.name);
  if (users.length > 0)
    throw new SandboxFault(
      'ValidationError',
      `Export ${name} cannot be deleted as it is in use by ${users.join(', ')}`,
    );
}

const date = (epoch: number | null) => (epoch === null ? undefined : new Date(epoch));

function showStack(stack: Stack) {
  return {
    StackId: stack.id,
    StackName: stack.name,
    Description: stack.description,
    CreationTime: date(stack.createdAt),
    LastUpdatedTime: date(stack.updatedAt),
    DeletionTime: date(stack.deletedAt),
    StackStatus: stack.status,
    StackStatusReason: stack.statusReason,
    RoleARN: stack.roleArn,
    EnableTerminationProtection: stack.terminationProtection,
    Capabilities: stack.capabilities,
    DisableRollback: false,
    Parameters: Object.entries(stack.parameters).map(([ParameterKey, value]) => ({
      ParameterKey,
      ParameterValue: stack.noEcho.includes(ParameterKey) ? '****' : value,
    })),
    Tags: Object.entries(stack.tags).map(([Key, Value]) => ({ Key, Value })),
    Outputs: Object.entries(stack.outputs).map(([OutputKey, { value, exportName }]) => ({
      OutputKey,
      OutputValue: value,
      ExportName: exportName,
    })),
    DriftInformation: { StackDriftStatus: 'NOT_CHECKED' },
  };
}
const showResource = (resource: StackResource) => ({
  LogicalResourceId: resource.logicalId,
  PhysicalResourceId: resource.physicalId || undefined,
  ResourceType: resource.type,
  ResourceStatus: resource.status,
  ResourceStatusReason: resource.reason,
  Timestamp: new Date(resource.at),
  LastUpdatedTimestamp: new Date(resource.at),
  DriftInformation: { StackResourceDriftStatus: 'NOT_CHECKED' },
});

const operations: Record<string, ApiOperation> = {
  CreateStack(world, input, caller) {
    if (findStack(world, input.StackName, caller.region))
      throw new SandboxFault('AlreadyExistsException', `Stack [${input.StackName}] already exists`);
    const stack = newStack(world, input.StackName, caller.region, input, readTarget(input, undefined));
    beginCreate(world, stack, input.ClientRequestToken);
    return { StackId: stack.id };
  },
  UpdateStack(world, input, caller) {
    const stack = requireStack(world, input.StackName, caller.region);
    if (!/_COMPLETE$/.test(stack.status) || stack.operation)
      throw new SandboxFault(
        'ValidationError',
        `Stack:${stack.id} is in ${stack.status} state and can not be updated.`,
      );
    const target = readTarget(input, stack);
    if (diffStack(world, knowledge, stack, target).length === 0)
      throw new SandboxFault('ValidationError', 'No updates are to be performed.');
    beginUpdate(world, stack, target, input.ClientRequestToken);
    return { StackId: stack.id };
  },
  DeleteStack(world, input, caller) {
    const stack = findStack(world, input.StackName, caller.region);
    if (!stack || !isLive(stack)) return {};
    if (stack.terminationProtection)
      throw new SandboxFault(
        'ValidationError',
        `Stack [${stack.name}] cannot be deleted while TerminationProtection is enabled`,
      );
    if (input.RetainResources?.length && stack.status !== 'DELETE_FAILED')
      throw new SandboxFault(
        'ValidationError',
        'The specified resources to retain can be used only when the stack is in DELETE_FAILED.',
      );
    for (const { exportName } of Object.values(stack.outputs))
      if (exportName) refuseUsedExport(world, stack, exportName);
    const order = inOrder(stack.resources)
      .reverse()
      .filter((id) => stack.resources[id]?.status !== 'DELETE_COMPLETE');
    stack.operation = {
      kind: 'delete',
      target: { templateBody: stack.templateBody, parameters: stack.parameters, tags: stack.tags },
      retained: input.RetainResources ?? [],
      steps: schedule(world, [...order.flatMap((id) => bothPhases('delete', id)), finish]),
      ...(input.ClientRequestToken ? { token: input.ClientRequestToken } : {}),
    };
    setStatus(world, stack, 'DELETE_IN_PROGRESS', 'User Initiated');
    world.put('stack', stack.id, stack);
    advanceStacks(world, knowledge);
    return {};
  },
  DescribeStacks(world, input, caller) {
    if (input.StackName) return { Stacks: [showStack(requireStack(world, input.StackName, caller.region))] };
    const live = world.list<Stack>('stack').filter((stack) => stack.region === caller.region && isLive(stack));
    const { page, next } = pageOf(live, input.NextToken, PAGE);
    return { Stacks: page.map(showStack), NextToken: next };
  },
  ListStacks(world, input, caller) {
    const wanted: string[] | undefined = input.StackStatusFilter?.length ? input.StackStatusFilter : undefined;
    const found = world
      .list<Stack>('stack')
      .filter((stack) => stack.region === caller.region && (!wanted || wanted.includes(stack.status)));
    const { page, next } = pageOf(found, input.NextToken, PAGE);
    return {
      StackSummaries: page.map((stack) => ({
        StackId: stack.id,
        StackName: stack.name,
        StackStatus: stack.status,
        CreationTime: date(stack.createdAt),
        LastUpdatedTime: date(stack.updatedAt),
        DeletionTime: date(stack.deletedAt),
      })),
      NextToken: next,
    };
  },
  DescribeStackEvents(world, input, caller) {
    const stack = requireStack(world, input.StackName, caller.region);
    const events = world
      .list<StackEvent>('stack_event')
      .filter(({ stackId }) => stackId === stack.id)
      .reverse();
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
  DescribeStackResources: (world, input, caller) => ({
    StackResources: Object.values(requireStack(world, input.StackName, caller.region).resources).map(showResource),
  }),
  DescribeStackResource(world, input, caller) {
    const resource = requireStack(world, input.StackName, caller.region).resources[input.LogicalResourceId];
    if (!resource)
      throw new SandboxFault(
        'ValidationError',
        `Resource ${input.LogicalResourceId} does not exist for stack ${input.StackName}`,
      );
    return { StackResourceDetail: showResource(resource) };
  },
  ListStackResources(world, input, caller) {
    const { page, next } = pageOf(
      Object.values(requireStack(world, input.StackName, caller.region).resources),
      input.NextToken,
      PAGE,
    );
    return { StackResourceSummaries: page.map(showResource), NextToken: next };
  },
  GetTemplate: (world, input, caller) => ({
    TemplateBody: input.ChangeSetName
      ? world.get<{ templateBody: string }>('change_set', input.ChangeSetName)?.templateBody
      : requireStack(world, input.StackName, caller.region).templateBody,
    StagesAvailable: ['Original', 'Processed'],
  }),
  ValidateTemplate(_world, input) {
    const { template } = readTarget(
      { ...input, Parameters: [], Capabilities: ['CAPABILITY_NAMED_IAM', 'CAPABILITY_AUTO_EXPAND'] },
      undefined,
    );
    return {
      Description: template.Description,
      Capabilities: requiredCapabilities(template),
      Parameters: Object.entries(template.Parameters ?? {}).map(([ParameterKey, { Default }]) => ({
        ParameterKey,
        DefaultValue: Default === undefined ? undefined : String(Default),
      })),
    };
  },
  ListExports(world, input, caller) {
    const { page, next } = pageOf(exportsOf(world, caller.region), input.NextToken, PAGE);
    return {
      Exports: page.map(({ name, value, stackId }) => ({
        Name: name,
        Value: value,
        ExportingStackId: stackId,
      })),
      NextToken: next,
    };
  },
  ListImports(world, input, caller) {
    const users = importersOf(world, input.ExportName, caller.region);
    if (users.length === 0)
      throw new SandboxFault('ValidationError', `Export '${input.ExportName}' is not imported by any stack.`);
    return { Imports: users };
  },
  UpdateTerminationProtection(world, input, caller) {
    const stack = requireStack(world, input.StackName, caller.region);
    world.put('stack', stack.id, {
      ...stack,
      terminationProtection: input.EnableTerminationProtection === true,
    });
    return { StackId: stack.id };
  },
  ...changeSetOperations,
};

export const cloudformation: Service = { operations, advance: (world) => advanceStacks(world, knowledge) };
