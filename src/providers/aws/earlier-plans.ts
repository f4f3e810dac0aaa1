/** Plans that earlier versions made, in the words that guards read now. Their calls, effects and digest stay. */

import type { Plan } from '../../core/plan.ts';
import type { EarlierPlan } from '../../core/plan-document.ts';
import { described } from './described.ts';
import { observedSchema } from './observed.ts';
import { actionOf } from './subject.ts';

/** @throws ZodError when what was observed is not what this version could have observed. */
export function completePlan(earlier: EarlierPlan): Plan {
  return described({
    ...earlier,
    action: actionOf(
      earlier.calls.map(({ operation }) => operation),
      earlier.tool,
    ),
    calls: earlier.calls.map((call) => ({ ...call, provider: 'aws' })),
    observed: observedSchema.parse(earlier.observed),
  });
}
