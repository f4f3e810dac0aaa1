/** What the sandbox's CloudFormation keeps. */

import type { Value } from '../../template/parse.ts';
import type { ResolvedResource } from '../../template/resolve.ts';
import { SandboxFault } from '../service.ts';
import type { World } from '../world.ts';

export interface StackResource {
  logicalId: string;
  type: string;
  physicalId: string;
  status: string;
  reason?: string;
  at: number;
  properties: Record<string, Value>;
  deletionPolicy: string;
  updateReplacePolicy: string;
  metadata: Record<string, Value>;
  references: string[];
}

/** One thing that happens to one resource at one moment. */
export interface Step {
  dueAt: number;
  action: 'create' | 'update' | 'replace' | 'delete' | 'remove_old' | 'finish';
  phase: 'begin' | 'end';
  logicalId: string;
  /** For `remove_old`: what the cleanup deletes. */
  old?: StackResource;
}

export interface Operation {
  kind: 'create' | 'update' | 'delete' | 'rollback_create' | 'rollback_update';
  target: { templateBody: string; parameters: Record<string, string>; tags: Record<string, string> };
  steps: Step[];
  /** The stack as it was, for the rollback of an update. */
  before?: {
    templateBody: string;
    parameters: Record<string, string>;
    tags: Record<string, string>;
    resources: Record<string, StackResource>;
  };
  retained: string[];
  token?: string;
}

export interface Stack {
  id: string;
  name: string;
  region: string;
  status: string;
  statusReason?: string;
  createdAt: number;
  updatedAt: number | null;
  deletedAt: number | null;
  description?: string;
  templateBody: string;
  parameters: Record<string, string>;
  noEcho: string[];
  tags: Record<string, string>;
  capabilities: string[];
  roleArn?: string;
  terminationProtection: boolean;
  resources: Record<string, StackResource>;
  outputs: Record<string, { value: string; exportName?: string }>;
  operation: Operation | null;
}

export interface ChangeSet {
  id: string;
  name: string;
  stackId: string;
  stackName: string;
  type: 'CREATE' | 'UPDATE';
  status: string;
  statusReason?: string;
  executionStatus: string;
  createdAt: number;
  readyAt: number;
  templateBody: string;
  parameters: Record<string, string>;
  tags: Record<string, string>;
  capabilities: string[];
  changes: Record<string, unknown>[];
  /** `updatedAt` of the stack when this was made: another value means OBSOLETE. */
  stackVersion: number;
}

export interface StackEvent {
  id: string;
  stackId: string;
  at: number;
  logicalId: string;
  physicalId: string;
  type: string;
  status: string;
  reason?: string;
  token?: string;
}

export interface Resolution {
  resources: Record<string, ResolvedResource>;
}

export const isLive = (stack: Stack) => stack.status !== 'DELETE_COMPLETE';
export const versionOf = (stack: Stack) => stack.updatedAt ?? stack.createdAt;

/** By name: live stacks only; by id: deleted ones too. */
export function findStack(world: World, nameOrId: string, region: string): Stack | undefined {
  if (nameOrId.startsWith('arn:')) return world.get<Stack>('stack', nameOrId);
  return world
    .list<Stack>('stack')
    .find((stack) => stack.name === nameOrId && stack.region === region && isLive(stack));
}

export function requireStack(world: World, nameOrId: string, region: string): Stack {
  const stack = findStack(world, nameOrId ?? '', region);
  if (!stack) throw new SandboxFault('ValidationError', `Stack with id ${nameOrId} does not exist`);
  return stack;
}

export function record(
  world: World,
  stack: Stack,
  what: { logicalId: string; physicalId: string; type: string; status: string; reason?: string | undefined },
): void {
  const event: StackEvent = {
    id: world.newId('event-'),
    stackId: stack.id,
    at: world.now(),
    logicalId: what.logicalId,
    physicalId: what.physicalId,
    type: what.type,
    status: what.status,
    ...(what.reason === undefined ? {} : { reason: what.reason }),
    ...(stack.operation?.token === undefined ? {} : { token: stack.operation.token }),
  };
  world.put('stack_event', event.id, event);
}

export function setStatus(world: World, stack: Stack, status: string, reason?: string): void {
  stack.status = status;
  if (reason === undefined) delete stack.statusReason;
  else stack.statusReason = reason;
  record(world, stack, {
    logicalId: stack.name,
    physicalId: stack.id,
    type: 'AWS::CloudFormation::Stack',
    status,
    reason,
  });
}
