/**
 * Keys that people offer: recorded, so that owners can enroll them by number. An offered key signs nothing until owners
 * have adopted a policy that lists it.
 */
import { CountersignError } from '../core/errors.ts';
import { eventsOf } from '../core/events.ts';
import type { Ledger } from '../core/ports.ts';
import { parseKey } from '../people/key.ts';
import type { Person } from '../people/person.ts';
import type { PublicKey } from '../people/ssh-key.ts';

export interface Offer {
  seq: number;
  at: string;
  person: string;
  /** As the policy lists it. */
  line: string;
  fingerprint: string;
}

/** @throws INPUT_PASSKEY_INVALID for no key, INPUT_NOT_FOUND for no such person, STATE_KEY_LISTED. */
export async function offerKey(
  { ledger, people }: { ledger: Pick<Ledger, 'append'>; people: readonly Person[] },
  { person, line, by }: { person: string; line: string; by: readonly string[] },
): Promise<Offer> {
  const key = readOffered(line);
  if (!people.some(({ name }) => name === person))
    throw new CountersignError(
      'INPUT_NOT_FOUND',
      `There is no person ${person} in the policy.`,
      'Add the person first: countersign people add NAME',
    );
  mustBeNew(people, key);
  const { fingerprint } = key;
  const { seq, at } = await ledger.append({ kind: 'key.offered', body: { person, line, fingerprint, by: [...by] } });
  return { seq, at, person, line, fingerprint };
}

/** Offers that `people` do not list, newest first. */
export async function openOffers(ledger: Pick<Ledger, 'events'>, people: readonly Person[]): Promise<Offer[]> {
  const offered = await eventsOf(ledger, ['key.offered'], { newestFirst: true });
  return offered
    .map(({ seq, at, body: { person, line, fingerprint } }) => ({ seq, at, person, line, fingerprint }))
    .filter(({ line }) => isNew(people, readOffered(line)));
}

export function readOffered(line: string): PublicKey {
  try {
    return parseKey(line);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : 'it cannot be read';
    throw new CountersignError(
      'INPUT_PASSKEY_INVALID',
      `This is not a key that a person can have: ${why}.`,
      'Give an OpenSSH public key, or a passkey as the page made it.',
      { cause },
    );
  }
}

/** By the bare key, however it is listed, and by the credential. */
const isNew = (people: readonly Person[], { material, passkey }: PublicKey): boolean =>
  people.every(({ keys }) =>
    keys.every(
      (key) =>
        key.material !== material && (passkey === undefined || key.passkey?.credentialId !== passkey.credentialId),
    ),
  );

export function mustBeNew(people: readonly Person[], key: PublicKey): void {
  if (isNew(people, key)) return;
  throw new CountersignError(
    'STATE_KEY_LISTED',
    `The policy already lists the key ${key.fingerprint}.`,
    'Offer another key, or leave it as it is.',
  );
}
