/**
 * Guarantees: a protection is lowered in a change of its own, never together with a loss or within 24 h before one. A
 * resource under termination or stop protection is not terminated or stopped.
 * A protection that fell outside of this ledger counts where a look of the last 24 h, or the live resource, tells it.
 * Does not cover: protections that no property expresses; what was lowered before anybody looked.
 */
import { z } from 'zod';
import { doing, effectName, isLoss } from '../src/core/effect.ts';
import { deny, type GuardDefinition, hold, seatsIn } from '../src/core/guard.ts';
import { absoluteTime } from '../src/core/instant.ts';
import { lossesOf } from '../src/core/plan.ts';
import { pass } from '../src/core/verdict.ts';

const options = z.strictObject({
  seats: z
    .number()
    .int()
    .min(1)
    .default(2)
    .describe('Approvals required in production to lower a protection in a change of its own; elsewhere 1.'),
});
const ALONE =
  'Keep the protection, or propose a separate change that only lowers it, at least 24 h before the deletion.';

export const protection: GuardDefinition<z.infer<typeof options>> = {
  name: 'protection',
  rule: 'A plan that lowers termination or stop protection, a deletion or update-replace policy, a stack policy, backups, logging or hooks needs 2 approvals. A plan that also deletes or replaces a resource, or does so within 24 h after a protection fell (through Countersign or outside it), is refused.',
  normally: 'hold(2); deny together with a deletion or replacement',
  told: 'lower the protection in a separate change',
  denies: 'lowering a protection together with a deletion',
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
      if (guarded) return deny('protection', `${guarded.id} has termination or stop protection.`, ALONE);
      // With its stack a protection goes as a resource; alone, a removed backup selection or hook is no second loss.
      const all = doing(plan.effects, ['unprotect']).filter(
        ({ effect, mark }) => !(action === 'delete' && isLoss(effect) && mark?.path === 'Properties'),
      );
      const itself = new Set(all.map(({ effect }) => effect));
      const lost = lossesOf(plan).find((effect) => effect.holds !== 'nothing' || !itself.has(effect));
      const lowered = all[0];
      const lowering =
        lowered && `the protection of ${effectName(lowered.effect)}${lowered.mark ? ` (${lowered.mark.text})` : ''}`;
      if (lowering && lost)
        return deny(
          'protection',
          `This plan lowers ${lowering} and also deletes or replaces ${effectName(lost)}.`,
          ALONE,
        );
      const { protectionLoweredAt, protectionFell } = facts.history;
      if (lost && protectionLoweredAt)
        return deny(
          'protection',
          `This plan deletes or replaces ${effectName(lost)}, and a protection of ${plan.target.name} was lowered at ${absoluteTime(protectionLoweredAt)}, less than 24 h ago.`,
          ALONE,
        );
      if (lost && protectionFell)
        return deny(
          'protection',
          `This plan deletes or replaces ${effectName(lost)}, and ${protectionFell.what} of ${plan.target.name} was lowered outside Countersign after ${absoluteTime(protectionFell.since)}.`,
          ALONE,
        );
      if (!lowering) return pass('protection');
      return hold('protection', seatsIn(facts, seats), `This plan lowers ${lowering}.`, ALONE);
    },
  }),
};
