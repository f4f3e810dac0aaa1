/** How an operation ends: done, turned round, or stuck. */
import type { Resolver } from '../../providers/aws/template/resolve.ts';
import { SandboxFault } from '../service.ts';
import type { World } from '../world.ts';
import { rollBackCreation, rollBackUpdate, targetOf } from './begin.ts';
import { type Operation, type Stack, type Step, setStatus } from './model.ts';
import { inOrder } from './order.ts';
import { exportsOf, importersOf, readTemplate, resolverFor } from './resolving.ts';
import { bothPhases, finish, schedule } from './steps.ts';
import { noEchoOf } from './target.ts';

const failedTo = (what: string, logicalIds: string[]) =>
  `The following resource(s) failed to ${what}: [${logicalIds.join(', ')}].`;

/** @param said why, for what is no resource's failure. */
export function fail(
  world: World,
  stack: Stack,
  operation: Operation,
  { action, logicalId }: Step,
  said: string,
): void {
  const verb = action === 'create' ? 'create' : action === 'delete' || action === 'remove_old' ? 'delete' : 'update';
  const reason = action === 'finish' ? said : failedTo(verb, [logicalId]);
  switch (operation.kind) {
    case 'create':
      creationFailed(world, stack, operation, reason);
      return;
    case 'update':
      // What an update no longer needs and cannot delete is let go: the update itself has succeeded.
      if (action === 'delete') delete stack.resources[logicalId];
      else if (verb === 'delete') return;
      else if (operation.onFailure !== 'DO_NOTHING') rollBackUpdate(world, stack, operation, reason);
      else {
        Object.assign(stack, operation.target);
        suspend(world, stack, operation, 'UPDATE_FAILED', reason);
      }
      return;
    case 'rollback_update':
      if (verb !== 'delete') suspend(world, stack, operation, 'UPDATE_ROLLBACK_FAILED', reason);
      return;
    case 'delete':
    case 'rollback_create': {
      // What the failed one still uses cannot go either; the rest does.
      const used = withDependencies(stack, logicalId);
      operation.steps = operation.steps.filter((step) => !used.has(step.logicalId));
    }
  }
}

function creationFailed(world: World, stack: Stack, operation: Operation, reason: string): void {
  if (operation.onFailure === 'DO_NOTHING') {
    suspend(world, stack, operation, 'CREATE_FAILED', reason);
    return;
  }
  rollBackCreation(world, stack, operation, `${reason} Rollback requested by user.`);
  if (operation.onFailure !== 'DELETE') return;
  stack.operation!.kind = 'delete';
  setStatus(world, stack, 'DELETE_IN_PROGRESS', `${reason} Delete requested by user.`);
}

function suspend(world: World, stack: Stack, operation: Operation, status: string, reason: string): void {
  setStatus(world, stack, status, reason);
  stack.suspended = operation;
  stack.operation = null;
}

function withDependencies(stack: Stack, logicalId: string): Set<string> {
  const found = new Set<string>();
  const visit = (id: string) => {
    if (found.has(id)) return;
    found.add(id);
    for (const next of stack.resources[id]?.references ?? []) visit(next);
  };
  visit(logicalId);
  return found;
}

export function finishOperation(world: World, stack: Stack, operation: Operation): void {
  switch (operation.kind) {
    case 'create':
      adoptTarget(world, stack, operation);
      end(world, stack, 'CREATE_COMPLETE');
      break;
    case 'update': {
      const verb = operation.undo ? 'UPDATE_ROLLBACK' : 'UPDATE';
      if (operation.before) stack.previous = targetOf(operation.before);
      const removed = adoptTarget(world, stack, operation);
      if (!cleanUp(world, stack, operation, verb, removed)) end(world, stack, `${verb}_COMPLETE`);
      break;
    }
    case 'rollback_update':
      goBack(stack, operation);
      if (!cleanUp(world, stack, operation, 'UPDATE_ROLLBACK', [])) end(world, stack, 'UPDATE_ROLLBACK_COMPLETE');
      break;
    case 'rollback_create':
    case 'delete':
      finishDeletion(world, stack, operation.kind === 'delete');
  }
}

