/**
 * Guarantees: a plan with many effects needs two approvals, and a plan with very many losses is refused. Dependents
 * count as affected: stacks that import from the target, and users of a security group.
 * Does not cover: tags, which change no resource; many small plans (guards `rate` and `budget`); other kinds of
 * dependents.
 */
import { z } from 'zod';
import { counted } from '../src/core/counted.ts';
import { deny, type GuardDefinition, hold, note, seatsIn } from '../src/core/guard.ts';
import { type Plan, sumsOf } from '../src/core/plan.ts';
import { pass } from '../src/core/verdict.ts';

const cap = (standard: number) => z.number().int().min(0).default(standard);
const options = z.strictObject({
  max_updated: cap(10).describe('Updated resources that a plan may have before it is held; dependents count.'),
  max_lost: cap(3).describe('Deleted or replaced resources that a plan may have before it is held.'),
  max_created: cap(100).describe('Created resources that a plan may have before it is held.'),
  max_lost_share: z
    .number()
    .min(0)
    .max(1)
    .default(0.2)
    .describe('Share (0–1) of the stack that a plan may delete or replace before it is held.'),
  share_from_resources: cap(10).describe('The share is checked only in stacks with at least this many resources.'),
  never_lost: cap(50).describe('A plan that deletes or replaces more resources than this is refused.'),
});

export const blastRadius: GuardDefinition<z.infer<typeof options>> = {
  name: 'blast-radius',
  rule: 'A plan may update 10 resources (dependents count), delete or replace 3 and create 100; in a stack of 10 or more resources it may delete or replace at most 20 %. A plan that deletes or replaces more than 50 is refused.',
  normally: 'hold(2); deny above 50 deleted or replaced',
  told: 'the count and the limit',
  options,
  create: (caps) => ({
    name: 'blast-radius',
    judge(plan, facts) {
      // Everyday corpus: a stack's own tag comes to all of its resources and changes none. `labels` has those that decide.
      const touching = { ...plan, effects: plan.effects.filter(({ kind }) => kind !== 'tag') };
      if (touching.effects.length === 0) return pass('blast-radius');
      const { updated, created, lost } = sumsOf(touching);
      const dependants = dependantsOf(plan, lost > 0);
      const size = plan.subject.resourceCount;
      const lose = `${counted(lost, 'resource')} would be deleted or replaced`;
      const over = [
        ...(updated + dependants > caps.max_updated
          ? [
              `${counted(updated, 'resource')} would be updated${dependants > 0 ? ` and ${counted(dependants, 'dependant')} affected` : ''}; the limit is ${caps.max_updated}.`,
            ]
          : []),
        ...(lost > caps.max_lost ? [`${lose}; the limit is ${caps.max_lost}.`] : []),
        ...(created > caps.max_created
          ? [`${counted(created, 'resource')} would be created; the limit is ${caps.max_created}.`]
          : []),
        ...(size >= caps.share_from_resources && lost > caps.max_lost_share * size
          ? [`That is ${lost} of ${size}; the limit is ${caps.max_lost_share * 100} %.`]
          : []),
      ];
      const never =
        lost > caps.never_lost ? [`${lose}; the limit is ${caps.never_lost}, and no approval can lift it.`] : [];
      if (over.length === 0 && never.length === 0) return pass('blast-radius');
      const message = [...never, ...over].join(' ');
      const remedy = 'Plan a smaller change, or propose the whole for approval.';
      if (facts.environment === 'disposable') return note('blast-radius', message, remedy);
      return never.length > 0
        ? deny('blast-radius', message, 'Plan a smaller change.')
        : hold('blast-radius', seatsIn(facts, 2), message, remedy);
    },
  }),
};

/** Importers are touched when something they could import is lost; users of a group by every change of its rules. */
function dependantsOf({ subject: { dependents, resources } }: Plan, loses: boolean): number {
  const importers = loses ? dependents.flatMap(({ users }) => users) : [];
  return new Set([...importers, ...resources.flatMap(({ users }) => users)]).size;
}
