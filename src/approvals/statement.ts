/** The statement that a person signs: canonical JSON, bound to one change, one decision and one person. */
import { z } from 'zod';
import type { Change } from '../core/change.ts';
import { canonicalJson } from '../core/digest.ts';
import { CountersignError } from '../core/errors.ts';
import type { Plan } from '../core/plan.ts';
import { makeVisibleLine } from '../core/render-safe.ts';
import { signedSummary } from '../render/signed-summary.ts';
import { summaryOfFirst } from './statement-first.ts';

/** 1: a summary of the first twelve effects; signatures over it are verified, and none is taken any more. */
const VERSIONS = [1, 2] as const;
const NEWEST = 2;

const statementSchema = z.strictObject({
  v: z.literal(VERSIONS),
  type: z.literal('countersign-approval'),
  change_id: z.string(),
  change_digest: z.string(),
  decision: z.enum(['approve', 'reject']),
  person: z.string(),
  nonce: z.string(),
  not_after: z.string(),
  summary: z.array(z.string()),
});
export type Statement = z.infer<typeof statementSchema>;

type Version = (typeof VERSIONS)[number];
const SUMMARIES: Record<Version, (change: Change, plan: Plan) => string[]> = { 1: summaryOfFirst, 2: signedSummary };

export function buildStatement(
  change: Change,
  plan: Plan,
  person: string,
  decision: 'approve' | 'reject',
  version: Version = NEWEST,
): string {
  const statement: Statement = {
    v: version,
    type: 'countersign-approval',
    change_id: change.id,
    change_digest: change.digest,
    decision,
    person,
    nonce: change.nonce,
    not_after: change.approveBy,
    summary: SUMMARIES[version](change, plan),
  };
  return canonicalJson(statement);
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
    throw wrong(`the statement has version ${statement.v}, which leaves out facts of the change`);
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
  if (signed !== buildStatement(change, plan, statement.person, statement.decision, statement.v))
    throw wrong('its summary, nonce or deadline differs');
  return statement;
}
