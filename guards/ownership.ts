/**
 * Guarantees: EC2 tools do not touch what a stack or an auto-scaling group owns, and loss of instance-store disks is seen.
 * Does not cover: what a stack released more than 30 days ago.
 */
import { z } from 'zod';
import { deny, type GuardDefinition, hold, note } from '../src/core/guard.ts';
import { pass } from '../src/core/verdict.ts';

const options = z.strictObject({});

export const ownership: GuardDefinition<z.infer<typeof options>> = {
  name: 'ownership',
  rule: 'EC2 tools never act on what a stack or an auto-scaling group owns; terminating holds for two seats.',
  normally: 'deny; terminate hold(2)',
  told: 'owned by …; plan that stack',
  options,
  create: () => ({
    name: 'ownership',
    judge(plan, facts) {
      const owned = plan.observed.instances?.find(({ owner }) => owner !== null);
      if (owned?.owner) {
        return deny(
          'ownership',
          `${owned.id} is owned by the ${owned.owner.kind.replaceAll('_', '-')} ${owned.owner.name}.`,
          owned.owner.kind === 'stack'
            ? `Plan the change on the stack: plan_stack_update {"stack": "${owned.owner.name}"}.`
            : 'Change the group that owns it.',
        );
      }
      if (!plan.calls.some(({ operation }) => operation === 'TerminateInstances')) return pass('ownership');
      if (facts.environment === 'disposable') return note('ownership', 'Instances are terminated.');
      return hold(
        'ownership',
        facts.environment === 'production' ? 2 : 1,
        `${plan.target.ids.length} instance(s) are terminated.`,
        'Stop them instead, if they may be needed again.',
      );
    },
  }),
};
