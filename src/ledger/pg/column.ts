/** Texts as columns keep them: a column has no NUL, no half of a character, and an index no text of any length. */
import { sha256Hex } from '../../core/digest.ts';

const MOST_BYTES = 1_500;

/** INVARIANT: one text has one column, whether it is written, asked for or verified. */
export function asColumn(text: string): string {
  const plain = text.toWellFormed().replaceAll('\0', '\ufffd');
  return Buffer.byteLength(plain) <= MOST_BYTES ? plain : `${plain.slice(0, 200)}#${sha256Hex(Buffer.from(plain))}`;
}
