/**
 * Guarantees: sizes and numbers that the policy lists are not exceeded without a person.
 * Does not cover: prices, and types that the policy does not list: those are not judged.
 */
import { z } from 'zod';
import { effectName } from '../src/core/effect.ts';
import { matchesGlob } from '../src/core/glob.ts';
import { type GuardDefinition, hold, seatsIn } from '../src/core/guard.ts';
import { pass } from '../src/core/verdict.ts';

const options = z.strictObject({
  sizes: z
    .record(z.string(), z.array(z.string()).min(1))
    .default({})
    .describe('By resource type: the sizes that pass, with `*`. Example: `{"AWS::EC2::Instance": ["t3.*"]}`.'),
  max_created: z
    .record(z.string(), z.number().int().min(0))
    .default({})
    .describe('By resource type: how many one plan may create. Example: `{"AWS::RDS::DBInstance": 1}`.'),
  seats: z.number().int().min(1).default(1).describe('Seats in production; one elsewhere.'),
});

export const cost: GuardDefinition<z.infer<typeof options>> = {
  name: 'cost',
  rule: 'Sizes and numbers against the tables of the policy; types outside of them are not judged.',
  normally: 'hold(1)',
  told: '… against …',
  options,
  create: ({ sizes, max_created, seats }) => {
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
        if (!large && !many) return pass('cost');
        const message = large
          ? `${effectName(large)} (${large.type}) would have the size ${large.size} against ${sizes[large.type]?.join(', ')}.`
          : `${many?.count} of ${many?.type} would be created against ${many?.most}.`;
        return hold(
          'cost',
          seatsIn(facts, seats),
          message,
          'Take a size or number that the policy lists, or let people decide.',
        );
      },
    };
  },
};
