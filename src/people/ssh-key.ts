/** OpenSSH public keys: parsed to what node:crypto verifies with, named by their SHA-256 fingerprint. */
import { createHash, createPublicKey, type KeyObject } from 'node:crypto';

export interface PublicKey {
  type: string;
  fingerprint: string;
  /** SHA-256 of the bare key: the same however the key is listed (a security key's numbers as a plain key, …). */
  material: string;
  publicKey: KeyObject;
  /** For sk- keys: what the signature is bound to. */
  application?: string;
  /** For passkeys: found by its credential id, used on pages of that host. `device`: can it be copied to another? */
  passkey?: { credentialId: string; relyingParty: string; device: 'single-device' | 'multi-device' };
}

/** SSH wire data: strings are a 32-bit length, then the bytes. */
export function createReader(bytes: Buffer) {
  let at = 0;
  const take = (length: number): Buffer => {
    if (at + length > bytes.length) throw new Error('the key data is incomplete');
    at += length;
    return bytes.subarray(at - length, at);
  };
  return { take, string: () => take(take(4).readUInt32BE(0)), atEnd: () => at === bytes.length };
}
type Reader = ReturnType<typeof createReader>;

const MIN_RSA_BITS = 2048;
const CURVES: Record<string, { name: string; crv: string; bytes: number }> = {
  'ecdsa-sha2-nistp256': { name: 'nistp256', crv: 'P-256', bytes: 32 },
  'ecdsa-sha2-nistp384': { name: 'nistp384', crv: 'P-384', bytes: 48 },
  'ecdsa-sha2-nistp521': { name: 'nistp521', crv: 'P-521', bytes: 66 },
  'sk-ecdsa-sha2-nistp256@openssh.com': { name: 'nistp256', crv: 'P-256', bytes: 32 },
};
const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest();

/** SECURITY: only the shortest writing of a number is read, so that one key cannot have two fingerprints. */
export function positive(bytes: Buffer): Buffer {
  const [first = 0, second = 0] = bytes;
  if (first >= 0x80 || bytes.length === 0) throw new Error('the key contains a number that is not positive');
  if (first === 0 && second < 0x80) throw new Error('the key contains a number that is not in its shortest form');
  return first === 0 ? bytes.subarray(1) : bytes;
}
const bitsOf = (bytes: Buffer) => BigInt(`0x${bytes.toString('hex')}`).toString(2).length;

/** RFC 4251: its length in four bytes, then the bytes. */
export function sshString(bytes: Buffer): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
}
/** Of a public key as it stands in a key file, an agent's answer or a signature. */
export const fingerprintOf = (blob: Buffer): string => `SHA256:${sha256(blob).toString('base64').replace(/=+$/, '')}`;
/** A positive number in its shortest form. */
const wiredNumber = (bytes: Buffer): Buffer => {
  const first = bytes.findIndex((byte) => byte !== 0);
  const shortest = bytes.subarray(Math.max(first, 0));
  return sshString(shortest[0]! >= 0x80 ? Buffer.concat([Buffer.alloc(1), shortest]) : shortest);
};

/** A JSON web key as OpenSSH writes it. @throws Error for one of another type or curve. */
export function sshBlob(jwk: { kty?: string; crv?: string; x?: string; y?: string; n?: string; e?: string }): {
  type: string;
  blob: Buffer;
} {
  const bytes = (text = '') => Buffer.from(text, 'base64url');
  const of = (type: string, ...fields: Buffer[]) => ({
    type,
    blob: Buffer.concat([sshString(Buffer.from(type)), ...fields]),
  });
  if (jwk.kty === 'OKP' && jwk.crv === 'Ed25519') return of('ssh-ed25519', sshString(bytes(jwk.x)));
  if (jwk.kty === 'RSA') return of('ssh-rsa', wiredNumber(bytes(jwk.e)), wiredNumber(bytes(jwk.n)));
  if (jwk.kty !== 'EC' || jwk.crv !== 'P-256') throw new Error('keys of this kind are not accepted');
  const point = Buffer.concat([Buffer.from([4]), bytes(jwk.x), bytes(jwk.y)]);
  return of('ecdsa-sha2-nistp256', sshString(Buffer.from('nistp256')), sshString(point));
}

/** @throws Error saying in one clause what is wrong with the key. */
export function parsePublicKey(text: string): PublicKey {
  const [type = '', base64 = ''] = text.trim().split(/\s+/);
  const blob = Buffer.from(base64, 'base64');
  if (blob.length === 0 || blob.toString('base64') !== base64)
    throw new Error('this is not an OpenSSH public key (type, then base64)');
  const key = parseKeyBlob(blob);
  if (key.type !== type) throw new Error(`the key says it is ${key.type}, not ${type}`);
  return key;
}

