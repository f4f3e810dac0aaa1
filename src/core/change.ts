/** A change: a proposed plan with its judgement, approvals and outcome. Its state is the fold of its events (lifecycle). */

import { z } from 'zod';
import type { ChangeState } from './change-states.ts';
import { counted } from './counted.ts';
import { digestOf } from './digest.ts';
import { environmentSchema } from './environment-schema.ts';
import { absoluteTime } from './instant.ts';
import { documentDigest } from './named-documents.ts';
import { targetSchema } from './plan.ts';
import { PROOFS, provenSchema } from './proof.ts';
import { type Rights, rightsSchema } from './rights.ts';
import { goalSchema, judgementSchema } from './verdict.ts';

/** From the last approval, or from the proposal when no seat is needed. */
export const EXECUTE_WITHIN_SECONDS = 3600;

/** The body of `change.proposed`: what everything later refers to. */
export const proposalSchema = z.strictObject({
  id: z.string(),
  planId: z.string(),
  planDigest: z.string(),
  planDocument: documentDigest('plan'),
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
  /** Solo mode: this person, the sponsor too, gives all approvals alone, and then the change waits. */
  onePerson: z.strictObject({ person: z.string(), waitSeconds: z.int() }).optional(),
  /** The least that an approval must prove. Absent: that a key of the person signed, in software too. */
  proof: z.enum(PROOFS).optional(),
  /** Assurance that was proven when this was proposed. */
  assurance: z.string(),
  /** As whom its sponsor signed in: of a token of the identity provider, which was checked. Absent: over no token. */
  signedInAs: z.string().optional(),
  /** Of the policy in force then. Absent in ledgers of older versions. */
  policyDigest: z.string().optional(),
});
export type Proposal = z.infer<typeof proposalSchema>;
export type OnePerson = NonNullable<Proposal['onePerson']>;

/** What people sign, next to the readable summary. */
export function changeDigest(proposal: Proposal): string {
  const { id, planDigest, sponsor, goal, reason, judgement, approveBy, nonce, proof, onePerson } = proposal;
  return digestOf({
    id,
    planDigest,
    sponsor,
    goal,
    reason,
    seats: { count: judgement.seats, roles: judgement.roles },
    approveBy,
    nonce,
    proof,
    onePerson,
  });
}

const IN_STATE: Record<ChangeState, string> = {
  denied: 'was denied',
  pending: 'is waiting for approvals',
  approved: 'is approved',
  executing: 'is executing',
  succeeded: 'has succeeded',
  failed: 'has failed',
  rolled_back: 'was rolled back',
  unknown: 'has an unknown outcome',
  rejected: 'was rejected',
  expired: 'has expired',
  stale: 'is stale',
  withdrawn: 'was withdrawn',
  closed: 'was closed',
};
/** `The change has expired`, without a full stop. */
export const stateSentence = (state: ChangeState): string => `The change ${IN_STATE[state]}`;

export const approvalSchema = z.strictObject({
  decision: z.enum(['approve', 'reject']),
  person: z.string(),
  keyFingerprint: z.string(),
  roles: z.array(z.string()),
  /** The signed bytes and the armored signature, so that anyone can verify them again. */
  statement: z.string(),
  signature: z.string(),
  /** By a break-glass key: it gives all approvals alone, until then. `opened`: the position of the opening. */
  brokenGlass: z.strictObject({ opened: z.int(), until: z.iso.datetime() }).optional(),
  /** In solo mode: not before this time, by every clock that was known when it was signed. */
  executeFrom: z.iso.datetime().optional(),
  ...provenSchema,
  /** Of the policy in force then. Absent in ledgers of older versions. */
  policyDigest: z.string().optional(),
});
export type Approval = z.infer<typeof approvalSchema>;

export const outcomeSchema = z.strictObject({
  state: z.enum(['succeeded', 'failed', 'rolled_back', 'unknown']),
  detail: z.string(),
  credentials: rightsSchema.shape.credentials,
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
  /** `isVoid`: while it is open, of a key that the policy of now does not list. */
  approvals: (Approval & { at: string; seq: number; isVoid?: true })[];
  /** Why it is stale, rejected, withdrawn or denied. */
  explanation: string | null;
  executeBy: string | null;
  /** In solo mode, once it is approved: it waits until then. */
  executeFrom: string | null;
  startedAt: string | null;
  /** While it executes: the newest that is recorded of it, and of which call. */
  last: { at: string; kind: string; call: string | null } | null;
  /** It is executing, and nobody is at it any more for all that is recorded: what the cloud did is not known. */
  abandoned: boolean;
  /** Under which its calls leave, once it executes. */
  rights: Rights | null;
  outcome: Outcome | null;
  /** Once it succeeded: where the live state is not what was signed. */
  differs: string[];
  /** The ledger position of its newest event: `since` of describe_change. */
  version: number;
}

/** A key that the adopted policy no longer lists for its person counts for nothing. */
export interface SignersNow {
  digest: string;
  isListed(approval: Approval): boolean;
}

/** The approval by a break-glass key, if one gave them all. */
export const brokenGlassOf = ({ approvals }: Pick<Change, 'approvals'>) =>
  approvals.find(
    (one): one is typeof one & { brokenGlass: NonNullable<Approval['brokenGlass']> } =>
      one.brokenGlass !== undefined && one.decision === 'approve' && !one.isVoid,
  );

/**
 * Solo mode is a rule of the policy of now as well as of the one that the change was proposed under.
 *
 * @param now of the policy in force; null: it has no solo mode. @returns why one person no longer decides as was signed.
 */
export function whyNotAlone(change: Pick<Change, 'onePerson' | 'approvals' | 'judgement'>, now: OnePerson | null) {
  const { onePerson: signed, judgement } = change;
  if (!signed || judgement.seats === 0 || brokenGlassOf(change)) return null;
  if (now?.person !== signed.person) return `The policy no longer lets ${signed.person} approve alone.`;
  return now.waitSeconds > signed.waitSeconds
    ? `The policy now requires a wait of ${counted(now.waitSeconds / 60, 'minute')} after one person has approved alone.`
    : null;
}

/** What one person decided alone: told wherever the change is. Empty: nothing. */
export function onePersonLabels(change: Pick<Change, 'onePerson' | 'approvals'>): string[] {
  const glass = brokenGlassOf(change);
  if (glass)
    return [
      `break-glass: ${glass.person} alone, until ${absoluteTime(glass.brokenGlass.until)}; its review must be closed`,
    ];
  if (!change.onePerson) return [];
  const { person, waitSeconds } = change.onePerson;
  return [
    `one person (solo mode): ${person} approves alone, and the change waits ${counted(waitSeconds / 60, 'minute')}`,
  ];
}
/** `gone`: why nothing can execute it any more, although it waits. */
export type OpenChange = Change & { gone?: string };
