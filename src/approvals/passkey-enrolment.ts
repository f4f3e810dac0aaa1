/**
 * Making a passkey: what the browser is asked for, and the line of the policy that its answer becomes.
 *
 * Guarantees: the passkey verifies its user, was made in a page of its own at the configured origin, and replaces none
 * (a random user id for each). It signs nothing until owners have adopted a policy that lists it.
 * Limit: its maker is not proven (no attestation is asked for): owners compare the fingerprint with its person.
 */
import { randomBytes } from 'node:crypto';
import type { PublicKeyCredentialCreationOptionsJSON, RegistrationResponseJSON } from '@simplewebauthn/server';
import { z } from 'zod';
import { CountersignError } from '../core/errors.ts';
import { parseKey, passkeyLine } from '../people/key.ts';
import type { Person } from '../people/person.ts';
import type { PublicKey } from '../people/ssh-key.ts';
import { ALGORITHMS } from './passkey-signature.ts';
import type { RelyingParty } from './relying-party.ts';

/** Kept by the page from its question to the answer, for one answer. */
export interface Enrolment {
  person: string;
  /** base64url */
  challenge: string;
  relyingParty: RelyingParty;
  expiresAt: string;
}
const LIFETIME_MILLISECONDS = 300_000;

export async function beginEnrolment(
  { name, keys }: Person,
  relyingParty: RelyingParty,
  now: Date,
): Promise<{ options: PublicKeyCredentialCreationOptionsJSON; enrolment: Enrolment }> {
  const { generateRegistrationOptions } = await import('@simplewebauthn/server');
  const options = await generateRegistrationOptions({
    rpName: 'Countersign',
    rpID: relyingParty.id,
    userName: name,
    userDisplayName: name,
    // An authenticator keeps one passkey for each user id of a host, and every port of this machine is one host.
    userID: new Uint8Array(randomBytes(32)),
    challenge: new Uint8Array(randomBytes(32)),
    timeout: LIFETIME_MILLISECONDS,
    attestationType: 'none',
    excludeCredentials: keys.flatMap(({ passkey }) => (passkey ? [{ id: passkey.credentialId }] : [])),
    authenticatorSelection: { residentKey: 'preferred', userVerification: 'required' },
    supportedAlgorithmIDs: ALGORITHMS,
  });
  const expiresAt = new Date(now.getTime() + LIFETIME_MILLISECONDS).toISOString();
  return { options, enrolment: { person: name, challenge: options.challenge, relyingParty, expiresAt } };
}

const invalid = (why: string, cause?: unknown) =>
  new CountersignError('INPUT_PASSKEY_INVALID', `This passkey cannot be enrolled: ${why}.`, 'Make another passkey.', {
    cause,
  });

const answerSchema = z.object({ id: z.string(), response: z.object({ clientDataJSON: z.string() }) });
/** SECURITY: the library looks at neither. */
const clientDataSchema = z.looseObject({
  crossOrigin: z.literal(false).optional(),
  topOrigin: z.undefined().optional(),
});

/** @param response the browser's answer. @throws INPUT_PASSKEY_INVALID */
export async function finishEnrolment(
  { challenge, relyingParty, expiresAt }: Enrolment,
  response: unknown,
  now: Date,
): Promise<{ line: string; key: PublicKey }> {
  if (now.getTime() > Date.parse(expiresAt)) throw invalid('the answer came too late');
  const answer = answerSchema.safeParse(response);
  if (!answer.success) throw invalid('this is not the answer of a browser');
  try {
    clientDataSchema.parse(JSON.parse(Buffer.from(answer.data.response.clientDataJSON, 'base64url').toString('utf8')));
  } catch (cause) {
    throw invalid('it was not made by a page of its own', cause);
  }
  const [{ verifyRegistrationResponse }, { decodeCredentialPublicKey, cose }] = await Promise.all([
    import('@simplewebauthn/server'),
    import('@simplewebauthn/server/helpers'),
  ]);
  const made = await verifyRegistrationResponse({
    response: response as RegistrationResponseJSON,
    expectedChallenge: challenge,
    expectedOrigin: relyingParty.origin,
    expectedRPID: relyingParty.id,
    requireUserPresence: true,
    requireUserVerification: true,
    supportedAlgorithmIDs: ALGORITHMS,
  }).catch((cause) => {
    throw invalid('the answer does not verify', cause);
  });
  if (!made.verified) throw invalid('the answer does not verify');
  const { credential, credentialDeviceType } = made.registrationInfo;
  try {
    const device = credentialDeviceType === 'multiDevice' ? 'multi-device' : 'single-device';
    const line = passkeyLine(
      { credentialId: credential.id, relyingParty: relyingParty.id, device },
      jwkOf(decodeCredentialPublicKey(credential.publicKey), cose.COSEKEYS),
    );
    return { line, key: parseKey(line) };
  } catch (cause) {
    throw invalid(cause instanceof Error ? cause.message : 'its key is not accepted', cause);
  }
}

type Cose = { get(key: number): unknown };

/** RFC 9053. @throws Error for a curve that was not asked for. */
function jwkOf(key: Cose, { kty, crv, x, y, n, e }: Record<'kty' | 'crv' | 'x' | 'y' | 'n' | 'e', number>) {
  const text = (field: number) => {
    const bytes = key.get(field);
    if (!(bytes instanceof Uint8Array)) throw new Error('its key is not complete');
    return Buffer.from(bytes).toString('base64url');
  };
  switch (key.get(kty)) {
    case 1:
      if (key.get(crv) === 6) return { kty: 'OKP', crv: 'Ed25519', x: text(x) };
      break;
    case 2:
      if (key.get(crv) === 1) return { kty: 'EC', crv: 'P-256', x: text(x), y: text(y) };
      break;
    case 3:
      return { kty: 'RSA', n: text(n), e: text(e) };
  }
  throw new Error('its key is on another curve than was asked for');
}
