/** DescribeEvents: a stack's events by operation, with what failed told apart. */
import { derivedId } from '../ec2/model.ts';
import { type Operation, pageOf, SandboxFault } from '../service.ts';
import type { World } from '../world.ts';
import { requireChangeSet, statusOf } from './change-set-views.ts';
import { type ChangeSet, type Place, requireStack, type Stack, type StackEvent } from './model.ts';

const PAGE = 100;
/** The stack's own statuses that begin an operation. */
const BEGINNINGS: [status: string, type: string][] = [
  ['CREATE_IN_PROGRESS', 'CREATE_STACK'],
  ['UPDATE_IN_PROGRESS', 'UPDATE_STACK'],
  ['DELETE_IN_PROGRESS', 'DELETE_STACK'],
  ['UPDATE_ROLLBACK_IN_PROGRESS', 'ROLLBACK'],
  ['ROLLBACK_IN_PROGRESS', 'ROLLBACK'],
];
const isFailure = ({ status }: StackEvent) => status.endsWith('_FAILED');

function showEvents(world: World, stack: Stack) {
  let operation = { OperationId: derivedId('', stack.id), OperationType: undefined as string | undefined };
  return world.list<StackEvent>(`stack_event:${stack.id}`).map((event) => {
    const isStack = event.physicalId === stack.id;
    const begun = isStack ? BEGINNINGS.find(([status]) => status === event.status)?.[1] : undefined;
    if (begun !== undefined) operation = { OperationId: derivedId('', event.id), OperationType: begun };
    return {
      EventId: event.id,
      StackId: stack.id,
      ...operation,
      ...(isStack
        ? {
            OperationStatus: /IN_PROGRESS$/.test(event.status)
              ? 'IN_PROGRESS'
              : isFailure(event)
                ? 'FAILED'
                : 'SUCCEEDED',
          }
        : {}),
      EventType: isStack ? 'STACK_EVENT' : isFailure(event) ? 'PROVISIONING_ERROR' : 'PROGRESS_EVENT',
      LogicalResourceId: event.logicalId,
      PhysicalResourceId: event.physicalId || undefined,
      ResourceType: event.type,
      ResourceStatus: event.status,
      ResourceStatusReason: event.reason,
      ClientRequestToken: event.token,
      Timestamp: new Date(event.at),
    };
  });
}

/** One event of the set's own operation: a set that failed says why. */
function ofChangeSet(world: World, set: ChangeSet) {
  const { status } = statusOf(world, set);
  const OperationStatus = status === 'FAILED' ? 'FAILED' : status === 'CREATE_COMPLETE' ? 'SUCCEEDED' : 'IN_PROGRESS';
  return {
    EventId: derivedId('', set.id),
    StackId: set.stackId,
    OperationId: derivedId('', set.id),
    OperationType: 'CREATE_CHANGESET',
    OperationStatus,
    EventType: 'STACK_EVENT',
    ResourceStatusReason: set.statusReason,
    Timestamp: new Date(set.readyAt),
  };
}

function eventsFor(world: World, input: { ChangeSetName?: string; StackName?: string }, place: Place) {
  const { ChangeSetName, StackName } = input;
  if (ChangeSetName !== undefined) {
    const named = StackName === undefined ? { ChangeSetName } : { ChangeSetName, StackName };
    return [ofChangeSet(world, requireChangeSet(world, named, place))];
  }
  if (StackName === undefined)
    throw new SandboxFault('ValidationError', 'StackName or ChangeSetName must be specified.');
  return showEvents(world, requireStack(world, StackName, place)).reverse();
}

export const eventOperations: Record<string, Operation> = {
  DescribeEvents(world, input, caller) {
    const found = eventsFor(world, input, caller).filter(
      ({ OperationId, EventType, OperationStatus }) =>
        (input.OperationId === undefined || input.OperationId === OperationId) &&
        (input.Filters?.FailedEvents !== true || EventType.endsWith('_ERROR') || OperationStatus === 'FAILED'),
    );
    const { page, next } = pageOf(found, input.NextToken, PAGE);
    return { OperationEvents: page, NextToken: next };
  },
};
