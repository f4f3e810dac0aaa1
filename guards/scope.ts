/**
 * Guarantees: what no scope of the policy matches is refused, and nothing is created where a scope does not say so.
 * Does not cover: things outside the target that a change reaches (guard `reach`).
 */
import { z } from 'zod';
import { deny, type GuardDefinition } from '../src/core/guard.ts';
import { pass } from '../src/core/verdict.ts';

const options = z.strictObject({});

export const scope: GuardDefinition<z.infer<typeof options>> = {
  name: 'scope',
  rule: 'Account, region and stack or tag lie in a scope of the policy; new stacks only where the scope says create.',
  normally: 'deny',
  told: 'what is in reach, who to ask',
  structural: true,
  options,
  beforePlanning: true,
  create: () => ({
    name: 'scope',
    judge(plan, facts) {
      if (!facts.scope) {
        return deny(
          'scope',
          `${plan.target.name} in ${plan.target.account}/${plan.target.region} is in no scope of the policy.`,
          'describe_policy lists what is in reach; ask the policy owners for more.',
        );
      }
      const creates = plan.target.kind === 'stack' && plan.target.ids.length === 0 && plan.calls.length > 0;
      if (creates && !facts.scope.create) {
        return deny(
          'scope',
          `The scope ${facts.scope.text} does not allow new stacks.`,
          'Change an existing stack, or ask the policy owners for `create: true`.',
        );
      }
      return pass('scope');
    },
  }),
};
