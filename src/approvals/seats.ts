/** Who fills the seats: distinct people with distinct keys, the excluded never, required roles among them. */
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

/** A person counts once and a key counts once; the order of signing does not matter. */
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
  const missingRoles = need.roles.filter((role) => !counted.some(({ roles }) => roles.includes(role)));
  return {
    filledBy: counted.map(({ person }) => person),
    missingRoles,
    filled: counted.length >= need.needed && missingRoles.length === 0,
  };
}
