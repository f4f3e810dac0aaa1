/**
 * Follows what a call began on a stack, to its end.
 *
 * INVARIANT: the state that the stack had before is never taken for the outcome. What tells is an event that carries
 * the call's own token, the change set's execution status, or (of calls that have neither) a state that the signed
 * plan did not see. Where none of them is to be had, the outcome is unknown.
 */
import type { CloudFormationClient, StackEvent } from '@aws-sdk/client-cloudformation';
import type { Call } from '../../core/call.ts';
import type { Plan } from '../../core/plan.ts';
import type { Followed, Seen } from '../../core/ports.ts';
import { asCountersignError, isLasting } from './errors.ts';
import type { Observed } from './observed.ts';
import { allPages } from './paging.ts';
import { eventsOfCall, lineOf, nestedEvents, type OwnEvent, rootCause } from './stack-events.ts';

/** Stack states in which a call has done what it was for. Any other end is a failure or a way back. */
const DONE: Record<string, RegExp> = {
  ExecuteChangeSet: /^(?:UPDATE|CREATE)_COMPLETE$/,
  DeleteStack: /^DELETE_COMPLETE$/,
  ContinueUpdateRollback: /^UPDATE_ROLLBACK_COMPLETE$/,
  CancelUpdateStack: /^UPDATE_ROLLBACK_COMPLETE$/,
  RollbackStack: /^(?:UPDATE_)?ROLLBACK_COMPLETE$/,
};
const UNREAD = 'UNKNOWN';
const IN_PROGRESS = /_IN_PROGRESS$/;
/** Events come at once as a rule; so often they are looked at alone. */
const LOOKS_AT_EVENTS_ALONE = 8;
/** So long the stack may be at rest without a sign of what was begun. */
const PATIENCE_MILLISECONDS = 180_000;

interface End {
  status: string;
  reason: string;
}

export async function followStack(
  client: CloudFormationClient,
  plan: Plan,
  onEvent: (text: string) => void,
  patienceMilliseconds = PATIENCE_MILLISECONDS,
): Promise<Followed> {
  const call = plan.calls.at(-1)!;
  const newEvents = eventsOfCall(client, call);
  const all: OwnEvent[] = [];
  let [atRestMilliseconds, blindMilliseconds] = [0, 0];
  for (let look = 1, pause = 200; ; look += 1, pause = Math.min(5_000, pause * 1.3)) {
    try {
      const fresh = await newEvents();
      all.push(...fresh);
      for (const one of fresh) onEvent(lineOf(one));
      const end = fresh.map(({ event }) => endIn(event, call)).find((found) => found !== undefined);
      if (end) return outcomeOf(call, end, all);
      if (look > LOOKS_AT_EVENTS_ALONE) {
        const now = await stackNow(client, call);
        const certain = await endWithoutEvents(client, plan, now);
        if (certain) return outcomeOf(call, certain, all);
        const isAtRest = fresh.length === 0 && !IN_PROGRESS.test(now.status);
        atRestMilliseconds = isAtRest ? atRestMilliseconds + pause : 0;
        if (atRestMilliseconds > patienceMilliseconds)
          return {
            state: 'unknown',
            detail: `${call.operation} was accepted, but its outcome cannot be determined: the stack is ${now.status}.`,
          };
      }
      blindMilliseconds = 0;
    } catch (error) {
      blindMilliseconds += pause;
      if (isLasting(error) || blindMilliseconds > patienceMilliseconds) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, pause));
  }
}

/**
 * One look, for what tells of this very call: its events, and the change set's own execution status. Both show whatever
 * was done before; the state of the stack does not.
 *
 * @param since by AWS's clock: when the call was signed. Every event from then on is looked at.
 */
export async function lookBackAtStack(client: CloudFormationClient, plan: Plan, since: Date): Promise<Seen> {
  const call = plan.calls.at(-1)!;
  const own = await ownEvents(client, call, since);
  const end = own.map(({ event }) => endIn(event, call)).find((found) => found !== undefined);
  if (end) return seenOf(outcomeOf(call, end, [...own, ...(await insideOf(client, own))]));
  const now = await stackNow(client, call);
  const newest = own.at(-1);
  if (newest)
    return { detail: `the call was carried out; its newest event is ${lineOf(newest)}; the stack is ${now.status}` };
  const status = call.operation === 'ExecuteChangeSet' ? await executionStatus(client, call) : undefined;
  if (status === 'EXECUTE_COMPLETE' || status === 'EXECUTE_FAILED') {
    const state =
      status === 'EXECUTE_COMPLETE' ? 'succeeded' : /ROLLBACK_COMPLETE/.test(now.status) ? 'rolled_back' : 'failed';
    return seenOf({ state, detail: `the change set is ${status}, the stack is ${now.status}` });
  }
  if (status === 'EXECUTE_IN_PROGRESS' || call.input.ClientRequestToken === undefined)
    return { detail: `its outcome cannot be determined: the stack is ${now.status}, and no event carries its token` };
  const why = status === 'AVAILABLE' ? 'the change set has not been executed' : 'no event carries its token';
  return {
    detail: `the call was not carried out: ${why}`,
    ended: { call: 'failed', state: 'failed' },
  };
}

