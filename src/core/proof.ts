/** What a signature proves of whoever signed, by the kind of key. */
import { z } from 'zod';

/** Least first: that their machine signed, that somebody touched the key, that the key verified its user. */
export const PROOFS = ['software', 'touch', 'verified'] as const;
export type Proof = (typeof PROOFS)[number];

export const isProofEnough = (given: Proof, asked: Proof = 'software'): boolean =>
  PROOFS.indexOf(given) >= PROOFS.indexOf(asked);
export const strictestProof = (...proofs: (Proof | undefined)[]): Proof =>
  proofs.reduce<Proof>((most, one = 'software') => (isProofEnough(most, one) ? most : one), 'software');

/** @param userVerified of a signature by a security key or passkey. Absent: neither. */
export const proofOf = ({ userVerified }: { userVerified?: boolean | undefined }): Proof =>
  userVerified === undefined ? 'software' : userVerified ? 'verified' : 'touch';

/** In brackets behind a signature. */
export const PROOF_TEXTS: Readonly<Record<Proof, string>> = {
  software: 'software key',
  touch: 'touched',
  verified: 'touched, user verified',
};
/** What an approval must be made with; empty: any key of the person. */
export const ASKED_PROOF_TEXTS: Readonly<Record<Proof, string>> = {
  software: '',
  touch: 'with a security key or passkey',
  verified: 'with a passkey or security key that verifies its user (PIN or finger)',
};

/** Beside a recorded signature. */
export const provenSchema = {
  /** Of a security key or passkey, which was touched: did it also verify its user (PIN, finger)? Absent: in software. */
  userVerified: z.boolean().optional(),
  /** Of a passkey that counts its signatures. */
  signCount: z.int().optional(),
  /** Of a passkey: as the policy lists it, so that its signature can be verified without the policy. */
  keyLine: z.string().optional(),
};

/** Of an event that has no signature in ledgers of older versions. */
export const maybeSignedSchema = {
  statement: z.string().optional(),
  signature: z.string().optional(),
  keyFingerprint: z.string().optional(),
  ...provenSchema,
};
