/** Takes a signed statement, verifies it against the directory and the change, and records it. */

import { type Change, stateSentence } from '../core/change.ts';
import { CountersignError } from '../core/errors.ts';
import { eventsOf } from '../core/events.ts';
import { tagged } from '../core/kept.ts';
import type { ChangesPort, Ledger, LedgerView, PolicyPort } from '../core/ports.ts';
import { isProofEnough, type Proof, proofOf, strictestProof } from '../core/proof.ts';
import type { Person } from '../people/person.ts';
import type { RelyingParty } from './relying-party.ts';
import { type SignedBy, verifySignature } from './signature.ts';
import { checkStatement } from './statement.ts';

export interface Recorder {
  ledger: Ledger;
  changes: ChangesPort;
  policy: Pick<PolicyPort, 'digest' | 'mustBeInForce' | 'proofFor'>;
  people: readonly Person[];
  now(): Date;
  /** The page that takes it: without one, a passkey's signature is refused. */
  relyingParty?: RelyingParty | undefined;
}

/**
 * The person is who the key belongs to, never who the statement says.
 *
 * @param statement the signed bytes; the signature must be over exactly these.
 */
export async function recordSignature(
  { ledger, changes, policy, people, now, relyingParty }: Recorder,
  changeId: string,
  statement: string,
  signature: string,
): Promise<Change> {
  await policy.mustBeInForce();
  const change = await changes.find(changeId);
  const signed = await verifySignature(statement, signature, people, { page: relyingParty });
  const { person } = signed;
  const signedAt = now();
  const policyDigest = await policy.digest();
  const { plan } = await changes.plan(change.planId);
  const said = checkStatement(statement, change, plan, signedAt);
  if (said.person !== person.name)
    throw new CountersignError(
      'APPROVAL_WRONG_STATEMENT',
      `The statement was made for ${said.person}, but the key belongs to ${person.name}.`,
      `${person.name} must sign a statement made for ${person.name}: countersign approve ${change.id}`,
    );
  if (said.decision === 'approve' && change.excluded.includes(person.name)) {
    throw new CountersignError(
      'APPROVAL_SPONSOR_EXCLUDED',
      `${person.name} cannot approve this change: ${person.name} sponsors the change or its plan, or the server runs under the account of ${person.name}.`,
      `Another person must approve it; countersign show ${changeId} lists the possible approvers.`,
    );
  }
  if (said.decision === 'approve') mustProve(strictestProof(change.proof, policy.proofFor(plan)), signed);
  await ledger.transact(async (tx) => {
    await policy.mustBeInForce(tx);
    await mustCountUp(tx, signed);
    const current = await changes.findIn(tx, changeId, signedAt);
    if (current.state === 'expired')
      throw new CountersignError(
        'STATE_CHANGE_EXPIRED',
        current.explanation ?? 'The change has expired.',
        'Ask the agent to plan and propose the change again.',
      );
    const open = current.state === 'pending' || (said.decision === 'reject' && current.state === 'approved');
    if (current.approvals.some((approval) => approval.person === person.name && !approval.isVoid))
      throw new CountersignError(
        'STATE_ALREADY_SIGNED',
        `${person.name} has already signed this change; each person counts once.`,
        'Another person must sign.',
      );
    if (!open)
      throw new CountersignError(
        'STATE_CHANGE_NOT_PENDING',
        `${stateSentence(current.state)}.`,
        'There is nothing to sign.',
      );
    await tx.append({
      kind: said.decision === 'approve' ? 'change.approved' : 'change.rejected',
      changeId,
      body: {
        decision: said.decision,
        person: person.name,
        keyFingerprint: signed.keyFingerprint,
        roles: person.roles,
        statement,
        signature: signed.signature,
        ...(signed.userVerified === undefined ? {} : { userVerified: signed.userVerified }),
        ...(signed.signCount ? { signCount: signed.signCount } : {}),
        ...(signed.keyLine === undefined ? {} : { keyLine: signed.keyLine }),
        policyDigest,
      },
    });
  });
  return changes.find(changeId);
}

/** A signature that could never count is not recorded. */
function mustProve(proof: Proof, signed: SignedBy): void {
  if (isProofEnough(proofOf(signed), proof)) return;
  if (signed.userVerified === undefined)
    throw new CountersignError(
      'APPROVAL_KEY_NOT_ALLOWED',
      `The key ${signed.keyFingerprint} is in software, and this change needs approvals by a security key or passkey.`,
      'Sign with a security key or passkey that the policy lists for you.',
    );
  throw new CountersignError(
    'APPROVAL_USER_VERIFICATION_MISSING',
    'The security key was touched, and this change needs approvals that also verify the user (PIN or finger).',
    'Sign with a passkey, or with a security key made with: ssh-keygen -t ed25519-sk -O verify-required',
  );
}

/**
 * SECURITY: a passkey that counts its signatures counts up; one that does not is another copy of it, or an answer that
 * was given before. One that never counted says 0.
 */
async function mustCountUp(tx: LedgerView, { keyFingerprint, signCount }: SignedBy): Promise<void> {
  if (signCount === undefined) return;
  const made = await eventsOf(tx, ['change.approved', 'change.rejected'], { tags: tagged.key(keyFingerprint) });
  const last = Math.max(0, ...made.map(({ body }) => body.signCount ?? 0));
  if (last === 0 || signCount > last) return;
  throw new CountersignError(
    'INPUT_SIGNATURE_INVALID',
    `The passkey has counted ${last} signatures before, and this one is its number ${signCount}: it was copied, or its answer was used before.`,
    'Sign again. If that is refused too, revoke the passkey: countersign people revoke NAME --key FINGERPRINT',
  );
}
