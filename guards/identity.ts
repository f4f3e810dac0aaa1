/**
 * Guarantees: a plan passes only if the policy names the account, the region and the role that were really reached, and
 * the account is not a management account.
 * Does not cover: the permissions of the account itself.
 */
import { z } from 'zod';
import type { Remedy } from '../src/core/errors.ts';
import { deny, type GuardDefinition } from '../src/core/guard.ts';
import { pass } from '../src/core/verdict.ts';

const options = z.strictObject({});

export const identity: GuardDefinition<z.infer<typeof options>> = {
  name: 'identity',
  rule: 'The account, region and role in use must be the ones that the policy names; management accounts are refused.',
  normally: 'deny',
  told: 'expected …, got …',
  structural: true,
  transient: true,
  options,
  beforePlanning: true,
  create: () => ({
    name: 'identity',
    judge(plan, facts) {
      const { account, name, role } = plan.actor;
      const refuse = (message: string, remedy: Remedy) => deny('identity', message, remedy);
      if (plan.target.account !== account)
        return refuse(
          `Expected account ${plan.target.account}, got ${account} (${name}).`,
          'Use the credentials of the account that the plan names.',
        );
      if (!facts.account)
        return refuse(
          `The credentials belong to account ${account} (${name}), which the policy does not name.`,
          'Use the credentials of an account in the policy, or ask the policy owners to add this account.',
        );
      const { alias, regions, plannerRole, management } = facts.account;
      if (management)
        return refuse(
          `${alias} (${account}) is a management account: a change in it can reach every account of the organisation.`,
          'Plan in the member account that owns the resource.',
        );
      if (!regions.includes(plan.target.region) && !regions.includes('*'))
        return refuse(
          `Expected a region of ${regions.join(', ')} for account ${alias}, got ${plan.target.region}.`,
          'Name one of these regions.',
        );
      if (plannerRole && role !== plannerRole)
        return refuse(`Expected the role ${plannerRole}, got ${name}.`, {
          agent: 'A person must start the server under the role that the policy names; tell the user.',
          person: 'Start the server under the role that the policy names.',
        });
      return pass('identity');
    },
  }),
};
