/** What the ledger holds of a break-glass: its opening, and its review. */
import { z } from 'zod';

const signed = {
  statement: z.string(),
  signature: z.string(),
  keyFingerprint: z.string(),
  /** Of the policy in force then. */
  policyDigest: z.string(),
};
export const glassBrokenSchema = z.object({
  person: z.string(),
  reason: z.string(),
  from: z.iso.datetime(),
  until: z.iso.datetime(),
  ...signed,
});
/** `opened`: the position of the opening. */
export const glassReviewedSchema = z.object({
  opened: z.int(),
  person: z.string(),
  findings: z.string(),
  ...signed,
});
