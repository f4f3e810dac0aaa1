/** Runs the steps that are due, one after the other; a step that fails turns the operation round. */
import type { Knowledge } from '../../providers/aws/knowledge/index.ts';
import { SandboxFault } from '../service.ts';
import type { World } from '../world.ts';
import { countChanges } from './attributes.ts';
import { recreationOf } from './diff.ts';
import { NESTED, type Operation, putStack, record, type Stack, type StackResource, type Step } from './model.ts';
import { beginNested, nestedProgress, undoNested } from './nested.ts';
import { fail, finishOperation } from './outcome.ts';
import { exportsOf, readTemplate, resolverFor } from './resolving.ts';
import { createResource, failIfTold, removeResource, updateResource } from './resources.ts';
import { denialOfReplacement } from './stack-policy.ts';
import { textOf } from './texts.ts';

export function advanceStacks(world: World, knowledge: Knowledge): void {
  for (const { id } of world.list<{ id: string }>('stack_running')) advanceStack(world, knowledge, id);
}

/** One stack is read and written once, however many of its steps are due. */
function advanceStack(world: World, knowledge: Knowledge, id: string): void {
  const stack = world.get<Stack>('stack', id);
  if (!stack?.operation) return;
  for (;;) {
    const step: Step | undefined = stack.operation?.steps[0];
    if (!stack.operation || !step || step.dueAt > world.now()) break;
    if (!runStep(world, knowledge, stack, stack.operation, step)) break;
  }
  putStack(world, stack);
}

const VERBS: Record<Step['action'], string> = {
  create: 'CREATE',
  update: 'UPDATE',
  replace: 'UPDATE',
  revert: 'UPDATE',
  delete: 'DELETE',
  remove_old: 'DELETE',
  refuse: 'UPDATE',
  finish: '',
};

/** @returns false where it must wait for a nested stack: nothing was changed then but the time of the steps. */
function runStep(world: World, knowledge: Knowledge, stack: Stack, operation: Operation, step: Step): boolean {
  try {
    if (step.phase === 'end' && isWaiting(world, knowledge, stack, operation, step)) return false;
    operation.steps.shift();
    if (step.action === 'finish') finishOperation(world, stack, operation);
    else if (step.phase === 'begin') beginStep(world, knowledge, stack, operation, step);
    else endStep(world, knowledge, stack, operation, step);
  } catch (error) {
    // A defect fails the resource too: thrown on, it would fail every later request of this world.
    const reason = error instanceof Error ? error.message : String(error);
    const resource = step.action === 'remove_old' ? step.old : stack.resources[step.logicalId];
    const keep = step.action !== 'remove_old';
    if (resource) mark(world, stack, resource, `${VERBS[step.action]}_FAILED`, reason, keep);
    if (operation.steps[0] === step) operation.steps.shift();
    fail(world, stack, operation, step, reason);
  }
  return true;
}

/** The rest of a parent's steps moves behind the nested stack's last one. */
function isWaiting(world: World, knowledge: Knowledge, stack: Stack, operation: Operation, step: Step): boolean {
  const resource = stack.resources[step.logicalId] ?? step.old;
  if (resource?.type !== NESTED || !resource.physicalId) return false;
  advanceStack(world, knowledge, resource.physicalId);
  const last = world.get<Stack>('stack', resource.physicalId)?.operation?.steps.at(-1);
  if (!last) return false;
  const delay = Math.max(0, last.dueAt - step.dueAt);
  if (delay === 0) return true;
  for (const later of operation.steps) later.dueAt += delay;
  putStack(world, stack);
  return true;
}

