/** Takes a signed statement, verifies it against the directory and the change, and records it. */

import { type Change, type OnePerson, stateSentence } from '../core/change.ts';
import { CountersignError } from '../core/errors.ts';
import type { ChangeReader, Ledger, LedgerView, PolicyPort } from '../core/ports.ts';
import { isProofEnough, type Proof, proofOf, strictestProof } from '../core/proof.ts';
import type { Person } from '../people/person.ts';
import { openingFor } from './break-glass.ts';
import { mustCountUp } from './counting.ts';
import type { RelyingParty } from './relying-party.ts';
import { provenBy, type SignedBy, verifySignature } from './signature.ts';
import { checkStatement, type Statement } from './statement.ts';

export interface Recorder {
  ledger: Ledger;
  changes: Pick<ChangeReader, 'find' | 'findIn' | 'plan'>;
  /** `proofFor` may be left out where the policy is the one that the change was proposed under: it says the same. */
  policy: Pick<PolicyPort, 'digest' | 'mustBeInForce'> & Partial<Pick<PolicyPort, 'proofFor'>>;
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
  mustBeTheirs(change, said, signed);
  if (said.decision === 'approve') mustProve(asked(change, policy.proofFor?.(plan), signed), signed);
  await ledger.transact(async (tx) => {
    await policy.mustBeInForce(tx);
    await mustCountUp(tx, signed);
    const brokenGlass = signed.isBreakGlass ? await glassOf(tx, change, signed, signedAt) : undefined;
    const executeFrom = change.onePerson ? await waitedUntil(tx, signedAt, change.onePerson) : undefined;
    const current = await changes.findIn(tx, changeId, signedAt);
    if (current.state === 'expired')
      throw new CountersignError(
        'STATE_CHANGE_EXPIRED',
        current.explanation ?? 'The change has expired.',
        'Ask the agent to plan and propose the change again.',
      );
    const open = current.state === 'pending' || (said.decision === 'reject' && current.state === 'approved');
    // Whoever approved and then sees a mistake can still reject: a rejection only ever stops.
    const isRegretted = said.decision === 'reject';
    const counts = (one: (typeof current.approvals)[number]) =>
      one.person === person.name && !one.isVoid && !one.brokenGlass === !brokenGlass;
    if (!isRegretted && current.approvals.some(counts))
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
        ...provenBy(signed),
        ...(brokenGlass ? { brokenGlass } : {}),
        ...(executeFrom === undefined ? {} : { executeFrom }),
        policyDigest,
      },
    });
  });
  return changes.find(changeId);
}

/** The statement is theirs, and the decision is one that they may take. */
function mustBeTheirs(change: Change, said: Statement, signed: SignedBy): void {
  const { name } = signed.person;
  if (said.person !== name)
    throw new CountersignError(
      'APPROVAL_WRONG_STATEMENT',
      `The statement was made for ${said.person}, but the key belongs to ${name}.`,
      `${name} must sign a statement made for ${name}: countersign approve ${change.id}`,
    );
  if (signed.isBreakGlass && said.decision === 'reject')
    throw new CountersignError(
      'APPROVAL_KEY_NOT_ALLOWED',
      `The key ${signed.keyFingerprint} is for break-glass, which approves only.`,
      'Reject with a key of everyday work.',
    );
  if (said.decision === 'approve' && !signed.isBreakGlass && change.excluded.includes(name))
    throw new CountersignError(
      'APPROVAL_SPONSOR_EXCLUDED',
      `${name} cannot approve this change: ${name} sponsors the change or its plan, or the server runs under the account of ${name}.`,
      `Another person must approve it; countersign show ${change.id} lists the possible approvers.`,
    );
}

const asked = ({ proof }: Change, now: Proof | undefined, { isBreakGlass }: SignedBy): Proof =>
  strictestProof(proof, now, isBreakGlass ? 'touch' : undefined);

/** SECURITY: open now, for this stack, by this person. */
async function glassOf(tx: LedgerView, { id, target }: Change, { person, keyFingerprint }: SignedBy, now: Date) {
  const opening = await openingFor(tx, target, person.name, now);
  if (opening?.body.keyFingerprint === keyFingerprint) return { opened: opening.seq, until: opening.body.until };
  throw new CountersignError(
    'APPROVAL_GLASS_NOT_BROKEN',
    `The key ${keyFingerprint} is for break-glass, and ${person.name} has none open for ${target.name}.`,
    `Open it first: countersign break-glass open ${id} --reason TEXT --key KEY`,
  );
}

/** SECURITY: a clock that was set back begins the wait no earlier than what is recorded already. */
async function waitedUntil(tx: LedgerView, signedAt: Date, { waitSeconds }: OnePerson): Promise<string> {
  const [newest] = await tx.events({ newestFirst: true, limit: 1 });
  const from = Math.max(signedAt.getTime(), Date.parse(newest?.at ?? signedAt.toISOString()));
  return new Date(from + waitSeconds * 1000).toISOString();
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