/**
 * @returns ids of resources that the target does not have, dependents first.
 * @throws SandboxFault where an export's name is another stack's.
 */
function adoptTarget(world: World, stack: Stack, { target }: Operation): string[] {
  const template = readTemplate(target.templateBody);
  const resolver = resolverFor(world, stack, target);
  refuseTakenExports(world, stack, resolver);
  refuseChangedExports(world, stack, resolver);
  Object.assign(stack, target, { noEcho: noEchoOf(template) });
  if (template.Description === undefined) delete stack.description;
  else stack.description = String(template.Description);
  stack.outputs = resolver.outputs();
  stack.imports = resolver.imports();
  // A resource that did not change may still be written in another way, with other references.
  for (const id of resolver.resourceIds) {
    const { references, propertyReferences } = resolver.resource(id);
    if (stack.resources[id]) Object.assign(stack.resources[id], { references, propertyReferences });
  }
  return inOrder(stack.resources)
    .reverse()
    .filter((id) => !resolver.resourceIds.includes(id));
}

/**
 * User Guide, "Get exported outputs": what another stack imports can be neither changed nor removed. Values that only
 * the execution tells are known here.
 */
function refuseChangedExports(world: World, stack: Stack, resolver: Resolver): void {
  const after = Object.values(resolver.outputs());
  for (const { exportName, value } of Object.values(stack.outputs)) {
    const now = exportName === undefined ? undefined : after.find((output) => output.exportName === exportName);
    if (exportName === undefined || now === undefined || now.value === value) continue;
    const users = importersOf(world, exportName, stack).filter((user) => user !== stack.name);
    if (users.length > 0)
      throw new SandboxFault(
        'ValidationError',
        `Export ${exportName} cannot be updated as it is in use by ${users.join(', ')}`,
      );
  }
}

function refuseTakenExports(world: World, stack: Stack, resolver: Resolver): void {
  const names = Object.values(resolver.outputs()).flatMap(({ exportName }) => exportName ?? []);
  if (names.length === 0) return;
  const taken = exportsOf(world, stack).find(({ name, stackId }) => names.includes(name) && stackId !== stack.id);
  if (taken)
    throw new SandboxFault(
      'ValidationError',
      `Export with name ${taken.name} is already exported by stack ${taken.stackId}.`,
    );
}

function cleanUp(world: World, stack: Stack, operation: Operation, verb: string, removed: string[]): boolean {
  const old = operation.cleanup.flatMap((resource) => bothPhases('remove_old', resource.logicalId, resource));
  const steps = [...old, ...removed.flatMap((id) => bothPhases('delete', id))];
  operation.cleanup = [];
  if (steps.length === 0) return false;
  operation.steps = schedule(world, [...steps, finish]);
  setStatus(world, stack, `${verb}_COMPLETE_CLEANUP_IN_PROGRESS`);
  return true;
}

/** Everything as before the update, but for what was skipped. */
function goBack(stack: Stack, operation: Operation): void {
  const { resources, ...rest } = operation.before!;
  const isTaken = (id: string) => operation.reverted.includes(id) && stack.resources[id];
  stack.resources = Object.fromEntries(
    Object.entries(resources).map(([id, resource]) => [id, isTaken(id) ? stack.resources[id]! : resource]),
  );
  Object.assign(stack, rest);
}

function finishDeletion(world: World, stack: Stack, isDelete: boolean): void {
  const stuck = Object.values(stack.resources).filter(({ status }) => status === 'DELETE_FAILED');
  if (stuck.length > 0) {
    const ids = stuck.map(({ logicalId }) => logicalId);
    end(world, stack, isDelete ? 'DELETE_FAILED' : 'ROLLBACK_FAILED', failedTo('delete', ids));
    return;
  }
  stack.outputs = {};
  stack.imports = [];
  if (isDelete) stack.deletedAt = world.now();
  end(world, stack, isDelete ? 'DELETE_COMPLETE' : 'ROLLBACK_COMPLETE');
}

function end(world: World, stack: Stack, status: string, reason?: string): void {
  setStatus(world, stack, status, reason);
  stack.operation = null;
}