export function parseKeyBlob(blob: Buffer): PublicKey {
  const reader = createReader(blob);
  const type = reader.string().toString('latin1');
  const jwk = keyFields(type, reader);
  const application = type.startsWith('sk-') ? reader.string().toString() : undefined;
  if (!reader.atEnd()) throw new Error('the key has extra bytes at its end');
  const publicKey = createPublicKey({ key: jwk, format: 'jwk' });
  return {
    type,
    fingerprint: fingerprintOf(blob),
    material: sha256(publicKey.export({ type: 'spki', format: 'der' })).toString('hex'),
    publicKey,
    ...(application === undefined ? {} : { application }),
  };
}

const ED25519_PRIME = 2n ** 255n - 19n;
const ED25519_D = 37095705934669439343138083508754565189542113879843219016388785533085940283555n;
/** The y of the eight points whose order divides 8: for these anybody makes a signature that verifies. */
const SMALL_ORDER: ReadonlySet<bigint> = new Set([
  0n,
  1n,
  ED25519_PRIME - 1n,
  2707385501144840649318225287225658788936804267575313519463743609750303402022n,
  ED25519_PRIME - 2707385501144840649318225287225658788936804267575313519463743609750303402022n,
]);

/** RFC 8032, 5.1.3. SECURITY: one key has one encoding, is on the curve, and only its owner can sign with it. */
function ed25519Point(bytes: Buffer): Buffer {
  if (bytes.length !== 32) throw new Error('an Ed25519 key has 32 bytes');
  const y = BigInt(`0x${Buffer.from(bytes).reverse().toString('hex')}`) & (2n ** 255n - 1n);
  if (y >= ED25519_PRIME) throw new Error('the Ed25519 key is not in its canonical form');
  if (SMALL_ORDER.has(y)) throw new Error('the Ed25519 key is degenerate: its signatures can be forged');
  const u = modulo(y * y - 1n);
  const v = modulo(ED25519_D * y * y + 1n);
  // u/v is a square exactly when u·v is.
  if (power(modulo(u * v), (ED25519_PRIME - 1n) / 2n) !== 1n) throw new Error('the Ed25519 key is not on its curve');
  return bytes;
}
const modulo = (value: bigint): bigint => ((value % ED25519_PRIME) + ED25519_PRIME) % ED25519_PRIME;
function power(base: bigint, exponent: bigint): bigint {
  let result = 1n;
  for (let [square, rest] = [base, exponent]; rest > 0n; rest >>= 1n) {
    if (rest & 1n) result = modulo(result * square);
    square = modulo(square * square);
  }
  return result;
}

function keyFields(type: string, reader: Reader): Record<string, string> {
  switch (type) {
    case 'ssh-ed25519':
    case 'sk-ssh-ed25519@openssh.com':
      return { kty: 'OKP', crv: 'Ed25519', x: ed25519Point(reader.string()).toString('base64url') };
    case 'ssh-rsa': {
      const [e, n] = [positive(reader.string()), positive(reader.string())];
      if (bitsOf(n) < MIN_RSA_BITS) throw new Error(`an RSA key needs at least ${MIN_RSA_BITS} bits`);
      // With an exponent of 1 the padding is its own signature: anybody could sign.
      if (e.length > 8 || (e.at(-1)! & 1) === 0 || bitsOf(e) < 2) throw new Error('the RSA exponent is not accepted');
      return { kty: 'RSA', e: e.toString('base64url'), n: n.toString('base64url') };
    }
    case 'ecdsa-sha2-nistp256':
    case 'ecdsa-sha2-nistp384':
    case 'ecdsa-sha2-nistp521':
    case 'sk-ecdsa-sha2-nistp256@openssh.com': {
      const { name, crv, bytes } = CURVES[type]!;
      if (reader.string().toString('latin1') !== name) throw new Error(`the curve of a ${type} key is ${name}`);
      const point = reader.string();
      if (point[0] !== 4 || point.length !== 1 + 2 * bytes) throw new Error('the curve point is not valid');
      return {
        kty: 'EC',
        crv,
        x: point.subarray(1, 1 + bytes).toString('base64url'),
        y: point.subarray(1 + bytes).toString('base64url'),
      };
    }
    default:
      throw new Error(`keys of type ${type.slice(0, 40)} are not accepted`);
  }
}
