/** OpenSSH public keys: parsed to what node:crypto verifies with, named by their SHA-256 fingerprint. */
import { createHash, createPublicKey, type KeyObject } from 'node:crypto';

export interface PublicKey {
  type: string;
  fingerprint: string;
  publicKey: KeyObject;
  /** For sk- keys: what the signature is bound to. */
  application?: string;
}

/** SSH wire data: strings are a 32-bit length, then the bytes. */
export function createReader(bytes: Buffer) {
  let at = 0;
  const take = (length: number): Buffer => {
    if (at + length > bytes.length) throw new Error('the data ends too early');
    at += length;
    return bytes.subarray(at - length, at);
  };
  return { take, string: () => take(take(4).readUInt32BE(0)), atEnd: () => at === bytes.length };
}
type Reader = ReturnType<typeof createReader>;

const MIN_RSA_BYTES = 256;
const CURVES: Record<string, [string, number]> = {
  nistp256: ['P-256', 32],
  nistp384: ['P-384', 48],
  nistp521: ['P-521', 66],
};
const trimmed = (bytes: Buffer) => (bytes[0] === 0 ? bytes.subarray(1) : bytes);

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
  if (!reader.atEnd()) throw new Error('the key has bytes after its end');
  const fingerprint = `SHA256:${createHash('sha256').update(blob).digest('base64').replace(/=+$/, '')}`;
  return {
    type,
    fingerprint,
    publicKey: createPublicKey({ key: jwk, format: 'jwk' }),
    ...(application === undefined ? {} : { application }),
  };
}

function keyFields(type: string, reader: Reader): Record<string, string> {
  switch (type) {
    case 'ssh-ed25519':
    case 'sk-ssh-ed25519@openssh.com':
      return { kty: 'OKP', crv: 'Ed25519', x: reader.string().toString('base64url') };
    case 'ssh-rsa': {
      const [e, n] = [trimmed(reader.string()), trimmed(reader.string())];
      if (n.length < MIN_RSA_BYTES) throw new Error('an RSA key needs at least 2048 bits');
      return { kty: 'RSA', e: e.toString('base64url'), n: n.toString('base64url') };
    }
    case 'ecdsa-sha2-nistp256':
    case 'ecdsa-sha2-nistp384':
    case 'ecdsa-sha2-nistp521':
    case 'sk-ecdsa-sha2-nistp256@openssh.com': {
      const [crv, size] = CURVES[reader.string().toString()] ?? ['', 0];
      const point = reader.string();
      if (size === 0 || point[0] !== 4 || point.length !== 1 + 2 * size)
        throw new Error('the curve point is not valid');
      return {
        kty: 'EC',
        crv,
        x: point.subarray(1, 1 + size).toString('base64url'),
        y: point.subarray(1 + size).toString('base64url'),
      };
    }
    default:
      throw new Error(`keys of type ${type.slice(0, 40)} are not accepted`);
  }
}
