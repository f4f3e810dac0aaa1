/** Under which rights the calls of a change leave. */
import { z } from 'zod';

export const rightsSchema = z.object({
  /** `confined`: a session that is limited to the calls of the plan; `unconfined`: the caller's own rights. */
  credentials: z.enum(['confined', 'unconfined']),
  /** Of a confined session: inputs of its calls that the provider could not limit, such as `DeleteStack: DeletionMode`. */
  notLimited: z.array(z.string()),
});
/** SECURITY: the provider knows the credentials by the object; one that it did not make has none. */
export type Rights = Readonly<z.infer<typeof rightsSchema>>;

/** What the provider's own audit log is told of a session. */
export interface RightsFor {
  changeId: string;
  sponsor: string | null;
  digest: string;
}
