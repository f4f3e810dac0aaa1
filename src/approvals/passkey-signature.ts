/**
 * Signatures by passkeys: WebAuthn assertions whose challenge is the SHA-256 of the statement.
 *
 * Guarantees: every single signature was touched and its user verified; it is of the passkey that it names, made in a
 * page of this host that stood in no other page. One signature has one text, of which no byte can be another.
 * Limit: an assertion signs the statement's hash; the page that asked for it showed the statement.
 */
import { createHash, verify } from 'node:crypto';
import type { AuthenticationResponseJSON, PublicKeyCredentialRequestOptionsJSON } from '@simplewebauthn/server';
import { z } from 'zod';
import { canonicalJson } from '../core/digest.ts';
import { CountersignError } from '../core/errors.ts';
import { ownerOfPasskey, type Person } from '../people/person.ts';
import type { PublicKey } from '../people/ssh-key.ts';
import { isOriginOf, type RelyingParty } from './relying-party.ts';
import type { VerifiedKey } from './ssh-signature.ts';

/** EdDSA, ES256 and RS256, whatever the version of Node would offer. */
export const ALGORITHMS = [-8, -7, -257];
const MAX_CHARACTERS = 16_000;
const ASK_FOR_MILLISECONDS = 300_000;

const base64url = z
  .string()
  .max(MAX_CHARACTERS)
  .refine((text) => Buffer.from(text, 'base64url').toString('base64url') === text, 'is not base64url');
const assertion = z.object({
  id: base64url,
  response: z.object({ authenticatorData: base64url, clientDataJSON: base64url, signature: base64url }),
});
/** What is recorded: the parts that are signed, and the signature. */
const recordedSchema = z.strictObject({
  v: z.literal(1),
  type: z.literal('webauthn'),
  id: base64url,
  authenticatorData: base64url,
  clientDataJSON: base64url,
  signature: base64url,
});
type Recorded = z.infer<typeof recordedSchema>;

/** Is this text such a signature? Whether it is valid is another question. */
export const isPasskeySignature = (signature: string): boolean => signature.trimStart().startsWith('{');

const invalid = (why: string, cause?: unknown) =>
  new CountersignError(
    'INPUT_SIGNATURE_INVALID',
    `The signature by a passkey is not valid: ${why}.`,
    'Sign the statement again on the page (countersign review).',
    { cause },
  );
const challengeOf = (statement: string): Buffer => createHash('sha256').update(statement, 'utf8').digest();

/** What the browser is asked for. @throws APPROVAL_KEY_UNKNOWN when the person has no passkey of this host. */
export async function assertionOptions(
  statement: string,
  person: Person,
  relyingParty: RelyingParty,
): Promise<PublicKeyCredentialRequestOptionsJSON> {
  const ids = person.keys.flatMap(({ passkey }) =>
    passkey?.relyingParty === relyingParty.id ? [{ id: passkey.credentialId }] : [],
  );
  if (ids.length === 0)
    throw new CountersignError(
      'APPROVAL_KEY_UNKNOWN',
      `${person.name} has no passkey for ${relyingParty.id} in the policy.`,
      'Offer a passkey on the page, and ask an owner of the policy to enroll it: countersign people enroll NAME',
    );
  const { generateAuthenticationOptions } = await import('@simplewebauthn/server');
  return generateAuthenticationOptions({
    rpID: relyingParty.id,
    challenge: new Uint8Array(challengeOf(statement)),
    // Browsers refuse a longer list.
    allowCredentials: ids.slice(0, 64),
    userVerification: 'required',
    timeout: ASK_FOR_MILLISECONDS,
  });
}

/** The browser's answer as the one text that is recorded. @throws INPUT_SIGNATURE_INVALID */
export function signatureOfAssertion(response: unknown): string {
  const parsed = assertion.safeParse(response);
  if (!parsed.success) throw invalid('it is not the answer of a browser');
  const { id, response: made } = parsed.data;
  return canonicalJson({ v: 1, type: 'webauthn', id, ...made } satisfies Recorded);
}

function recordedIn(signature: string): Recorded {
  try {
    const recorded = recordedSchema.parse(JSON.parse(signature));
    if (canonicalJson(recorded) === signature) return recorded;
  } catch {
    // Told below.
  }
  throw invalid('it is not an assertion in its one form');
}

/**
 * @param at the page that takes it. Absent: it was recorded, and any origin of the passkey's host was.
 * @throws INPUT_SIGNATURE_INVALID, APPROVAL_KEY_UNKNOWN, APPROVAL_USER_PRESENCE_MISSING,
 *   APPROVAL_USER_VERIFICATION_MISSING.
 */
export async function verifyPasskeySignature(
  statement: string,
  signature: string,
  people: readonly Person[],
  at?: RelyingParty,
): Promise<VerifiedKey & { person: Person; signCount: number }> {
  const recorded = recordedIn(signature);
  // SECURITY: the key is the one that the signature names, and no other: the library takes whichever it is given.
  const found = ownerOfPasskey(people, recorded.id);
  if (!found)
    throw new CountersignError(
      'APPROVAL_KEY_UNKNOWN',
      'This passkey does not belong to any person in the policy.',
      'Sign with a passkey that the policy lists, or ask the policy owners to enroll this one.',
    );
  const { person, key } = found;
  const { relyingParty, device } = key.passkey!;
  if (at && at.id !== relyingParty) throw invalid(`it is of a passkey for ${relyingParty}`);
  const { flags, signCount } = authenticatorData(recorded.authenticatorData);
  const origin = originIn(recorded, statement, relyingParty, at);
  mustHave(flags);
  const checked = await verified(recorded, { statement, key, origin });
  // A passkey that can be copied is another than the one that owners enrolled as bound to its device.
  if (checked !== device) throw invalid('the passkey has become one of another kind since it was enrolled');
  return { ...key, userVerified: true, person, signCount };
}

