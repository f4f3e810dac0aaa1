/**
 * Guarantees: a change that leads to a later loss counts as a loss: expiry, shorter retention, backups off, keys disabled,
 * capacity at zero or cut by more than half, in one step or in several within 24 h, traffic cut.
 * Does not cover: properties that the table `type.property → effect`
 * does not have (`unknown-effect` covers types that are not in the tables).
 */
import { z } from 'zod';
import { doing, effectName, isLoss } from '../src/core/effect.ts';
import { type GuardDefinition, hold, seatsIn } from '../src/core/guard.ts';
import { isWorthless } from '../src/core/subject.ts';
import { pass } from '../src/core/verdict.ts';

const options = z.strictObject({
  seats: z.number().int().min(1).default(2).describe('Approvals required in production; elsewhere 1.'),
});
const SAID = {
  expire: 'would start deleting data automatically',
  disable: 'would stop working, or lose much of its capacity',
  disconnect: 'would lose traffic',
};

export const slowLoss: GuardDefinition<z.infer<typeof options>> = {
  name: 'slow-loss',
  rule: 'A plan is held if data would expire (a lifecycle rule, a TTL, a shorter retention), if backups, versioning or point-in-time recovery would be turned off, if a key would be disabled or scheduled for deletion, if capacity would fall to zero or to less than half, by more than two units, in one plan or in several within 24 h, or if traffic would be cut.',
  normally: 'hold(2)',
  told: 'the loss, and when',
  options,
  create: ({ seats }) => ({
    name: 'slow-loss',
    judge(plan, facts) {
      // Everyday corpus: a disposable stack goes with its listeners and rules; that is a loss, and judged as one.
      const seen = facts.environment === 'disposable' ? plan.effects.filter((effect) => !isLoss(effect)) : plan.effects;
      const losing = isWorthless(plan.subject) ? [] : doing(seen, ['expire', 'disable', 'disconnect']);
      const first = losing[0];
      const [step] = isWorthless(plan.subject) ? [] : (facts.history.cutInSteps ?? []);
      if (!first && step)
        return hold(
          'slow-loss',
          seatsIn(facts, seats),
          `${step.what} of ${step.of} would fall from ${step.was} to ${step.becomes} within 24 h, in several steps.`,
          'Leave that property as it is, or propose it as a change of its own, for approval.',
        );
      if (!first) return pass('slow-loss');
      const { effect, mark } = first;
      const kind = (mark?.kind ?? effect.kind) as keyof typeof SAID;
      return hold(
        'slow-loss',
        seatsIn(facts, seats),
        `${effectName(effect)} (${effect.type}) ${SAID[kind]}. ${mark ? `${mark.path}: ${mark.text}` : effect.why}${losing.length > 1 ? ` (${losing.length - 1} more)` : ''}`,
        'Leave that property as it is, or propose it as a change of its own, for approval.',
      );
    },
  }),
};
