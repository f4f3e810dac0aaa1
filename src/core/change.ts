/** A change: a proposed plan with its judgement, approvals and outcome. Its state is the fold of its events. */

import { z } from 'zod';
import { digestOf } from './digest.ts';
import { environmentSchema } from './environment.ts';
import { targetSchema } from './plan.ts';
import { goalSchema, judgementSchema } from './verdict.ts';

export const CHANGE_STATES = [
  'denied',
  'pending',
  'approved',
  'executing',
  'succeeded',
  'failed',
  'rolled_back',
  'unknown',
  'rejected',
  'expired',
  'stale',
  'withdrawn',
  'closed',
] as const;
export type ChangeState = (typeof CHANGE_STATES)[number];

/** From the last approval, or from the proposal when no seat is needed. */
export const EXECUTE_WITHIN_SECONDS = 3600;

/** The body of `change.proposed`: what everything later refers to. */
export const proposalSchema = z.strictObject({
  id: z.string(),
  planId: z.string(),
  planDigest: z.string(),
  /** Digest of the stored plan document. */
  planDocument: z.string(),
  target: targetSchema,
  sponsor: z.string().nullable(),
  /** The MCP client's own name, as it claims. */
  agent: z.string().nullable(),
  goal: goalSchema,
  /** The agent's words, made visible; always shown as the agent's. */
  reason: z.string(),
  ticket: z.string().nullable(),
  judgement: judgementSchema,
  /** What it does, summed, so that budgets need not open the plan. */
  sums: z.strictObject({
    updated: z.number().int(),
    created: z.number().int(),
    lost: z.number().int(),
    /** Names of what is lost. */
    losses: z.array(z.string()),
    /** Resources that the target had before. */
    sizeBefore: z.number().int(),
  }),
  /** People who can never fill a seat of this change: the sponsor and whoever maps to the server's own user. */
  excluded: z.array(z.string()),
  environment: environmentSchema,
  proposedAt: z.string(),
  approveBy: z.string(),
  /** Consumed at execution, once. */
  nonce: z.string(),
  /** Assurance that was proven when this was proposed. */
  assurance: z.string(),
  /** Of the policy in force then. Absent in ledgers of older versions. */
  policyDigest: z.string().optional(),
});
export type Proposal = z.infer<typeof proposalSchema>;

/** What people sign, next to the readable summary. */
export function changeDigest(proposal: Proposal): string {
  const { id, planDigest, sponsor, goal, reason, judgement, approveBy, nonce } = proposal;
  return digestOf({
    id,
    planDigest,
    sponsor,
    goal,
    reason,
    seats: { count: judgement.seats, roles: judgement.roles },
    approveBy,
    nonce,
  });
}

export const approvalSchema = z.strictObject({
  decision: z.enum(['approve', 'reject']),
  person: z.string(),
  keyFingerprint: z.string(),
  roles: z.array(z.string()),
  /** The signed bytes and the armored signature, so that anyone can verify them again. */
  statement: z.string(),
  signature: z.string(),
  /** Of a security key, which was touched: did it also verify its user (PIN, finger)? Absent: not a security key. */
  userVerified: z.boolean().optional(),
  /** Of the policy in force then. Absent in ledgers of older versions. */
  policyDigest: z.string().optional(),
});
export type Approval = z.infer<typeof approvalSchema>;

export const outcomeSchema = z.strictObject({
  state: z.enum(['succeeded', 'failed', 'rolled_back', 'unknown']),
  detail: z.string(),
  /** `confined`: under an executor role with a policy cut from the calls; `unconfined`: the caller's own rights. */
  credentials: z.enum(['confined', 'unconfined']),
  calls: z.array(
    z.strictObject({
      step: z.string(),
      operation: z.string(),
      outcome: z.enum(['done', 'failed', 'unknown']),
    }),
  ),
});
export type Outcome = z.infer<typeof outcomeSchema>;

