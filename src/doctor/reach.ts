/**
 * What this user can reach, found by trying: each try reads or asks, and changes nothing.
 *
 * SECURITY: no value that is found is kept, told or sent; only where it was found.
 */
import { execFile } from 'node:child_process';
import { accessSync, constants, readdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import type { CredentialPlaces } from '../core/outside.ts';
import { keysIn, keysOfAgent } from './private-keys.ts';

/** What a server asks its client's user to try. */
export const challengeSchema = z.object({
  nonce: z.string(),
  /** Files and folders that only the server's user may touch. */
  owned: z.array(z.object({ what: z.string(), path: z.string() })),
  /** Fingerprints of keys that can approve, with whose they are. */
  keys: z.array(z.object({ person: z.string(), fingerprint: z.string() })),
  /** The server's user, when the client's user is on the same machine. */
  user: z.string().nullable(),
  /** What the server says of its client, and of itself. */
  client: z.string(),
  server: z.string(),
});
export type Challenge = z.infer<typeof challengeSchema>;

export const reachedSchema = z.strictObject({
  /** `ledger`, `policy`, `cloud credentials`, `key of bob` … */
  what: z.string().max(200),
  how: z.enum(['read', 'write', 'use']),
  at: z.string().max(4_096),
});
export type Reached = z.infer<typeof reachedSchema>;

/** Where this process is. */
export interface Surroundings {
  home: string;
  variables: Readonly<Record<string, string | undefined>>;
  fetch: typeof fetch;
}

export async function tryAll(challenge: Challenge, places: CredentialPlaces, around: Surroundings): Promise<Reached[]> {
  const tried = await Promise.all([
    challenge.owned.flatMap(({ what, path }) => reachedAt(what, path)),
    ledgerLogin(around),
    credentialsOf(places, around),
    metadataOf(places, around),
    signingKeys(challenge, around),
    switchedTo(challenge.user),
  ]);
  return tried.flat();
}

/** Opened as this user opens it. Who can write the folder that a file lies in can put another in its place. */
function reachedAt(what: string, path: string): Reached[] {
  const may = (at: string, mode: number) => {
    try {
      accessSync(at, mode);
      return true;
    } catch {
      return false;
    }
  };
  if (may(path, constants.W_OK)) return [{ what, how: 'write', at: path }];
  for (let folder = dirname(path); ; folder = dirname(folder)) {
    const mode = modeOf(folder);
    // In a sticky folder only an owner replaces a file.
    if (may(folder, constants.W_OK) && (mode & constants.S_IFMT) !== 0 && (mode & 0o1000) === 0)
      return [{ what, how: 'write', at: folder }];
    if (folder === dirname(folder)) break;
  }
  return may(path, constants.R_OK) ? [{ what, how: 'read', at: path }] : [];
}

function modeOf(path: string): number {
  try {
    return statSync(path).mode;
  } catch {
    return 0;
  }
}

/** The address of a ledger in a database, with which this user appends to it past every server. */
export const LEDGER_VARIABLE = 'COUNTERSIGN_LEDGER';
function ledgerLogin({ variables }: Surroundings): Reached[] {
  return variables[LEDGER_VARIABLE] ? [{ what: 'login of the ledger', how: 'use', at: LEDGER_VARIABLE }] : [];
}

function credentialsOf(places: CredentialPlaces, { home, variables }: Surroundings): Reached[] {
  const what = 'cloud credentials';
  const named = [...places.secretVariables, ...places.fetchedFrom].filter((name) => variables[name]);
  const files = places.files.filter((file) => isFilled(join(home, file)));
  return [
    ...named.map((name): Reached => ({ what, how: 'use', at: name })),
    ...files.map((file): Reached => ({ what, how: 'read', at: join(home, file) })),
  ];
}

function isFilled(path: string): boolean {
  try {
    accessSync(path, constants.R_OK);
    const stat = statSync(path);
    return stat.isDirectory() ? readdirSync(path).length > 0 : stat.size > 0;
  } catch {
    return false;
  }
}

const METADATA_ANSWERS_WITHIN_MILLISECONDS = 1_000;

/** Any answer shows that the address can be reached; a token is asked for, and never used. */
async function metadataOf({ metadata }: CredentialPlaces, around: Surroundings): Promise<Reached[]> {
  if (/^true$/i.test(around.variables[metadata.disabledVariable] ?? '')) return [];
  const url = around.variables[metadata.addressVariable] || metadata.url;
  try {
    const answer = await around.fetch(new URL(metadata.tokenPath, url), {
      method: 'PUT',
      headers: metadata.headers,
      redirect: 'manual',
      signal: AbortSignal.timeout(METADATA_ANSWERS_WITHIN_MILLISECONDS),
    });
    await answer.body?.cancel();
    return [{ what: 'credentials of the machine', how: 'use', at: url }];
  } catch {
    return [];
  }
}

/** A key in a file with a passphrase, or a security key, is not signed with by this user's programs alone. */
async function signingKeys({ keys }: Challenge, { home, variables }: Surroundings): Promise<Reached[]> {
  const usable = [...keysIn(join(home, '.ssh')), ...(await keysOfAgent(variables.SSH_AUTH_SOCK))];
  return usable
    .filter(({ isEncrypted, type }) => !isEncrypted && !type.startsWith('sk-'))
    .flatMap(({ fingerprint, at }) =>
      keys
        .filter((known) => known.fingerprint === fingerprint)
        .map(({ person }): Reached => ({ what: `key of ${person}`, how: 'use', at })),
    );
}

/** Without a password: whoever can, is that user. */
function switchedTo(user: string | null): Promise<Reached[]> {
  if (user === null) return Promise.resolve([]);
  return new Promise((resolve) => {
    execFile('sudo', ['-n', '-u', user, 'true'], { timeout: 5_000 }, (error) =>
      resolve(error ? [] : [{ what: `the user ${user}`, how: 'use', at: 'sudo' }]),
    );
  });
}
