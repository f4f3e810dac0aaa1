/** Which effects a verdict is about: found by judging each of them alone, so that no guard has to say it. */
import { type Effect, effectName } from './effect.ts';
import { type Facts, type Guard, judgeOne } from './guard.ts';
import type { Plan } from './plan.ts';
import type { Judgement, Verdict } from './verdict.ts';

/** A guard that stops a plan without effects judges the plan as a whole; what it says of effects it says itself. */
export function attributed(guards: readonly Guard[], plan: Plan, facts: Facts, judgement: Judgement): Judgement {
  const named = new Map(guards.map((guard) => [guard.name, guard]));
  return {
    ...judgement,
    verdicts: judgement.verdicts.map((verdict) => {
      const guard = named.get(verdict.guard);
      if (!guard || !stops(verdict) || verdict.effects !== undefined) return verdict;
      const alone = (effects: Effect[]) => judgeOne(guard, { ...plan, effects }, facts);
      if (stops(alone([]))) return verdict;
      const found = plan.effects.map((effect) => ({ effect, strength: strength(alone([effect])) }));
      const strongest = Math.max(0, ...found.map((one) => one.strength));
      if (strongest === 0) return verdict;
      const effects = found.filter((one) => one.strength === strongest).map(({ effect }) => effectName(effect));
      return { ...verdict, effects: [...new Set(effects)] };
    }),
  };
}

const stops = ({ outcome }: Verdict) => outcome === 'deny' || outcome === 'hold';
const strength = ({ outcome, seats = 1 }: Verdict) =>
  outcome === 'deny' ? Number.POSITIVE_INFINITY : outcome === 'hold' ? seats : 0;
