/** The statement that a person signs: canonical JSON, bound to one change, one decision and one person. */
import { z } from 'zod';
import type { Change } from '../core/change.ts';
import { canonicalJson } from '../core/digest.ts';
import { CountersignError } from '../core/errors.ts';
import type { Plan } from '../core/plan.ts';
import { hidesSomething, makeVisibleLine } from '../core/render-safe.ts';
import { signedSummary } from '../render/signed-summary.ts';
import { summaryOfFirst } from './statement-first.ts';

/**
 * 1: a summary of the first twelve effects. 2: no reason of a rejection. Signatures over these are verified, and none is
 * taken any more.
 */
const VERSIONS = [1, 2, 3] as const;
const NEWEST = 3;
const MOST_CHARACTERS = 500;

const fields = {
  type: z.literal('countersign-approval'),
  change_id: z.string(),
  change_digest: z.string(),
  decision: z.enum(['approve', 'reject']),
  person: z.string(),
  nonce: z.string(),
  not_after: z.string(),
  summary: z.array(z.string()),
};
const statementSchema = z.discriminatedUnion('v', [
  z.strictObject({ v: z.literal([1, 2]), ...fields }),
  /** `reason`: of a rejection, in the person's own words. null: none was given. */
  z.strictObject({ v: z.literal(3), ...fields, reason: z.string().nullable() }),
]);
export type Statement = z.infer<typeof statementSchema>;

type Version = (typeof VERSIONS)[number];
const SUMMARIES: Record<Version, (change: Change, plan: Plan) => string[]> = {
  1: summaryOfFirst,
  2: signedSummary,
  3: signedSummary,
};
const reasonIn = (statement: Statement): string | null => (statement.v === 3 ? statement.reason : null);

/** @param reason of a rejection. @throws INPUT_INVALID for one that hides something, or is too long. */
export function buildStatement(
  change: Change,
  plan: Plan,
  person: string,
  decision: 'approve' | 'reject',
  { reason = null, version = NEWEST }: { reason?: string | null | undefined; version?: Version } = {},
): string {
  const said = {
    type: 'countersign-approval' as const,
    change_id: change.id,
    change_digest: change.digest,
    decision,
    person,
    nonce: change.nonce,
    not_after: change.approveBy,
    summary: SUMMARIES[version](change, plan),
  };
  const statement: Statement =
    version === 3 ? { v: version, ...said, reason: checkedReason(reason, decision) } : { v: version, ...said };
  return canonicalJson(statement);
}

const isReason = (reason: string, decision: 'approve' | 'reject'): boolean =>
  decision === 'reject' && reason.length <= MOST_CHARACTERS && !hidesSomething(reason);

function checkedReason(reason: string | null, decision: 'approve' | 'reject'): string | null {
  if (reason === null || reason.trim() === '') return null;
  if (isReason(reason, decision)) return reason.trim();
  throw new CountersignError(
    'INPUT_INVALID',
    decision === 'approve'
      ? 'An approval has no reason.'
      : `The reason of a rejection is plain text of at most ${MOST_CHARACTERS} characters.`,
    'Sign again with another --reason, or without one.',
  );
}

/**
 * INVARIANT: the signed bytes are exactly those that this server builds for this change, decision and person.
 *
 * @param recorded it was taken by an older version, whose statements said less.
 */
export function checkStatement(
  signed: string,
  change: Change,
  plan: Plan,
  now: Date,
  { recorded = false }: { recorded?: boolean } = {},
): Statement {
  const wrong = (why: string) =>
    new CountersignError(
      'APPROVAL_WRONG_STATEMENT',
      `The signature does not match this change: ${why}.`,
      `Look at the change again with countersign show ${change.id}, and sign the new statement.`,
    );
  let statement: Statement;
  try {
    statement = statementSchema.parse(JSON.parse(signed));
  } catch {
    throw wrong('the signed text is not an approval statement');
  }
  if (!recorded && statement.v !== NEWEST)
    throw wrong(`the statement has version ${statement.v}, of an older Countersign`);
  if (statement.change_id !== change.id)
    throw wrong(`the statement is for the change ${makeVisibleLine(statement.change_id, 60)}`);
  if (statement.change_digest !== change.digest)
    throw wrong('its digest differs from the digest of the change in this ledger');
  if (now.getTime() > Date.parse(statement.not_after))
    throw new CountersignError(
      'APPROVAL_EXPIRED',
      `The time to approve ended at ${statement.not_after}.`,
      'Ask the agent to plan and propose the change again.',
    );
  const { person, decision, v: version } = statement;
  const reason = reasonIn(statement);
  if (reason !== null && !isReason(reason, decision)) throw wrong('it has a reason that cannot be signed');
  if (signed !== buildStatement(change, plan, person, decision, { reason, version }))
    throw wrong('its summary, nonce, deadline or reason differs');
  return statement;
}
