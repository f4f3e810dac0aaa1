/**
 * The key that signs a ledger's checkpoints: a file with a private Ed25519 key, readable by its owner only.
 *
 * INVARIANT: a head that does not continue the one that was signed before is never signed: the newest signed checkpoint
 * stands beside the key.
 */
import { createPrivateKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { existsSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { AUDIT_REMEDY, CountersignError } from '../core/errors.ts';
import { type Checkpoint, formatCheckpoint, parseCheckpoint } from './checkpoint.ts';
import type { OpenLedger } from './ledger.ts';
import { verifyConsistency } from './merkle.ts';
import { formatVkey, type NoteKey, noteKey, parseVkey, signNote } from './note.ts';

export const keyFileIn = (home: string): string => join(home, 'audit-key');
/** The verifier keys of this ledger that were made here, a line each. */
const vkeysIn = (home: string): string => join(home, 'audit-vkeys');

type Log = Pick<OpenLedger, 'origin' | 'head' | 'consistencyProof'>;

/** Makes the key where there is none; one that is there stays. @throws CONFIG_INVALID, as readKey. */
export async function ensureLogKey(
  home: string,
  file: string,
  ledger: Pick<Log, 'origin'>,
): Promise<{ vkey: string; isNew: boolean }> {
  const isNew = !existsSync(file);
  if (isNew) makeKey(file);
  const vkey = formatVkey(noteKey(await ledger.origin(), readKey(file)));
  const known = existsSync(vkeysIn(home)) ? readFileSync(vkeysIn(home), 'utf8') : '';
  if (!known.split('\n').includes(vkey)) writeFileSync(vkeysIn(home), `${vkey}\n`, { flag: 'a', mode: 0o644 });
  return { vkey, isNew };
}

function makeKey(file: string): void {
  const { privateKey } = generateKeyPairSync('ed25519');
  try {
    writeFileSync(file, privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600, flag: 'wx' });
  } catch (error) {
    throw new CountersignError(
      'CONFIG_INVALID',
      `The key ${file} cannot be written (${(error as { code?: string }).code ?? 'unknown'}).`,
      'Name a file in a folder that exists and is writable: countersign audit key --key FILE',
      { cause: error },
    );
  }
}

/** SECURITY: a key that others can read is no key of this ledger alone. */
function readKey(file: string): KeyObject {
  const mode = statSync(file, { throwIfNoEntry: false })?.mode ?? 0;
  if (process.platform !== 'win32' && (mode & 0o077) !== 0)
    throw new CountersignError(
      'CONFIG_INVALID',
      `Other users can use the key ${file} (mode ${(mode & 0o7777).toString(8)}).`,
      `Make it private (chmod 600 ${file}); if others could read it, make another with countersign audit key --key FILE.`,
    );
  try {
    const key = createPrivateKey(readFileSync(file));
    if (key.asymmetricKeyType === 'ed25519') return key;
  } catch {
    // Told below: no key, or another one.
  }
  throw new CountersignError(
    'CONFIG_INVALID',
    `${file} is not a private Ed25519 key.`,
    'Make one with: countersign audit key',
  );
}

/** The verifier keys that this state folder knows as its own. @throws INPUT_INVALID */
export function ownVkeys(home: string): NoteKey[] {
  if (!existsSync(vkeysIn(home))) return [];
  return readFileSync(vkeysIn(home), 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map(parseVkey);
}

export interface SignedHead {
  checkpoint: Checkpoint;
  /** The checkpoint as a signed note. */
  text: string;
}

/** Signs the ledger's head. @throws LEDGER_TAMPERED when it does not continue what was signed before. */
export async function signHead(ledger: Log, file: string): Promise<SignedHead> {
  const key = readKey(file);
  const origin = await ledger.origin();
  const checkpoint = { origin, ...(await ledger.head()) };
  const memory = `${file}.${origin.replaceAll(/[^A-Za-z0-9-]/g, '-')}.signed`;
  const before = existsSync(memory) ? parseCheckpoint(readFileSync(memory, 'utf8')) : undefined;
  if (before && !(await isPrefix(ledger, before, checkpoint)))
    throw new CountersignError(
      'LEDGER_TAMPERED',
      `The ledger does not continue the checkpoint of ${before.size} events that this key signed before.`,
      AUDIT_REMEDY,
    );
  const text = signNote(formatCheckpoint(checkpoint), key, origin);
  writeFileSync(`${memory}.new`, text, { mode: 0o600 });
  renameSync(`${memory}.new`, memory);
  return { checkpoint, text };
}

/** Whether the first events of the ledger, up to `to`, are those of `from`. */
export async function isPrefix(
  ledger: Pick<Log, 'consistencyProof'>,
  from: Checkpoint,
  to: Checkpoint,
): Promise<boolean> {
  if (from.origin !== to.origin || from.size > to.size) return false;
  const [old, now] = [from, to].map(({ size, rootHash }) => ({ size, root: Buffer.from(rootHash, 'hex') }));
  return verifyConsistency(old!, now!, await ledger.consistencyProof(from.size, to.size));
}
