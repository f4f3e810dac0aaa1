/**
 * Guarantees: an undetermined effect and a type that is not in the tables need approval; the guards on losses also
 * judge it as the worst case.
 * Does not cover: effects that the tables describe wrongly; the tests of the tables cover those.
 */
import { z } from 'zod';
import { couldBeLoss, type Effect, effectName } from '../src/core/effect.ts';
import { type GuardDefinition, hold, seatsIn } from '../src/core/guard.ts';
import { isWorthless } from '../src/core/subject.ts';
import { pass } from '../src/core/verdict.ts';

const options = z.strictObject({
  seats: z.number().int().min(1).default(2).describe('Approvals required in production; elsewhere 1.'),
});

export const unknownEffect: GuardDefinition<z.infer<typeof options>> = {
  name: 'unknown-effect',
  rule: 'An effect that the template, parameters, conditions, live state and tables do not determine is judged as the worst case for its resource type; a resource type that is not in the tables is held.',
  normally: 'hold(2)',
  told: 'the effect that is unknown, and why',
  options,
  create: ({ seats }) => ({
    name: 'unknown-effect',
    judge(plan, facts) {
      const worthless = isWorthless(plan.subject);
      const unknown = plan.effects.filter((effect) => isUnbounded(effect) && !(worthless && couldBeLoss(effect)));
      const first = unknown[0];
      if (!first) return pass('unknown-effect');
      const why = first.holds === 'unknown' ? 'the resource type is not in its tables' : first.why;
      return hold(
        'unknown-effect',
        seatsIn(facts, seats),
        `Countersign cannot tell what this change does to ${effectName(first)} (${first.type}): ${why}${unknown.length > 1 ? ` (${unknown.length - 1} more)` : ''}`,
        'Pin or write out the unknown value, or propose it for approval.',
      );
    },
  }),
};

function isUnbounded({ kind, reversibility, holds }: Effect): boolean {
  return kind === 'unknown' || reversibility === 'unknown' || (holds === 'unknown' && kind !== 'tag');
}
