/** Builds OpenSSH keys and signatures from node:crypto, also those that ssh-keygen would never make. */
import { createHash, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { NAMESPACE } from '../../src/approvals/ssh-signature.ts';

export const sshString = (value: Buffer | string): Buffer => {
  const bytes = Buffer.from(value as string);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
};
/** A positive number without needless zeros in front. */
export const mpint = (bytes: Buffer): Buffer => {
  const first = bytes.findIndex((byte) => byte !== 0);
  const rest = first < 0 ? Buffer.alloc(0) : bytes.subarray(first);
  return sshString(rest[0]! & 0x80 ? Buffer.concat([Buffer.from([0]), rest]) : rest);
};
const sha256 = (data: Buffer) => createHash('sha256').update(data).digest();
const fromUrl = (text: string | undefined) => Buffer.from(text ?? '', 'base64url');

export interface HandMadeKey {
  type: string;
  blob: Buffer;
  line: string;
  application?: string;
  /** The signature's inner blob over `data`. */
  signRaw(data: Buffer): Buffer;
}
const keyOf = (
  type: string,
  fields: Buffer[],
  signRaw: (data: Buffer) => Buffer,
  application?: string,
): HandMadeKey => {
  const all = [sshString(type), ...fields, ...(application === undefined ? [] : [sshString(application)])];
  const blob = Buffer.concat(all);
  return {
    type,
    blob,
    line: `${type} ${blob.toString('base64')}`,
    signRaw,
    ...(application === undefined ? {} : { application }),
  };
};

export function ed25519Key(application?: string): HandMadeKey {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const type = application === undefined ? 'ssh-ed25519' : 'sk-ssh-ed25519@openssh.com';
  const x = fromUrl(publicKey.export({ format: 'jwk' }).x);
  return keyOf(type, [sshString(x)], (data) => sign(null, data, privateKey), application);
}

/** The same numbers, listed as if a security key held them. */
export function asSecurityKey(plain: HandMadeKey): string {
  const type = 'sk-ssh-ed25519@openssh.com';
  const blob = Buffer.concat([sshString(type), plain.blob.subarray(4 + plain.type.length), sshString('ssh:')]);
  return `${type} ${blob.toString('base64')}`;
}

const point = (publicKey: KeyObject) => {
  const { x, y } = publicKey.export({ format: 'jwk' });
  return Buffer.concat([Buffer.from([4]), fromUrl(x), fromUrl(y)]);
};
/** @param type may claim another curve than `curve`. */
export function ecdsaKey(
  curve: 'nistp256' | 'nistp384' | 'nistp521',
  type = `ecdsa-sha2-${curve}`,
  application?: string,
): HandMadeKey {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: `P-${curve.slice(-3)}` });
  const hash = type.includes('256') ? 'sha256' : type.includes('384') ? 'sha384' : 'sha512';
  return keyOf(
    type,
    [sshString(curve), sshString(point(publicKey))],
    (data) => {
      const raw = sign(hash, data, { key: privateKey, dsaEncoding: 'ieee-p1363' });
      const half = raw.length / 2;
      return Buffer.concat([mpint(raw.subarray(0, half)), mpint(raw.subarray(half))]);
    },
    application,
  );
}

/** @param padding zero bytes too many before the modulus: the same key under another name. */
export function rsaKey(modulusLength: number, padding = 0, pair = rsaPair(modulusLength)): HandMadeKey {
  const { n, e } = pair.publicKey.export({ format: 'jwk' });
  const modulus = mpint(fromUrl(n));
  const padded = sshString(Buffer.concat([Buffer.alloc(padding), modulus.subarray(4)]));
  return keyOf('ssh-rsa', [mpint(fromUrl(e)), padded], (data) => sign('sha512', data, pair.privateKey));
}
export const rsaPair = (modulusLength: number) => generateKeyPairSync('rsa', { modulusLength });

export function rsaLine(exponent: number): string {
  const { n } = rsaPair(2048).publicKey.export({ format: 'jwk' });
  const fields = [sshString('ssh-rsa'), mpint(Buffer.from([exponent])), mpint(fromUrl(n))];
  return `ssh-rsa ${Buffer.concat(fields).toString('base64')}`;
}

/** @param flags of a security key: 1 is user presence, 4 is user verification. */
export function signBy(
  key: HandMadeKey,
  message: string,
  { flags = 1, namespace = NAMESPACE, reserved = '' } = {},
): string {
  const digest = createHash('sha512').update(message).digest();
  const signed = Buffer.concat([
    Buffer.from('SSHSIG'),
    ...[namespace, reserved, 'sha512', digest].map((part) => sshString(part)),
  ]);
  const tail = Buffer.from([flags, 0, 0, 0, 7]);
  const data =
    key.application === undefined
      ? signed
      : Buffer.concat([sha256(Buffer.from(key.application)), tail, sha256(signed)]);
  const algorithm = key.type === 'ssh-rsa' ? 'rsa-sha2-512' : key.type;
  const inner = Buffer.concat([
    sshString(algorithm),
    sshString(key.signRaw(data)),
    ...(key.application === undefined ? [] : [tail]),
  ]);
  const outer = Buffer.concat([
    Buffer.from('SSHSIG'),
    Buffer.from([0, 0, 0, 1]),
    ...[key.blob, namespace, reserved, 'sha512', inner].map((part) => sshString(part)),
  ]);
  return `-----BEGIN SSH SIGNATURE-----\n${outer.toString('base64').replace(/.{70}/g, '$&\n')}\n-----END SSH SIGNATURE-----\n`;
}
