/** Somebody in the policy's directory. */
import type { PublicKey } from './ssh-key.ts';

export interface Person {
  name: string;
  signsInAs: string[];
  roles: string[];
  keys: PublicKey[];
}

/** Whose key it is, by its fingerprint: the policy lists no key under two names. */
export const ownerOf = (people: readonly Person[], fingerprint: string | undefined): Person | undefined =>
  people.find(({ keys }) => keys.some((key) => key.fingerprint === fingerprint));
