/**
 * Guarantees: a resource that attaches to another resource outside its stack is judged as an effect on that one, with
 * the approvals of *its* environment. An unresolved resource counts as production; a resource in no scope is refused.
 * Does not cover: freezes and budgets of the stack that is reached.
 */

import { z } from 'zod';
import { type Effect, effectName, marksOf } from '../src/core/effect.ts';
import { deny, type GuardDefinition, hold } from '../src/core/guard.ts';
import { pass } from '../src/core/verdict.ts';

const count = (standard: number) => z.number().int().min(0).default(standard);
const options = z.strictObject({
  production_reversible_seats: count(1).describe(
    'Approvals required for a reversible effect on a resource in production.',
  ),
  production_seats: count(2).describe('Approvals required for any other effect on a resource in production.'),
  development_reversible_seats: count(0).describe(
    'Approvals required for a reversible effect on a resource in development.',
  ),
  development_seats: count(1).describe('Approvals required for any other effect on a resource in development.'),
});

export const reach: GuardDefinition<z.infer<typeof options>> = {
  name: 'reach',
  rule: 'A resource that attaches to another resource outside its stack (a route, policy, trust, record set, ingress rule, target or peering) also changes that one, so the scope and environment of that one apply; if it cannot be resolved, it counts as production.',
  normally: 'the approvals of the environment that it reaches; deny out of scope',
  told: 'the resource that it reaches',
  options,
  create: (seats) => ({
    name: 'reach',
    judge(plan, facts) {
      const byName: Readonly<Record<string, number>> = seats;
      const seatsOf = (environment: string, { reversibility }: Effect): number =>
        byName[`${environment}${reversibility === 'reversible' ? '_reversible' : ''}_seats`] ?? 0;
      const reached = marksOf(plan.effects, 'reach').map(({ effect, mark }) => {
        const { id, stack } = mark.target ?? { id: 'a resource that could not be resolved' };
        // INVARIANT: without a target, or without an answer for it, it is production.
        const there = (mark.target && Object.hasOwn(facts.reached, id) && facts.reached[id]) || 'production';
        const touches = `${effectName(effect)} (${effect.type}) reaches ${id}${stack ? ` of the stack ${stack}` : ''}`;
        return { there, needed: seatsOf(there, effect), text: mark.text, touches };
      });
      const outside = reached.find(({ there }) => there === 'out_of_scope');
      if (outside)
        return deny(
          'reach',
          `${outside.touches}, which is in no scope of the policy: ${outside.text}`,
          'Leave it out, or ask the owners of that resource to attach it from their side.',
        );
      const [worst] = reached.sort((a, b) => b.needed - a.needed);
      if (!worst || worst.needed === 0) return pass('reach');
      return hold(
        'reach',
        worst.needed,
        `${worst.touches}, which is in ${worst.there}: ${worst.text}`,
        'Attach only to resources of this stack, or propose it for the approvals of that environment.',
      );
    },
  }),
};