export interface Change extends Proposal {
  digest: string;
  state: ChangeState;
  approvals: (Approval & { at: string; seq: number })[];
  /** Why it is stale, rejected, withdrawn or denied. */
  explanation: string | null;
  executeBy: string | null;
  startedAt: string | null;
  /** While it executes: the newest that is recorded of it, and of which call. */
  last: { at: string; kind: string; call: string | null } | null;
  /** It is executing, and nobody is at it any more for all that is recorded: what AWS did is not known. */
  abandoned: boolean;
  outcome: Outcome | null;
  /** The ledger position of its newest event: `since` of describe_change. */
  version: number;
}

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
  const proposal = proposalSchema.parse(proposed.body);
  const denied = proposal.judgement.decision === 'denied' || proposal.judgement.decision === 'plan_only';
  const change: Change = {
    ...proposal,
    digest: changeDigest(proposal),
    state: denied ? 'denied' : 'pending',
    approvals: [],
    explanation: denied ? 'refused by the guards when it was proposed' : null,
    executeBy: null,
    startedAt: null,
    last: null,
    abandoned: false,
    outcome: null,
    version: proposed.seq,
  };
  if (change.state === 'pending' && isFilled(proposal, [])) approve(change, proposal.proposedAt);
  for (const event of events) apply(change, event, isFilled);
  return change.last ? { ...change, ...presence(change.last, now) } : expire(change, now);
}

function approve(change: Change, at: string): void {
  change.state = 'approved';
  change.executeBy = new Date(Date.parse(at) + EXECUTE_WITHIN_SECONDS * 1000).toISOString();
}

function apply(change: Change, event: ChangeEvent, isFilled: (p: Proposal, a: Approval[]) => boolean): void {
  change.version = event.seq;
  const body = event.body as Record<string, unknown>;
  switch (event.kind) {
    case 'change.approved':
      change.approvals.push({ ...approvalSchema.parse(body), at: event.at, seq: event.seq });
      if (change.state === 'pending' && isFilled(change, change.approvals)) approve(change, event.at);
      break;
    case 'change.rejected': {
      const rejection = approvalSchema.parse(body);
      change.state = 'rejected';
      change.explanation = `rejected by ${rejection.person}`;
      break;
    }
    case 'change.withdrawn':
    case 'change.stale':
    case 'change.closed':
      change.state = event.kind.slice('change.'.length) as ChangeState;
      change.explanation = String(body.why ?? '');
      break;
    case 'change.executing':
      change.state = 'executing';
      change.startedAt = event.at;
      break;
    case 'change.finished':
      change.outcome = outcomeSchema.parse(body.outcome);
      change.state = change.outcome.state;
      break;
  }
  const call = typeof body.operation === 'string' ? body.operation : (change.last?.call ?? null);
  change.last = change.state === 'executing' ? { at: event.at, kind: event.kind, call } : null;
}

/** A call is answered, or found without an answer, in much less; what it began can be silent for long. */
const UNANSWERED_MINUTES = 2;
const SILENT_MINUTES = 30;

/** What is known of an execution whose end is not recorded. A killed executor leaves no other trace than silence. */
function presence({ at, kind, call }: NonNullable<Change['last']>, now: Date) {
  const began = kind === 'call.intended';
  const silent = kind === 'call.returned' || kind === 'change.progress';
  const abandoned = now.getTime() - Date.parse(at) > (silent ? SILENT_MINUTES : UNANSWERED_MINUTES) * 60_000;
  const what = began
    ? `${call} was begun at ${at}, and its outcome was not recorded`
    : silent
      ? `${call} was accepted, and the last of it is recorded at ${at}`
      : `nothing was begun until ${at}`;
  const who = began
    ? '; the executor ended in between, and what AWS did is not known'
    : '; its executor may have ended';
  return { abandoned, explanation: abandoned ? what + who : what };
}

/** Two clocks: to approve, and from the last approval to execute. */
function expire(change: Change, now: Date): Change {
  if (change.state === 'pending' && now.getTime() > Date.parse(change.approveBy)) {
    return { ...change, state: 'expired', explanation: `nobody filled its seats before ${change.approveBy}` };
  }
  if (change.state === 'approved' && change.executeBy && now.getTime() > Date.parse(change.executeBy)) {
    return {
      ...change,
      state: 'expired',
      explanation: `it was approved and not executed before ${change.executeBy}`,
    };
  }
  return change;
}