function beginStep(world: World, knowledge: Knowledge, stack: Stack, operation: Operation, step: Step): void {
  const { action, logicalId } = step;
  if (action === 'create') {
    stack.resources[logicalId] = unresolvedYet(world, operation, logicalId);
    const wanted = desired(world, stack, operation, logicalId, '');
    stack.resources[logicalId] = wanted;
    if (wanted.type === NESTED) wanted.physicalId = beginNested(world, stack, wanted, 'create');
    mark(world, stack, wanted, 'CREATE_IN_PROGRESS');
    return;
  }
  const current = step.old ?? stack.resources[logicalId];
  if (!current) return;
  if (action === 'update') {
    beginUpdateStep(world, knowledge, stack, operation, current);
    return;
  }
  if (action === 'revert' && operation.excepted.includes(logicalId)) {
    // User Guide, "Continue rolling back an update": what is skipped is called UPDATE_COMPLETE and left as it is.
    operation.steps.shift();
    operation.reverted.push(logicalId);
    stack.resources[logicalId] = { ...stack.resources[logicalId]!, status: 'UPDATE_COMPLETE', at: world.now() };
    return;
  }
  const isNested = current.type === NESTED;
  if (isNested && action === 'revert') undoNested(world, stack.resources[logicalId] ?? current, operation);
  if (isNested && (action === 'delete' || action === 'remove_old') && policyFor(operation, step, stack) !== 'Retain')
    beginNested(world, stack, current, 'delete');
  mark(world, stack, current, `${VERBS[action]}_IN_PROGRESS`, undefined, action === 'delete');
}

/** Values that only the execution knows decide here whether it is changed, replaced or left alone. */
function beginUpdateStep(
  world: World,
  knowledge: Knowledge,
  stack: Stack,
  operation: Operation,
  current: StackResource,
): void {
  const { logicalId } = current;
  const wanted = desired(world, stack, operation, logicalId, current.physicalId);
  const names = [...new Set([...Object.keys(current.properties), ...Object.keys(wanted.properties)])].filter(
    (name) => textOf(current.properties[name]) !== textOf(wanted.properties[name]),
  );
  const isReplaced =
    // Conditional changes happen in place: every instance here has an EBS root, for which a new type is a restart.
    names.some(
      (name) =>
        recreationOf(knowledge, wanted.type, name, current.properties[name], wanted.properties[name]) === 'always',
    );
  if (isReplaced) {
    const denial = denialOfReplacement(operation.policy ?? stack.policy, wanted);
    if (denial) throw new SandboxFault('AccessDenied', denial);
    operation.steps[0]!.action = 'replace';
    operation.touched.push(logicalId);
    const reason = 'Requested update requires the creation of a new physical resource; hence creating one.';
    mark(world, stack, current, 'UPDATE_IN_PROGRESS', reason);
    return;
  }
  const begun = wanted.type === NESTED ? beginNested(world, stack, wanted, 'update') : wanted.physicalId;
  const isSame = names.length === 0 && textOf(stack.tags) === textOf(operation.target.tags);
  const attributes = (resource: StackResource) => [
    resource.metadata,
    resource.deletionPolicy,
    resource.updateReplacePolicy,
  ];
  if (
    isSame &&
    textOf(attributes(current)) === textOf(attributes(wanted)) &&
    (wanted.type !== NESTED || begun === '')
  ) {
    operation.steps.shift();
    return;
  }
  operation.touched.push(logicalId);
  mark(world, stack, current, 'UPDATE_IN_PROGRESS');
}

function endStep(world: World, knowledge: Knowledge, stack: Stack, operation: Operation, step: Step): void {
  const { action, logicalId } = step;
  const resource = step.old ?? stack.resources[logicalId];
  if (action === 'refuse') throw new SandboxFault('AccessDenied', step.reason ?? 'Action denied by stack policy');
  if (!resource) return;
  const isNested = resource.type === NESTED;
  const isKept = action === 'delete' && policyFor(operation, step, stack) === 'Retain';
  if (isNested && action !== 'remove_old' && !isKept) nestedProgress(world, resource, action);
  if (action === 'create' || action === 'replace') {
    const wanted = desired(world, stack, operation, logicalId, isNested ? resource.physicalId : '');
    if (!isNested) wanted.physicalId = createResource(world, knowledge, stack, wanted);
    if (action === 'replace') operation.cleanup.push(resource);
    mark(world, stack, wanted, `${VERBS[action]}_COMPLETE`);
  } else if (action === 'update') {
    const wanted = desired(world, stack, operation, logicalId, resource.physicalId);
    if (!isNested) updateResource(world, resource, wanted);
    mark(world, stack, countChanges(resource, withLive(resource, wanted)), 'UPDATE_COMPLETE');
  } else if (action === 'revert') {
    failIfTold(stack.resources[logicalId] ?? resource, operation.continued ? 'fail_continue' : 'fail_rollback');
    if (!isNested) updateResource(world, { ...resource, gone: false }, { ...resource, metadata: {} });
    operation.reverted.push(logicalId);
    mark(world, stack, resource, 'UPDATE_COMPLETE');
  } else deleteStep(world, stack, operation, step, resource);
}

