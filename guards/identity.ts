/**
 * Guarantees: a plan is judged only where the policy names the account and the region that were really reached.
 * Does not cover: what the account's own IAM allows.
 */
import { z } from 'zod';
import { deny, type GuardDefinition } from '../src/core/guard.ts';
import { pass } from '../src/core/verdict.ts';

const options = z.strictObject({});

export const identity: GuardDefinition<z.infer<typeof options>> = {
  name: 'identity',
  rule: 'The account and region in use are those that the policy names.',
  normally: 'deny',
  told: 'expected …, got …',
  structural: true,
  options,
  beforePlanning: true,
  create: () => ({
    name: 'identity',
    judge(plan, facts) {
      const { account, arn } = plan.observed.identity;
      if (plan.target.account !== account) {
        return deny(
          'identity',
          `Expected account ${plan.target.account}, got ${account} (${arn}).`,
          'Use the credentials of the account that the plan names.',
        );
      }
      if (!facts.account) {
        return deny(
          'identity',
          `The credentials belong to account ${account} (${arn}), which the policy does not name.`,
          'Use credentials of an account in the policy, or ask its owners to add this one.',
        );
      }
      if (!facts.account.regions.includes(plan.target.region) && !facts.account.regions.includes('*')) {
        return deny(
          'identity',
          `Region ${plan.target.region} is not one of ${facts.account.regions.join(', ')} for account ${facts.account.alias}.`,
          'Name one of these regions.',
        );
      }
      return pass('identity');
    },
  }),
};
