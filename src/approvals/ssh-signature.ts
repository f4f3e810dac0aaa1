/**
 * OpenSSH signatures (SSHSIG: PROTOCOL.sshsig of openssh-portable), verified with node:crypto; no kept library does.
 *
 * SECURITY: the namespace is fixed; RSA only with SHA-2; an sk- signature without user presence is refused, which
 * ssh-keygen itself would accept.
 */
import { createHash, verify } from 'node:crypto';
import { CountersignError } from '../core/errors.ts';
import { createReader, type PublicKey, parseKeyBlob, positive, sshString } from '../people/ssh-key.ts';

export const NAMESPACE = 'countersign-approval@v1';
/** Of what adopts a policy: no signature of one kind is one of the other. */
export const POLICY_NAMESPACE = 'countersign-policy@v1';
const USER_PRESENT = 0x01;
const USER_VERIFIED = 0x04;

/** The key that signed. `userVerified`: of a security key, did it ask for a PIN or a finger? */
export interface VerifiedKey extends PublicKey {
  userVerified?: boolean;
}

const [BEGIN, END] = ['-----BEGIN SSH SIGNATURE-----', '-----END SSH SIGNATURE-----'];
const ARMOUR = new RegExp(`^${BEGIN}\\s([A-Za-z0-9+/\\s]+)(={0,2})\\s*${END}$`);
/** Of OpenSSH's own lines. */
const LINE = /.{1,70}/g;

/**
 * The signature's bytes. What copying does to a text is taken: line ends, indentation, a byte order mark, padding that
 * was lost; `ssh-keygen -Y verify` takes none of that, so what is kept is `armour` of these bytes.
 */
function bytesOf(armored: string): Buffer {
  const [, base64, padding] = ARMOUR.exec(armored.replace(/^\uFEFF/, '').trim()) ?? [];
  const text = base64?.replaceAll(/\s/g, '') ?? '';
  const bytes = Buffer.from(text, 'base64');
  const canonical = bytes.toString('base64');
  const isWhole = padding === '' || `${text}${padding}` === canonical;
  if (text === '' || canonical.replace(/=+$/, '') !== text || !isWhole)
    throw new Error('it is not an armored SSH signature');
  return bytes;
}

const armour = (bytes: Buffer): string => `${[BEGIN, ...bytes.toString('base64').match(LINE)!, END].join('\n')}\n`;

/** The one text of a signature that was verified, as ssh-keygen writes it: to be recorded. */
export const canonicalSignature = (armored: string): string => armour(bytesOf(armored));

/** The key that a signature says it is by; undefined: it cannot be read. Proves nothing. */
export function keyNamedIn(armored: string): string | undefined {
  try {
    const reader = createReader(bytesOf(armored));
    reader.take(10);
    return parseKeyBlob(reader.string()).fingerprint;
  } catch {
    return undefined;
  }
}

/** @throws CountersignError INPUT_SIGNATURE_INVALID, APPROVAL_USER_PRESENCE_MISSING. */
export function verifySshSignature(message: Buffer, armored: string, expected = NAMESPACE): VerifiedKey {
  try {
    return verifyBlob(message, bytesOf(armored), expected);
  } catch (error) {
    if (error instanceof CountersignError) throw error;
    const why = error instanceof Error ? error.message : 'it cannot be read';
    throw new CountersignError(
      'INPUT_SIGNATURE_INVALID',
      `The signature is not valid: ${why}.`,
      `Sign the statement again: ssh-keygen -Y sign -n ${expected} -f KEY`,
    );
  }
}

function verifyBlob(message: Buffer, bytes: Buffer, expected: string): VerifiedKey {
  const reader = createReader(bytes);
  if (reader.take(6).toString('latin1') !== 'SSHSIG' || reader.take(4).readUInt32BE(0) !== 1)
    throw new Error('it is not an SSH signature of version 1');
  const key = parseKeyBlob(reader.string());
  const namespace = reader.string();
  if (reader.string().length > 0) throw new Error('its reserved field is not empty');
  const hash = reader.string().toString('latin1');
  const signature = createReader(reader.string());
  if (!reader.atEnd()) throw new Error('it has bytes after its end');
  if (namespace.toString('utf8') !== expected) throw new Error(`it was not made for ${expected}`);
  if (hash !== 'sha256' && hash !== 'sha512') throw new Error('its hash algorithm is not accepted');
  const digest = createHash(hash).update(message).digest();
  const signed = Buffer.concat([
    Buffer.from('SSHSIG'),
    ...[namespace, Buffer.alloc(0), Buffer.from(hash), digest].map(sshString),
  ]);
  const algorithm = signature.string().toString('latin1');
  const blob = signature.string();
  const tail = key.application === undefined ? undefined : signature.take(5);
  if (!signature.atEnd()) throw new Error('it has bytes after its end');
  const sha256 = (data: Buffer) => createHash('sha256').update(data).digest();
  const data = tail ? Buffer.concat([sha256(Buffer.from(key.application!)), tail, sha256(signed)]) : signed;
  if (!verifyRaw(key, algorithm, data, blob)) throw new Error('it does not match this statement and key');
  if (tail && (tail[0]! & USER_PRESENT) === 0) {
    throw new CountersignError(
      'APPROVAL_USER_PRESENCE_MISSING',
      'The security key signed without a touch.',
      'Sign again with a key that requires a touch.',
    );
  }
  return tail ? { ...key, userVerified: (tail[0]! & USER_VERIFIED) !== 0 } : key;
}

function verifyRaw(key: PublicKey, algorithm: string, data: Buffer, blob: Buffer): boolean {
  if (key.type === 'ssh-rsa') {
    const hash = { 'rsa-sha2-256': 'sha256', 'rsa-sha2-512': 'sha512' }[algorithm];
    return hash !== undefined && verify(hash, data, key.publicKey, blob);
  }
  if (algorithm !== key.type) return false;
  if (key.type.includes('ed25519')) return verify(null, data, key.publicKey, blob);
  const [hash, size] = key.type.includes('256')
    ? (['sha256', 32] as const)
    : key.type.includes('384')
      ? (['sha384', 48] as const)
      : (['sha512', 66] as const);
  const parts = createReader(blob);
  // SECURITY: each number has one writing; else another byte in front of it would be another signature that verifies.
  const fixed = (bytes: Buffer) => {
    const number = positive(bytes);
    if (number.length > size) throw new Error('it has a number that is too long');
    return Buffer.concat([Buffer.alloc(size - number.length), number]);
  };
  const raw = Buffer.concat([fixed(parts.string()), fixed(parts.string())]);
  return parts.atEnd() && verify(hash, data, { key: key.publicKey, dsaEncoding: 'ieee-p1363' }, raw);
}
