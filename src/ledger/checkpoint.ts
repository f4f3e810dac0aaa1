/**
 * Checkpoints (C2SP `tlog-checkpoint`): the head of a ledger as text, to keep somewhere else.
 *
 * Limit: not signed yet. A checkpoint proves as much as the place that it is kept in.
 */
import { CountersignError } from '../core/errors.ts';

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
 * Signature lines after an empty line are allowed and not looked at; extension lines are refused.
 *
 * @throws INPUT_INVALID
 */
export function parseCheckpoint(text: string): Checkpoint {
  const [body = '', ...signatures] = text.split('\n\n');
  const lines = (signatures.length > 0 ? `${body}\n` : body).split('\n');
  const [origin = '', size = '', root = '', end, ...more] = lines;
  const rootBytes = Buffer.from(root, 'base64');
  const exact = rootBytes.length === 32 && rootBytes.toString('base64') === root;
  const counted = /^(0|[1-9][0-9]*)$/.test(size) && Number.isSafeInteger(Number(size));
  if (!origin || !exact || !counted || end !== '' || more.length > 0) {
    throw new CountersignError(
      'INPUT_INVALID',
      'This is not a checkpoint: it must have the origin, the size and the base64 root, one per line.',
      'Pass the text as the ledger wrote it, with its final newline.',
    );
  }
  return { origin, size: Number(size), rootHash: rootBytes.toString('hex') };
}
