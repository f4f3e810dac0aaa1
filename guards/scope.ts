/**
 * Guarantees: what no scope of the policy matches is refused, ids that were not resolved are out of scope, and
 * nothing new is created where its scope does not say so.
 * Does not cover: things outside the target that a change reaches (guard `reach`).
 */
import { z } from 'zod';
import { deny, type GuardDefinition } from '../src/core/guard.ts';
import { pass } from '../src/core/verdict.ts';

const options = z.strictObject({});

export const scope: GuardDefinition<z.infer<typeof options>> = {
  name: 'scope',
  rule: 'Account, region and stack or tag lie in a scope of the policy; every id is resolved to its owner first, and an unresolved one is out; new stacks only where the scope says create.',
  normally: 'deny',
  told: 'what is in reach, who to ask',
  structural: true,
  options,
  beforePlanning: true,
  create: () => ({
    name: 'scope',
    judge({ target, action, calls, subject }, facts) {
      if (!facts.scope)
        return deny(
          'scope',
          `${target.name} in ${target.account}/${target.region} is in no scope of the policy.`,
          'describe_policy lists what is in reach; ask the policy owners for more.',
        );
      const resolved = new Set(subject.resources.map(({ id }) => id));
      const unresolved = target.kind === 'resources' && target.ids.find((id) => !resolved.has(id));
      if (unresolved)
        return deny(
          'scope',
          `${unresolved} could not be resolved to its owner, so it is out of scope.`,
          'Name only ids that the describe tools list.',
        );
      const isNew = target.ids.length === 0 || subject.lifecycle === 'new';
      const creates = action === 'create' || (target.kind === 'stack' && isNew && calls.length > 0);
      if (creates && !facts.scope.create)
        return deny(
          'scope',
          `The scope ${facts.scope.text} does not allow new stacks.`,
          'Change an existing stack, or ask the policy owners for `create: true`.',
        );
      return pass('scope');
    },
  }),
};
