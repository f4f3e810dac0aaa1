/**
 * Guarantees: the seats that the policy asks for, by environment and worst reversibility; the sponsor never fills one.
 * Does not cover: who really holds a key (assurance levels say how far that is proven).
 */
import { z } from 'zod';
import { worstReversibility } from '../src/core/effect.ts';
import { deny, type GuardDefinition, hold } from '../src/core/guard.ts';
import { pass } from '../src/core/verdict.ts';

const options = z.strictObject({});

export const approval: GuardDefinition<z.infer<typeof options>> = {
  name: 'approval',
  rule: 'The seats that the policy asks for, by environment and worst reversibility.',
  normally: 'hold(seats of the policy)',
  told: 'who can sign, and how',
  structural: true,
  options,
  create: () => ({
    name: 'approval',
    judge(plan, facts) {
      const worst = worstReversibility(plan.effects);
      const rule = facts.seatRules[worst === 'unknown' ? 'irreversible' : worst];
      if (rule.seats === 0 || plan.effects.length === 0) return pass('approval');
      const able = facts.approvers.map(({ name }) => name).slice(0, 6);
      if (able.length < rule.seats && facts.policy.present) {
        return deny(
          'approval',
          `${rule.seats} seat(s) are needed and only ${able.length} person(s) other than the sponsor could fill them.`,
          'Tell the user: the policy needs more people.',
        );
      }
      return hold(
        'approval',
        rule.seats,
        `A ${worst} change in ${facts.environment} needs ${rule.seats} signature(s)${rule.include.length > 0 ? `, ${rule.include.join(' and ')} among them` : ''}. Who can sign: ${able.join(', ') || 'nobody yet'}.`,
        'Propose it, tell the user, and end your turn.',
        rule.include,
      );
    },
  }),
};
