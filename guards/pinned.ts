/**
 * Guarantees: code and values that are read only at execution are pinned by version or digest, or need approval.
 * Does not cover: the effects of a pinned artefact when it runs (guard `deputy`).
 */
import { z } from 'zod';
import { effectName, marksOf } from '../src/core/effect.ts';
import { type GuardDefinition, hold, seatsIn } from '../src/core/guard.ts';
import { pass } from '../src/core/verdict.ts';

const seats = (what: string) =>
  z.number().int().min(1).default(2).describe(`Approvals required in production for ${what}; elsewhere 1.`);
const options = z.strictObject({
  code_seats: seats('code that is read at execution'),
  value_seats: seats('a value that is read at execution and unknown until then'),
});

export const pinned: GuardDefinition<z.infer<typeof options>> = {
  name: 'pinned',
  rule: 'Code and values that are read at execution must be pinned by version or digest. Unpinned are a parameter or secret without a version, stored code without an object version, an image tag, any “latest” and an included file.',
  normally: 'hold(2)',
  told: 'the path to pin',
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
        `${effectName(first.effect)}: ${first.mark.path} is read at execution and may point to ${code ? 'different code' : 'a different value'} by then: ${first.mark.text}${unpinned.length > 1 ? ` (${unpinned.length - 1} more)` : ''}`,
        'Pin an image by digest, stored code by object version, a parameter or secret by version.',
      );
    },
  }),
};
