/**
 * Guarantees: one change at a time runs on a target (one of unknown outcome keeps it locked), a limited number an hour, and no failure is repeated in a loop
 * (the same kind of effect on the same resource, stopped by the same error, whatever the values). Recovery is always
 * possible: a rollback, and an update of a stack in a failed state, recognized by state and calls, never by the goal.
 * Does not cover: other state folders; counts are per `--home`.
 */
import { z } from 'zod';
import { counted } from '../src/core/counted.ts';
import { deny, type GuardDefinition } from '../src/core/guard.ts';
import { heldBy } from '../src/core/holder.ts';
import type { Plan } from '../src/core/plan.ts';
import { pass } from '../src/core/verdict.ts';

const STANDARD = { production: 5, development: 30, disposable: 30 };
const options = z.strictObject({
  per_hour: z
    .number()
    .int()
    .positive()
    .optional()
    .describe('Executions that one environment allows within an hour. Default: 5 in production, 30 elsewhere.'),
  same_failures: z
    .number()
    .int()
    .positive()
    .default(2)
    .describe('Failures of the same effect from the same cause within 24 h after which the plan is refused.'),
});

export const rate: GuardDefinition<z.infer<typeof options>> = {
  name: 'rate',
  rule: 'One change at a time may execute on a target, none while the outcome of another is unknown, and 5 changes an hour in production (30 elsewhere). After two failures of the same effect from the same cause a plan is refused, even with other values; rollbacks stay possible.',
  normally: 'deny',
  transient: true,
  told: 'this looks like a loop; report it',
  options,
  executionsPerHour: ({ per_hour }, environment) => per_hour ?? STANDARD[environment],
  create: ({ per_hour, same_failures }) => ({
    name: 'rate',
    judge(plan, facts) {
      const { inFlight, executionsLastHour, sameFailures } = facts.history;
      const allowed = per_hour ?? STANDARD[facts.environment];
      if (inFlight) {
        const { message, remedy } = heldBy(inFlight, plan.target);
        return deny('rate', message, remedy);
      }
      if (isRecovery(plan)) return pass('rate');
      const tool = facts.provider.toolFor.roll_back;
      if (sameFailures >= same_failures)
        return deny(
          'rate',
          `An effect of this plan failed ${counted(sameFailures, 'time')} from the same cause on ${plan.target.name} within 24 h. This looks like a loop.`,
          {
            agent: `Stop, and report the failure and its cause to the user.${tool === undefined ? '' : ` A rollback is still possible: ${tool}.`}`,
            person: `Find the cause of the failure first.${tool === undefined ? '' : ' A rollback is still possible.'}`,
          },
        );
      if (executionsLastHour >= allowed)
        return deny(
          'rate',
          `${counted(executionsLastHour, 'execution')} in the last hour; ${facts.environment} allows ${allowed}. This looks like a loop.`,
          {
            agent: 'Tell the user, wait, or combine changes into one.',
            person: 'Wait, or have the changes combined into one.',
          },
        );
      return pass('rate');
    },
  }),
};

const isRecovery = ({ action, subject }: Plan): boolean => action === 'roll_back' || subject.broken;
