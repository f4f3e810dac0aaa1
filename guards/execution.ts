/**
 * Guarantees: a scope executes nothing until its policy says so.
 * Does not cover: who could plan: plans stay possible.
 */
import { z } from 'zod';
import { deny, type GuardDefinition } from '../src/core/guard.ts';
import { pass } from '../src/core/verdict.ts';

const options = z.strictObject({});

export const execution: GuardDefinition<z.infer<typeof options>> = {
  name: 'execution',
  rule: 'A scope executes nothing until its policy enables it; an unknown sponsor never does.',
  normally: 'plan_only',
  told: 'plans only here',
  structural: true,
  options,
  create: () => ({
    name: 'execution',
    judge(_plan, facts) {
      if (!facts.policy.present)
        return deny(
          'execution',
          'There is no policy here: plans only.',
          'Tell the user: `countersign init` writes a policy.',
        );
      if (facts.policy.standing !== 'adopted')
        return deny(
          'execution',
          facts.policy.standing === 'changed'
            ? 'The policy is not the one that this state folder adopted: plans only.'
            : 'This state folder has not adopted its policy: plans only.',
          'Tell the user to have it adopted by its people: countersign policy adopt.',
        );
      if (!facts.sponsor.known) {
        const named =
          facts.sponsor.name === null
            ? 'COUNTERSIGN_SPONSOR is not set'
            : `COUNTERSIGN_SPONSOR names ${facts.sponsor.name}, who is not in the policy`;
        return deny(
          'execution',
          `${named}: describe and plan only.`,
          "Tell the user to set COUNTERSIGN_SPONSOR to a person of the policy in the server's environment.",
        );
      }
      if (!facts.scope || facts.scope.execute === 'plan_only') {
        return deny(
          'execution',
          'This scope is plan_only.',
          'Tell the user: the policy owners enable execution with `execute: by_command`.',
        );
      }
      return pass('execution');
    },
  }),
};
