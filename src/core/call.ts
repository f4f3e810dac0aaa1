/** One exact call of a provider's API, and the classes of harm that a call could do. */
import { z } from 'zod';
import { canonicalJson } from './digest.ts';

/**
 * One call as it will leave: `input` in the provider's own shape, plain JSON (dates as ISO 8601).
 * A value that exists only after an earlier step is a step reference: `{"step": "step1.Id"}`.
 */
export const callSchema = z.strictObject({
  step: z.string(),
  provider: z.string(),
  service: z.string(),
  operation: z.string(),
  input: z.record(z.string(), z.json()),
  account: z.string(),
  region: z.string(),
});
export type Call = z.infer<typeof callSchema>;

/**
 * read: changes nothing. session: takes on a role that the policy names. plan: leaves at most a dry run behind. write:
 * everything else, known or not.
 */
export type CallClass = 'read' | 'session' | 'plan' | 'write';

/** The bytes by which a permit knows a call: everything but the step's name. */
export function callKey(call: Omit<Call, 'step'>): string {
  const { provider, service, operation, input, account, region } = call;
  return canonicalJson({ provider, service, operation, input, account, region });
}

const stepReferenceSchema = z.strictObject({ step: z.string() });

/**
 * Replaces step references by what earlier steps returned.
 *
 * @param outputs by step name, the plain SDK output of that step.
 * @throws Error when a reference points at nothing: the plan is malformed and must not run.
 */
export function resolveStepReferences(value: unknown, outputs: Record<string, Record<string, unknown>>): unknown {
  if (Array.isArray(value)) return value.map((item) => resolveStepReferences(item, outputs));
  if (value === null || typeof value !== 'object') return value;
  const reference = stepReferenceSchema.safeParse(value);
  if (reference.success) {
    const [step = '', ...path] = reference.data.step.split('.');
    const found = path.reduce<unknown>((at, key) => (at as Record<string, unknown> | undefined)?.[key], outputs[step]);
    if (found === undefined) throw new Error(`step reference ${reference.data.step} has no value`);
    return found;
  }
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, resolveStepReferences(item, outputs)]));
}
