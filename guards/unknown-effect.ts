/**
 * Guarantees: what could not be decided, and any type that nobody has judged yet, waits for people; guards on losses
 * judge it as the worst it could be besides.
 * Does not cover: effects wrongly called known; the tables and their tests answer for those.
 */
import { z } from 'zod';
import { couldBeLoss, type Effect, effectName } from '../src/core/effect.ts';
import { type GuardDefinition, hold, seatsIn } from '../src/core/guard.ts';
import { isWorthless } from '../src/core/subject.ts';
import { pass } from '../src/core/verdict.ts';

const options = z.strictObject({
  seats: z.number().int().min(1).default(2).describe('Seats in production; one elsewhere.'),
});

export const unknownEffect: GuardDefinition<z.infer<typeof options>> = {
  name: 'unknown-effect',
  rule: 'What could not be decided from template, parameters, conditions, live facts and tables is judged as the worst possible for its type; types that nobody has judged yet hold.',
  normally: 'hold(2)',
  told: 'what could not be bounded',
  options,
  create: ({ seats }) => ({
    name: 'unknown-effect',
    judge(plan, facts) {
      const worthless = isWorthless(plan.subject);
      const unknown = plan.effects.filter((effect) => isUnbounded(effect) && !(worthless && couldBeLoss(effect)));
      const first = unknown[0];
      if (!first) return pass('unknown-effect');
      const why = first.holds === 'unknown' ? 'nobody has judged yet what this type holds' : first.why;
      return hold(
        'unknown-effect',
        seatsIn(facts, seats),
        `${unknown.length} effect(s) could not be bounded, first ${effectName(first)} (${first.type}): ${why}`,
        'Pin or spell out what the plan could not know, or let people decide.',
      );
    },
  }),
};

function isUnbounded({ kind, reversibility, holds }: Effect): boolean {
  return kind === 'unknown' || reversibility === 'unknown' || (holds === 'unknown' && kind !== 'tag');
}
