/**
 * Guarantees: what is read again only at execution is pinned by version or digest, or people decide.
 * Does not cover: what a pinned artefact does once it runs (guard `deputy`).
 */
import { z } from 'zod';
import { effectName, marksOf } from '../src/core/effect.ts';
import { type GuardDefinition, hold, seatsIn } from '../src/core/guard.ts';
import { pass } from '../src/core/verdict.ts';

const seats = (what: string) =>
  z.number().int().min(1).default(2).describe(`Seats in production for ${what}; one elsewhere.`);
const options = z.strictObject({
  code_seats: seats('code that is read again'),
  value_seats: seats('a value that is read again: it is unknown until then'),
});

export const pinned: GuardDefinition<z.infer<typeof options>> = {
  name: 'pinned',
  rule: 'Whatever is read again at execution is pinned by version or digest, or it is unknown: a parameter or secret without a version, stored code without an object version, image tags, the latest of anything, includes.',
  normally: 'hold(2)',
  told: 'what to pin',
  options,
  create: ({ code_seats, value_seats }) => ({
    name: 'pinned',
    judge(plan, facts) {
      const unpinned = marksOf(plan.effects, 'unpinned');
      const code = unpinned.find(({ mark }) => mark.reads !== 'value');
      const first = code ?? unpinned[0];
      if (!first) return pass('pinned');
      const needed = Math.max(
        code ? code_seats : 1,
        unpinned.some(({ mark }) => mark.reads === 'value') ? value_seats : 1,
      );
      return hold(
        'pinned',
        seatsIn(facts, needed),
        `${effectName(first.effect)}: ${first.mark.path} is read again at execution, and can be another ${code ? 'code' : 'value'} by then: ${first.mark.text}${unpinned.length > 1 ? ` (${unpinned.length - 1} more)` : ''}`,
        'Pin it: an image by digest, stored code by object version, a parameter or secret by version.',
      );
    },
  }),
};
