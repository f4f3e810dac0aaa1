/** What the ledger keeps of doctor's questions and findings. */
import { z } from 'zod';
import { CLIENT_KINDS, type Client, LEVELS, STANDINGS, type StandingOfLevel } from './assurance.ts';

const standingOfLevelSchema: z.ZodType<StandingOfLevel> = z.object({
  level: z.enum(LEVELS),
  standing: z.enum(STANDINGS),
  why: z.string(),
});
const clientSchema: z.ZodType<Client> = z.object({
  kind: z.enum(CLIENT_KINDS),
  who: z.string(),
  why: z.string(),
});

export const doctorAskedSchema = z.object({
  nonce: z.string(),
  sponsor: z.string().nullable(),
  client: clientSchema,
});
export const doctorReportedSchema = doctorAskedSchema.extend({
  /** The server's user and host. */
  server: z.string(),
  policyDigest: z.string(),
  /** Over the keys of everyone in the policy. */
  keysDigest: z.string(),
  levels: z.array(standingOfLevelSchema),
  /**
   * What the word of a client's user lowered, in this report or one before it: a later report does not take it back.
   * Absent: nothing, and in ledgers of older versions.
   */
  lowered: z.array(z.intersection(standingOfLevelSchema, z.object({ until: z.iso.datetime() }))).optional(),
  /** Names of what was found. */
  findings: z.array(z.string()),
  /** Keyed, over all the rest. */
  seal: z.string(),
});
/** By a person on the server: what reports for this sponsor lowered so far is mended, and is found anew. */
export const doctorForgottenSchema = z.object({ sponsor: z.string(), by: z.array(z.string()).default([]) });
