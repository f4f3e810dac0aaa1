/** The keys and the head of a ledger, as the audit commands are asked for them. */
import { existsSync, readFileSync } from 'node:fs';
import { CountersignError } from '../core/errors.ts';
import { formatCheckpoint } from '../ledger/checkpoint.ts';
import type { OpenLedger } from '../ledger/ledger.ts';
import { ensureLogKey, keyFileIn, ownVkeys, type SignedHead, signHead } from '../ledger/log-key.ts';
import { type NoteKey, parseVkey } from '../ledger/note.ts';
import { writeTiles } from '../ledger/tiles.ts';

/** @param given a verifier key, or a file with one a line. Absent: those that the state folder made. */
export function knownKeys(home: string, given: string | undefined): NoteKey[] {
  if (given === undefined) return ownVkeys(home);
  const text = existsSync(given) ? readFileSync(given, 'utf8') : given;
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .map(parseVkey);
}

/** Makes the key if there is none. */
export async function madeKey(ledger: OpenLedger, home: string, given: string | undefined) {
  const file = given ?? keyFileIn(home);
  return { file, ...(await ensureLogKey(home, file, ledger)) };
}

/** @throws INPUT_NOT_FOUND without a key. */
export async function signedHead(ledger: OpenLedger, home: string, given: string | undefined): Promise<SignedHead> {
  const file = given ?? keyFileIn(home);
  if (existsSync(file)) return signHead(ledger, file);
  throw new CountersignError(
    'INPUT_NOT_FOUND',
    `There is no key ${file} to sign checkpoints with.`,
    given === undefined
      ? 'Make one with: countersign audit key'
      : `Make one with: countersign audit key --key ${given}`,
  );
}

/** Signed where there is a key, or one was named. */
export async function headOf(
  ledger: OpenLedger,
  home: string,
  given: string | undefined,
): Promise<SignedHead & { signed: boolean }> {
  if (given !== undefined || existsSync(keyFileIn(home)))
    return { ...(await signedHead(ledger, home, given)), signed: true };
  const checkpoint = { origin: await ledger.origin(), ...(await ledger.head()) };
  return { checkpoint, text: formatCheckpoint(checkpoint), signed: false };
}

/** `audit tiles`. */
export async function tiled(ledger: OpenLedger, home: string, folder: string, key: string | undefined) {
  const head = await signedHead(ledger, home, key);
  return { folder, size: head.checkpoint.size, ...(await writeTiles(ledger, folder, head)) };
}
