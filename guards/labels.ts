/**
 * Guarantees: a tag by which the policy decides anything is not set, changed or removed through a plan.
 * Does not cover: tags that other systems read (list them in `also`).
 */
import { z } from 'zod';
import { deny, type GuardDefinition } from '../src/core/guard.ts';
import { pass } from '../src/core/verdict.ts';

const options = z.strictObject({ also: z.array(z.string()).default([]) });

export const labels: GuardDefinition<z.infer<typeof options>> = {
  name: 'labels',
  rule: 'A tag that a scope, environment, freeze or rule reads cannot be set or removed through a plan.',
  normally: 'deny',
  told: 'this tag decides things',
  structural: true,
  options,
  create: ({ also }) => ({
    name: 'labels',
    judge(plan, facts) {
      const deciding = new Set([...facts.decidingTags, ...also].map((key) => key.toLowerCase()));
      const touched = plan.effects
        .flatMap(({ properties }) => properties)
        .filter(({ path, before, after }) => path.startsWith('Tags.') && before !== after)
        .map(({ path }) => path.slice('Tags.'.length))
        .filter((key) => deciding.has(key.toLowerCase()));
      if (touched.length === 0) return pass('labels');
      return deny(
        'labels',
        `The tag ${touched[0]} decides which rules apply here.`,
        'Leave this tag as it is; people change it outside of plans.',
      );
    },
  }),
};
