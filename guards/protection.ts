/**
 * Guarantees: lowering a protection stands alone, never in one change with a loss nor within 24 h before one; what is
 * under termination or stop protection is not terminated or stopped.
 * Does not cover: protections that no property expresses; what was lowered outside of this ledger.
 */
import { z } from 'zod';
import { doing, effectName, isLoss } from '../src/core/effect.ts';
import { deny, type GuardDefinition, hold, seatsIn } from '../src/core/guard.ts';
import { lossesOf } from '../src/core/plan.ts';
import { pass } from '../src/core/verdict.ts';

const options = z.strictObject({
  seats: z
    .number()
    .int()
    .min(1)
    .default(2)
    .describe('Seats in production for lowering a protection alone; one elsewhere.'),
});
const ALONE =
  'Protection changes stand alone, at least 24 h before a loss: keep the protection, or let people lift it in a change of its own.';

export const protection: GuardDefinition<z.infer<typeof options>> = {
  name: 'protection',
  rule: 'Lowering termination or stop protection, deletion or update-replace policy, stack policy, backup, logging or hooks holds for two seats; with a loss, or within 24 h before one, it is refused.',
  normally: 'hold(2); deny with a loss',
  told: 'protection changes stand alone',
  options,
  create: ({ seats }) => ({
    name: 'protection',
    judge(plan, facts) {
      const { action, subject } = plan;
      const guarded = subject.resources.find(
        ({ protectedFrom, runs }) =>
          (action === 'terminate' && protectedFrom.includes('delete')) ||
          ((action === 'stop' || (action === 'resize' && runs)) && protectedFrom.includes('stop')),
      );
      if (guarded) return deny('protection', `${guarded.id} is under termination or stop protection.`, ALONE);
      // With its stack a protection goes as a resource; alone, a removed backup selection or hook is no second loss.
      const all = doing(plan.effects, ['unprotect']).filter(({ effect }) => !(action === 'delete' && isLoss(effect)));
      const itself = new Set(all.map(({ effect }) => effect));
      const lost = lossesOf(plan).find((effect) => effect.holds !== 'nothing' || !itself.has(effect));
      const lowered = all[0];
      const lowering =
        lowered && `the protection of ${effectName(lowered.effect)}${lowered.mark ? ` (${lowered.mark.text})` : ''}`;
      if (lowering && lost)
        return deny('protection', `This lowers ${lowering} and loses ${effectName(lost)} at once.`, ALONE);
      const { protectionLoweredAt } = facts.history;
      if (lost && protectionLoweredAt)
        return deny(
          'protection',
          `This loses ${effectName(lost)}, and protection here was lowered at ${protectionLoweredAt}, less than 24 h ago.`,
          ALONE,
        );
      if (!lowering) return pass('protection');
      return hold('protection', seatsIn(facts, seats), `This lowers ${lowering}.`, ALONE);
    },
  }),
};
