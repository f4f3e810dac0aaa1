/** `people add|enroll|rotate|revoke`: the policy file is edited, and proposed to those who decide on it. */
import { readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { guards } from '../../guards/index.ts';
import { openOffers, readOffered } from '../approvals/offered-keys.ts';
import { NAMESPACE } from '../approvals/ssh-signature.ts';
import type { App } from '../compose.ts';
import { CountersignError } from '../core/errors.ts';
import { peopleOfAllowedSigners } from '../policy/allowed-signers.ts';
import { addPeople, enrollKey, fingerprintOf, revokeKey, rotateKey } from '../policy/edit-people.ts';
import { parsePolicy } from '../policy/load.ts';
import { pinOf } from '../policy/pin.ts';
import { givenText } from './given-text.ts';
import { adoptPolicy } from './policy-adopt.ts';

export interface KeyGiven {
  /** A file with a public key. */
  key?: string;
  /** The number of an offer. */
  offer?: number;
  breakGlass?: boolean;
}

/** What the edit was, in a sentence. `text`: the policy with it. */
export interface Edit {
  text: string;
  did: string;
}
type Reading = Pick<App, 'ledger' | 'policyFile' | 'changes'>;

export async function added(
  text: string,
  {
    name,
    key,
    from,
    role = [],
    signsInAs = [],
  }: { name?: string; key?: string; from?: string; role?: string[]; signsInAs?: string[] },
): Promise<Edit> {
  if (from !== undefined) {
    const people = peopleOfAllowedSigners(await givenText(from), NAMESPACE);
    return { text: addPeople(text, people), did: `Added ${people.map((one) => one.name).join(', ')}.` };
  }
  if (name === undefined)
    throw new CountersignError(
      'INPUT_INVALID',
      'No person given.',
      'Give a name, or --from a file of allowed signers.',
    );
  const keys = key === undefined ? [] : [await lineIn(key)];
  return { text: addPeople(text, [{ name, signsInAs, roles: role, keys }]), did: `Added ${name}.` };
}

export async function enrolled(app: Reading, text: string, name: string, given: KeyGiven): Promise<Edit> {
  const line = await lineGiven(app, name, given);
  const list = given.breakGlass ? 'break_glass' : 'keys';
  return { text: enrollKey(text, name, line, list), did: `Enrolled ${fingerprintOf(line)} for ${name}.` };
}

export async function rotated(
  app: Reading,
  text: string,
  name: string,
  { fingerprint, ...given }: KeyGiven & { fingerprint?: string },
): Promise<Edit> {
  const line = await lineGiven(app, name, given);
  return {
    text: rotateKey(text, name, line, fingerprint),
    did: `${name} signs with ${fingerprintOf(line)} in place of ${fingerprint ?? 'the only key'}.`,
  };
}

/** Says which waiting approvals count for nothing from then on. */
export async function revoked(app: Reading, text: string, name: string, fingerprint?: string): Promise<Edit> {
  const after = revokeKey(text, name, fingerprint);
  const { items } = await app.changes.list({ state: 'pending', limit: 100 });
  const losing = items.filter(({ approvals }) =>
    approvals.some((one) => one.person === name && (fingerprint === undefined || one.keyFingerprint === fingerprint)),
  );
  const voids =
    losing.length === 0
      ? ''
      : ` Once adopted, approvals of ${name} no longer count for: ${losing.map(({ id }) => id).join(', ')}.`;
  return { text: after, did: `Revoked ${fingerprint ?? `all keys of ${name}`}.${voids}` };
}

async function lineGiven({ ledger, policyFile }: Reading, name: string, { key, offer }: KeyGiven): Promise<string> {
  if (key !== undefined) return lineIn(key);
  const offers = await openOffers(ledger, policyFile?.people ?? []);
  const mine = offers.filter(({ person, seq }) => person === name && (offer === undefined || seq === offer));
  if (mine.length === 1) return mine[0]!.line;
  throw new CountersignError(
    'INPUT_NOT_FOUND',
    mine.length === 0
      ? `${name} has offered no ${offer === undefined ? 'key' : `key ${offer}`} that waits.`
      : `${name} has offered ${mine.map(({ seq, fingerprint }) => `${seq} (${fingerprint})`).join(', ')}.`,
    'Give --key with a public key file, or --offer with the number that the page shows; compare the fingerprint first.',
  );
}

/** The key alone: a comment in a file is not its person's word. */
async function lineIn(file: string): Promise<string> {
  const text = (await givenText(file)).trim();
  readOffered(text);
  return text.split(/\s+/, text.startsWith('passkey') ? 6 : 2).join(' ');
}

/**
 * Checks and writes the edited policy.
 *
 * @throws CONFIG_POLICY_INVALID, and the file stays as it was.
 */
export function writePolicy(path: string, text: string): void {
  parsePolicy(text, path, guards);
  const beside = `${path}.${process.pid}.new`;
  writeFileSync(beside, text, { mode: statSync(path).mode & 0o777, flag: 'wx' });
  renameSync(beside, path);
}

export const policyText = (path: string): string => readFileSync(path, 'utf8');

/** The edited policy is proposed where one is in force; where none is, a person adopts it by a command of its own. */
export async function proposeEdited(app: App, print: (text: string) => void): Promise<string> {
  if (!(await pinOf(app.ledger))) return 'Adopt it with: countersign --policy FILE policy adopt';
  return (await adoptPolicy(app, {}, print)).text;
}
