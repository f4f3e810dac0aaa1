/**
 * The events of one operation on a stack and its nested stacks, and which of them is the cause of a failure.
 *
 * Of the stack itself only events with the call's own token count. A nested stack has no token that is promised: what
 * happens on it after the operation's first event belongs to the operation, since nobody else can change it meanwhile.
 */
import type { CloudFormationClient, StackEvent } from '@aws-sdk/client-cloudformation';
import type { Call } from '../../core/call.ts';
import { allPages } from './paging.ts';

/** `path`: of the nested stack that it is of (`Database/`); empty: the stack itself. */
export interface OwnEvent {
  event: StackEvent;
  path: string;
}

const NESTED = 'AWS::CloudFormation::Stack';
const IN_PROGRESS = /_IN_PROGRESS$/;
const isOfStackItself = ({ PhysicalResourceId, StackId }: StackEvent) => PhysicalResourceId === StackId;

interface Nested {
  path: string;
  seen: Set<string>;
  /** Read on while it runs, and once more when its end was seen. */
  isOpen: boolean;
}

/** Nested stacks, met in the events that are noted. A look that fails at one of them tells nothing of it. */
export function nestedEvents(client: CloudFormationClient) {
  const nested = new Map<string, Nested>();
  let begunAt = Number.POSITIVE_INFINITY;

  function note({ event, path }: OwnEvent): void {
    const { ResourceType, PhysicalResourceId: id = '', LogicalResourceId, ResourceStatus = '', Timestamp } = event;
    begunAt = Math.min(begunAt, Timestamp?.getTime() ?? begunAt);
    if (ResourceType !== NESTED || id === '' || isOfStackItself(event)) return;
    const known = nested.get(id);
    if (known) known.isOpen ||= IN_PROGRESS.test(ResourceStatus);
    else nested.set(id, { path: `${path}${LogicalResourceId}/`, seen: new Set(), isOpen: true });
  }

  return {
    note,
    /** @returns what is new since the last look, oldest first of each stack. */
    async fresh(): Promise<OwnEvent[]> {
      const found: OwnEvent[] = [];
      // Those that a nested stack names are appended, and so met in the same walk.
      for (const [id, one] of nested) {
        if (!one.isOpen) continue;
        const isNew = ({ Timestamp, EventId = '' }: StackEvent) =>
          (Timestamp?.getTime() ?? 0) >= begunAt && !one.seen.has(EventId);
        const inside = await newestEvents(client, id, isNew).catch((): StackEvent[] => []);
        for (const event of inside) {
          one.seen.add(event.EventId ?? '');
          note({ event, path: one.path });
          found.push({ event, path: one.path });
        }
        one.isOpen = !inside.some((event) => isOfStackItself(event) && !IN_PROGRESS.test(event.ResourceStatus ?? ''));
      }
      return found;
    },
  };
}

/** @returns what is new since the last look, oldest first of each stack. */
export function eventsOfCall(client: CloudFormationClient, { input }: Call): () => Promise<OwnEvent[]> {
  const nested = nestedEvents(client);
  const seen = new Set<string>();
  return async () => {
    const own = await newestEvents(
      client,
      String(input.StackName),
      ({ ClientRequestToken, EventId = '' }) =>
        ClientRequestToken === String(input.ClientRequestToken) && !seen.has(EventId),
    );
    const found = own.map((event): OwnEvent => ({ event, path: '' }));
    for (const one of found) {
      seen.add(one.event.EventId ?? '');
      nested.note(one);
    }
    return [...found, ...(await nested.fresh())];
  };
}

/** Newest first, back to the first that is not wanted: pages are read no further. @returns oldest first. */
async function newestEvents(
  client: CloudFormationClient,
  StackName: string,
  isWanted: (event: StackEvent) => boolean,
): Promise<StackEvent[]> {
  const { paginateDescribeStackEvents } = await import('@aws-sdk/client-cloudformation');
  const found: StackEvent[] = [];
  for await (const { StackEvents: events = [] } of allPages(paginateDescribeStackEvents({ client }, { StackName }))) {
    const wanted = events.filter(isWanted);
    found.push(...wanted);
    if (wanted.length < events.length) break;
  }
  return found.reverse();
}

export const lineOf = ({ event, path }: OwnEvent): string =>
  `${event.ResourceStatus} ${path}${event.LogicalResourceId} ${event.ResourceStatusReason ?? ''}`.trim();

/** What failed only since something else did: said by CloudFormation of resources, of stacks, of what holds a stack. */
const CONSEQUENCES = [
  /^(?:Resource|Stack) (?:creation|update|deletion|import) cancell?ed/i,
  /^The following resource\(s\) failed to (?:create|update|delete|import)/i,
  /\bEmbedded stack \S+ was not successfully (?:created|updated|deleted)/i,
];
const isConsequence = ({ event }: OwnEvent): boolean =>
  CONSEQUENCES.some((pattern) => pattern.test(event.ResourceStatusReason ?? ''));
const isFailure = ({ event }: OwnEvent): boolean => /_FAILED$/.test(event.ResourceStatus ?? '');
const at = ({ event }: OwnEvent) => event.Timestamp?.getTime() ?? Number.POSITIVE_INFINITY;

/** The earliest failure that has no other failure for its reason; without one, the earliest of all. */
export function rootCause(events: readonly OwnEvent[]): string | undefined {
  const failures = events.filter(isFailure).sort((a, b) => at(a) - at(b));
  const cause =
    failures.find((one) => !isConsequence(one) && !isOfStackItself(one.event)) ??
    failures.find((one) => !isOfStackItself(one.event)) ??
    failures[0];
  return cause && lineOf(cause);
}
