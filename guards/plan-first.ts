/**
 * Guarantees: only a recent plan with a successful dry run and at least one difference can be proposed.
 * Does not cover: later changes of the target (guard `stale`); after the proposal only the time limits of the change
 * apply.
 */
import { z } from 'zod';
import { deny, type GuardDefinition } from '../src/core/guard.ts';
import { absoluteTime } from '../src/core/instant.ts';
import { pass } from '../src/core/verdict.ts';

const options = z.strictObject({});

export const planFirst: GuardDefinition<z.infer<typeof options>> = {
  name: 'plan-first',
  rule: 'Only a stored plan that is at most 15 minutes old and has a successful dry run can be proposed.',
  normally: 'deny',
  told: 'plan again',
  structural: true,
  options,
  create: () => ({
    name: 'plan-first',
    judge(plan, facts) {
      if (!plan.dryRun.succeeded)
        return deny(
          'plan-first',
          `The dry run failed: ${plan.dryRun.detail ?? 'no reason given'}.`,
          'Fix the cause that the dry run names, then plan again.',
        );
      if (facts.phase === 'propose' && facts.now.getTime() > Date.parse(plan.expiresAt))
        return deny(
          'plan-first',
          `The plan was made at ${absoluteTime(plan.madeAt)} and expired at ${absoluteTime(plan.expiresAt)}.`,
          'Plan again and propose that.',
        );
      if (facts.phase === 'propose' && plan.dryRun.kind === 'no_change')
        return deny('plan-first', 'Nothing would change.', 'There is nothing to propose.');
      return pass('plan-first');
    },
  }),
};
