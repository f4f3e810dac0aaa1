/**
 * Guarantees: nothing that holds data or identity is lost in production without its policy keeping it.
 * Does not cover: loss by expiry or emptying (guard `slow-loss`).
 */
import { z } from 'zod';
import { effectName, isLoss, isRetained } from '../src/core/effect.ts';
import { deny, type GuardDefinition, hold, note } from '../src/core/guard.ts';
import { pass } from '../src/core/verdict.ts';

const options = z.strictObject({});

export const statefulLoss: GuardDefinition<z.infer<typeof options>> = {
  name: 'stateful-loss',
  rule: 'What holds data or identity is not removed or replaced with an effective policy of Delete.',
  normally: 'P-deny, else hold(1); hold(2) once retained or backed up',
  told: 'ids, policy in force, the line to add',
  options,
  create: () => ({
    name: 'stateful-loss',
    judge(plan, facts) {
      const losses = plan.effects.filter((effect) => isLoss(effect) && effect.holds !== 'nothing');
      if (losses.length === 0 || plan.observed.stack?.neverCompleted) return pass('stateful-loss');
      const bare = losses.filter((effect) => !isRetained(effect) && effect.retention?.effective !== 'Snapshot');
      const first = bare[0] ?? losses[0]!;
      const policy = first.retention ? `${first.retention.attribute}: ${first.retention.effective}` : 'no policy';
      const message = `${effectName(first)} (${first.type}, ${first.physicalId ?? 'no id'}) holds ${first.holds} and would be lost under ${policy}${losses.length > 1 ? `, and ${losses.length - 1} more` : ''}.`;
      const remedy =
        first.owner?.kind === 'stack'
          ? `Add to ${effectName(first)} in an update of its own first: DeletionPolicy: Retain and UpdateReplacePolicy: Retain.`
          : 'Make a recovery point first (a completed snapshot).';
      if (facts.environment === 'disposable') return note('stateful-loss', message, remedy);
      if (facts.environment === 'development') return hold('stateful-loss', 1, message, remedy);
      return bare.length > 0 ? deny('stateful-loss', message, remedy) : hold('stateful-loss', 2, message, remedy);
    },
  }),
};
