/**
 * Guarantees: only a fresh plan whose dry run succeeded, and that changes something, is proposed.
 * Does not cover: what changes later (guard `stale`); from the proposal on only the change's own clocks count.
 */
import { z } from 'zod';
import { deny, type GuardDefinition } from '../src/core/guard.ts';
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
          `The plan was made at ${plan.madeAt} and expired at ${plan.expiresAt}.`,
          'Plan again and propose that.',
        );
      if (facts.phase === 'propose' && plan.dryRun.kind === 'no_change')
        return deny('plan-first', 'Nothing would change.', 'There is nothing to propose.');
      return pass('plan-first');
    },
  }),
};
