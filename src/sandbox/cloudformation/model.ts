/** What the sandbox's CloudFormation keeps: the documents, and where they are found. */
import type { Value } from '../../providers/aws/template/parse.ts';
import { SandboxFault } from '../service.ts';
import type { World } from '../world.ts';

/** An account's region: what is in one is invisible from another. A Caller and a Stack are places too. */
export interface Place {
  account: string;
  region: string;
}

/** What a stack is, or is to become. */
export interface Target {
  templateBody: string;
  parameters: Record<string, string>;
  tags: Record<string, string>;
  /** Values of the parameters of Systems Manager that it names, as they were when it was given. */
  resolved?: Record<string, string>;
}

export interface StackResource {
  logicalId: string;
  type: string;
  physicalId: string;
  status: string;
  reason?: string;
  at: number;
  properties: Record<string, Value>;
  propertyReferences: Record<string, string[]>;
  deletionPolicy: string;
  updateReplacePolicy: string;
  metadata: Record<string, Value>;
  references: string[];
  /** What somebody changed behind the stack's back; null for a property that was taken away. */
  live?: Record<string, Value>;
  /** Deleted behind the stack's back. */
  gone?: boolean;
  drift?: { status: string; at: number };
  /** How often each property was changed in place. */
  changes?: Record<string, number>;
}

/** One thing that happens to one resource at one moment. */
export interface Step {
  dueAt: number;
  action: 'create' | 'update' | 'replace' | 'delete' | 'remove_old' | 'revert' | 'refuse' | 'finish';
  phase: 'begin' | 'end';
  logicalId: string;
  /** `remove_old`: what the cleanup deletes. `revert`: what the rollback goes back to. */
  old?: StackResource;
  /** `refuse`: why. */
  reason?: string;
}

export type OnFailure = 'ROLLBACK' | 'DO_NOTHING' | 'DELETE';

export interface Operation {
  kind: 'create' | 'update' | 'delete' | 'rollback_create' | 'rollback_update';
  target: Target;
  steps: Step[];
  /** The stack as it was, for the rollback of an update. */
  before?: Target & Pick<Stack, 'resources' | 'outputs' | 'imports'>;
  /** Resources that the update began to change, and those that its rollback has taken back or skipped. */
  touched: string[];
  reverted: string[];
  /** Deleted once the new state stands: replaced resources. */
  cleanup: StackResource[];
  /** DeleteStack's RetainResources, ContinueUpdateRollback's ResourcesToSkip. */
  excepted: string[];
  onFailure: OnFailure;
  /** An update of a nested stack that takes it back for its parent. */
  undo?: boolean;
  /** ContinueUpdateRollback's second try. */
  continued?: boolean;
  /** StackPolicyDuringUpdateBody. */
  policy?: string;
  token?: string;
}

/** As the API takes and tells it. */
export interface RollbackConfiguration {
  RollbackTriggers?: { Arn: string; Type: string }[];
  MonitoringTimeInMinutes?: number;
}

export interface Stack extends Place {
  id: string;
  name: string;
  status: string;
  statusReason?: string;
  createdAt: number;
  updatedAt: number | null;
  deletedAt: number | null;
  /** Grows with every operation: a change set of another revision is OBSOLETE. */
  revision: number;
  description?: string;
  templateBody: string;
  parameters: Record<string, string>;
  noEcho: string[];
  tags: Record<string, string>;
  capabilities: string[];
  roleArn?: string;
  terminationProtection: boolean;
  disableRollback: boolean;
  notificationArns: string[];
  rollback?: RollbackConfiguration;
  policy?: string;
  parentId?: string;
  rootId?: string;
  resources: Record<string, StackResource>;
  outputs: Record<string, { value: string; exportName?: string }>;
  /** Names of the exports that it uses. */
  imports: string[];
  drift?: { status: string; at: number };
  operation: Operation | null;
  /** A failed operation that RollbackStack or ContinueUpdateRollback takes up. */
  suspended: Operation | null;
  /** Of its target. */
  resolved?: Record<string, string>;
  /** Before the last update: what a parent's rollback takes a nested stack back to. */
  previous?: Target;
}

