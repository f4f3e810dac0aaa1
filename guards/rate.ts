/**
 * Guarantees: one change at a time per target, a bounded number per hour, and no loop of the same failure.
 * Does not cover: other state folders; counts hold per `--home`.
 */
import { z } from 'zod';
import { deny, type GuardDefinition } from '../src/core/guard.ts';
import { pass } from '../src/core/verdict.ts';

const options = z.strictObject({
  perHour: z.number().int().positive().optional(),
});
const DEFAULTS = { production: 5, development: 30, disposable: 30 };

export const rate: GuardDefinition<z.infer<typeof options>> = {
  name: 'rate',
  rule: 'One change in flight per target; 5 executions an hour in production, 30 elsewhere; the same failure twice stops.',
  normally: 'deny',
  told: 'suspected loop; report it',
  options,
  create: ({ perHour }) => ({
    name: 'rate',
    judge(plan, facts) {
      const { inFlight, executionsLastHour, sameFailures } = facts.history;
      const cap = perHour ?? DEFAULTS[facts.environment];
      if (inFlight)
        return deny(
          'rate',
          `Change ${inFlight} is executing on ${plan.target.name}.`,
          `Wait for it: describe_change {"change_id": "${inFlight}"}.`,
        );
      if (sameFailures >= 2)
        return deny(
          'rate',
          `The same change failed ${sameFailures} times on ${plan.target.name} within 24 h: suspected loop.`,
          'Stop, and report the failure and its cause to the user.',
        );
      if (executionsLastHour >= cap)
        return deny(
          'rate',
          `${executionsLastHour} executions within an hour against ${cap} in ${facts.environment}.`,
          'Wait, or put more into one change.',
        );
      return pass('rate');
    },
  }),
};
