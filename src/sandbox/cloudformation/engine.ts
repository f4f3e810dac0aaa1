/** Runs a stack's operation: one resource after the other, in dependency order, in the world's time. */
import { type Knowledge, snapshotSupported } from '../../knowledge/index.ts';
import { parseTemplate } from '../../template/parse.ts';
import { type ResolvedTemplate, resolveTemplate } from '../../template/resolve.ts';
import { SandboxFault } from '../service.ts';
import type { World } from '../world.ts';
import {
  findStack,
  isLive,
  type Operation,
  record,
  type Stack,
  type StackResource,
  type Step,
  setStatus,
} from './model.ts';
import { attributeOf, createResource, removeResource, updateResource } from './resources.ts';

const STEP_MILLISECONDS = 350;

export function resolveFor(
  world: World,
  stack: Stack,
  target: { templateBody: string; parameters: Record<string, string> },
  resources = stack.resources,
): ResolvedTemplate {
  return resolveTemplate(parseTemplate(target.templateBody), {
    parameters: target.parameters,
    pseudo: { AccountId: world.account, Region: stack.region, StackId: stack.id, StackName: stack.name },
    exports: Object.fromEntries(exportsOf(world, stack.region).map(({ name, value }) => [name, value])),
    refOf: (id) => resources[id]?.physicalId,
    attributeOf: (id, attribute) =>
      resources[id] ? attributeOf(resources[id], attribute, stack, world.account) : undefined,
  });
}

export function exportsOf(
  world: World,
  region: string,
): { name: string; value: string; stackId: string; stackName: string }[] {
  return world
    .list<Stack>('stack')
    .filter((stack) => stack.region === region && isLive(stack))
    .flatMap((stack) =>
      Object.values(stack.outputs).flatMap(({ value, exportName }) =>
        exportName ? [{ name: exportName, value, stackId: stack.id, stackName: stack.name }] : [],
      ),
    );
}

export function importersOf(world: World, name: string, region: string): string[] {
  return world
    .list<Stack>('stack')
    .filter((stack) => stack.region === region && isLive(stack))
    .filter((stack) => stack.templateBody.includes('ImportValue') && stack.templateBody.includes(name))
    .map((stack) => stack.name);
}

/** Dependencies first; a circle is refused as CloudFormation does. */
export function inOrder(resources: Record<string, { references: string[] }>): string[] {
  const done: string[] = [];
  const visiting = new Set<string>();
  const visit = (id: string) => {
    if (done.includes(id) || !resources[id]) return;
    if (visiting.has(id))
      throw new SandboxFault('ValidationError', `Circular dependency between resources: [${[...visiting].join(', ')}]`);
    visiting.add(id);
    for (const next of resources[id].references) visit(next);
    visiting.delete(id);
    done.push(id);
  };
  for (const id of Object.keys(resources)) visit(id);
  return done;
}

/** Lays the steps one after the other, from now. */
export function schedule(world: World, steps: Omit<Step, 'dueAt'>[]): Step[] {
  return steps.map((step, index) => ({
    ...step,
    dueAt: world.now() + index * STEP_MILLISECONDS * world.pace,
  }));
}

export const bothPhases = (action: Step['action'], logicalId: string, old?: StackResource): Omit<Step, 'dueAt'>[] =>
  (['begin', 'end'] as const).map((phase) => ({ action, phase, logicalId, ...(old ? { old } : {}) }));

export const finish: Omit<Step, 'dueAt'> = { action: 'finish', phase: 'end', logicalId: '' };

export function advanceStacks(world: World, knowledge: Knowledge): void {
  for (const listed of world.list<Stack>('stack')) {
    if (!listed.operation) continue;
    let stack = listed;
    for (;;) {
      const step: Step | undefined = stack.operation?.steps[0];
      if (!step || step.dueAt > world.now()) break;
      stack.operation!.steps.shift();
      runStep(world, knowledge, stack, stack.operation!, step);
      world.put('stack', stack.id, stack);
      stack = findStack(world, stack.id, stack.region)!;
    }
  }
}

const VERBS = {
  create: 'CREATE',
  update: 'UPDATE',
  replace: 'UPDATE',
  delete: 'DELETE',
  remove_old: 'DELETE',
  finish: '',
} as const;

function runStep(world: World, knowledge: Knowledge, stack: Stack, operation: Operation, step: Step): void {
  if (step.action === 'finish') {
    finishOperation(world, stack, operation);
    return;
  }
  const resource = step.old ?? stack.resources[step.logicalId];
  const verb = VERBS[step.action];
  if (step.phase === 'begin') {
    if (step.action === 'create')
      stack.resources[step.logicalId] = desired(world, stack, operation, step.logicalId, '');
    const current = step.old ?? stack.resources[step.logicalId];
    if (current)
      mark(
        world,
        stack,
        current,
        `${verb}_IN_PROGRESS`,
        step.action === 'replace'
          ? 'Requested update requires the creation of a new physical resource; hence creating one.'
          : undefined,
        step.old === undefined,
      );
    return;
  }
  if (!resource) return;
  try {
    if (step.action === 'create' || step.action === 'replace') {
      const wanted = desired(world, stack, operation, step.logicalId, '');
      wanted.physicalId = createResource(world, knowledge, stack, wanted);
      stack.resources[step.logicalId] = wanted;
      mark(world, stack, wanted, `${verb}_COMPLETE`);
    } else if (step.action === 'update') {
      const wanted = desired(world, stack, operation, step.logicalId, resource.physicalId);
      updateResource(world, wanted);
      stack.resources[step.logicalId] = wanted;
      mark(world, stack, wanted, 'UPDATE_COMPLETE');
    } else deleteStep(world, stack, operation, step, resource);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    mark(world, stack, stack.resources[step.logicalId] ?? resource, `${verb}_FAILED`, reason);
    fail(world, stack, operation, step.logicalId);
  }
}

