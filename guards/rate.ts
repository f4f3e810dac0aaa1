/**
 * Guarantees: one change at a time per target, a bounded number per hour, and no loop of the same failure.
 * Does not cover: other state folders; counts hold per `--home`.
 */
import { z } from 'zod';
import { deny, type GuardDefinition } from '../src/core/guard.ts';
import { pass } from '../src/core/verdict.ts';

const STANDARD = { production: 5, development: 30, disposable: 30 };
const options = z.strictObject({
  per_hour: z
    .number()
    .int()
    .positive()
    .optional()
    .describe('Executions in one environment within an hour. Default: 5 in production, 30 elsewhere.'),
  same_failures: z
    .number()
    .int()
    .positive()
    .default(2)
    .describe('The same change failed this often within 24 h: stop.'),
});

export const rate: GuardDefinition<z.infer<typeof options>> = {
  name: 'rate',
  rule: 'One change in flight per target; 5 executions an hour in production, 30 elsewhere; the same failure twice stops.',
  normally: 'deny',
  told: 'suspected loop; report it',
  options,
  create: ({ per_hour, same_failures }) => ({
    name: 'rate',
    judge(plan, facts) {
      const { inFlight, executionsLastHour, sameFailures } = facts.history;
      const allowed = per_hour ?? STANDARD[facts.environment];
      if (inFlight)
        return deny(
          'rate',
          `Change ${inFlight} is executing on ${plan.target.name}.`,
          `Wait for it: describe_change {"change_id": "${inFlight}"}.`,
        );
      if (sameFailures >= same_failures)
        return deny(
          'rate',
          `The same change failed ${sameFailures} times on ${plan.target.name} within 24 h: suspected loop.`,
          'Stop, and report the failure and its cause to the user.',
        );
      if (executionsLastHour >= allowed)
        return deny(
          'rate',
          `${executionsLastHour} executions within an hour against ${allowed} in ${facts.environment}: suspected loop.`,
          'Report it, wait, or put more into one change.',
        );
      return pass('rate');
    },
  }),
};
