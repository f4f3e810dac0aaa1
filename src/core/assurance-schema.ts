/** What the ledger keeps of a level and of a client. */
import { z } from 'zod';
import { CLIENT_KINDS, type Client, LEVELS, STANDINGS, type StandingOfLevel } from './assurance.ts';

export const standingOfLevelSchema: z.ZodType<StandingOfLevel> = z.object({
  level: z.enum(LEVELS),
  standing: z.enum(STANDINGS),
  why: z.string(),
});
export const clientSchema: z.ZodType<Client> = z.object({
  kind: z.enum(CLIENT_KINDS),
  who: z.string(),
  why: z.string(),
});
