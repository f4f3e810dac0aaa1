/**
 * Guarantees: the seats that the policy asks for, by environment and worst reversibility, and never fewer than for what
 * is reversible while anything is called, whatever the list of effects says; the sponsor never fills one; where
 * anything executes, seats that nobody could fill are told at once.
 * Does not cover: who really holds a key (assurance levels say how far that is proven).
 */
import { z } from 'zod';
import { type Reversibility, worstReversibility } from '../src/core/effect.ts';
import { deny, type GuardDefinition, hold } from '../src/core/guard.ts';
import type { Plan } from '../src/core/plan.ts';
import { isWorthless } from '../src/core/subject.ts';
import { pass, signatures } from '../src/core/verdict.ts';

const options = z.strictObject({});
const NAMES_TOLD = 6;

export const approval: GuardDefinition<z.infer<typeof options>> = {
  name: 'approval',
  rule: 'The seats that the policy asks for, by environment and worst reversibility. By default: production 1, 2, 2 (reversible, recoverable, irreversible, the last with the owner’s role); development 0, 1, 1; disposable 0.',
  normally: 'hold(seats of the policy)',
  told: 'who can sign, and how',
  structural: true,
  options,
  create: () => ({
    name: 'approval',
    judge(plan, facts) {
      const worst = worstOf(plan);
      const { seats, include } = facts.seatRules[worst === 'unknown' ? 'irreversible' : worst];
      if (seats === 0 || (plan.effects.length === 0 && plan.calls.length === 0)) return pass('approval');
      const { approvers } = facts;
      const missing = include.find((role) => approvers.every(({ roles }) => !roles.includes(role)));
      // A team of one that only plans yet is no mistake: nobody's signature is waited for there.
      const executes = facts.policy.present && facts.scope?.execute !== 'plan_only';
      if (executes && (approvers.length < seats || missing))
        return deny(
          'approval',
          missing && approvers.length >= seats
            ? `A signature of the role ${missing} is needed, and nobody but the sponsor could give it.`
            : `${seats} seat(s) are needed and only ${approvers.length} person(s) other than the sponsor could fill them.`,
          'Tell the user: the policy needs more people.',
        );
      const among = include.length > 0 ? `, ${include.join(' and ')} among them` : '';
      const able = approvers.slice(0, NAMES_TOLD).map(({ name }) => name);
      const held = hold(
        'approval',
        seats,
        `${facts.environment}, ${worst} at worst: needs ${signatures(seats)}${among}. Who can sign: ${able.join(', ') || 'nobody yet'}.`,
        'Propose it, tell the user, and end your turn.',
        include,
      );
      return { ...held, effects: [] };
    },
  }),
};

/** INVARIANT: an effect of unknown kind is as bad as it could be, whatever its planner calls it. */
function worstOf({ effects, subject }: Plan): Reversibility {
  // Nothing of worth is in what never worked: to take it away again is reversible.
  if (isWorthless(subject)) return 'reversible';
  return effects.some(({ kind }) => kind === 'unknown') ? 'unknown' : worstReversibility(effects);
}
