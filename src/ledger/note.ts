/**
 * Signed notes (C2SP `signed-note`), Ed25519 only: a text, an empty line, and signature lines.
 *
 * Guarantees: a signature by a known key that does not verify refuses the whole note; base64 has its one canonical
 * writing; signatures of unknown keys are read and ignored.
 */
import { createHash, createPublicKey, type KeyObject, sign, verify } from 'node:crypto';
import { CountersignError } from '../core/errors.ts';

/** A public key that may sign notes. `id`: 4 bytes; `publicKey`: 32 bytes. */
export interface NoteKey {
  name: string;
  id: Buffer;
  publicKey: Buffer;
}

const ED25519 = Buffer.from([1]);
/** SECURITY: a note is text of others; the specification requires at least 16. */
const MOST_SIGNATURES = 64;
const NAME = /^[^\s+\p{Cc}]+$/u;

/** The bytes of standard base64 in its one canonical writing; undefined for any other. */
export function exactBase64(text: string): Buffer | undefined {
  const bytes = Buffer.from(text, 'base64');
  return bytes.toString('base64') === text ? bytes : undefined;
}

export function noteKey(name: string, key: KeyObject): NoteKey {
  const { x = '' } = createPublicKey(key as never).export({ format: 'jwk' });
  return named(name, Buffer.from(x, 'base64url'));
}

function named(name: string, publicKey: Buffer): NoteKey {
  return { name, id: keyId(name, Buffer.concat([ED25519, publicKey])), publicKey };
}
/** @param material the type of the key, one byte, and the public key. */
const keyId = (name: string, material: Buffer): Buffer =>
  createHash('sha256').update(`${name}\n`).update(material).digest().subarray(0, 4);

/** `name+id in hex+base64 of type and key` */
export function formatVkey({ name, id, publicKey }: NoteKey): string {
  return `${name}+${id.toString('hex')}+${Buffer.concat([ED25519, publicKey]).toString('base64')}`;
}

/** @throws INPUT_INVALID also for an id that is not the key's own. */
export function parseVkey(text: string): NoteKey {
  const { name, material } = readVkey(text) ?? {};
  if (name !== undefined && material?.length === 33 && material[0] === 1) return named(name, material.subarray(1));
  throw new CountersignError(
    'INPUT_INVALID',
    'This is not a verifier key for Ed25519 notes.',
    'Pass the line that `countersign audit key` prints.',
  );
}

/** @returns undefined for no verifier key. `material`: the type of the key, one byte, and the public key. */
export function readVkey(text: string): { name: string; id: Buffer; material: Buffer } | undefined {
  const [, name = '', id = '', base64 = ''] = /^([^+]+)\+([0-9a-f]{8})\+(.+)$/.exec(text) ?? [];
  const material = exactBase64(base64);
  if (!material || material.length < 2 || !NAME.test(name)) return undefined;
  const own = keyId(name, material);
  return own.toString('hex') === id ? { name, id: own, material } : undefined;
}

/** @param text ends in a newline. */
export function signNote(text: string, privateKey: KeyObject, name: string): string {
  const { id } = noteKey(name, privateKey);
  return `${text}\n${signatureLine(name, Buffer.concat([id, sign(null, Buffer.from(text), privateKey)]))}`;
}
const signatureLine = (name: string, bytes: Buffer): string => `— ${name} ${bytes.toString('base64')}\n`;

export interface OpenNote {
  /** With its final newline. */
  text: string;
  signatures: { name: string; id: Buffer; signature: Buffer }[];
}

/** A note in two parts, with nothing verified. @throws INPUT_INVALID */
export function splitNote(note: string): OpenNote {
  const at = note.lastIndexOf('\n\n');
  const lines = note.slice(at + 2).split('\n');
  const controls = /[\u0000-\u0009\u000b-\u001f]/.test(note);
  if (at < 1 || lines.pop() !== '' || lines.length === 0 || lines.length > MOST_SIGNATURES || controls)
    throw invalid('has no signature lines, or too many');
  return { text: note.slice(0, at + 1), signatures: lines.map(readSignature) };
}

function readSignature(line: string): OpenNote['signatures'][number] {
  const [, name = '', base64 = ''] = /^— (\S+) (\S+)$/u.exec(line) ?? [];
  const bytes = exactBase64(base64);
  if (!bytes || bytes.length < 5 || !NAME.test(name)) throw invalid('has a signature line that is not in its one form');
  return { name, id: bytes.subarray(0, 4), signature: bytes.subarray(4) };
}

/** @returns the keys that signed. @throws INPUT_INVALID when a known key's signature does not verify. */
export function signersOfNote({ text, signatures }: OpenNote, known: readonly NoteKey[]): NoteKey[] {
  return signatures.flatMap(({ name, id, signature }) => {
    const key = known.find((one) => one.name === name && one.id.equals(id));
    if (!key) return [];
    if (!isSignature(Buffer.from(text), signature, key))
      throw invalid(`is not signed by ${name}: the signature is false`);
    return [key];
  });
}

function isSignature(data: Buffer, signature: Buffer, { publicKey }: NoteKey): boolean {
  if (signature.length !== 64) return false;
  const key = { kty: 'OKP', crv: 'Ed25519', x: publicKey.toString('base64url') };
  try {
    return verify(null, data, createPublicKey({ key, format: 'jwk' }), signature);
  } catch {
    return false;
  }
}

function invalid(why: string): CountersignError {
  return new CountersignError(
    'INPUT_INVALID',
    `This signed note ${why}.`,
    'Do not rely on it; get it again from the place where it was kept.',
  );
}
