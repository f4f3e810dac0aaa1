/** Change sets: immutable dry runs, executed by ARN or name, obsolete once the stack moved. */
import { type Operation, SandboxFault } from '../service.ts';
import type { World } from '../world.ts';
import { beginCreate, beginUpdate, targetOf } from './begin.ts';
import { changeSetViews, findChangeSet, isReady, requireChangeSet, statusOf } from './change-set-views.ts';
import { diffStack, type ResourceDiff, refuseRetyped } from './diff.ts';
import {
  type ChangeSet,
  findStack,
  isIn,
  NESTED,
  type Place,
  putStack,
  requireStack,
  type Stack,
  type Target,
} from './model.ts';
import { nameTaken, ownName } from './names.ts';
import { childStack, nestedTarget, newChild } from './nested.ts';
import { exportsOf, readTemplate, resolverFor } from './resolving.ts';
import { showChange } from './show-change.ts';
import { type ApiInput, asFaults, knowledge, newStack, noEchoOf, type ReadTarget, readTarget } from './target.ts';

const CREATION_MILLISECONDS = 600;
const NO_CHANGES =
  "The submitted information didn't contain changes. Submit different information to create a change set.";
/** Statuses in which a stack takes an update, from the states that CloudFormation's own words name. */
const UPDATABLE =
  /^(?:CREATE_COMPLETE|UPDATE_COMPLETE|UPDATE_ROLLBACK_COMPLETE|IMPORT_COMPLETE|IMPORT_ROLLBACK_COMPLETE|CREATE_FAILED|UPDATE_FAILED)$/;

export function refuseUpdate(stack: Stack): void {
  if (stack.operation || !UPDATABLE.test(stack.status))
    throw new SandboxFault('ValidationError', `Stack:${stack.id} is in ${stack.status} state and can not be updated.`);
  if (stack.parentId)
    throw new SandboxFault('ValidationError', `Nested stack ${stack.id} is updated through its root stack only.`);
}

function refuseInput(input: ApiInput): void {
  if (input.ChangeSetType === 'IMPORT' || input.ResourcesToImport?.length)
    throw new SandboxFault('ValidationError', 'The sandbox does not import resources.');
  if (input.DeploymentMode !== undefined)
    throw new SandboxFault('ValidationError', `The sandbox does not simulate DeploymentMode ${input.DeploymentMode}.`);
}

function stackFor(input: ApiInput, existing: Stack | undefined): Stack | undefined {
  const type = input.ChangeSetType ?? 'UPDATE';
  if (type === 'UPDATE' && (!existing || existing.status === 'REVIEW_IN_PROGRESS'))
    throw new SandboxFault('ValidationError', `Stack [${input.StackName}] does not exist`);
  if (type === 'CREATE' && existing && existing.status !== 'REVIEW_IN_PROGRESS')
    throw new SandboxFault(
      'ValidationError',
      `Stack [${input.StackName}] already exists and cannot be created again with the changeSet [${input.ChangeSetName}].`,
    );
  if (type === 'UPDATE') refuseUpdate(existing!);
  return existing;
}

function create(world: World, input: ApiInput, place: Place): ChangeSet {
  refuseInput(input);
  const existing = stackFor(input, findStack(world, input.StackName ?? '', place));
  const target = readTarget(world, place, input, existing, true);
  const stack = existing ?? newStack(world, input.StackName, place, input, target);
  if (!existing) putStack(world, stack);
  const sets = world.list<ChangeSet>('change_set');
  if (sets.some(({ name, stackId }) => name === input.ChangeSetName && stackId === stack.id))
    throw new SandboxFault('AlreadyExistsException', `ChangeSet ${input.ChangeSetName} already exists`);
  return makeChangeSet(world, stack, input, target);
}

