/** How each operation of a stack begins: what is checked, and the steps that are laid out. The engine runs them. */
import { SandboxFault } from '../service.ts';
import type { World } from '../world.ts';
import { diffStack } from './diff.ts';
import { type OnFailure, type Operation, putStack, type Stack, setStatus, type Target } from './model.ts';
import { inOrder } from './order.ts';
import { importersOf, resolverFor } from './resolving.ts';
import { denialOf } from './stack-policy.ts';
import { bothPhases, finish, schedule } from './steps.ts';
import { knowledge } from './target.ts';

export interface BeginOptions {
  token?: string | undefined;
  onFailure?: OnFailure | undefined;
  /** StackPolicyDuringUpdateBody. */
  policy?: string | undefined;
  undo?: boolean;
}

function operationOf(kind: Operation['kind'], target: Target, options: BeginOptions): Operation {
  return {
    kind,
    target,
    steps: [],
    touched: [],
    reverted: [],
    cleanup: [],
    excepted: [],
    onFailure: options.onFailure ?? 'ROLLBACK',
    ...(options.token ? { token: options.token } : {}),
    ...(options.policy ? { policy: options.policy } : {}),
    ...(options.undo ? { undo: true } : {}),
  };
}

function start(world: World, stack: Stack, operation: Operation, status: string, reason = 'User Initiated'): void {
  stack.operation = operation;
  stack.suspended = null;
  stack.revision += 1;
  setStatus(world, stack, status, reason);
  putStack(world, stack);
}

export const targetOf = ({ templateBody, parameters, tags, resolved }: Target): Target => ({
  templateBody,
  parameters,
  tags,
  ...(resolved === undefined ? {} : { resolved }),
});

export function beginCreate(world: World, stack: Stack, options: BeginOptions = {}): void {
  const resolver = resolverFor(world, stack, stack);
  const order = inOrder(Object.fromEntries(resolver.resourceIds.map((id) => [id, resolver.resource(id)])));
  stack.imports = resolver.imports();
  const operation = operationOf('create', targetOf(stack), options);
  operation.steps = schedule(world, [...order.flatMap((id) => bothPhases('create', id)), finish]);
  start(world, stack, operation, 'CREATE_IN_PROGRESS');
}

/** @throws SandboxFault while another stack uses an export that the target does not have. */
export function beginUpdate(world: World, stack: Stack, target: Target, options: BeginOptions = {}): void {
  const diffs = diffStack(world, knowledge, stack, target);
  const resolver = resolverFor(world, stack, target);
  const exportsAfter = Object.values(resolver.outputs()).map(({ exportName }) => exportName);
  for (const { exportName } of Object.values(stack.outputs))
    if (exportName && !exportsAfter.includes(exportName)) refuseUsedExport(world, stack, exportName);
  const operation = operationOf('update', target, options);
  const denials = diffs.flatMap((diff) => denialOf(options.policy ?? stack.policy, diff) ?? []);
  const work = diffs
    .filter(({ action }) => action !== 'Remove')
    .flatMap(({ logicalId, action }) => bothPhases(action === 'Add' ? 'create' : 'update', logicalId));
  const { resources, outputs, imports } = stack;
  operation.before = structuredClone({ ...targetOf(stack), resources, outputs, imports });
  operation.steps = schedule(world, [
    ...denials.map(({ logicalId, reason }) => ({ action: 'refuse', phase: 'end', logicalId, reason }) as const),
    ...work,
    finish,
  ]);
  stack.imports = [...new Set([...stack.imports, ...resolver.imports()])];
  stack.updatedAt = world.now();
  start(world, stack, operation, options.undo ? 'UPDATE_ROLLBACK_IN_PROGRESS' : 'UPDATE_IN_PROGRESS');
}

export function beginDelete(world: World, stack: Stack, retained: string[] = [], options: BeginOptions = {}): void {
  for (const { exportName } of Object.values(stack.outputs)) if (exportName) refuseUsedExport(world, stack, exportName);
  const order = inOrder(stack.resources)
    .reverse()
    .filter((id) => stack.resources[id]?.status !== 'DELETE_COMPLETE');
  const operation = operationOf('delete', targetOf(stack), options);
  operation.excepted = retained;
  operation.steps = schedule(world, [...order.flatMap((id) => bothPhases('delete', id)), finish]);
  start(world, stack, operation, 'DELETE_IN_PROGRESS');
}

function refuseUsedExport(world: World, stack: Stack, name: string): void {
  const users = importersOf(world, name, stack).filter((user) => user !== stack.name);
  if (users.length > 0)
    throw new SandboxFault(
      'ValidationError',
      `Export ${name} cannot be deleted as it is in use by ${users.join(', ')}`,
    );
}

/** Deletes what a failed creation made. */
export function rollBackCreation(world: World, stack: Stack, operation: Operation, reason: string): void {
  const made = inOrder(stack.resources)
    .reverse()
    .filter((id) => stack.resources[id]?.physicalId);
  const steps = schedule(world, [...made.flatMap((id) => bothPhases('delete', id)), finish]);
  stack.operation = { ...operation, kind: 'rollback_create', steps };
  stack.suspended = null;
  setStatus(world, stack, 'ROLLBACK_IN_PROGRESS', reason);
  putStack(world, stack);
}

/** Takes what an update changed back to what was, in the order of the update; then what it made is deleted. */
export function rollBackUpdate(
  world: World,
  stack: Stack,
  operation: Operation,
  reason: string,
  how: { skipped?: string[]; continued?: boolean; token?: string | undefined } = {},
): void {
  const before = operation.before!;
  const left = operation.touched.filter((id) => !operation.reverted.includes(id));
  const reverts = left.flatMap((id) => bothPhases('revert', id, before.resources[id]!));
  const made = Object.values(stack.resources).filter(
    ({ logicalId, physicalId }) => physicalId && before.resources[logicalId]?.physicalId !== physicalId,
  );
  stack.operation = {
    ...operation,
    kind: 'rollback_update',
    steps: schedule(world, [...reverts, finish]),
    cleanup: operation.kind === 'rollback_update' ? operation.cleanup : made,
    excepted: how.skipped ?? [],
    ...(how.continued ? { continued: true } : {}),
    ...(how.token ? { token: how.token } : {}),
  };
  stack.suspended = null;
  setStatus(world, stack, 'UPDATE_ROLLBACK_IN_PROGRESS', reason);
  putStack(world, stack);
}
