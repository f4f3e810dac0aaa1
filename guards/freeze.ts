/**
 * Guarantees: nothing is proposed or executed during a freeze, while an alarm that the policy lists is active, or while
 * an operation is in progress on the target.
 * Does not cover: operations in progress on other targets that this one depends on.
 */
import { z } from 'zod';
import { deny, type GuardDefinition } from '../src/core/guard.ts';
import { pass } from '../src/core/verdict.ts';

const options = z.strictObject({});

export const freeze: GuardDefinition<z.infer<typeof options>> = {
  name: 'freeze',
  rule: 'No change may run during a freeze of the policy, while an alarm that a freeze lists is active, or while another operation is in progress on the target (a rollback may).',
  normally: 'deny',
  transient: true,
  told: 'until …',
  options,
  create: () => ({
    name: 'freeze',
    judge(plan, facts) {
      const longest = facts.freezes.reduce<(typeof facts.freezes)[number] | undefined>(
        (worst, each) => (worst && worst.until >= each.until ? worst : each),
        undefined,
      );
      if (longest)
        return deny('freeze', `Changes are frozen until ${longest.until}: ${longest.text}.`, {
          agent: `Plan again after ${longest.until}. If it cannot wait, tell the user: only the policy owners can lift a freeze.`,
          person: `Wait until ${longest.until}. Only the policy owners can lift a freeze.`,
        });
      const { busy } = plan.subject;
      if (busy !== null && plan.action !== 'roll_back')
        return deny('freeze', `An operation is in progress on ${plan.target.name}: ${busy}.`, {
          agent: `Wait until the operation ends, then plan again; ${facts.provider.toolFor.roll_back} can stop it.`,
          person: 'Wait until the operation ends.',
        });
      return pass('freeze');
    },
  }),
};
