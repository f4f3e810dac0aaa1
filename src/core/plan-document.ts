/** A plan as it is stored: read with its digest checked, also where an earlier version made it. */
import { z } from 'zod';
import { callSchema } from './call.ts';
import { digestOf, type Json } from './digest.ts';
import { type Plan, planDigest, planSchema } from './plan.ts';

const { action: _action, subject: _subject, actor: _actor, ...shape } = planSchema.shape;
const { provider: _provider, ...call } = callSchema.shape;
/** Before plans said what they do in the words that guards read: their provider tells it from the rest. */
const earlierPlanSchema = z.strictObject({ ...shape, calls: z.array(z.strictObject(call)) });
export type EarlierPlan = z.infer<typeof earlierPlanSchema>;
export type CompletePlan = (earlier: EarlierPlan) => Plan | Promise<Plan>;

function earlierDigest({ target, endpoint, calls, effects, observed, policyDigest, nonce }: EarlierPlan): string {
  return digestOf({ target, endpoint, calls, effects, observed, policyDigest, nonce });
}

/**
 * @param digest of the plan when it was made; a plan of an earlier version keeps it.
 * @returns undefined when the document is gone or is another plan.
 */
export async function readPlan(
  document: Json | undefined,
  digest: string,
  complete: CompletePlan,
): Promise<Plan | undefined> {
  const plan = planSchema.safeParse(document);
  if (plan.success) return planDigest(plan.data) === digest ? plan.data : undefined;
  const earlier = earlierPlanSchema.safeParse(document);
  return earlier.success && earlierDigest(earlier.data) === digest ? complete(earlier.data) : undefined;
}
