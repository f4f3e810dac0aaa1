/** The state of a change is the fold of its events. */
import { z } from 'zod';
import {
  type Approval,
  brokenGlassOf,
  type Change,
  changeDigest,
  EXECUTE_WITHIN_SECONDS,
  type Proposal,
} from './change.ts';
import { differencesIn, outcomeIn, rightsIn } from './ended.ts';
import { bodyOf } from './events.ts';
import { absoluteTime } from './instant.ts';

export interface ChangeEvent {
  seq: number;
  at: string;
  kind: string;
  body: unknown;
}

/**
 * The change as of `now`, from its events in order. `isFilled` says whether the approvals so far fill its seats
 * (approvals/seats owns that rule).
 *
 * @returns undefined when there is no `change.proposed` among the events.
 */
export function foldChange(
  events: readonly ChangeEvent[],
  now: Date,
  isFilled: (proposal: Proposal, approvals: Approval[]) => boolean,
): Change | undefined {
  const proposed = events.find((event) => event.kind === 'change.proposed');
  if (!proposed) return undefined;
  const proposal = bodyOf('change.proposed', proposed);
  const denied = proposal.judgement.decision === 'denied' || proposal.judgement.decision === 'plan_only';
  const change: Change = {
    ...proposal,
    digest: changeDigest(proposal),
    state: denied ? 'denied' : 'pending',
    approvals: [],
    explanation: denied ? 'refused by the guards when it was proposed' : null,
    executeBy: null,
    executeFrom: null,
    startedAt: null,
    last: null,
    abandoned: false,
    rights: null,
    outcome: null,
    differs: [],
    version: proposed.seq,
  };
  if (change.state === 'pending' && isFilled(proposal, [])) approve(change, proposal.proposedAt);
  for (const event of events) apply(change, event, isFilled);
  return change.last ? { ...change, ...presence(change.last, now) } : expire(change, now);
}

function approve(change: Change, at: string): void {
  change.state = 'approved';
  const from = Math.max(Date.parse(at), ...change.approvals.map((one) => waitsUntil(change, one)));
  const glass = brokenGlassOf(change);
  if (change.onePerson && change.approvals.length > 0 && !glass) change.executeFrom = new Date(from).toISOString();
  const by = from + EXECUTE_WITHIN_SECONDS * 1000;
  change.executeBy = new Date(glass ? Math.min(by, Date.parse(glass.brokenGlass.until)) : by).toISOString();
}

/** SECURITY: never earlier than the wait after the signature, whatever was recorded. */
const waitsUntil = ({ onePerson }: Change, { at, executeFrom, brokenGlass }: Change['approvals'][number]): number =>
  onePerson && !brokenGlass
    ? Math.max(Date.parse(at) + onePerson.waitSeconds * 1000, Date.parse(executeFrom ?? at))
    : 0;

function apply(change: Change, event: ChangeEvent, isFilled: (p: Proposal, a: Approval[]) => boolean): void {
  change.version = event.seq;
  switch (event.kind) {
    case 'change.approved':
      change.approvals.push({ ...bodyOf(event.kind, event), at: event.at, seq: event.seq });
      if (change.state === 'pending' && isFilled(change, change.approvals)) approve(change, event.at);
      break;
    case 'change.rejected':
      change.state = 'rejected';
      change.explanation = rejection(bodyOf(event.kind, event));
      break;
    case 'change.withdrawn':
    case 'change.stale':
    case 'change.closed':
      change.state = ENDED[event.kind];
      change.explanation = bodyOf(event.kind, event).why;
      break;
    case 'change.executing':
      change.state = 'executing';
      change.startedAt = event.at;
      change.rights = rightsIn(event);
      break;
    case 'change.finished':
      change.outcome = outcomeIn(event);
      change.rights = rightsIn(event) ?? change.rights;
      change.differs = differencesIn(event);
      change.state = change.outcome.state;
      break;
  }
  const call = callSchema.safeParse(event.body).data?.operation ?? change.last?.call ?? null;
  change.last = change.state === 'executing' ? { at: event.at, kind: event.kind, call } : null;
}

const reasonSchema = z.object({ reason: z.string() });
/** In the words that were signed: nothing beside the statement says why. */
function rejection({ person, statement }: Approval): string {
  const said = reasonSchema.safeParse(jsonIn(statement)).data;
  return said ? `rejected by ${person}, who wrote: ${said.reason}` : `rejected by ${person}`;
}

function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const ENDED = { 'change.withdrawn': 'withdrawn', 'change.stale': 'stale', 'change.closed': 'closed' } as const;
/** Whatever is said of a call names it. */
const callSchema = z.object({ operation: z.string() });

/** A call is answered, or found without an answer, in much less; what it began can be silent for long. */
const UNANSWERED_MINUTES = 2;
const SILENT_MINUTES = 30;

/** What is known of an execution whose end is not recorded. A killed executor leaves no other trace than silence. */
function presence({ at, kind, call }: NonNullable<Change['last']>, now: Date) {
  const began = kind === 'call.intended';
  const silent = kind === 'call.returned' || kind === 'change.progress';
  const abandoned = now.getTime() - Date.parse(at) > (silent ? SILENT_MINUTES : UNANSWERED_MINUTES) * 60_000;
  const what = began
    ? `${call} was sent at ${absoluteTime(at)}; no outcome was recorded`
    : silent
      ? `${call} was accepted; its last progress was recorded at ${absoluteTime(at)}`
      : `no call had been sent at ${absoluteTime(at)}`;
  const who = began
    ? '. The executor may have stopped, so the result in the cloud is not known'
    : '. The executor may have stopped';
  return { abandoned, explanation: abandoned ? what + who : what };
}

/** Two clocks: to approve, and from the last approval to execute. */
function expire(change: Change, now: Date): Change {
  if (change.state === 'pending' && now.getTime() > Date.parse(change.approveBy)) {
    return {
      ...change,
      state: 'expired',
      explanation: `it did not get enough approvals before ${absoluteTime(change.approveBy)}`,
    };
  }
  if (change.state === 'approved' && change.executeBy && now.getTime() > Date.parse(change.executeBy)) {
    return {
      ...change,
      state: 'expired',
      explanation: `it was approved, but not executed before ${absoluteTime(change.executeBy)}`,
    };
  }
  return change;
}
