/**
 * Guarantees: deleting and recreating is seen as that, however it is spelled.
 * Does not cover: a copy under another name made over days (guards `budget` and `lost-update`).
 */
import { z } from 'zod';
import { type Effect, effectName, isLoss } from '../src/core/effect.ts';
import { deny, type GuardDefinition, hold, note } from '../src/core/guard.ts';
import { pass } from '../src/core/verdict.ts';

const options = z.strictObject({
  minLosses: z.number().int().positive().default(5),
  lossShare: z.number().positive().max(1).default(0.3),
});
const IN_PLACE =
  'This is delete-and-recreate. In place: change only properties that update without replacement (each effect lists what it would replace by), or set UpdateReplacePolicy and DeletionPolicy to Retain first.';

export const recreate: GuardDefinition<z.infer<typeof options>> = {
  name: 'recreate',
  rule: 'Delete-and-recreate: a replaced resource that holds data or identity, one physical name removed and added, many losses at once, or a stack deleted within 24 h.',
  normally: 'P-deny, else hold(1); other replacements hold(2)',
  told: 'this is delete-and-recreate; in place: how',
  options,
  create: ({ minLosses, lossShare }) => ({
    name: 'recreate',
    judge(plan, facts) {
      const stack = plan.observed.stack;
      if (stack?.neverCompleted) return pass('recreate');
      const strict = (message: string) =>
        facts.environment === 'production'
          ? deny('recreate', message, IN_PLACE)
          : facts.environment === 'development'
            ? hold('recreate', 1, message, IN_PLACE)
            : note('recreate', message, IN_PLACE);
      const deletedAt = facts.history.deletedAt ?? stack?.recentlyDeleted[0]?.deletedAt;
      if (deletedAt && plan.tool !== 'plan_stack_delete')
        return strict(`A stack named ${plan.target.name} was deleted at ${deletedAt}.`);
      const replaced = plan.effects.filter(({ kind, revision }) => kind === 'replace' && !revision);
      const precious = replaced.find(({ holds }) => holds !== 'nothing');
      if (precious)
        return strict(
          `${effectName(precious)} (${precious.type}) holds ${precious.holds} and would be replaced: ${precious.why}`,
        );
      const renamed = removedAndAdded(plan.effects);
      if (renamed) return strict(`The physical name ${renamed} is removed and added again.`);
      const losses = plan.effects.filter(isLoss);
      if (
        plan.tool !== 'plan_stack_delete' &&
        losses.length >= minLosses &&
        losses.length >= lossShare * (stack?.resourceCount ?? losses.length)
      ) {
        return strict(`${losses.length} of ${stack?.resourceCount} resources would be deleted or replaced.`);
      }
      if (replaced.length === 0 || facts.environment === 'disposable') return pass('recreate');
      return hold(
        'recreate',
        facts.environment === 'production' ? 2 : 1,
        `${replaced.length} resource(s) would be replaced, first ${effectName(replaced[0]!)}.`,
        'Leave out the property that replaces it, or let people decide.',
      );
    },
  }),
};

function removedAndAdded(effects: readonly Effect[]): string | undefined {
  const nameOf = ({ properties }: Effect, side: 'before' | 'after') =>
    properties.find(({ path }) => path === 'PhysicalName')?.[side];
  const added = new Set(effects.filter(({ kind }) => kind === 'create').map((effect) => nameOf(effect, 'after')));
  return effects
    .filter(({ kind }) => kind === 'delete')
    .map((effect) => effect.physicalId ?? nameOf(effect, 'before'))
    .find((name) => name !== undefined && added.has(name));
}
