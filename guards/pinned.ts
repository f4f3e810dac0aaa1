/**
 * Guarantees: code and values that are read only at execution are pinned by version or digest, or need approval.
 * Does not cover: the effects of a pinned artefact when it runs (guard `deputy`).
 */
import { z } from 'zod';
import { effectName, marksOf } from '../src/core/effect.ts';
import { type GuardDefinition, hold, note, seatsIn } from '../src/core/guard.ts';
import { pass } from '../src/core/verdict.ts';

const seats = (what: string) =>
  z.number().int().min(1).default(2).describe(`Approvals required in production for ${what}; elsewhere 1.`);
const options = z.strictObject({
  code_seats: seats('code that is read at execution'),
  value_seats: seats('a value that is read at execution and unknown until then'),
});

export const pinned: GuardDefinition<z.infer<typeof options>> = {
  name: 'pinned',
  rule: 'Code and values that are read at execution must be pinned by version or digest. Unpinned are a parameter or secret without a version, stored code without an object version, an image tag, any “latest” and an included file. An output of another stack that may change until then needs 1 approval in production and is a note elsewhere.',
  normally: 'hold(2)',
  told: 'the path to pin',
  options,
  create: ({ code_seats, value_seats }) => ({
    name: 'pinned',
    judge(plan, facts) {
      const unpinned = marksOf(plan.effects, 'unpinned');
      const code = unpinned.find(({ mark }) => mark.reads !== 'value' && mark.reads !== 'output');
      const value = unpinned.find(({ mark }) => mark.reads === 'value');
      const first = code ?? value ?? unpinned[0];
      if (!first) return pass('pinned');
      const needed = Math.max(code ? code_seats : 1, value ? value_seats : 1);
      // An output belongs to a stack that has its own plans: a change of it was approved there.
      const onlyOutputs = !code && !value;
      const text = `${effectName(first.effect)}: ${first.mark.path} is read at execution and may point to ${code ? 'different code' : 'a different value'} by then: ${first.mark.text}${unpinned.length > 1 ? ` (${unpinned.length - 1} more)` : ''}`;
      const remedy = onlyOutputs
        ? 'Nothing needs to change; look at the output before approving.'
        : 'Pin an image by digest, stored code by object version, a parameter or secret by version.';
      if (onlyOutputs && facts.environment !== 'production') return note('pinned', text, remedy);
      return hold('pinned', seatsIn(facts, needed), text, remedy);
    },
  }),
};
