/**
 * Guarantees: a target that no scope matches is refused; an id that was not resolved is out of scope; new stacks are
 * created only where the scope allows it.
 * Does not cover: resources outside the target that a change reaches (guard `reach`).
 */
import { z } from 'zod';
import { deny, type GuardDefinition } from '../src/core/guard.ts';
import { pass } from '../src/core/verdict.ts';

const options = z.strictObject({});

export const scope: GuardDefinition<z.infer<typeof options>> = {
  name: 'scope',
  rule: 'The account, the region and the stack, id or tags of the target must be in a scope of the policy. Every id is first resolved to its owner, and an unresolved id is out of scope. New stacks are allowed only where the scope has create.',
  normally: 'deny',
  told: 'how to list the scopes, and the people to ask',
  structural: true,
  options,
  beforePlanning: true,
  create: () => ({
    name: 'scope',
    judge({ target, action, calls, subject }, facts) {
      if (!facts.scope)
        return deny('scope', `${target.name} in ${target.account}/${target.region} is in no scope of the policy.`, {
          agent: 'List the scopes with describe_policy; the policy owners can add one.',
          person: 'The policy owners can add a scope for it.',
        });
      const resolved = new Set(subject.resources.map(({ id }) => id));
      const unresolved = target.kind === 'resources' && target.ids.find((id) => !resolved.has(id));
      if (unresolved)
        return deny('scope', `${unresolved} could not be resolved to its owner, so it is out of scope.`, {
          agent: 'Use only ids that the describe tools list.',
          person: 'Check the id, its account and its region.',
        });
      const isNew = target.ids.length === 0 || subject.lifecycle === 'new';
      const creates = action === 'create' || (target.kind === 'stack' && isNew && calls.length > 0);
      if (creates && !facts.scope.create)
        return deny(
          'scope',
          `The scope ${facts.scope.text} does not allow new stacks.`,
          'Change an existing stack; the policy owners can allow new ones with `create: true`.',
        );
      return pass('scope');
    },
  }),
};
