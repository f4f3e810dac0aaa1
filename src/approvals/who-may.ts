/** Who may approve a change, and why another may not: told before anybody is asked to sign. */
import type { Change } from '../core/change.ts';
import { ASKED_PROOF_TEXTS, isProofEnough, type Proof } from '../core/proof.ts';
import { bestProofOf, type KeyKind, kindOf } from '../people/key.ts';
import type { Person } from '../people/person.ts';

export interface MayApprove {
  person: string;
  may: boolean;
  /** null: they may. */
  why: string | null;
  keys: { fingerprint: string; kind: KeyKind; proof: Proof; isEnough: boolean }[];
}

/** As the change stands; whether each is asked for still is told by its seats. */
export function whoMayApprove(change: Change, people: readonly Person[]): MayApprove[] {
  const asked = change.proof ?? 'software';
  return people.map((person) => {
    const keys = person.keys.map((key) => {
      const proof = bestProofOf(key);
      return { fingerprint: key.fingerprint, kind: kindOf(key), proof, isEnough: isProofEnough(proof, asked) };
    });
    const why = whyNot(change, person.name, keys, asked);
    return { person: person.name, may: why === null, why, keys };
  });
}

function whyNot(
  { excluded, approvals, state }: Change,
  name: string,
  keys: MayApprove['keys'],
  asked: Proof,
): string | null {
  if (state !== 'pending') return 'This change does not wait for approvals.';
  if (excluded.includes(name))
    return `${name} sponsors this change or its plan, or the server runs under the account of ${name}.`;
  if (approvals.some(({ person, isVoid }) => person === name && !isVoid))
    return `${name} has already signed this change; each person counts once.`;
  if (keys.length === 0) return `${name} has no key in the policy.`;
  if (!keys.some(({ isEnough }) => isEnough))
    return `${name} needs to sign ${ASKED_PROOF_TEXTS[asked]}, and has only keys that prove less.`;
  return null;
}
