/**
 * Who signs a closing, a review, an opening or a policy, and with what: one rule for all of them.
 *
 * With a key that is named; with a key of theirs that was found, after they said so at a terminal; or elsewhere, over
 * the bytes that `--statement` prints.
 */
import { signWithSshKeygen } from '../approvals/ssh-keygen.ts';
import { keyNamedIn } from '../approvals/ssh-signature.ts';
import type { App } from '../compose.ts';
import { CountersignError } from '../core/errors.ts';
import type { Person } from '../people/person.ts';
import { askedAbout, type Terminal } from './confirm.ts';
import { givenText } from './given-text.ts';
import { findOwnKey, fingerprintBeside, type KnownPerson } from './own-key.ts';
import { personHere } from './who-is-here.ts';

export interface SigningOptions {
  /** Private key file, or a public one whose private half an agent or security key holds. */
  key?: string | undefined;
  /** A file with an armored signature, or `-`. */
  signature?: string | undefined;
  as?: string | undefined;
  /** Where to ask about a key that was found; absent when nobody can be asked. */
  terminal?: Terminal | undefined;
}
export interface Signer {
  person: string;
  sign(statement: string, namespace: string): Promise<string>;
}
type Signing = Pick<App, 'config' | 'policyFile'>;
/** What a key is for. */
export type Purpose = 'everyday' | 'break-glass';

const peopleOf = ({ policyFile }: Signing): readonly Person[] => policyFile?.people ?? [];
export const knownFor = (app: Signing, purpose: Purpose = 'everyday'): KnownPerson[] =>
  peopleOf(app).map(({ name, keys, breakGlass = [] }) => ({
    name,
    keys: (purpose === 'everyday' ? keys : breakGlass).map(({ fingerprint }) => fingerprint),
  }));

/** @throws INPUT_NOT_FOUND, INPUT_INVALID, APPROVAL_KEY_UNKNOWN, APPROVAL_KEY_NOT_ALLOWED, APPROVAL_NOT_CONFIRMED. */
export async function signerFrom(
  app: Signing,
  { key, signature, as, terminal }: SigningOptions,
  { purpose = 'everyday', known = knownFor(app, purpose) }: { purpose?: Purpose; known?: readonly KnownPerson[] } = {},
): Promise<Signer> {
  if (signature !== undefined) {
    const text = await givenText(signature);
    const by = keyNamedIn(text) ?? '';
    const owner = known.find(({ keys }) => keys.includes(by))?.name;
    return { person: owner ?? nameOf(app, as), sign: async () => text };
  }
  if (key !== undefined) mustBeFor(purpose, peopleOf(app), key);
  // A break-glass key signs when it is named, and is never looked for.
  const isSought = key !== undefined || purpose === 'everyday';
  const own = isSought ? await findOwnKey(known, { key, as, here: personHere(peopleOf(app), app.config) }) : undefined;
  if (!own || (!own.isNamed && !terminal)) throw notGiven(purpose, as, own?.file);
  if (!own.isNamed) await askedAbout(own, terminal!);
  return { person: own.person, sign: (statement, namespace) => signWithSshKeygen(statement, own.file, namespace) };
}

/** For whom a statement is made that is signed elsewhere. */
export async function personFor(
  app: Signing,
  { key, as }: SigningOptions,
  purpose: Purpose = 'everyday',
): Promise<string> {
  if (key === undefined) return nameOf(app, as);
  mustBeFor(purpose, peopleOf(app), key);
  return (await findOwnKey(knownFor(app, purpose), { key, as }))!.person;
}

function nameOf(app: Signing, as: string | undefined): string {
  const people = peopleOf(app);
  const name = as ?? personHere(people, app.config);
  if (name !== undefined && people.some((one) => one.name === name)) return name;
  throw new CountersignError(
    'APPROVAL_KEY_UNKNOWN',
    as === undefined ? 'Your user name is not in the policy.' : `${as} is not in the policy.`,
    'Give your name in the policy with --as NAME, or your key with --key FILE.',
  );
}

function mustBeFor(purpose: Purpose, people: readonly Person[], key: string): void {
  const fingerprint = fingerprintBeside(key);
  const isOf = (keys: readonly { fingerprint: string }[] = []) => keys.some((one) => one.fingerprint === fingerprint);
  const other = people.find(({ keys, breakGlass }) => isOf(purpose === 'everyday' ? breakGlass : keys));
  if (fingerprint === undefined) return;
  if (other)
    throw new CountersignError(
      'APPROVAL_KEY_NOT_ALLOWED',
      purpose === 'everyday'
        ? `The key ${fingerprint} is a break-glass key of ${other.name}, which opens break-glass and approves, and signs nothing else.`
        : `The key ${fingerprint} is a key of ${other.name} for everyday work, and opens no break-glass.`,
      purpose === 'everyday' ? 'Sign with a key of everyday work.' : 'Sign with a break-glass key of the policy.',
    );
  if (purpose === 'break-glass' && !people.some(({ breakGlass }) => isOf(breakGlass)))
    throw new CountersignError(
      'APPROVAL_KEY_UNKNOWN',
      `The key ${fingerprint} is not a break-glass key of the policy.`,
      'Sign with a break-glass key that the policy lists for you; add one with: countersign people enroll NAME --break-glass --key FILE',
    );
}

function notGiven(purpose: Purpose, as: string | undefined, found: string | undefined): CountersignError {
  if (purpose === 'break-glass')
    return new CountersignError(
      'INPUT_INVALID',
      'No break-glass key given.',
      'Name it with --key FILE; a break-glass key is never looked for. To sign elsewhere: --statement, then --signature.',
    );
  if (found !== undefined)
    return new CountersignError(
      'APPROVAL_NOT_CONFIRMED',
      `No key given, and without a terminal there is no way to ask about ${found}.`,
      `Name it: --key ${found}`,
    );
  return new CountersignError(
    as === undefined ? 'APPROVAL_KEY_UNKNOWN' : 'INPUT_INVALID',
    `No key given, and no key of ${as ?? 'a person in the policy'} is in ~/.ssh or in the ssh agent.`,
    'Add --key ~/.ssh/id_ed25519 (or its .pub, when an agent or security key holds it), or --signature FILE.',
  );
}