function policyFor(operation: Operation, step: Step, stack: Stack): string {
  const resource = step.old ?? stack.resources[step.logicalId]!;
  if (operation.excepted.includes(step.logicalId) && operation.kind === 'delete') return 'Retain';
  // What a rollback made in vain is deleted whatever its policy says: it never belonged to the stack's state.
  if (operation.kind === 'rollback_create' || operation.kind === 'rollback_update') return 'Delete';
  return step.action === 'remove_old' ? resource.updateReplacePolicy : resource.deletionPolicy;
}

function deleteStep(world: World, stack: Stack, operation: Operation, step: Step, resource: StackResource): void {
  const policy = policyFor(operation, step, stack);
  if (policy !== 'Retain' && resource.type !== NESTED && !resource.gone) removeResource(world, resource, policy);
  const status = policy === 'Retain' ? 'DELETE_SKIPPED' : 'DELETE_COMPLETE';
  const isWhole = operation.kind === 'delete' || operation.kind === 'rollback_create';
  mark(world, stack, resource, status, undefined, step.action === 'delete' && isWhole);
  if (step.action === 'delete' && !isWhole) delete stack.resources[step.logicalId];
}

/** What somebody changed behind the stack's back stays changed where the update did not touch it. */
function withLive(before: StackResource, wanted: StackResource): StackResource {
  if (!before.live) return wanted;
  const kept = Object.entries(before.live).filter(
    ([name]) => textOf(before.properties[name]) === textOf(wanted.properties[name]),
  );
  return kept.length > 0 ? { ...wanted, live: Object.fromEntries(kept) } : wanted;
}

/** What the events name when not even the properties can be worked out. */
function unresolvedYet(world: World, operation: Operation, logicalId: string): StackResource {
  const type = readTemplate(operation.target.templateBody).Resources[logicalId]?.Type ?? '';
  const nothing = { properties: {}, propertyReferences: {}, metadata: {}, references: [] };
  const policies = { deletionPolicy: 'Delete', updateReplacePolicy: 'Delete' };
  return { logicalId, type, physicalId: '', status: '', at: world.now(), ...policies, ...nothing };
}

function desired(world: World, stack: Stack, operation: Operation, logicalId: string, physicalId: string) {
  const resolver = resolverFor(world, stack, operation.target);
  const imported = resolver.imports(logicalId);
  const exported = imported.length > 0 ? exportsOf(world, stack).map(({ name }) => name) : [];
  const missing = imported.find((name) => !exported.includes(name));
  if (missing !== undefined) throw new SandboxFault('ValidationError', `No export named ${missing} found`);
  const changes = physicalId === '' ? undefined : stack.resources[logicalId]?.changes;
  const spec: StackResource = {
    ...resolver.resource(logicalId),
    ...{ physicalId, status: '', at: world.now() },
    ...(changes === undefined ? {} : { changes }),
  };
  return spec;
}
function mark(world: World, stack: Stack, resource: StackResource, status: string, reason?: string, keep = true): void {
  const { reason: _earlier, ...rest } = resource;
  const marked: StackResource = { ...rest, status, at: world.now(), ...(reason === undefined ? {} : { reason }) };
  if (keep) stack.resources[resource.logicalId] = marked;
  const { logicalId, physicalId, type } = resource;
  record(world, stack, { logicalId, physicalId, type, status, reason });
}
