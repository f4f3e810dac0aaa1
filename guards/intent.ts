/**
 * Guarantees: the worst effect does not exceed the stated goal.
 * Does not cover: whether the stated goal is true; people read it beside the effects.
 */
import { z } from 'zod';
import { couldBeLoss, doing, effectName } from '../src/core/effect.ts';
import { denyInProduction, type GuardDefinition } from '../src/core/guard.ts';
import { pass } from '../src/core/verdict.ts';

const options = z.strictObject({});
/** These say that nothing is taken away. */
const KEEPING = ['fix', 'configure', 'scale'];

export const intent: GuardDefinition<z.infer<typeof options>> = {
  name: 'intent',
  rule: 'A plan with the goal fix, configure or scale may not delete or replace a resource (except types that are replaced by every revision). A plan with the goal fix may not expire, disable or disconnect one either.',
  normally: 'P-deny, else hold(1)',
  told: 'your goal is fix, but this deletes',
  denies: 'deleting or replacing under the goals fix, configure or scale',
  options,
  create: () => ({
    name: 'intent',
    judge(plan, facts) {
      const goal = facts.goal;
      if (!goal || !KEEPING.includes(goal)) return pass('intent');
      const lost = plan.effects.find(couldBeLoss);
      const slow = goal === 'fix' && !lost ? doing(plan.effects, ['expire', 'disable', 'disconnect'])[0] : undefined;
      const effect = lost ?? slow?.effect;
      if (!effect) return pass('intent');
      const does = lost ? (lost.kind === 'unknown' ? 'could delete or replace' : `would ${lost.kind}`) : undefined;
      const what = does ?? `would ${slow?.mark?.kind ?? effect.kind}`;
      return denyInProduction(
        'intent',
        facts,
        `Your goal is ${goal}, but this ${what} ${effectName(effect)} (${effect.type})${slow?.mark && !lost ? `: ${slow.mark.text.replace(/\.$/, '')}` : ''}.`,
        'Plan an in-place change that serves your goal, or propose it with the goal that it really has.',
      );
    },
  }),
};
