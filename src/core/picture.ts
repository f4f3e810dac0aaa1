/**
 * The picture of a plan: the whole of what it touches, before and after, as it may be shown. Kept as a document of
 * its own and named in the plan by digest, so that what is signed is what is read.
 */
import { z } from 'zod';
import type { Json } from './digest.ts';

/** Without walking it: a document is checked by its digest, and nothing but our own planners makes one. */
const anyJson = z.custom<Json>((value) => value !== undefined);

/** `resource`: one of a stack, by logical id with those of the nested stacks above. `stack`: what belongs to it as a whole. */
const thingSchema = z.strictObject({
  kind: z.enum(['resource', 'stack']),
  /** Of the stack itself: its logical ids above with a slash after each; of the target: empty. */
  id: z.string(),
  type: z.string(),
  /** Text opened (`core/leaves.ts`), secrets masked at the leaf with a tag. null: it is not there. */
  before: anyJson.nullable(),
  after: anyJson.nullable(),
});
export type Thing = z.infer<typeof thingSchema>;

export const pictureSchema = z.strictObject({ things: z.array(thingSchema) });
export type Picture = z.infer<typeof pictureSchema>;
