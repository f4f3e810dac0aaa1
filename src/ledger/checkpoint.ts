/**
 * Checkpoints (C2SP `tlog-checkpoint`): the head of a ledger as text, to keep somewhere else.
 *
 * Guarantees: one checkpoint has one text; a signature by a known key that does not verify refuses it.
 * Limit: who holds both the ledger and the key can sign another history; the place that keeps it reveals this.
 */
import { CountersignError } from '../core/errors.ts';
import { exactBase64, type NoteKey, signersOfNote, splitNote } from './note.ts';

/** `size`: events; `rootHash`: lower-case hex. */
export interface Checkpoint {
  origin: string;
  size: number;
  rootHash: string;
}

/** Three lines: origin, size in decimal, root in base64. */
export function formatCheckpoint({ origin, size, rootHash }: Checkpoint): string {
  return `${origin}\n${size}\n${Buffer.from(rootHash, 'hex').toString('base64')}\n`;
}

/**
 * Signature lines after an empty line must have their form; `openCheckpoint` verifies them. Extension lines are refused.
 *
 * @throws INPUT_INVALID
 */
export function parseCheckpoint(text: string): Checkpoint {
  const lines = (text.includes('\n\n') ? splitNote(text).text : text).split('\n');
  const [origin = '', size = '', root = '', end, ...more] = lines;
  const rootBytes = exactBase64(root);
  const counted = /^(0|[1-9][0-9]*)$/.test(size) && Number.isSafeInteger(Number(size));
  if (!origin || rootBytes?.length !== 32 || !counted || end !== '' || more.length > 0) {
    throw new CountersignError(
      'INPUT_INVALID',
      'This is not a checkpoint: it must have the origin, the size and the base64 root, one per line.',
      'Pass the text as the ledger wrote it, with its final newline.',
    );
  }
  return { origin, size: Number(size), rootHash: rootBytes.toString('hex') };
}

/** Whether a key that is known, and named as the checkpoint's origin, signed it. */
export type Signed = 'signed' | 'unsigned' | 'signed by an unknown key';

/** @throws INPUT_INVALID also when the signature of a known key is false. */
export function openCheckpoint(text: string, known: readonly NoteKey[]): { checkpoint: Checkpoint; signed: Signed } {
  const checkpoint = parseCheckpoint(text);
  if (!text.includes('\n\n')) return { checkpoint, signed: 'unsigned' };
  const logs = known.filter(({ name }) => name === checkpoint.origin);
  const signers = signersOfNote(splitNote(text), logs);
  return { checkpoint, signed: signers.length > 0 ? 'signed' : 'signed by an unknown key' };
}
