/**
 * Guarantees: nothing is executed in a scope until the policy allows it.
 * Does not cover: planning: plans stay possible.
 */
import { z } from 'zod';
import { deny, type GuardDefinition } from '../src/core/guard.ts';
import { pass } from '../src/core/verdict.ts';

const options = z.strictObject({});

export const execution: GuardDefinition<z.infer<typeof options>> = {
  name: 'execution',
  rule: 'A scope is plan-only until the policy allows execution in it; the changes of an unknown sponsor cannot be executed.',
  normally: 'plan_only',
  told: 'this scope is plan-only',
  structural: true,
  options,
  create: () => ({
    name: 'execution',
    judge(_plan, facts) {
      if (!facts.policy.present)
        return deny('execution', 'There is no policy, so changes can be planned but not executed.', {
          agent: 'A person must write a policy with `countersign init`; tell the user.',
          person: 'Write a policy with: countersign init',
        });
      if (facts.policy.standing !== 'adopted') {
        const message =
          facts.policy.standing === 'changed'
            ? 'The policy is not the one that this state folder adopted, so changes can be planned but not executed.'
            : 'This state folder has not adopted its policy, so changes can be planned but not executed.';
        const remedy = {
          agent: 'A person must adopt the policy (countersign policy adopt); tell the user.',
          person: 'Adopt the policy with: countersign --policy FILE policy adopt',
        };
        return { ...deny('execution', message, remedy), cause: 'policy_not_adopted' };
      }
      if (!facts.sponsor.known) {
        const named =
          facts.sponsor.name === null
            ? 'COUNTERSIGN_SPONSOR is not set'
            : `COUNTERSIGN_SPONSOR names ${facts.sponsor.name}, who is not in the policy`;
        return deny('execution', `${named}, so changes can be planned but not executed.`, {
          agent:
            "A person must set COUNTERSIGN_SPONSOR in the server's environment to a name from the policy; tell the user.",
          person: "Set COUNTERSIGN_SPONSOR in the server's environment to a name from the policy.",
        });
      }
      if (!facts.scope || facts.scope.execute === 'plan_only') {
        return deny('execution', 'The policy does not allow execution in this scope (plan_only).', {
          agent: 'The policy owners can allow execution with `execute: by_command`; tell the user.',
          person: 'The policy owners can allow execution with `execute: by_command`.',
        });
      }
      return pass('execution');
    },
  }),
};
