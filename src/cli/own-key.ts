/** The key of whoever runs a command: the one that they name, or the one of theirs that the policy lists. */
import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { CountersignError } from '../core/errors.ts';
import { didYouMean } from '../core/nearest.ts';
import { parsePublicKey } from '../people/ssh-key.ts';

/** A person, with the fingerprints of their keys. */
export interface KnownPerson {
  name: string;
  keys: readonly string[];
}
export interface OwnKey {
  person: string;
  /** A private key, or a public one whose private half an agent or security key holds. */
  file: string;
  /** undefined: its public half is not beside it. */
  fingerprint: string | undefined;
  /** The person named it; else it was found, and is asked about. */
  isNamed: boolean;
}

interface Found {
  file: string;
  /** Of a key that only the agent has. */
  line: string;
  fingerprint: string;
}

/**
 * @param here who is signed in: whose a named key is taken for when its public half is not beside it.
 * @returns undefined when there is none. @throws INPUT_NOT_FOUND for a key file that is not there, APPROVAL_KEY_UNKNOWN for a named key or person that is not known,
 *   INPUT_INVALID when keys of several people are there.
 */
export async function findOwnKey(
  people: readonly KnownPerson[],
  { key, as, here }: { key?: string | undefined; as?: string | undefined; here?: string | undefined },
  { folder = join(homedir(), '.ssh'), agent = agentKeys } = {},
): Promise<OwnKey | undefined> {
  const wanted = as === undefined ? people : people.filter(({ name }) => name === as);
  if (as !== undefined && wanted.length === 0)
    throw unknown(
      `${as} is not in the policy.${didYouMean(
        as,
        people.map(({ name }) => name),
      )}`,
    );
  if (key !== undefined) return named(wanted, key, as ?? here);
  const found = [...keyFiles(folder), ...(await agent())];
  const own = found.flatMap(({ file, line, fingerprint }) =>
    wanted.flatMap(({ name, keys }) => (keys.includes(fingerprint) ? [{ person: name, file, line, fingerprint }] : [])),
  );
  const names = [...new Set(own.map(({ person }) => person))];
  if (names.length > 1)
    throw new CountersignError(
      'INPUT_INVALID',
      `Keys of ${names.join(' and ')} are here.`,
      'Name yourself with --as NAME, or the key with --key FILE.',
    );
  // The person's own order: the policy lists first what is to be used first.
  const listed = wanted.find(({ name }) => name === names[0])?.keys ?? [];
  const [first] = own.sort((a, b) => listed.indexOf(a.fingerprint) - listed.indexOf(b.fingerprint));
  if (!first) return undefined;
  const { person, file, line, fingerprint } = first;
  return { person, file: file || (await keptForNow(line)), fingerprint, isNamed: false };
}

function named(wanted: readonly KnownPerson[], key: string, taken: string | undefined): OwnKey {
  if (!existsSync(key))
    throw new CountersignError('INPUT_NOT_FOUND', `There is no file ${key}.`, 'Check the path of --key.');
  const fingerprint = fingerprintBeside(key);
  const owner = wanted.find(({ keys }) => fingerprint !== undefined && keys.includes(fingerprint));
  if (owner) return { person: owner.name, file: key, fingerprint, isNamed: true };
  // Without its public half the key is looked at when it has signed.
  if (taken !== undefined && fingerprint === undefined) return { person: taken, file: key, fingerprint, isNamed: true };
  if (fingerprint === undefined) throw unknown(`There is no public key beside ${key}, so its person is not known.`);
  const whose = wanted.length === 1 ? `a key of ${wanted[0]!.name}` : 'a key of a person';
  throw unknown(`The key ${fingerprint} (${key}) is not ${whose} in the policy.`);
}

const unknown = (message: string) =>
  new CountersignError(
    'APPROVAL_KEY_UNKNOWN',
    message,
    'Sign with --key and a key that the policy lists; add --as NAME if its public half is not beside it.',
  );

export function fingerprintBeside(keyFile: string): string | undefined {
  try {
    return parsePublicKey(readFileSync(keyFile.endsWith('.pub') ? keyFile : `${keyFile}.pub`, 'utf8')).fingerprint;
  } catch {
    return undefined;
  }
}

/** Public keys in the folder: ssh-keygen finds the private half beside each, or in the agent. */
function keyFiles(folder: string): Found[] {
  let names: string[] = [];
  try {
    names = readdirSync(folder).filter((name) => name.endsWith('.pub'));
  } catch {
    // No folder, no keys.
  }
  return names.sort().flatMap((name) => {
    const file = join(folder, name);
    const fingerprint = fingerprintBeside(file);
    return fingerprint === undefined ? [] : [{ file, line: '', fingerprint }];
  });
}

/** What `ssh-add -L` lists; none where there is no agent. */
function agentKeys(): Promise<Found[]> {
  return new Promise((resolve) => {
    execFile('ssh-add', ['-L'], { timeout: 5_000 }, (error, stdout) => {
      const lines = error ? [] : stdout.split('\n').filter((line) => line !== '');
      resolve(
        lines.flatMap((line) => {
          try {
            return [{ file: '', line, fingerprint: parsePublicKey(line).fingerprint }];
          } catch {
            return [];
          }
        }),
      );
    });
  });
}

/** ssh-keygen is given a file: the public half names the key in the agent. Gone with this process. */
async function keptForNow(line: string): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'countersign-key-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, 'agent.pub');
  writeFileSync(file, `${line}\n`, { mode: 0o600 });
  return file;
}
