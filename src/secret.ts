/** The secret of a state folder: it keys digests of what is masked, and seals texts in the ledger. */
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { keyedDigestOf } from './core/digest.ts';
import { CountersignError } from './core/errors.ts';

const secretIn = (home: string): string => join(home, 'secret');

/** Made once per state folder. @throws CONFIG_INVALID for one that cannot be written. */
export function secretOf(home: string): string {
  const path = secretIn(home);
  if (!existsSync(path)) {
    mkdirSync(home, { recursive: true, mode: 0o700 });
    try {
      writeFileSync(path, randomBytes(32).toString('hex'), { mode: 0o600, flag: 'wx' });
    } catch (error) {
      if ((error as { code?: string }).code !== 'EEXIST')
        throw new CountersignError(
          'CONFIG_INVALID',
          `The state folder ${home} is not writable.`,
          'Name another with --home.',
          {
            cause: error,
          },
        );
    }
  }
  return readFileSync(path, 'utf8');
}

/** By which a ledger of several machines knows the secret that it was begun with. */
export const secretFingerprint = (home: string): string => keyedDigestOf(secretOf(home), 'the secret of a ledger');
/** undefined: this folder has none yet, and nothing is made. */
export const knownFingerprint = (home: string): string | undefined =>
  existsSync(secretIn(home)) ? secretFingerprint(home) : undefined;
