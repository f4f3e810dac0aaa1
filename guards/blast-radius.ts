/**
 * Guarantees: a plan that touches much waits for two people; one that loses very much is refused. What depends on
 * what is touched counts as touched: stacks that import from it, users of a security group.
 * Does not cover: tags, which change no resource; many small plans (guards `rate` and `budget`); dependants that are
 * bound by neither.
 */
import { z } from 'zod';
import { deny, type GuardDefinition, hold, note, seatsIn } from '../src/core/guard.ts';
import { type Plan, sumsOf } from '../src/core/plan.ts';
import { pass } from '../src/core/verdict.ts';

const cap = (standard: number) => z.number().int().min(0).default(standard);
const options = z.strictObject({
  max_updated: cap(10).describe('More resources updated than this hold; dependants count.'),
  max_lost: cap(3).describe('More resources deleted or replaced than this hold.'),
  max_created: cap(100).describe('More resources created than this hold.'),
  max_lost_share: z.number().min(0).max(1).default(0.2).describe('A larger share (0–1) of the stack lost holds.'),
  share_from_resources: cap(10).describe('The share is counted in stacks of at least so many resources.'),
  never_lost: cap(50).describe('More resources lost than this are refused.'),
});

export const blastRadius: GuardDefinition<z.infer<typeof options>> = {
  name: 'blast-radius',
  rule: 'At most 10 updated, 3 lost, 100 created; in stacks of 10 or more also at most 20 % lost; dependants count; above 50 lost never.',
  normally: 'hold(2), deny above 50 lost',
  told: 'count against cap',
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
      const over = [
        ...(updated + dependants > caps.max_updated
          ? [
              `${updated} updated${dependants > 0 ? ` and ${dependants} that depend on it` : ''} against ${caps.max_updated}`,
            ]
          : []),
        ...(lost > caps.max_lost ? [`${lost} lost against ${caps.max_lost}`] : []),
        ...(created > caps.max_created ? [`${created} created against ${caps.max_created}`] : []),
        ...(size >= caps.share_from_resources && lost > caps.max_lost_share * size
          ? [`${lost} of ${size} lost against ${caps.max_lost_share * 100} %`]
          : []),
      ];
      const never = lost > caps.never_lost ? [`${lost} lost against ${caps.never_lost}, which no approval lifts`] : [];
      if (over.length === 0 && never.length === 0) return pass('blast-radius');
      const message = `${[...never, ...over].join(', ')}.`;
      const remedy = 'Plan less at once, or let people decide on all of it.';
      if (facts.environment === 'disposable') return note('blast-radius', message, remedy);
      return never.length > 0
        ? deny('blast-radius', message, 'Plan less at once.')
        : hold('blast-radius', seatsIn(facts, 2), message, remedy);
    },
  }),
};

/** Importers are touched when something they could import is lost; users of a group by every change of its rules. */
function dependantsOf({ subject: { dependents, resources } }: Plan, loses: boolean): number {
  const importers = loses ? dependents.flatMap(({ users }) => users) : [];
  return new Set([...importers, ...resources.flatMap(({ users }) => users)]).size;
}
