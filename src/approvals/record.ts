/** Takes a signed statement, verifies it against the directory and the change, and records it. */

import { type Change, stateSentence } from '../core/change.ts';
import { CountersignError } from '../core/errors.ts';
import type { ChangeReader, Ledger, PolicyPort } from '../core/ports.ts';
import { ownerOf, type Person } from '../people/person.ts';
import { canonicalSignature, verifySshSignature } from './ssh-signature.ts';
import { checkStatement } from './statement.ts';

export interface Recorder {
  ledger: Ledger;
  changes: Pick<ChangeReader, 'find' | 'findIn' | 'plan'>;
  policy: Pick<PolicyPort, 'digest' | 'mustBeInForce'>;
  people: readonly Person[];
  now(): Date;
}

/**
 * The person is who the key belongs to, never who the statement says.
 *
 * @param statement the signed bytes; the signature must be over exactly these.
 */
// biome-ignore lint/complexity/noExcessiveLinesPerFunction: each refusal stands beside the check that it is for.
export async function recordSignature(
  { ledger, changes, policy, people, now }: Recorder,
  changeId: string,
  statement: string,
  signature: string,
): Promise<Change> {
  await policy.mustBeInForce();
  const change = await changes.find(changeId);
  const key = verifySshSignature(Buffer.from(statement, 'utf8'), signature);
  const person = ownerOf(people, key.fingerprint);
  if (!person)
    throw new CountersignError(
      'APPROVAL_KEY_UNKNOWN',
      `The key ${key.fingerprint} does not belong to any person in the policy.`,
      'Sign with a key that the policy lists, or ask the policy owners to add this one.',
    );
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
  await ledger.transact(async (tx) => {
    await policy.mustBeInForce(tx);
    const current = await changes.findIn(tx, changeId, signedAt);
    if (current.state === 'expired')
      throw new CountersignError(
        'STATE_CHANGE_EXPIRED',
        current.explanation ?? 'The change has expired.',
        'Ask the agent to plan and propose the change again.',
      );
    const open = current.state === 'pending' || (said.decision === 'reject' && current.state === 'approved');
    if (current.approvals.some((approval) => approval.person === person.name))
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
        keyFingerprint: key.fingerprint,
        roles: person.roles,
        statement,
        signature: canonicalSignature(signature),
        ...(key.userVerified === undefined ? {} : { userVerified: key.userVerified }),
        policyDigest,
      },
    });
  });
  return changes.find(changeId);
}
