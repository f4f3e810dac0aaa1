/**
 * Guarantees: a plan cannot set, change or remove a tag that decides something, on the stack, on a resource in its
 * template or on a resource of its own. A tag that cannot be read counts as a deciding tag.
 * Does not cover: tags of resources that the plan creates; tags that other systems read, unless they are listed here.
 */
import { z } from 'zod';
import { effectName, UNREADABLE_TAGS as UNREADABLE } from '../src/core/effect.ts';
import { deny, type GuardDefinition } from '../src/core/guard.ts';
import { pass } from '../src/core/verdict.ts';

const keys = z.array(z.string().min(1));
const options = z.strictObject({
  also_deciding_keys: keys
    .default([])
    .describe('More tag keys that plans may not change, because systems outside of the policy read them.'),
  backup_selection_keys: keys.default(['backup']).describe('Tag keys by which backup plans select resources.'),
});

export const labels: GuardDefinition<z.infer<typeof options>> = {
  name: 'labels',
  rule: 'A plan may not set or remove a tag that a scope, environment, freeze, rule or backup selection reads.',
  normally: 'deny',
  told: 'this tag decides which rules apply',
  structural: true,
  options,
  create: ({ also_deciding_keys, backup_selection_keys }) => ({
    name: 'labels',
    judge(plan, facts) {
      const listed = [...facts.decidingTags, ...also_deciding_keys, ...backup_selection_keys];
      const deciding = new Set(listed.map((key) => key.toLowerCase()));
      for (const effect of plan.effects)
        for (const key of effect.tagKeys ?? []) {
          if (key !== UNREADABLE && !deciding.has(key.toLowerCase())) continue;
          return deny(
            'labels',
            key === UNREADABLE
              ? `The changed tags of ${effectName(effect)} could not be read, and one of them may decide which rules apply.`
              : `The tag ${key} of ${effectName(effect)} decides which rules apply to it or whether it is backed up.`,
            {
              agent: `Leave ${key === UNREADABLE ? `its tags as they are, or change them one by one with ${facts.provider.toolFor.tag}` : 'this tag as it is'}; a person must change such a tag outside of Countersign.`,
              person: 'Change such a tag outside of Countersign.',
            },
          );
        }
      return pass('labels');
    },
  }),
};
