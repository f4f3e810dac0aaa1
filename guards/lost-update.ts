/**
 * Guarantees: live values that the plan does not mention (drift, whole-value writes) are not erased unseen.
 * Does not cover: drift that nobody has looked for. Values are shown redacted.
 */
import { z } from 'zod';
import { effectName, marksOf } from '../src/core/effect.ts';
import { type GuardDefinition, hold, seatsIn } from '../src/core/guard.ts';
import { pass } from '../src/core/verdict.ts';

const options = z.strictObject({
  seats: z.number().int().min(1).default(1).describe('Seats in production; one elsewhere.'),
});

export const lostUpdate: GuardDefinition<z.infer<typeof options>> = {
  name: 'lost-update',
  rule: 'Drift, or a write that replaces the whole, would erase live values that the plan does not mention.',
  normally: 'hold(1)',
  told: 'the live values',
  options,
  create: ({ seats }) => ({
    name: 'lost-update',
    judge(plan, facts) {
      const erased = marksOf(plan.effects, 'overwrite');
      if (erased.length === 0) return pass('lost-update');
      const told = erased.slice(0, 3).map(({ effect, mark }) => `${effectName(effect)} ${mark.path}: ${mark.text}`);
      return hold(
        'lost-update',
        seatsIn(facts, seats),
        `${erased.length} live value(s) would be erased that the plan does not mention: ${told.join('; ')}`,
        'Bring the live values into the template first, or let people decide that they go.',
      );
    },
  }),
};