function makeChangeSet(world: World, stack: Stack, input: ApiInput, target: ReadTarget): ChangeSet {
  const type = stack.status === 'REVIEW_IN_PROGRESS' ? 'CREATE' : 'UPDATE';
  const set: ChangeSet = {
    id: `arn:aws:cloudformation:${stack.region}:${stack.account}:changeSet/${input.ChangeSetName}/${world.newId('').slice(0, 16)}`,
    name: input.ChangeSetName,
    account: stack.account,
    region: stack.region,
    stackId: stack.id,
    stackName: stack.name,
    type,
    ...(input.Description ? { description: input.Description } : {}),
    status: 'CREATE_COMPLETE',
    executionStatus: 'AVAILABLE',
    createdAt: world.now(),
    readyAt: world.now() + CREATION_MILLISECONDS * world.pace,
    ...targetOf(target),
    noEcho: [...new Set([...noEchoOf(target.template), ...stack.noEcho])],
    capabilities: input.Capabilities ?? [],
    notificationArns: input.NotificationARNs ?? stack.notificationArns,
    ...(input.RollbackConfiguration ? { rollback: input.RollbackConfiguration } : {}),
    ...(input.RoleARN ? { roleArn: input.RoleARN } : {}),
    ...(input.ImportExistingResources === true ? { importsExisting: true } : {}),
    ...(input.DeploymentConfig ? { deployment: input.DeploymentConfig } : {}),
    ...(input.OnStackFailure ? { onStackFailure: input.OnStackFailure } : {}),
    includeNestedStacks: input.IncludeNestedStacks === true,
    ...(input.ParentChangeSetId ? { parentChangeSetId: input.ParentChangeSetId } : {}),
    ...(input.RootChangeSetId ? { rootChangeSetId: input.RootChangeSetId } : {}),
    changes: [],
    stackRevision: stack.revision,
  };
  const failure = target.macroFault ?? fill(world, stack, set, target);
  if (failure) Object.assign(set, { status: 'FAILED', statusReason: failure, executionStatus: 'UNAVAILABLE' });
  world.put('change_set', set.id, set);
  return set;
}

/** @returns why there is nothing to execute. */
function fill(world: World, stack: Stack, set: ChangeSet, target: Target): string | undefined {
  const base = set.type === 'CREATE' ? { ...stack, resources: {} } : stack;
  const missing = missingExport(world, stack, target);
  if (missing) return `No export named ${missing} found. Rollback requested by user.`;
  const existing = set.importsExisting ? existingResource(world, stack, target) : undefined;
  if (existing) return `The sandbox does not import resources, and ${existing} is there already.`;
  const retyped = faultIn(() => refuseRetyped(world, base, target));
  if (retyped !== undefined) return retyped;
  const diffs = asFaults(() => diffStack(world, knowledge, base, target));
  const secrets = new Set(set.noEcho);
  for (const diff of diffs) {
    const nested = set.includeNestedStacks ? nestedChangeSet(world, stack, set, diff) : undefined;
    if (nested === 'unchanged') continue;
    const shown = [false, true].map((valued) => {
      const change = showChange(diff, secrets, valued) as { ResourceChange: Record<string, unknown> };
      if (nested) change.ResourceChange.ChangeSetId = nested.id;
      return change;
    });
    set.changes.push({ plain: shown[0]!, valued: shown[1]! });
  }
  const changesOutputs = diffs.length === 0 && outputsDiffer(world, stack, target);
  return set.changes.length === 0 && !changesOutputs ? NO_CHANGES : undefined;
}

/** What ImportExistingResources would import: what is to be made under a name that is taken. */
function existingResource(world: World, stack: Stack, target: Target): string | undefined {
  const resolver = resolverFor(world, stack, target);
  const made = resolver.resourceIds.filter((id) => !stack.resources[id]?.physicalId).map((id) => resolver.resource(id));
  return made
    .map((resource) => ({ ...resource, physicalId: '', status: '', at: 0 }))
    .map((resource) => ({ resource, name: ownName(knowledge, resource) }))
    .find(({ resource, name }) => name !== undefined && nameTaken(world, knowledge, stack, resource, name))?.name;
}

/** What CloudFormation finds while it makes the set is the set's reason, and no refusal of the call. */
function faultIn(check: () => void): string | undefined {
  try {
    asFaults(check);
    return undefined;
  } catch (error) {
    if (error instanceof SandboxFault) return error.message;
    throw error;
  }
}

function missingExport(world: World, stack: Stack, target: Target): string | undefined {
  const imported = asFaults(() => resolverFor(world, stack, target).imports());
  if (imported.length === 0) return undefined;
  const names = exportsOf(world, stack).map(({ name }) => name);
  return imported.find((name) => !names.includes(name));
}

/** Outputs alone are a change too, though no resource is listed. */
export function outputsDiffer(world: World, stack: Stack, target: Target): boolean {
  const after = resolverFor(world, stack, target).outputs();
  return JSON.stringify(stack.outputs) !== JSON.stringify(after);
}

