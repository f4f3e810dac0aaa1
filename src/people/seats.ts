/** Who fills the seats: distinct people with distinct keys, the excluded never, required roles among them. */
import { type Approval, brokenGlassOf, type Proposal } from '../core/change.ts';
import { isProofEnough, proofOf, strictestProof } from '../core/proof.ts';
import { bestProofOf } from './key.ts';
import type { Person } from './person.ts';

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
  { judgement, excluded, proof, onePerson }: Pick<Proposal, 'judgement' | 'excluded' | 'proof' | 'onePerson'>,
  approvals: readonly (Approval & { isVoid?: boolean })[],
) {
  const glass = brokenGlassOf({ approvals: [...approvals] as Parameters<typeof brokenGlassOf>[0]['approvals'] });
  if (glass && isProofEnough(proofOf(glass), strictestProof(proof, 'touch')))
    return {
      needed: judgement.seats,
      roles: judgement.roles,
      filledBy: [glass.person],
      missingRoles: [],
      filled: true,
    };
  // In solo mode one person gives them all.
  const needed = onePerson ? Math.min(judgement.seats, 1) : judgement.seats;
  const roles = onePerson ? [] : judgement.roles;
  const counted = approvals.filter(
    (one) =>
      one.decision === 'approve' &&
      !one.isVoid &&
      isProofEnough(proofOf(one), proof) &&
      (onePerson === undefined || one.person === onePerson.person),
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

/** Would an approval of this person bring the change nearer to its last one? */
export function waitsFor(
  proposal: Pick<Proposal, 'judgement' | 'excluded' | 'proof' | 'onePerson'>,
  approvals: Parameters<typeof seatsOf>[1],
  { name, keys, roles }: Person,
): boolean {
  const key = keys.find((one) => isProofEnough(bestProofOf(one), proposal.proof));
  if (!key || approvals.some((one) => one.person === name && !one.isVoid)) return false;
  const missing = ({ needed, filledBy, missingRoles }: ReturnType<typeof seatsOf>) =>
    Math.max(needed - filledBy.length, missingRoles.length);
  const own = { decision: 'approve', person: name, keyFingerprint: key.fingerprint, roles, userVerified: true };
  return missing(seatsOf(proposal, [...approvals, own as Approval])) < missing(seatsOf(proposal, approvals));
}

/** Do these approvals, of which a rejection is none, fill the seats of the change? */
export const areSeatsFilled = (proposal: Proposal, approvals: readonly Approval[]): boolean =>
  seatsOf(proposal, approvals).filled;

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
