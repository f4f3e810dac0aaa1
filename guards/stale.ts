/**
 * Guarantees: the executed plan is the signed plan, on the state that was judged.
 * Does not cover: changes between this check and the call; the provider serializes changes of one target.
 */
import { z } from 'zod';
import { deny, type GuardDefinition } from '../src/core/guard.ts';
import { pass } from '../src/core/verdict.ts';

const options = z.strictObject({});

export const stale: GuardDefinition<z.infer<typeof options>> = {
  name: 'stale',
  rule: 'At execution, any difference from the signed plan ends the change.',
  normally: 'deny at execution',
  told: 'the differences; plan again',
  structural: true,
  options,
  create: () => ({
    name: 'stale',
    judge(_plan, facts) {
      if (facts.phase !== 'execute') return pass('stale');
      if (!facts.differences) return deny('stale', 'The live state was not compared with the plan.', 'Plan again.');
      if (facts.differences.length === 0) return pass('stale');
      return deny(
        'stale',
        `These have changed since the plan was made: ${facts.differences.slice(0, 8).join(', ')}.`,
        'Plan again from the current state and propose that plan.',
      );
    },
  }),
};
