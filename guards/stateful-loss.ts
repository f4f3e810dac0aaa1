/**
 * Guarantees: nothing that holds data or identity is lost in production without its policy keeping it or a copy of it;
 * what nothing can copy is lost only with its owner's signature.
 * Does not cover: loss by expiry or emptying (guard `slow-loss`); types that nobody has judged yet (`unknown-effect`).
 */
import { z } from 'zod';
import { type Effect, effectName, isRetained } from '../src/core/effect.ts';
import { denyInProduction, type GuardDefinition, hold, note, seatsIn } from '../src/core/guard.ts';
import { lossesOf } from '../src/core/plan.ts';
import { pass } from '../src/core/verdict.ts';

const options = z.strictObject({});

export const statefulLoss: GuardDefinition<z.infer<typeof options>> = {
  name: 'stateful-loss',
  rule: 'What holds data or identity is not removed or replaced with an effective policy of Delete; types without any backup mechanism hold with the owner’s seat.',
  normally: 'P-deny, else hold(1); hold(2) once retained or backed up, or where nothing can back it up',
  told: 'ids, policy in force, the line to add',
  options,
  create: () => ({
    name: 'stateful-loss',
    judge(plan, facts) {
      const losses = lossesOf(plan).filter(
        (effect) => (effect.holds === 'data' || effect.holds === 'identity') && effect.contents !== 'listed',
      );
      if (losses.length === 0) return pass('stateful-loss');
      const bare = losses.filter((effect) => !isRetained(effect) && effect.retention?.effective !== 'Snapshot');
      const denied = bare.filter(({ noBackup }) => !noBackup);
      const first = denied[0] ?? bare[0] ?? losses[0]!;
      const message = `${described(first)}${losses.length > 1 ? `; ${losses.length - 1} more` : ''}.`;
      const remedy =
        first.owner?.kind === 'stack'
          ? `Keep ${effectName(first)}: add ${facts.provider.retainBy} to it in an update of its own, then plan this again.`
          : `Make a recovery point first (${facts.provider.toolFor.copy}), or leave it.`;
      if (denied.length > 0) return denyInProduction('stateful-loss', facts, message, remedy);
      if (facts.environment === 'disposable') return note('stateful-loss', message, remedy);
      const owners = bare.length > 0 ? facts.seatRules.irreversible.include : [];
      return hold('stateful-loss', seatsIn(facts, 2), message, remedy, owners);
    },
  }),
};

function described(effect: Effect): string {
  const { type, physicalId, holds, kind, retention, recoveryPoint } = effect;
  const policy = retention ? `${retention.attribute}: ${retention.effective}` : 'no policy that keeps it';
  const would = kind === 'unknown' ? 'could' : 'would';
  const copy = recoveryPoint ? `, recovery point ${recoveryPoint.id} of ${recoveryPoint.completedAt}` : '';
  return `${effectName(effect)} (${type}, ${physicalId ?? 'no id'}) holds ${holds} and ${would} leave under ${policy}${copy}`;
}
