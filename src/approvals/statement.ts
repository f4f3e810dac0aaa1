/** The statement that a person signs: canonical JSON, bound to one change, one decision and one person. */
import { z } from 'zod';
import type { Change } from '../core/change.ts';
import { canonicalJson } from '../core/digest.ts';
import { compareWorstFirst, effectName } from '../core/effect.ts';
import { CountersignError } from '../core/errors.ts';
import type { Plan } from '../core/plan.ts';
import { makeVisibleLine } from '../core/render-safe.ts';

const statementSchema = z.strictObject({
  v: z.literal(1),
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
const SUMMARY_EFFECTS = 12;

/** What the signer reads inside the signed bytes: computed from the plan, never taken from the agent. */
function summarise(change: Change, plan: Plan): string[] {
  const sorted = [...plan.effects].sort(compareWorstFirst);
  return [
    `${plan.target.kind} ${plan.target.name} in ${plan.target.account}/${plan.target.region} (${change.environment})`,
    ...sorted
      .slice(0, SUMMARY_EFFECTS)
      .map((effect) => makeVisibleLine(`${effect.kind} ${effectName(effect)} ${effect.type}: ${effect.reversibility}`)),
    ...(sorted.length > SUMMARY_EFFECTS
      ? [`and ${sorted.length - SUMMARY_EFFECTS} more effects, all of them in the digest`]
      : []),
  ];
}

export function buildStatement(change: Change, plan: Plan, person: string, decision: 'approve' | 'reject'): string {
  const statement: Statement = {
    v: 1,
    type: 'countersign-approval',
    change_id: change.id,
    change_digest: change.digest,
    decision,
    person,
    nonce: change.nonce,
    not_after: change.approveBy,
    summary: summarise(change, plan),
  };
  return canonicalJson(statement);
}

/** INVARIANT: the signed bytes are exactly those that this server builds for this change, decision and person. */
export function checkStatement(signed: string, change: Change, plan: Plan, now: Date): Statement {
  const wrong = (why: string) =>
    new CountersignError(
      'APPROVAL_WRONG_STATEMENT',
      `The signature is for something else: ${why}.`,
      `Look at it again with countersign show ${change.id}, and sign that.`,
    );
  let statement: Statement;
  try {
    statement = statementSchema.parse(JSON.parse(signed));
  } catch {
    throw wrong('the signed text is not an approval statement');
  }
  if (statement.change_id !== change.id) throw wrong(`change ${makeVisibleLine(statement.change_id, 60)}`);
  if (statement.change_digest !== change.digest) throw wrong('its digest is not that of the change as it stands here');
  if (now.getTime() > Date.parse(statement.not_after))
    throw new CountersignError(
      'APPROVAL_EXPIRED',
      `The time to approve ended at ${statement.not_after}.`,
      'Ask for a new plan and proposal.',
    );
  if (signed !== buildStatement(change, plan, statement.person, statement.decision))
    throw wrong('its summary, nonce or clock differ');
  return statement;
}
