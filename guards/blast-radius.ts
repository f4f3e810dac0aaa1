/**
 * Guarantees: a plan that touches much waits for two people; one that loses very much is refused.
 * Does not cover: many small plans (guards `rate` and `budget`).
 */
import { z } from 'zod';
import { isLoss } from '../src/core/effect.ts';
import { deny, type GuardDefinition, hold, note } from '../src/core/guard.ts';
import { pass } from '../src/core/verdict.ts';

const options = z.strictObject({
  maxUpdated: z.number().int().default(10),
  maxLost: z.number().int().default(3),
  maxCreated: z.number().int().default(100),
  maxLostShare: z.number().default(0.2),
  neverLost: z.number().int().default(50),
});

export const blastRadius: GuardDefinition<z.infer<typeof options>> = {
  name: 'blast-radius',
  rule: 'At most 10 updated, 3 lost, 100 created; in stacks of 10 or more also at most 20 % lost; above 50 lost never.',
  normally: 'hold(2), deny above 50 lost',
  told: 'count against cap',
  options,
  create: (caps) => ({
    name: 'blast-radius',
    judge(plan, facts) {
      const lost = plan.effects.filter(isLoss).length;
      const created = plan.effects.filter(({ kind }) => kind === 'create').length;
      const updated = plan.effects.length - lost - created;
      const size = plan.observed.stack?.resourceCount ?? 0;
      const over = [
        ...(updated > caps.maxUpdated ? [`${updated} updated against ${caps.maxUpdated}`] : []),
        ...(lost > caps.maxLost ? [`${lost} lost against ${caps.maxLost}`] : []),
        ...(created > caps.maxCreated ? [`${created} created against ${caps.maxCreated}`] : []),
        ...(size >= 10 && lost > caps.maxLostShare * size ? [`${lost} of ${size} lost`] : []),
      ];
      if (over.length === 0) return pass('blast-radius');
      const message = `${over.join(', ')}.`;
      const remedy = 'Plan less at once.';
      if (facts.environment === 'disposable') return note('blast-radius', message, remedy);
      return lost > caps.neverLost
        ? deny('blast-radius', message, remedy)
        : hold('blast-radius', facts.environment === 'production' ? 2 : 1, message, remedy);
    },
  }),
};
