/**
 * Guarantees: the worst effect does not exceed what the agent says it is doing.
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
  rule: 'fix, configure and scale never delete or replace (revision types apart); fix never expires, disables or disconnects.',
  normally: 'P-deny, else hold(1)',
  told: 'you said fix; this deletes',
  options,
  create: () => ({
    name: 'intent',
    judge(plan, facts) {
      const goal = facts.goal;
      if (!goal || !KEEPING.includes(goal)) return pass('intent');
      const lost = plan.effects.find(couldBeLoss);
      const slow = goal === 'fix' ? doing(plan.effects, ['expire', 'disable', 'disconnect'])[0] : undefined;
      const effect = lost ?? slow?.effect;
      if (!effect) return pass('intent');
      const does = lost ? (lost.kind === 'unknown' ? 'could delete or replace' : `would ${lost.kind}`) : undefined;
      const what = does ?? `would ${slow?.mark?.kind ?? effect.kind}`;
      return denyInProduction(
        'intent',
        facts,
        `You said ${goal}; this ${what} ${effectName(effect)} (${effect.type})${slow?.mark && !lost ? `: ${slow.mark.text}` : ''}.`,
        'Plan a change that does what you said, in place; or name the goal that this really has.',
      );
    },
  }),
};
