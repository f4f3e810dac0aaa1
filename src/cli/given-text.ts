/** The text of a file that a command was given, or of standard input for `-`. */
import { createReadStream } from 'node:fs';
import { CountersignError } from '../core/errors.ts';

/** More than any tool takes. */
const MAX_BYTES = 8_000_000;

/**
 * Read as a stream: who is asked in a terminal was looked for at standard input already, which makes a pipe
 * non-blocking, and a read at once fails when the other end (ssh, a signer) has not written yet. A pipe or a device has
 * no size to look at: what comes out of it is counted.
 *
 * @throws INPUT_TOO_LARGE; INPUT_NOT_FOUND where there is no such file, INPUT_INVALID where it cannot be read.
 */
export async function givenText(file: string): Promise<string> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of file === '-' ? (process.stdin as AsyncIterable<Buffer>) : partsOf(file)) {
    parts.push(part);
    size += part.length;
    if (size > MAX_BYTES)
      throw new CountersignError(
        'INPUT_TOO_LARGE',
        `${file === '-' ? 'Standard input' : file} has more than ${MAX_BYTES} bytes.`,
        'Send a shorter one.',
      );
  }
  return Buffer.concat(parts).toString('utf8');
}

async function* partsOf(file: string): AsyncIterable<Buffer> {
  try {
    yield* createReadStream(file) as AsyncIterable<Buffer>;
  } catch (error) {
    throw unreadable(file, error);
  }
}

/** Of a file that a person named in a command. */
export function unreadable(file: string, error: unknown): CountersignError {
  const { code } = error as NodeJS.ErrnoException;
  return code === 'ENOENT'
    ? new CountersignError('INPUT_NOT_FOUND', `There is no file ${file}.`, 'Check the path.', { cause: error })
    : new CountersignError(
        'INPUT_INVALID',
        `${file} cannot be read (${code ?? 'error'}).`,
        'Name a file that you can read.',
        {
          cause: error,
        },
      );
}
