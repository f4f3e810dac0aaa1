/** Who fills the seats: distinct people with distinct keys, the excluded never, required roles among them. */
import type { Approval, Proposal } from '../core/change.ts';
import { isProofEnough, proofOf } from '../core/proof.ts';

export interface SeatNeed {
  needed: number;
  roles: readonly string[];
  excluded: readonly string[];
}
export interface Signer {
  person: string;
  keyFingerprint: string;
  roles: readonly string[];
}

/** Of a change: who fills its seats so far. Counted are approvals that prove enough, by keys that are still listed. */
export function seatsOf(
  { judgement, excluded, proof }: Pick<Proposal, 'judgement' | 'excluded' | 'proof'>,
  approvals: readonly (Approval & { isVoid?: boolean })[],
) {
  const { seats: needed, roles } = judgement;
  const counted = approvals.filter(
    (one) => one.decision === 'approve' && !one.isVoid && isProofEnough(proofOf(one), proof),
  );
  return { needed, roles, ...fillSeats({ needed, roles, excluded }, counted) };
}

/**
 * A person counts once and a key counts once; the order of signing does not matter.
 *
 * INVARIANT: each required role is covered by a person of its own; one with two roles covers one of them.
 */
export function fillSeats(
  need: SeatNeed,
  signers: readonly Signer[],
): { filledBy: string[]; missingRoles: string[]; filled: boolean } {
  const counted: Signer[] = [];
  for (const signer of [...signers].sort((a, b) =>
    a.person + a.keyFingerprint < b.person + b.keyFingerprint ? -1 : 1,
  )) {
    const taken = counted.some(
      ({ person, keyFingerprint }) => person === signer.person || keyFingerprint === signer.keyFingerprint,
    );
    if (!taken && !need.excluded.includes(signer.person)) counted.push(signer);
  }
  const missingRoles = rolesWithoutPerson(need.roles, counted);
  return {
    filledBy: counted.map(({ person }) => person),
    missingRoles,
    filled: counted.length >= need.needed && missingRoles.length === 0,
  };
}

/** A largest matching of roles to people, by augmenting paths: a role may push another to somebody else. */
function rolesWithoutPerson(roles: readonly string[], people: readonly Signer[]): string[] {
  const roleOf = new Map<Signer, string>();
  const place = (role: string, asked: Set<Signer>): boolean =>
    people.some((person) => {
      if (asked.has(person) || !person.roles.includes(role)) return false;
      asked.add(person);
      const other = roleOf.get(person);
      if (other !== undefined && !place(other, asked)) return false;
      roleOf.set(person, role);
      return true;
    });
  return roles.filter((role) => !place(role, new Set()));
}