export interface ChangeSet extends Place, Target {
  id: string;
  name: string;
  stackId: string;
  stackName: string;
  type: 'CREATE' | 'UPDATE';
  description?: string;
  status: string;
  statusReason?: string;
  executionStatus: string;
  createdAt: number;
  readyAt: number;
  noEcho: string[];
  capabilities: string[];
  notificationArns: string[];
  rollback?: RollbackConfiguration;
  roleArn?: string;
  onStackFailure?: OnFailure;
  importsExisting?: boolean;
  /** The SDK's shape. */
  deployment?: { Mode?: string; DisableRollback?: boolean };
  includeNestedStacks: boolean;
  parentChangeSetId?: string;
  rootChangeSetId?: string;
  changes: { plain: Record<string, unknown>; valued: Record<string, unknown> }[];
  stackRevision: number;
}

export interface StackEvent {
  id: string;
  at: number;
  logicalId: string;
  physicalId: string;
  type: string;
  status: string;
  reason?: string;
  properties?: string;
  token?: string;
}

export const NESTED = 'AWS::CloudFormation::Stack';
export const isLive = (stack: Stack) => stack.status !== 'DELETE_COMPLETE';
export const isIn = (place: Place) => (thing: Place) =>
  thing.region === place.region && thing.account === place.account;

const nameKey = (place: Place, name: string) => `${place.account}/${place.region}/${name}`;

/** Stacks with something going on are listed apart, so that a request need not read them all. */
export function putStack(world: World, stack: Stack): void {
  world.put('stack', stack.id, stack);
  if (isLive(stack)) world.put('stack_name', nameKey(stack, stack.name), { id: stack.id });
  else world.remove('stack_name', nameKey(stack, stack.name));
  if (stack.operation) world.put('stack_running', stack.id, { id: stack.id });
  else world.remove('stack_running', stack.id);
}

/** By name: live stacks only; by id: deleted ones too. */
export function findStack(world: World, nameOrId: string, place: Place): Stack | undefined {
  const id = nameOrId.startsWith('arn:')
    ? nameOrId
    : world.get<{ id: string }>('stack_name', nameKey(place, nameOrId))?.id;
  const stack = id === undefined ? undefined : world.get<Stack>('stack', id);
  return stack && isIn(place)(stack) ? stack : undefined;
}

export function requireStack(world: World, nameOrId: string | undefined, place: Place): Stack {
  const stack = findStack(world, nameOrId ?? '', place);
  if (!stack) throw new SandboxFault('ValidationError', `Stack with id ${nameOrId} does not exist`);
  return stack;
}

/** Deleted ones too, oldest first. */
export const stacksIn = (world: World, place: Place): Stack[] => world.list<Stack>('stack').filter(isIn(place));

export function record(
  world: World,
  stack: Stack,
  what: Pick<StackEvent, 'logicalId' | 'physicalId' | 'type' | 'status' | 'properties'> & {
    reason?: string | undefined;
  },
): void {
  const { reason, ...rest } = what;
  const event: StackEvent = {
    ...rest,
    id: world.newId(`${what.logicalId}-${what.status}-`),
    at: world.now(),
    ...(reason === undefined ? {} : { reason }),
    ...(stack.operation?.token === undefined ? {} : { token: stack.operation.token }),
  };
  world.put(`stack_event:${stack.id}`, event.id, event);
}

export function setStatus(world: World, stack: Stack, status: string, reason?: string): void {
  stack.status = status;
  if (reason === undefined) delete stack.statusReason;
  else stack.statusReason = reason;
  record(world, stack, { logicalId: stack.name, physicalId: stack.id, type: NESTED, status, reason });
}
