/** Nested stacks: a resource that is a stack, made from a template that the sandbox holds under its URL. */

import { scalarText } from '../../providers/aws/template/evaluate.ts';
import type { Value } from '../../providers/aws/template/parse.ts';
import { SandboxFault } from '../service.ts';
import type { World } from '../world.ts';
import { beginCreate, beginDelete, beginUpdate, rollBackUpdate, targetOf } from './begin.ts';
import { diffStack } from './diff.ts';
import { type Operation, putStack, type Stack, type StackResource, type Step, stacksIn, type Target } from './model.ts';
import { knowledge, newStack, readTarget } from './target.ts';

/** @throws SandboxFault where there is no such template, or it does not take these parameters. */
export function nestedTarget(world: World, parent: Stack, properties: Record<string, Value>): Target {
  const parameters = Object.entries((properties.Parameters ?? {}) as Record<string, Value>);
  const own = ((properties.Tags ?? []) as { Key: string; Value: string }[]).map(({ Key, Value }) => [Key, Value]);
  const input = {
    TemplateURL: scalarText(properties.TemplateURL),
    Parameters: parameters.map(([ParameterKey, value]) => ({ ParameterKey, ParameterValue: scalarText(value) })),
    Tags: Object.entries({ ...parent.tags, ...Object.fromEntries(own) }).map(([Key, Value]) => ({ Key, Value })),
    Capabilities: parent.capabilities,
  };
  const target = readTarget(world, parent, input, undefined);
  if (target.macroFault) throw new SandboxFault('ValidationError', target.macroFault);
  return targetOf(target);
}

export function childStack(world: World, resource: Pick<StackResource, 'physicalId'>): Stack | undefined {
  return world.get<Stack>('stack', resource.physicalId);
}

/** A nested stack that does not exist yet, or that a change set already made to be reviewed. */
export function newChild(world: World, parent: Stack, logicalId: string, target: Target): Stack {
  const prefix = `${parent.name}-${logicalId}-`.slice(0, 115);
  const waiting = stacksIn(world, parent).find(
    ({ parentId, name, status }) =>
      parentId === parent.id && name.startsWith(prefix) && status === 'REVIEW_IN_PROGRESS',
  );
  if (waiting) return Object.assign(waiting, target);
  const name = `${prefix}${world.newId('').slice(0, 12).toUpperCase()}`;
  const child = newStack(world, name, parent, { Capabilities: parent.capabilities, RoleARN: parent.roleArn }, target);
  child.parentId = parent.id;
  child.rootId = parent.rootId ?? parent.id;
  return child;
}

/** @returns the nested stack's id; empty where an update finds nothing to do. */
export function beginNested(
  world: World,
  parent: Stack,
  resource: StackResource,
  how: 'create' | 'update' | 'delete',
): string {
  const options = { token: parent.operation?.token };
  if (how === 'create') {
    const target = nestedTarget(world, parent, resource.properties);
    const child = newChild(world, parent, resource.logicalId, target);
    beginCreate(world, child, options);
    return child.id;
  }
  const child = childStack(world, resource);
  if (!child) throw new SandboxFault('ValidationError', `Stack with id ${resource.physicalId} does not exist`);
  if (how === 'delete') {
    if (child.status !== 'DELETE_COMPLETE') beginDelete(world, child, [], options);
    return child.id;
  }
  const target = nestedTarget(world, parent, resource.properties);
  if (diffStack(world, knowledge, child, target).length === 0) {
    putStack(world, Object.assign(child, target));
    return '';
  }
  beginUpdate(world, child, target, options);
  return child.id;
}

/** The parent goes back: a child that was updated is taken back; one that is stuck only when the parent is continued. */
export function undoNested(world: World, resource: StackResource, { continued, excepted }: Operation): void {
  const child = childStack(world, resource);
  if (!child) return;
  if (child.status === 'UPDATE_COMPLETE' && child.previous) beginUpdate(world, child, child.previous, { undo: true });
  else if (child.operation?.kind === 'update')
    rollBackUpdate(world, child, child.operation, 'Update cancelled by parent');
  else if (continued && child.status === 'UPDATE_ROLLBACK_FAILED' && child.suspended)
    rollBackUpdate(world, child, child.suspended, 'User Initiated', {
      continued,
      skipped: excepted
        .filter((name) => name.startsWith(`${child.name}.`))
        .map((name) => name.slice(child.name.length + 1)),
    });
}

const GOOD: Partial<Record<Step['action'], RegExp>> = {
  create: /^CREATE_COMPLETE$/,
  update: /^(?:CREATE|UPDATE|UPDATE_ROLLBACK)_COMPLETE$/,
  revert: /^(?:CREATE|UPDATE|UPDATE_ROLLBACK)_COMPLETE$/,
  delete: /^DELETE_COMPLETE$/,
};

/** @throws SandboxFault where the nested stack's operation, which is over, did not succeed. */
export function nestedProgress(world: World, resource: StackResource, action: Step['action']): void {
  const child = childStack(world, resource);
  const status = child?.status ?? 'DELETE_COMPLETE';
  const hasRolledBack = action === 'update' && status === 'UPDATE_ROLLBACK_COMPLETE';
  if (GOOD[action]?.test(status) && !hasRolledBack) return;
  const verb = action === 'create' ? 'created' : action === 'delete' ? 'deleted' : 'updated';
  throw new SandboxFault(
    'EmbeddedStackFailed',
    `Embedded stack ${resource.physicalId} was not successfully ${verb}. Currently in ${status} with reason: ${child?.statusReason ?? 'none given'}`,
  );
}
