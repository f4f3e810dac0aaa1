/**
 * Cosignatures (C2SP `tlog-cosignature`): at that time a witness had seen no longer history of this log, and no other.
 *
 * Guarantees: Ed25519 and ML-DSA-44 (where this Node.js has it); a false signature by a known witness refuses the whole
 * note; those of unknown witnesses are ignored.
 */
import { createPublicKey, verify } from 'node:crypto';
import { CountersignError } from '../core/errors.ts';
import type { Checkpoint } from './checkpoint.ts';
import { type OpenNote, readVkey } from './note.ts';

/** `id`: 4 bytes. `kind` and `publicKey` follow from the type byte of its verifier key. */
export interface WitnessKey {
  name: string;
  id: Buffer;
  kind: (typeof KINDS)[keyof typeof KINDS];
  publicKey: Buffer;
}
/** `key`: the id in hex. `at`: seconds since 1970, as the witness says. */
export interface Cosignature {
  name: string;
  key: string;
  at: number;
}

const jwk = (kty: string, key: object) => ({ key: { kty, ...key }, format: 'jwk' as const });
const TIME_BYTES = 8;
/** The last second that a date of JavaScript can be. */
const LATEST = 8_640_000_000_000n;
/** By the type byte. Lengths in bytes. */
const KINDS = {
  4: {
    keyLength: 32,
    signatureLength: 64,
    jwk: (key: Buffer) => jwk('OKP', { crv: 'Ed25519', x: key.toString('base64url') }),
    signed: ({ text }: OpenNote, at: bigint): Buffer => Buffer.from(`cosignature/v1\ntime ${at}\n${text}`),
  },
  6: {
    keyLength: 1312,
    signatureLength: 2420,
    jwk: (key: Buffer) => jwk('AKP', { alg: 'ML-DSA-44', pub: key.toString('base64url') }),
    signed: (_note: OpenNote, at: bigint, { origin, size, rootHash }: Checkpoint, witness: string): Buffer =>
      Buffer.concat([
        Buffer.from('subtree/v1\n\0'),
        withLength(witness),
        uint64(at),
        withLength(origin),
        uint64(0n),
        uint64(BigInt(size)),
        Buffer.from(rootHash, 'hex'),
      ]),
  },
} as const;

function uint64(value: bigint): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(value);
  return bytes;
}
const withLength = (text: string): Buffer => Buffer.concat([Buffer.from([Buffer.byteLength(text)]), Buffer.from(text)]);

/** @throws INPUT_INVALID */
export function parseWitnessKey(text: string): WitnessKey {
  const read = readVkey(text.trim());
  const kind = Object.entries(KINDS).find(([type]) => Number(type) === read?.material[0])?.[1];
  if (read && kind && read.material.length === kind.keyLength + 1)
    return { name: read.name, id: read.id, kind, publicKey: read.material.subarray(1) };
  throw new CountersignError(
    'INPUT_INVALID',
    'This is not the verifier key of a witness (C2SP tlog-cosignature: type 04, Ed25519, or 06, ML-DSA-44).',
    'Pass the verifier key that the operator of the witness publishes, as name+id+key.',
  );
}

/**
 * @param note whose text is this checkpoint.
 * @returns one for each signature line of a known witness, in the order of the note.
 * @throws INPUT_INVALID when such a line does not verify.
 */
export function cosignaturesOf(note: OpenNote, checkpoint: Checkpoint, known: readonly WitnessKey[]): Cosignature[] {
  return note.signatures.flatMap(({ name, id, signature }) => {
    const key = known.find((one) => one.name === name && one.id.equals(id));
    if (!key) return [];
    const at = timeOf(note, checkpoint, signature, key);
    if (at !== undefined) return [{ name, key: id.toString('hex'), at }];
    throw new CountersignError(
      'INPUT_INVALID',
      `The cosignature by ${name} is false.`,
      'Do not rely on this checkpoint; get it again from the place where it was kept.',
    );
  });
}

/** @returns undefined when the signature does not verify, or names no time. */
function timeOf(note: OpenNote, checkpoint: Checkpoint, bytes: Buffer, key: WitnessKey): number | undefined {
  const { kind, name, publicKey } = key;
  if (bytes.length !== TIME_BYTES + kind.signatureLength) return undefined;
  const at = bytes.readBigUInt64BE();
  if (at === 0n || at > LATEST) return undefined;
  const data = kind.signed(note, at, checkpoint, name);
  return verify(null, data, publicKeyOf(kind.jwk(publicKey)), bytes.subarray(TIME_BYTES)) ? Number(at) : undefined;
}

/** @throws CONFIG_INVALID where this Node.js does not know the algorithm. */
function publicKeyOf(from: ReturnType<typeof jwk>) {
  try {
    return createPublicKey(from);
  } catch (error) {
    throw new CountersignError(
      'CONFIG_INVALID',
      'This version of Node.js cannot verify ML-DSA-44 signatures.',
      'Run this command with Node.js 24.7 or later, or name the Ed25519 key of the witness.',
      { cause: error },
    );
  }
}
