/**
 * Guarantees: what could not be decided waits for two people, in every environment that is not disposable.
 * Does not cover: effects wrongly called known; the tables and their tests answer for those.
 */
import { z } from 'zod';
import { effectName } from '../src/core/effect.ts';
import { type GuardDefinition, hold, note } from '../src/core/guard.ts';
import { pass } from '../src/core/verdict.ts';

const options = z.strictObject({ seats: z.number().int().min(1).default(2) });

export const unknownEffect: GuardDefinition<z.infer<typeof options>> = {
  name: 'unknown-effect',
  rule: 'What could not be decided, and types that nobody has judged yet, are judged as the worst possible and hold for two seats.',
  normally: 'hold(2)',
  told: 'what could not be bounded',
  options,
  create: ({ seats }) => ({
    name: 'unknown-effect',
    judge(plan, facts) {
      const unknown = plan.effects.filter(
        ({ kind, reversibility, holds }) =>
          kind === 'unknown' || reversibility === 'unknown' || (holds === 'unknown' && kind !== 'create'),
      );
      const first = unknown[0];
      if (!first) return pass('unknown-effect');
      const message = `${unknown.length} effect(s) could not be bounded, first ${effectName(first)} (${first.type}): ${first.why}`;
      if (facts.environment === 'disposable') return note('unknown-effect', message);
      return hold(
        'unknown-effect',
        seats,
        message,
        'Pin or spell out what the plan could not know, or let people decide.',
      );
    },
  }),
};
