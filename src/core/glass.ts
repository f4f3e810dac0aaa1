/** Break-glass, as the ledger tells it: opened for one stack by a key of its own, and looked into afterwards. */
import { z } from 'zod';
import { targetSchema } from './plan.ts';
import { provenSchema } from './proof.ts';

const signed = {
  person: z.string(),
  statement: z.string(),
  signature: z.string(),
  keyFingerprint: z.string(),
  policyDigest: z.string(),
};

/** A review waits until it is closed. */
export const glassBrokenSchema = z.object({
  target: targetSchema.strip(),
  reason: z.string(),
  from: z.iso.datetime(),
  until: z.iso.datetime(),
  ...signed,
});
/** `opened`: the number of the event that it is about. */
export const glassReviewedSchema = z.object({ opened: z.int(), findings: z.string(), ...signed, ...provenSchema });
