/**
 * Takes every sensitive value of a plan out of whatever is shown.
 *
 * SECURITY: the JSON has sensitive values in clear, and marks neither copies, variables nor defaults. So a value that is
 * sensitive anywhere is masked wherever it stands, as a whole or as a part of a text, plain, in base64 or in a URL.
 * Does not cover: a value of fewer than four characters as a part of a text; what a function made of a sensitive value
 * (a digest, a cut); values that nothing calls sensitive (`picture/mask.ts` masks those by name and form).
 */
import type { TerraformPlan } from '../plan-json/shape.ts';
import { needlesOf } from './needles.ts';

export interface Secrets {
  /** With every sensitive value in it as its tag; the same text where it has none. */
  masked(text: string): string;
  /** Is this value sensitive as a whole? */
  has(value: string): boolean;
  /** Nothing of the plan is called sensitive. */
  isEmpty: boolean;
}

export function secretsOf({ sensitive }: TerraformPlan, tag: (secret: string) => string): Secrets {
  const needles = needlesOf(sensitive);
  return {
    isEmpty: sensitive.size === 0,
    has: (value) => sensitive.has(value),
    masked: (text) => (sensitive.has(text) ? tag(text) : needles.replaced(text, tag)),
  };
}
