/** A signature of either kind over a statement: verified, with the person that the key belongs to. */
import { CountersignError } from '../core/errors.ts';
import { isProofEnough, proofOf } from '../core/proof.ts';
import { passkeyLine } from '../people/key.ts';
import { ownerOf, ownerOfBreakGlass, type Person } from '../people/person.ts';
import { isPasskeySignature, verifyPasskeySignature } from './passkey-signature.ts';
import type { RelyingParty } from './relying-party.ts';
import { canonicalSignature, NAMESPACE, verifySshSignature } from './ssh-signature.ts';

export interface SignedBy {
  person: Person;
  keyFingerprint: string;
  /** Absent: of a key in software. */
  userVerified?: boolean;
  /** Of a passkey; 0: it does not count. */
  signCount?: number;
  /** Of a passkey, as the policy lists it: its signature does not carry the key. */
  keyLine?: string;
  /** By a key that is used for nothing but break-glass. */
  isBreakGlass?: true;
  /** The one text of the signature. */
  signature: string;
}

/** `page`: where it is taken, for a passkey's; `recorded`: it was taken before, on a page of the passkey's host. */
export type TakenAt = { page: RelyingParty | undefined } | 'recorded';

/**
 * The person is who the key belongs to in `people`.
 *
 * @param namespace of an OpenSSH signature. A passkey's has none: it is over a statement that says its type.
 * @throws INPUT_SIGNATURE_INVALID, APPROVAL_KEY_UNKNOWN, APPROVAL_USER_PRESENCE_MISSING,
 *   APPROVAL_USER_VERIFICATION_MISSING.
 */
export async function verifySignature(
  statement: string,
  signature: string,
  people: readonly Person[],
  takenAt: TakenAt,
  namespace = NAMESPACE,
): Promise<SignedBy> {
  if (isPasskeySignature(signature)) {
    if (takenAt !== 'recorded' && !takenAt.page)
      throw new CountersignError(
        'INPUT_SIGNATURE_INVALID',
        'A signature by a passkey can be given on the page only, which compares its origin.',
        'Sign on the page (countersign review), or with an OpenSSH key.',
      );
    const page = takenAt === 'recorded' ? undefined : takenAt.page;
    const key = await verifyPasskeySignature(statement, signature, people, page);
    const { person, fingerprint: keyFingerprint, signCount } = key;
    const keyLine = passkeyLine(key.passkey!, key.publicKey.export({ format: 'jwk' }));
    return { person, keyFingerprint, userVerified: true, signCount, keyLine, signature };
  }
  const key = verifySshSignature(Buffer.from(statement, 'utf8'), signature, namespace);
  const everyday = ownerOf(people, key.fingerprint);
  const person = everyday ?? ownerOfBreakGlass(people, key.fingerprint);
  if (!person)
    throw new CountersignError(
      'APPROVAL_KEY_UNKNOWN',
      `The key ${key.fingerprint} does not belong to any person in the policy.`,
      'Sign with a key that the policy lists, or ask the policy owners to add this one.',
    );
  return {
    person,
    keyFingerprint: key.fingerprint,
    ...(key.userVerified === undefined ? {} : { userVerified: key.userVerified }),
    ...(everyday ? {} : { isBreakGlass: true as const }),
    signature: canonicalSignature(signature),
  };
}

/**
 * What a signature proves, as it is recorded beside it. A passkey's does not carry its key, so the line of the policy
 * stands there too.
 */
export const provenBy = ({ userVerified, signCount, keyLine }: SignedBy) => ({
  ...(userVerified === undefined ? {} : { userVerified }),
  ...(signCount ? { signCount } : {}),
  ...(keyLine === undefined ? {} : { keyLine }),
});

/** What is recorded beside a signature is what it proves, and its text is the one that it has. */
export const isAsRecorded = (
  signed: SignedBy,
  recorded: {
    keyFingerprint?: string | undefined;
    signature?: string | undefined;
    userVerified?: boolean | undefined;
    signCount?: number | undefined;
    keyLine?: string | undefined;
  },
): boolean =>
  signed.keyFingerprint === recorded.keyFingerprint &&
  signed.signature === recorded.signature &&
  // Older versions recorded less of it.
  isProofEnough(proofOf(signed), proofOf(recorded)) &&
  (signed.signCount || undefined) === recorded.signCount &&
  signed.keyLine === recorded.keyLine;
