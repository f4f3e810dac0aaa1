/** A line of the directory: an OpenSSH public key, or a passkey. One person has both kinds, and one seat. */
import type { Proof } from '../core/proof.ts';
import { type PublicKey, parsePublicKey, sshBlob } from './ssh-key.ts';

export type KeyKind = 'passkey' | 'security key' | 'software key';
export const kindOf = ({ passkey, application }: PublicKey): KeyKind =>
  passkey ? 'passkey' : application === undefined ? 'software key' : 'security key';
/** The most that a signature by this key can prove. */
export const bestProofOf = (key: PublicKey): Proof => (kindOf(key) === 'software key' ? 'software' : 'verified');

const FIELDS = 6;
/** Of WebAuthn: at most 1,023 bytes. */
const MAX_CREDENTIAL_ID_BYTES = 1_023;
/** A host name: what a relying party is known by. */
const RELYING_PARTY = /^(?:localhost|(?=.{4,253}$)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]*[a-z0-9])$/;
/** Those that passkeys are made for here: EdDSA, ES256 and RS256. */
const OF_PASSKEYS = ['ssh-ed25519', 'ecdsa-sha2-nistp256', 'ssh-rsa'];

/** @throws Error saying in one clause what is wrong with the key. */
export function parseKey(text: string): PublicKey {
  return /^passkey\s/.test(text.trim()) ? parsePasskey(text) : parsePublicKey(text);
}

/**
 * `passkey <credential-id> <rp-id> <single-device|multi-device> <type> <base64>`: the public key as OpenSSH writes it,
 * so that one reader judges both kinds. A comment may follow.
 */
function parsePasskey(text: string): PublicKey {
  const [, credentialId = '', relyingParty = '', device = '', type = '', base64 = ''] = text
    .trim()
    .split(/\s+/, FIELDS);
  if (device !== 'single-device' && device !== 'multi-device')
    throw new Error(
      'this is not a passkey (passkey, credential id, host, single-device or multi-device, type, base64)',
    );
  const id = Buffer.from(credentialId, 'base64url');
  if (id.length === 0 || id.length > MAX_CREDENTIAL_ID_BYTES || id.toString('base64url') !== credentialId)
    throw new Error('the credential id of the passkey is not base64url');
  if (!RELYING_PARTY.test(relyingParty)) throw new Error('the passkey does not name the host that it was made for');
  if (!OF_PASSKEYS.includes(type)) throw new Error(`a passkey of type ${type.slice(0, 40)} is not accepted`);
  const { publicKey, material, fingerprint } = parsePublicKey(`${type} ${base64}`);
  return {
    type,
    publicKey,
    material,
    fingerprint: `passkey:${fingerprint}`,
    passkey: { credentialId, relyingParty, device },
  };
}

/** @throws Error for a key that no passkey of ours has. */
export function passkeyLine(
  { credentialId, relyingParty, device }: NonNullable<PublicKey['passkey']>,
  jwk: { kty?: string; crv?: string; x?: string; y?: string; n?: string; e?: string },
): string {
  const { type, blob } = sshBlob(jwk);
  const line = `passkey ${credentialId} ${relyingParty} ${device} ${type} ${blob.toString('base64')}`;
  parsePasskey(line);
  return line;
}
