/**
 * Guarantees: nothing is executed in a scope until the policy allows it.
 * Does not cover: planning: plans stay possible.
 */
import { z } from 'zod';
import type { Remedy } from '../src/core/errors.ts';
import { deny, type Facts, type GuardDefinition } from '../src/core/guard.ts';
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
        const { why, remedy } = unknownSponsor(facts.sponsor);
        return deny('execution', `${why}, so changes can be planned but not executed.`, remedy);
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

function unknownSponsor({ name, signedIn }: Facts['sponsor']): { why: string; remedy: Remedy } {
  if (signedIn?.as === null)
    return {
      why: 'The client signed in for itself, without a person',
      remedy: {
        agent: 'A person must sign in with this client; tell the user.',
        person: 'Sign in with a client that acts for you, instead of with the credentials of a client.',
      },
    };
  if (signedIn)
    return {
      why: `No person of the policy signs in as ${signedIn.as}`,
      remedy: {
        agent: 'The policy owners can add this name to signs_in_as of a person; tell the user.',
        person: 'Add this name to signs_in_as of the person in the policy.',
      },
    };
  return {
    why:
      name === null ? 'COUNTERSIGN_SPONSOR is not set' : `COUNTERSIGN_SPONSOR names ${name}, who is not in the policy`,
    remedy: {
      agent:
        "A person must set COUNTERSIGN_SPONSOR in the server's environment to a name from the policy; tell the user.",
      person: "Set COUNTERSIGN_SPONSOR in the server's environment to a name from the policy.",
    },
  };
}