/** WebAuthn, 6.1: 32 bytes of the host's hash, one of flags, four of the counter. */
function authenticatorData(text: string): { flags: number; signCount: number } {
  const bytes = Buffer.from(text, 'base64url');
  if (bytes.length < 37) throw invalid('its authenticator data is too short');
  return { flags: bytes[32]!, signCount: bytes.readUInt32BE(33) };
}

const clientDataSchema = z.looseObject({
  type: z.literal('webauthn.get'),
  challenge: z.string(),
  origin: z.string(),
  // SECURITY: a page that stands in another site's page was seen there, and the library accepts it.
  crossOrigin: z.literal(false).optional(),
  topOrigin: z.undefined().optional(),
});

function originIn(recorded: Recorded, statement: string, relyingParty: string, at?: RelyingParty): string {
  let client: z.infer<typeof clientDataSchema>;
  try {
    const bytes = Buffer.from(recorded.clientDataJSON, 'base64url');
    client = clientDataSchema.parse(JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)));
  } catch (cause) {
    throw invalid('it was not made by a page of its own', cause);
  }
  if (client.challenge !== challengeOf(statement).toString('base64url'))
    throw invalid('it does not match this statement');
  if (at ? client.origin !== at.origin : !isOriginOf(relyingParty, client.origin))
    throw invalid('it was made on another page');
  return client.origin;
}

const [USER_PRESENT, USER_VERIFIED] = [0x01, 0x04];
function mustHave(flags: number): void {
  if ((flags & USER_PRESENT) === 0)
    throw new CountersignError(
      'APPROVAL_USER_PRESENCE_MISSING',
      'The passkey signed without a touch.',
      'Sign again with a passkey that requires a touch.',
    );
  if ((flags & USER_VERIFIED) === 0)
    throw new CountersignError(
      'APPROVAL_USER_VERIFICATION_MISSING',
      'The passkey signed without verifying its user (PIN, finger or face).',
      'Sign again with a passkey that verifies its user; set a PIN for a security key that has none.',
    );
}

/** @returns which kind of passkey it is now. */
async function verified(
  { id, ...response }: Recorded,
  { statement, key, origin }: { statement: string; key: PublicKey; origin: string },
): Promise<'single-device' | 'multi-device'> {
  const { verifyAuthenticationResponse } = await import('@simplewebauthn/server');
  const { authenticatorData, clientDataJSON, signature } = response;
  const given: AuthenticationResponseJSON = {
    id,
    rawId: id,
    type: 'public-key',
    clientExtensionResults: {},
    response: { authenticatorData, clientDataJSON, signature },
  };
  // A bad signature is answered, or thrown: both are refused.
  const answer = await verifyAuthenticationResponse({
    response: given,
    expectedChallenge: challengeOf(statement).toString('base64url'),
    expectedOrigin: origin,
    expectedRPID: key.passkey!.relyingParty,
    requireUserVerification: true,
    // Whether it went up is judged where the counts so far are kept: in the ledger.
    credential: { id, publicKey: await coseKey(key), counter: 0 },
  }).catch((cause) => {
    throw invalid('it does not match this statement and passkey', cause);
  });
  if (!answer.verified || !hasOneForm(key, response)) throw invalid('it does not match this statement and passkey');
  return answer.authenticationInfo.credentialDeviceType === 'multiDevice' ? 'multi-device' : 'single-device';
}

/** SECURITY: the library takes other writings of one ECDSA signature too (14.0.3); OpenSSL takes the one of DER. */
function hasOneForm(
  { publicKey, type }: PublicKey,
  { authenticatorData, clientDataJSON, signature }: Omit<Recorded, 'id'>,
): boolean {
  const [data, client, bytes] = [authenticatorData, clientDataJSON, signature].map((text) =>
    Buffer.from(text, 'base64url'),
  ) as [Buffer, Buffer, Buffer];
  const signed = Buffer.concat([data, createHash('sha256').update(client).digest()]);
  return verify(type === 'ssh-ed25519' ? null : 'sha256', signed, publicKey, bytes);
}

/** RFC 9053: the form in which the library takes a public key. */
async function coseKey({ publicKey, type }: PublicKey): Promise<Uint8Array<ArrayBuffer>> {
  const { isoCBOR } = await import('@simplewebauthn/server/helpers');
  const jwk = publicKey.export({ format: 'jwk' });
  const bytes = (text = '') => new Uint8Array(Buffer.from(text, 'base64url'));
  const fields: Record<string, [number, number | Uint8Array][]> = {
    'ssh-ed25519': [
      [1, 1],
      [3, -8],
      [-1, 6],
      [-2, bytes(jwk.x)],
    ],
    'ecdsa-sha2-nistp256': [
      [1, 2],
      [3, -7],
      [-1, 1],
      [-2, bytes(jwk.x)],
      [-3, bytes(jwk.y)],
    ],
    'ssh-rsa': [
      [1, 3],
      [3, -257],
      [-1, bytes(jwk.n)],
      [-2, bytes(jwk.e)],
    ],
  };
  return isoCBOR.encode(new Map(fields[type]!) as never);
}
