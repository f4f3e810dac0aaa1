/** What people call what a plan touches. */
import { type Effect, effectName } from '../core/effect.ts';
import type { Plan } from '../core/plan.ts';
import { makeVisibleLine } from '../core/render-safe.ts';

const THE_STACK = 'the stack itself';

const isTarget = ({ observed, target }: Plan, id: string | undefined) =>
  target.kind === 'stack' && id !== undefined && (id === observed.stack?.stackId || target.ids.includes(id));

/** The target itself is called so, not by its long id. */
export function nameIn(plan: Plan, effect: Effect): string {
  return effect.logicalId === undefined && isTarget(plan, effect.physicalId) ? THE_STACK : lineOf(effectName(effect));
}

/** Of a name that a verdict gives. */
export const toldName = (plan: Plan, name: string): string => (isTarget(plan, name) ? THE_STACK : lineOf(name));

/** A sentence that names the target by its id. */
export function toldSentence({ observed, target }: Plan, sentence: string): string {
  const ids = target.kind === 'stack' ? [observed.stack?.stackId, ...target.ids] : [];
  return lineOf(ids.reduce<string>((text, id) => (id ? text.replaceAll(id, target.name) : text), sentence));
}

export const lineOf = (text: string): string => makeVisibleLine(text, Number.POSITIVE_INFINITY);
