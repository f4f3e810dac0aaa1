/** Somebody in the policy's directory. */
import type { PublicKey } from './ssh-key.ts';

export interface Person {
  name: string;
  signsInAs: string[];
  roles: string[];
  keys: PublicKey[];
}