/** With IncludeNestedStacks each nested stack that changes has a change set of its own. */
function nestedChangeSet(
  world: World,
  parent: Stack,
  set: ChangeSet,
  diff: ResourceDiff,
): ChangeSet | 'unchanged' | undefined {
  if (diff.type !== NESTED || diff.action === 'Remove') return undefined;
  const target = nestedTarget(
    world,
    { ...parent, tags: set.tags, capabilities: set.capabilities },
    diff.after!.properties,
  );
  const existing = diff.before && childStack(world, diff.before);
  const child = existing ?? newChild(world, parent, diff.logicalId, target);
  if (!existing) putStack(world, child);
  const made = makeChangeSet(
    world,
    child,
    {
      ChangeSetName: `${set.name}-${diff.logicalId}-${world.newId('').slice(0, 8)}`
        .slice(-128)
        .replace(/^[^A-Za-z]+/, ''),
      Capabilities: set.capabilities,
      IncludeNestedStacks: true,
      ParentChangeSetId: set.id,
      RootChangeSetId: set.rootChangeSetId ?? set.id,
    },
    { ...target, template: readTemplate(target.templateBody) },
  );
  if (made.status !== 'FAILED') return made;
  world.remove('change_set', made.id);
  if (made.statusReason === NO_CHANGES && diff.properties.length === 0) return 'unchanged';
  return undefined;
}

const childrenOf = (world: World, set: ChangeSet) =>
  world.list<ChangeSet>('change_set').filter(({ parentChangeSetId }) => parentChangeSetId === set.id);

function removeChangeSet(world: World, set: ChangeSet): void {
  for (const child of childrenOf(world, set)) {
    removeChangeSet(world, child);
    const stack = world.get<Stack>('stack', child.stackId);
    if (stack?.status === 'REVIEW_IN_PROGRESS') putStack(world, { ...stack, status: 'DELETE_COMPLETE' });
  }
  world.remove('change_set', set.id);
}

/** @param others every other change set of the stack goes; nested ones with their parents. */
function execute(world: World, set: ChangeSet, input: ApiInput): void {
  const { status, executionStatus } = statusOf(world, set);
  if (executionStatus !== 'AVAILABLE')
    throw new SandboxFault(
      'InvalidChangeSetStatus',
      `ChangeSet [${set.id}] cannot be executed in its current execution status of [${executionStatus}] and status of [${status}]`,
    );
  if (set.parentChangeSetId)
    throw new SandboxFault('InvalidChangeSetStatus', `ChangeSet [${set.id}] is executed with its root change set only`);
  const stack = requireStack(world, set.stackId, set);
  const disables = input.DisableRollback ?? set.deployment?.DisableRollback;
  const onFailure = disables === true ? ('DO_NOTHING' as const) : set.onStackFailure;
  const next = {
    ...stack,
    capabilities: set.capabilities,
    notificationArns: set.notificationArns,
    noEcho: [...new Set([...stack.noEcho, ...set.noEcho])],
    disableRollback: onFailure === 'DO_NOTHING',
    ...(set.roleArn ? { roleArn: set.roleArn } : {}),
    ...(set.rollback ? { rollback: { ...stack.rollback, ...set.rollback } } : {}),
  };
  const options = { token: input.ClientRequestToken, onFailure };
  if (set.type === 'CREATE') beginCreate(world, { ...next, ...targetOf(set) }, options);
  else beginUpdate(world, next, targetOf(set), options);
  for (const other of world.list<ChangeSet>('change_set').filter(isIn(set)))
    if (other.stackId === set.stackId && other.id !== set.id) removeChangeSet(world, other);
  for (const child of childrenOf(world, set)) world.remove('change_set', child.id);
  world.put('change_set', set.id, { ...set, executionStatus: 'EXECUTE_COMPLETE', stackRevision: stack.revision });
}

export const changeSetOperations: Record<string, Operation> = {
  CreateChangeSet(world, input, caller) {
    const set = create(world, input, caller);
    return { Id: set.id, StackId: set.stackId };
  },
  ExecuteChangeSet(world, input, caller) {
    execute(world, requireChangeSet(world, input, caller), input);
    return {};
  },
  DeleteChangeSet(world, input, caller) {
    // Of a set that is not there, AWS says that it is deleted; a stack must be there.
    if (input.StackName !== undefined) requireStack(world, input.StackName, caller);
    const set = findChangeSet(world, input, caller);
    if (!set) return {};
    if (set.parentChangeSetId)
      throw new SandboxFault('InvalidChangeSetStatus', 'A nested change set is deleted with its root change set only');
    if (!isReady(world, set))
      throw new SandboxFault(
        'InvalidChangeSetStatus',
        `ChangeSet [${set.id}] cannot be deleted in its current status of [CREATE_IN_PROGRESS]`,
      );
    removeChangeSet(world, set);
    return {};
  },
  ...changeSetViews,
};
