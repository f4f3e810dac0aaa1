/** Verifies recorded signatures again, under the directory as it is now. */

import type { Approval, Change } from '../core/change.ts';
import type { Plan } from '../core/plan.ts';
import type { Person } from '../people/person.ts';
import { verifySshSignature } from './ssh-signature.ts';
import { checkStatement } from './statement.ts';

/** @returns the approvals that still hold, with the signers' present roles; `problem` when one no longer does. */
export function recordedSigners(
  change: Change,
  plan: Plan,
  people: readonly Person[],
): { approvals: Approval[]; problem: string | null } {
  const approvals: Approval[] = [];
  for (const approval of change.approvals) {
    try {
      const key = verifySshSignature(Buffer.from(approval.statement, 'utf8'), approval.signature);
      const person = people.find(({ keys }) => keys.some(({ fingerprint }) => fingerprint === key.fingerprint));
      const said = checkStatement(approval.statement, change, plan, new Date(approval.at), { recorded: true });
      if (!person || person.name !== approval.person || said.person !== person.name || said.decision !== 'approve') {
        return {
          approvals,
          problem: `The key that signed for ${approval.person} is no longer theirs in the policy.`,
        };
      }
      approvals.push({ ...approval, keyFingerprint: key.fingerprint, roles: person.roles });
    } catch (error) {
      return {
        approvals,
        problem: `The signature of ${approval.person} does not verify: ${error instanceof Error ? error.message : 'unreadable'}`,
      };
    }
  }
  return { approvals, problem: null };
}
