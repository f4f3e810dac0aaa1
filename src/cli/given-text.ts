/** The text of a file that a command was given, or of standard input for `-`. */
import { readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';

/**
 * Standard input is read as a stream: who is asked in a terminal was looked for there already, which makes a pipe
 * non-blocking, and a read at once fails when the other end (ssh, a signer) has not written yet.
 */
export const givenText = (file: string): Promise<string> =>
  file === '-' ? text(process.stdin) : readFile(file, 'utf8');
