/**
 * Guarantees: lowering a protection stands alone, and never within 24 h before a loss.
 * Does not cover: protections that no AWS property expresses.
 */
import { z } from 'zod';
import { effectName, isLoss } from '../src/core/effect.ts';
import { deny, type GuardDefinition, hold } from '../src/core/guard.ts';
import { pass } from '../src/core/verdict.ts';

const options = z.strictObject({});
const ALONE =
  'Protection changes stand alone, at least 24 h before a loss; keep the protection, or let people lift it in a change of its own.';

export const protection: GuardDefinition<z.infer<typeof options>> = {
  name: 'protection',
  rule: 'Lowering termination or stop protection, deletion or update-replace policy holds for two seats; with a loss, or within 24 h before one, it is refused.',
  normally: 'hold(2); deny with a loss',
  told: 'protection changes stand alone',
  options,
  create: () => ({
    name: 'protection',
    judge(plan, facts) {
      const lowered = plan.effects.filter(({ kind }) => kind === 'unprotect');
      const losses = plan.effects.filter(isLoss);
      const guarded = plan.observed.instances?.find(
        (instance) =>
          (instance.terminationProtection && plan.calls.some(({ operation }) => operation === 'TerminateInstances')) ||
          (instance.stopProtection && plan.calls.some(({ operation }) => operation === 'StopInstances')),
      );
      if (guarded) return deny('protection', `${guarded.id} is under termination or stop protection.`, ALONE);
      if (lowered.length > 0 && losses.length > 0)
        return deny(
          'protection',
          `This lowers the protection of ${effectName(lowered[0]!)} and loses ${effectName(losses[0]!)} at once.`,
          ALONE,
        );
      if (losses.length > 0 && facts.history.protectionLoweredAt)
        return deny('protection', `Protection here was lowered at ${facts.history.protectionLoweredAt}.`, ALONE);
      if (lowered.length === 0) return pass('protection');
      return hold('protection', 2, `This lowers the protection of ${effectName(lowered[0]!)}.`, ALONE);
    },
  }),
};