const seenOf = ({ state, detail }: Followed): Seen =>
  state === 'unknown' ? { detail } : { detail, ended: { call: 'done', state } };

async function insideOf(client: CloudFormationClient, own: readonly OwnEvent[]): Promise<OwnEvent[]> {
  const nested = nestedEvents(client);
  own.forEach(nested.note);
  return nested.fresh();
}

/** Was a call with this token carried out, a moment ago? */
export async function hasEvents(client: CloudFormationClient, call: Call): Promise<boolean> {
  return (await ownEvents(client, call, new Date())).length > 0;
}

/** Clocks of two machines. */
const SKEW_MILLISECONDS = 15 * 60_000;

/** Events of this call on the stack itself, oldest first, whatever happened on it since. */
async function ownEvents(client: CloudFormationClient, call: Call, since: Date): Promise<OwnEvent[]> {
  const { paginateDescribeStackEvents } = await import('@aws-sdk/client-cloudformation');
  const own: StackEvent[] = [];
  for await (const { StackEvents: events = [] } of allPages(
    paginateDescribeStackEvents({ client }, { StackName: stackOf(call) }),
  )) {
    own.push(...events.filter((event) => event.ClientRequestToken === String(call.input.ClientRequestToken)));
    const oldest = events.at(-1)?.Timestamp?.getTime();
    if (oldest !== undefined && oldest < since.getTime() - SKEW_MILLISECONDS) break;
  }
  return own.reverse().map((event) => ({ event, path: '' }));
}

async function executionStatus(client: CloudFormationClient, call: Call): Promise<string | undefined> {
  const { DescribeChangeSetCommand } = await import('@aws-sdk/client-cloudformation');
  const asked = { ChangeSetName: String(call.input.ChangeSetName), StackName: stackOf(call) };
  try {
    return (await client.send(new DescribeChangeSetCommand(asked))).ExecutionStatus;
  } catch (error) {
    if (asCountersignError(error).code === 'AWS_NOT_FOUND') return undefined;
    throw error;
  }
}

const stackOf = ({ input }: Call) => String(input.StackName);
/** The stack's own last event. */
function endIn(event: StackEvent, call: Call): End | undefined {
  const { PhysicalResourceId, ResourceStatus = '', ResourceStatusReason = '' } = event;
  if (PhysicalResourceId !== event.StackId || event.StackId !== stackOf(call) || IN_PROGRESS.test(ResourceStatus))
    return undefined;
  return { status: ResourceStatus, reason: ResourceStatusReason };
}

async function stackNow(client: CloudFormationClient, call: Call): Promise<End> {
  const { DescribeStacksCommand } = await import('@aws-sdk/client-cloudformation');
  const { Stacks: [stack] = [] } = await client.send(new DescribeStacksCommand({ StackName: stackOf(call) }));
  return { status: stack?.StackStatus ?? UNREAD, reason: stack?.StackStatusReason ?? '' };
}

/** How it ended, when that is certain without an event. */
async function endWithoutEvents(client: CloudFormationClient, plan: Plan, now: End): Promise<End | undefined> {
  const call = plan.calls.at(-1)!;
  if (IN_PROGRESS.test(now.status) || now.status === UNREAD) return undefined;
  if (call.operation !== 'ExecuteChangeSet')
    return now.status === (plan.observed as Partial<Observed>).stack?.status ? undefined : now;
  const status = await executionStatus(client, call);
  // The stack was read before: where the two do not say the same, one of them is of an earlier moment.
  const isDone = DONE.ExecuteChangeSet!.test(now.status);
  return status === (isDone ? 'EXECUTE_COMPLETE' : 'EXECUTE_FAILED') ? now : undefined;
}

/** What failed first, and for no other failure's sake, is the cause. */
function outcomeOf({ operation }: Call, { status, reason }: End, events: readonly OwnEvent[]): Followed {
  if (DONE[operation]?.test(status)) return { state: 'succeeded', detail: status };
  const detail = `${status} ${rootCause(events) ?? reason}`.trim();
  return { state: /ROLLBACK_COMPLETE/.test(status) ? 'rolled_back' : 'failed', detail };
}
