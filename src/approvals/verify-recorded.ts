/** Verifies recorded signatures again: under the policy of their event, and under the policy of now. */
import type { Approval, Change } from '../core/change.ts';
import { CountersignError } from '../core/errors.ts';
import type { Plan } from '../core/plan.ts';
import type { Person } from '../people/person.ts';
import { isAsRecorded, type SignedBy, verifySignature } from './signature.ts';
import { checkStatement } from './statement.ts';

type Recorded = Change['approvals'][number];
/** Who was known when. */
export interface Directories {
  now: readonly Person[];
  /** When event `seq` was appended; undefined: the folder had adopted no policy yet. */
  at(seq: number): Promise<{ digest: string; people: readonly Person[] } | undefined>;
}
/** `not_checked`: made before its folder adopted a policy. Everything else is why it is not good. */
export type SignatureCheck = 'good' | 'not_checked' | { problem: string };

/** Of a signature, under the policy that was in force when it was recorded. */
export async function checkedThen(
  approval: Recorded,
  change: Change,
  plan: Plan,
  at: Directories['at'],
): Promise<SignatureCheck> {
  const then = await at(approval.seq);
  if (!then) {
    if (approval.policyDigest === undefined) return 'not_checked';
    return { problem: 'it names a policy, but this state folder had not adopted any.' };
  }
  if (approval.policyDigest === undefined) return { problem: 'it does not name a policy.' };
  if (approval.policyDigest !== then.digest)
    return { problem: 'it names a policy that this state folder had not adopted.' };
  const signer = await signerOf(approval, change, plan, then.people);
  return 'problem' in signer ? signer : 'good';
}

/** @returns the approvals that still hold, with the signers' present roles; `problem` when one no longer does. */
export async function recordedSigners(
  change: Change,
  plan: Plan,
  { now, at }: Directories,
): Promise<{ approvals: Approval[]; problem: string | null }> {
  const approvals: Approval[] = [];
  for (const approval of change.approvals) {
    const then = await checkedThen(approval, change, plan, at);
    if (typeof then === 'object')
      return { approvals, problem: `The signature of ${approval.person} is not valid: ${then.problem}` };
    const signer = await signerOf(approval, change, plan, now);
    // A key that owners took out since counts for nothing; whether the others are enough is asked of the policy.
    if ('problem' in signer && signer.isUnlisted) continue;
    if ('problem' in signer) return { approvals, problem: signer.problem };
    // SECURITY: what the signature proves is read from itself, not from what was recorded beside it.
    const { userVerified: _recorded, ...rest } = approval;
    const { keyFingerprint, userVerified, person } = signer;
    const proven = userVerified === undefined ? {} : { userVerified };
    approvals.push({ ...rest, keyFingerprint, roles: person.roles, ...proven });
  }
  return { approvals, problem: null };
}

/** The person whose key made it, if it is over this change and its decision. */
async function signerOf(
  approval: Recorded,
  change: Change,
  plan: Plan,
  people: readonly Person[],
): Promise<SignedBy | { problem: string; isUnlisted?: boolean }> {
  try {
    const signer = await verifySignature(approval.statement, approval.signature, people, 'recorded');
    const said = checkStatement(approval.statement, change, plan, new Date(approval.at), { recorded: true });
    const { name } = signer.person;
    if (!isAsRecorded(signer, approval) || (signer.isBreakGlass === true) !== (approval.brokenGlass !== undefined))
      return { problem: `The signature of ${approval.person} proves something other than was recorded.` };
    if (name === approval.person && said.person === name && said.decision === approval.decision) return signer;
  } catch (error) {
    if (!(error instanceof CountersignError) || error.code !== 'APPROVAL_KEY_UNKNOWN') {
      const why = error instanceof Error ? error.message : 'unreadable';
      return { problem: `The signature of ${approval.person} is not valid: ${why}` };
    }
  }
  const problem = `The key that signed for ${approval.person} is not a key of ${approval.person} in the policy.`;
  return { problem, isUnlisted: true };
}
