/**
 * Guarantees: a plan adds noticeably to a month's bill, or exceeds the sizes and numbers that the policy lists, only
 * with an approval.
 * Does not cover: resources whose cost the provider does not estimate; costs that grow with use.
 */
import { z } from 'zod';
import { counted } from '../src/core/counted.ts';
import { effectName } from '../src/core/effect.ts';
import { matchesGlob } from '../src/core/glob.ts';
import { type GuardDefinition, hold, seatsIn } from '../src/core/guard.ts';
import type { Plan } from '../src/core/plan.ts';
import { pass } from '../src/core/verdict.ts';

const options = z.strictObject({
  sizes: z
    .record(z.string(), z.array(z.string()).min(1))
    .default({})
    .describe(
      'Allowed sizes by resource type; `*` matches any text. Example: `{"Vendor::Service::Type": ["small.*"]}`.',
    ),
  max_created: z
    .record(z.string(), z.number().int().min(0))
    .default({})
    .describe('The number that one plan may create, by resource type. Example: `{"Vendor::Service::Type": 1}`.'),
  max_monthly_usd: z
    .number()
    .int()
    .min(0)
    .default(500)
    .describe('Estimated cost, in USD a month at list price, that one plan may add before it is held.'),
  seats: z.number().int().min(1).default(1).describe('Approvals required in production; elsewhere 1.'),
});

export const cost: GuardDefinition<z.infer<typeof options>> = {
  name: 'cost',
  rule: 'The estimated cost that a plan adds stays within the limit, and so do the sizes and numbers that the policy lists.',
  normally: 'hold(1)',
  told: 'the cost, size or number, and the limit',
  options,
  create: ({ sizes, max_created, max_monthly_usd, seats }) => {
    const allowed = new Map(Object.entries(sizes));
    return {
      name: 'cost',
      judge(plan, facts) {
        const large = plan.effects.find(
          ({ kind, type, size }) =>
            kind !== 'delete' &&
            size !== undefined &&
            allowed.get(type)?.every((pattern) => !matchesGlob(pattern, size)),
        );
        const many = Object.entries(max_created)
          .map(([type, most]) => {
            const count = plan.effects.filter((effect) => effect.kind === 'create' && effect.type === type).length;
            return { type, most, count };
          })
          .find(({ most, count }) => count > most);
        const added = plan.effects.reduce((sum, { monthlyUsd = 0 }) => sum + monthlyUsd, 0);
        const dear = added > max_monthly_usd;
        if (!large && !many && !dear) return pass('cost');
        const message = dear
          ? `The plan would add about ${added} USD a month at list price, most of it for ${dearest(plan)}; the limit is ${max_monthly_usd} USD.`
          : large
            ? `${effectName(large)} (${large.type}) would have the size ${large.size}; the policy allows ${sizes[large.type]?.join(', ')}.`
            : `${counted(many?.count ?? 0, 'resource')} of the type ${many?.type} would be created; the limit is ${many?.most}.`;
        return hold(
          'cost',
          seatsIn(facts, seats),
          message,
          'Choose a size or number that the policy allows, or propose it for approval.',
        );
      },
    };
  },
};

function dearest({ effects }: Plan): string {
  const [first] = [...effects].sort((a, b) => (b.monthlyUsd ?? 0) - (a.monthlyUsd ?? 0));
  return first ? `${effectName(first)} (${first.type}${first.size === undefined ? '' : `, ${first.size}`})` : '';
}
