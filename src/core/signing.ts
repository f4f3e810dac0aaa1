/** By what it is known that a call that left can have no effect any more. Recorded with its intent, before it leaves. */
import { z } from 'zod';
import type { Call } from './call.ts';
import type { Rights } from './rights.ts';

export const signingSchema = z.object({
  /** The date of the signature, by the cloud's own clock, whenever the call leaves. */
  signedAt: z.iso.datetime(),
  /** When the credentials that sign it end. Absent: no end is known. */
  credentialsEnd: z.iso.datetime().optional(),
});
/** SECURITY: the provider knows the credentials by the object; what is read from a ledger signs nothing. */
export type Signing = Readonly<z.infer<typeof signingSchema>>;

export interface Refusals {
  /** For the age of the signature. */
  ofAge: Date;
  /** For credentials that have ended. null: no end of them is known. */
  ofCredentials: Date | null;
}

/** The facts of an endpoint that say whether something may still arrive. */
export interface SigningPort {
  /**
   * What the next call of these rights will be signed with. INVARIANT: that call carries exactly this date and these
   * credentials, however late it leaves, so that an executor that sleeps cannot sign anew.
   *
   * @throws when there are no credentials.
   */
  signing(call: Call, rights: Rights): Promise<Signing>;
  /** From when on, by its own clock, the cloud refuses that call if it was signed so, however often and late it arrives. */
  refusedFrom(signing: Signing, call: Call): Refusals;
  /** The cloud's own clock, as an answer says that is certainly the cloud's. null: none says it. Reads only. */
  clock(call: Call): Promise<Date | null>;
}
