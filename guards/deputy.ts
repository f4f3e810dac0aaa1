/**
 * Guarantees: a resource that runs code or calls APIs under a role is judged by the worst effect of that role, when it
 * is created or changed, not when it runs.
 * Does not cover: the code itself; a role that is widened later (guard `exposure` sees that change).
 */
import { z } from 'zod';
import { effectName, marksOf } from '../src/core/effect.ts';
import { deny, type GuardDefinition, hold, note } from '../src/core/guard.ts';
import { pass } from '../src/core/verdict.ts';

const options = z.strictObject({
  seats: z
    .number()
    .int()
    .min(1)
    .default(2)
    .describe(
      'Approvals required for a deputy (a resource that acts under a role) that is not confined to its own stack.',
    ),
});

export const deputy: GuardDefinition<z.infer<typeof options>> = {
  name: 'deputy',
  rule: 'A resource that runs code or calls APIs under a role is a deputy and can do whatever the role allows. If the role is not confined to the resource’s own stack, the plan is held in every environment (with 1 approval, in production only, if the role does no more beyond it than hand items or messages to named things of this account); a target that calls the cloud’s API directly is refused in production.',
  normally: 'hold(2) in every environment; a target that calls the cloud’s API directly: P-deny, else hold(2)',
  told: 'the role and the target',
  options,
  create: ({ seats }) => ({
    name: 'deputy',
    judge(plan, facts) {
      // INVARIANT: a deputy that says nothing of its bound is unbounded.
      const deputies = marksOf(plan.effects, 'deputy').filter(({ mark }) => mark.bound !== 'own_stack');
      const direct = deputies.find(({ mark }) => mark.bound === 'direct_api');
      const first = direct ?? deputies.find(({ mark }) => mark.bound !== 'named') ?? deputies[0];
      if (!first) return pass('deputy');
      const { effect, mark } = first;
      const role = mark.principal ? ` under the role ${mark.principal}` : ' under a role that could not be read';
      const target = mark.target ? `, on ${mark.target.id}` : '';
      const message = `${effectName(effect)} (${effect.type}) acts${role}${target}: ${mark.text}`;
      if (direct && facts.environment === 'production')
        return deny(
          'deputy',
          message,
          'Instead of the cloud’s API, let it invoke a function or a state machine of this stack with a role that reaches only this stack.',
        );
      const remedy =
        'Give it a role of this template that reaches only resources of this stack, or propose it for approval.';
      if (mark.bound !== 'named') return hold('deputy', seats, message, remedy);
      return facts.environment === 'production' ? hold('deputy', 1, message, remedy) : note('deputy', message, remedy);
    },
  }),
};
