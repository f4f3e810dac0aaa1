/** What a plan of a workspace is asked for with. */
import { z } from 'zod';

/** Without `ref`: the working tree. `plan_file`: a plan file that another made of it. */
export const requestSchema = z.strictObject({
  workspace: z.string(),
  ref: z.string().optional(),
  plan_file: z.string().optional(),
});
export type Request = z.infer<typeof requestSchema>;
