/** Somebody in the policy's directory. */
import type { PublicKey } from './ssh-key.ts';

export interface Person {
  name: string;
  signsInAs: string[];
  roles: string[];
  keys: PublicKey[];
  /** Security keys that are used for nothing but break-glass. */
  breakGlass?: PublicKey[];
}

/** Whose key it is, by its fingerprint: the policy lists no key under two names. */
export const ownerOf = (people: readonly Person[], fingerprint: string | undefined): Person | undefined =>
  people.find(({ keys }) => keys.some((key) => key.fingerprint === fingerprint));

export const ownerOfBreakGlass = (people: readonly Person[], fingerprint: string): Person | undefined =>
  people.find(({ breakGlass = [] }) => breakGlass.some((key) => key.fingerprint === fingerprint));

/** By its credential id: the policy lists none twice. */
export function ownerOfPasskey(
  people: readonly Person[],
  credentialId: string,
): { person: Person; key: PublicKey } | undefined {
  for (const person of people) {
    const key = person.keys.find(({ passkey }) => passkey?.credentialId === credentialId);
    if (key) return { person, key };
  }
  return undefined;
}
