/** What people call what a plan touches. */
import { type Effect, effectName } from '../core/effect.ts';
import type { Plan } from '../core/plan.ts';
import { makeVisibleLine } from '../core/render-safe.ts';

const itself = ({ target }: Plan): string => `the ${target.kind} itself`;

const idsOfTarget = ({ subject, target }: Plan): string[] =>
  target.kind !== 'resources' ? [...(subject.itself?.ids ?? []), ...target.ids] : [];

const isTarget = (plan: Plan, id: string | undefined) => id !== undefined && idsOfTarget(plan).includes(id);

/** The target itself is called so, not by its long id. */
export function nameIn(plan: Plan, effect: Effect): string {
  return effect.logicalId === undefined && isTarget(plan, effect.physicalId)
    ? itself(plan)
    : lineOf(effectName(effect));
}

/** Of a name that a verdict gives. */
export const toldName = (plan: Plan, name: string): string => (isTarget(plan, name) ? itself(plan) : lineOf(name));

/** A sentence that names the target by its id. */
export function toldSentence(plan: Plan, sentence: string): string {
  const named = idsOfTarget(plan).reduce((text, id) => text.replaceAll(id, plan.target.name), sentence);
  return lineOf(named);
}

export const lineOf = (text: string): string => makeVisibleLine(text, Number.POSITIVE_INFINITY);
