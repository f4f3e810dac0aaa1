/** Reads a file that somebody named: a regular file, of a size that is looked at first. */
import { closeSync, constants, fstatSync, openSync, readSync, realpathSync } from 'node:fs';
import { isAbsolute, relative } from 'node:path';
import { CountersignError } from './core/errors.ts';

/**
 * SECURITY: opened without waiting (a FIFO has no writer yet, a device no end), judged by what was opened, and read no
 * further than the bound, even if the file grows meanwhile.
 *
 * @param name how the file is called in what is said of it.
 * @returns its text in UTF-8.
 * @throws INPUT_TOO_LARGE; INPUT_INVALID for what is no regular file; Node's own errors where it cannot be opened.
 */
export const readBounded = (path: string, maxBytes: number, name: string): string =>
  readBoundedBytes(path, maxBytes, name).toString('utf8');

/** The same, as bytes. */
export function readBoundedBytes(path: string, maxBytes: number, name: string): Buffer {
  const file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const stat = fstatSync(file);
    if (!stat.isFile())
      throw new CountersignError('INPUT_INVALID', `${name} is not a regular file.`, 'Name a file with text in it.');
    const bytes = Buffer.alloc(Math.min(stat.size, maxBytes) + 1);
    let size = 0;
    for (let read = -1; read !== 0 && size < bytes.length; size += read)
      read = readSync(file, bytes, size, bytes.length - size, null);
    if (stat.size > maxBytes || size > maxBytes)
      throw new CountersignError(
        'INPUT_TOO_LARGE',
        `${name} has ${Math.max(stat.size, size)} bytes; at most ${maxBytes} are read.`,
        'Name a smaller file.',
      );
    return bytes.subarray(0, size);
  } finally {
    closeSync(file);
  }
}

/**
 * A file that an agent names. SECURITY: links are resolved first; one outside these folders is not read.
 *
 * @returns undefined where it is outside, or cannot be opened. @throws INPUT_TOO_LARGE, INPUT_INVALID.
 */
export function readWithin(path: string, roots: readonly string[], maxBytes: number, name: string): Buffer | undefined {
  try {
    const real = realpathSync(path);
    const isInside = roots.some((root) => {
      const below = relative(realpathSync(root), real);
      return !below.startsWith('..') && !isAbsolute(below);
    });
    return isInside ? readBoundedBytes(real, maxBytes, name) : undefined;
  } catch (error) {
    if (error instanceof CountersignError) throw error;
    return undefined;
  }
}