function deleteStep(world: World, stack: Stack, operation: Operation, step: Step, resource: StackResource): void {
  const policy =
    step.action === 'remove_old' && stack.resources[step.logicalId]
      ? resource.updateReplacePolicy
      : resource.deletionPolicy;
  const keeps = policy === 'Retain' || operation.retained.includes(step.logicalId);
  const snapshot = policy === 'Snapshot' && snapshotSupported(resource.type);
  if (!keeps) removeResource(world, resource);
  mark(
    world,
    stack,
    resource,
    keeps ? 'DELETE_SKIPPED' : 'DELETE_COMPLETE',
    snapshot ? 'A final snapshot was taken' : undefined,
    step.action === 'delete',
  );
  if (step.action === 'delete' && operation.kind !== 'delete') delete stack.resources[step.logicalId];
}

function desired(
  world: World,
  stack: Stack,
  operation: Operation,
  logicalId: string,
  physicalId: string,
): StackResource {
  const resolved = resolveFor(world, stack, operation.target).resources[logicalId];
  if (!resolved) throw new SandboxFault('ValidationError', `${logicalId} is not in the template`);
  const { type, properties, deletionPolicy, updateReplacePolicy, metadata, references } = resolved;
  return {
    logicalId,
    type,
    physicalId,
    status: '',
    at: world.now(),
    properties,
    deletionPolicy,
    updateReplacePolicy,
    metadata,
    references,
  };
}

function mark(world: World, stack: Stack, resource: StackResource, status: string, reason?: string, keep = true): void {
  const marked: StackResource = {
    ...resource,
    status,
    at: world.now(),
    ...(reason === undefined ? {} : { reason }),
  };
  if (keep) stack.resources[resource.logicalId] = marked;
  record(world, stack, {
    logicalId: resource.logicalId,
    physicalId: resource.physicalId,
    type: resource.type,
    status,
    reason,
  });
}

/** Turns the operation round: a failed creation is deleted, a failed update goes back to what was. */
function fail(world: World, stack: Stack, operation: Operation, logicalId: string): void {
  const reason = `The following resource(s) failed to ${operation.kind === 'create' ? 'create' : 'update'}: [${logicalId}].`;
  if (operation.kind === 'create') {
    setStatus(world, stack, 'ROLLBACK_IN_PROGRESS', `${reason} Rollback requested by user.`);
    const made = Object.values(stack.resources)
      .filter(({ status }) => status === 'CREATE_COMPLETE')
      .reverse();
    operation.kind = 'rollback_create';
    operation.steps = schedule(world, [...made.flatMap(({ logicalId: id }) => bothPhases('delete', id)), finish]);
    return;
  }
  if (operation.kind === 'update') {
    setStatus(world, stack, 'UPDATE_ROLLBACK_IN_PROGRESS', reason);
    operation.kind = 'rollback_update';
    const before = operation.before!;
    const added = Object.keys(stack.resources).filter((id) => !before.resources[id] && stack.resources[id]?.physicalId);
    const created = added.map((id) => stack.resources[id]!);
    for (const [id, old] of Object.entries(stack.resources)) {
      if (before.resources[id] && old.physicalId && old.physicalId !== before.resources[id].physicalId)
        created.push(old);
    }
    stack.resources = before.resources;
    operation.steps = schedule(world, [
      ...created.flatMap((old) => bothPhases('remove_old', old.logicalId, old)),
      finish,
    ]);
    return;
  }
  setStatus(
    world,
    stack,
    operation.kind === 'delete' ? 'DELETE_FAILED' : 'UPDATE_ROLLBACK_FAILED',
    `The following resource(s) failed: [${logicalId}].`,
  );
  stack.operation = null;
}

function finishOperation(world: World, stack: Stack, operation: Operation): void {
  switch (operation.kind) {
    case 'create':
    case 'update': {
      const cleanup = operation.steps.filter(({ action }) => action !== 'finish');
      Object.assign(stack, {
        templateBody: operation.target.templateBody,
        parameters: operation.target.parameters,
        tags: operation.target.tags,
      });
      stack.outputs = resolveFor(world, stack, operation.target).outputs;
      if (cleanup.length > 0) {
        setStatus(world, stack, 'UPDATE_COMPLETE_CLEANUP_IN_PROGRESS');
        return;
      }
      setStatus(world, stack, operation.kind === 'create' ? 'CREATE_COMPLETE' : 'UPDATE_COMPLETE');
      break;
    }
    case 'rollback_create':
      setStatus(world, stack, 'ROLLBACK_COMPLETE');
      break;
    case 'rollback_update':
      setStatus(world, stack, 'UPDATE_ROLLBACK_COMPLETE');
      break;
    case 'delete':
      stack.deletedAt = world.now();
      stack.outputs = {};
      setStatus(world, stack, 'DELETE_COMPLETE');
      break;
  }
  stack.operation = null;
}
