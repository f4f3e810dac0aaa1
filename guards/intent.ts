/**
 * Guarantees: the worst effect does not exceed what the agent says it is doing.
 * Does not cover: whether the stated goal is true; people read it beside the effects.
 */
import { z } from 'zod';
import { type EffectKind, effectName } from '../src/core/effect.ts';
import { deny, type GuardDefinition, hold, note } from '../src/core/guard.ts';
import { type Goal, pass } from '../src/core/verdict.ts';

const options = z.strictObject({});
const LOSSY: readonly EffectKind[] = ['delete', 'replace'];
const FORBIDDEN: Partial<Record<Goal, readonly EffectKind[]>> = {
  fix: [...LOSSY, 'expire', 'disable', 'disconnect'],
  configure: LOSSY,
  scale: LOSSY,
};

export const intent: GuardDefinition<z.infer<typeof options>> = {
  name: 'intent',
  rule: 'fix, configure and scale never delete or replace; fix never expires, disables or disconnects.',
  normally: 'P-deny, else hold(1)',
  told: 'you said fix; this deletes',
  options,
  create: () => ({
    name: 'intent',
    judge(plan, facts) {
      const forbidden = facts.goal ? FORBIDDEN[facts.goal] : undefined;
      const exceeding = plan.effects.find(({ kind, revision }) => forbidden?.includes(kind) && !revision);
      if (!exceeding) return pass('intent');
      const message = `You said ${facts.goal}; this would ${exceeding.kind} ${effectName(exceeding)} (${exceeding.type}).`;
      const remedy = 'Plan a change that does what you said, in place; or name the goal that this really has.';
      if (facts.environment === 'disposable') return note('intent', message, remedy);
      return facts.environment === 'production' ? deny('intent', message, remedy) : hold('intent', 1, message, remedy);
    },
  }),
};
