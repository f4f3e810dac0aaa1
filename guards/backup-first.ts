/**
 * Guarantees: before an irreversible loss there is a completed recovery point, recent and independent of the lost
 * resource, or the resource is retained.
 * Does not cover: whether a restore from it works; types that cannot be backed up (guard `stateful-loss`); types that
 * are not in the tables (`unknown-effect`).
 */
import { z } from 'zod';
import { type Effect, effectName } from '../src/core/effect.ts';
import { denyInProduction, type GuardDefinition } from '../src/core/guard.ts';
import { absoluteTime } from '../src/core/instant.ts';
import { lossesOf } from '../src/core/plan.ts';
import { pass } from '../src/core/verdict.ts';

const options = z.strictObject({
  max_age_hours: z
    .number()
    .positive()
    .default(24)
    .describe('The oldest recovery point that counts, in hours since it completed.'),
});

export const backupFirst: GuardDefinition<z.infer<typeof options>> = {
  name: 'backup-first',
  rule: 'An irreversible deletion or replacement needs a completed recovery point that is at most 24 h old and does not depend on the deleted resource; a resource without one must be retained or left alone.',
  normally: 'P-deny, else hold(1)',
  told: 'make a recovery point',
  options,
  create: ({ max_age_hours }) => ({
    name: 'backup-first',
    judge(plan, facts) {
      const oldest = facts.now.getTime() - max_age_hours * 3_600_000;
      const completedAt = ({ recoveryPoint }: Effect) => Date.parse(recoveryPoint?.completedAt ?? '');
      const bare = lossesOf(plan).find(
        (effect) =>
          effect.contents !== 'listed' &&
          isBeyondRecovery(effect) &&
          !effect.noBackup &&
          !(completedAt(effect) >= oldest),
      );
      if (!bare) return pass('backup-first');
      const has = bare.recoveryPoint
        ? `its newest recovery point ${bare.recoveryPoint.id} completed at ${absoluteTime(bare.recoveryPoint.completedAt)}, more than ${max_age_hours} h ago`
        : 'it has no completed recovery point';
      const remedy =
        bare.owner === undefined
          ? {
              agent: `Make a recovery point (${facts.provider.toolFor.copy}), wait until it completes, then plan this again.`,
              person: 'Make a recovery point, wait until it completes, then have this planned again.',
            }
          : `First retain it (${facts.provider.retainBy}) in a separate update; Countersign cannot verify backups of this type yet.`;
      return denyInProduction(
        'backup-first',
        facts,
        `${effectName(bare)} (${bare.type}) would be lost permanently: ${has}.`,
        remedy,
      );
    },
  }),
};

/** A policy of Retain keeps it; a stale recovery point does not make a loss recoverable, whatever the plan calls it. */
function isBeyondRecovery({ kind, holds, reversibility, retention, recoveryPoint }: Effect): boolean {
  if (retention?.effective === 'Retain' || (holds !== 'data' && holds !== 'identity')) return false;
  const couldBe = kind === 'unknown' || reversibility === 'unknown' || reversibility === 'irreversible';
  return couldBe || recoveryPoint !== undefined;
}
