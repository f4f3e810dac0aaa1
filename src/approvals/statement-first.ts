/** The summary of statements of version 1, kept so that signatures over it verify for as long as there are ledgers. */
import type { Change } from '../core/change.ts';
import { compareWorstFirst, effectName } from '../core/effect.ts';
import type { Plan } from '../core/plan.ts';
import { makeVisibleLine } from '../core/render-safe.ts';

const SUMMARY_EFFECTS = 12;

export function summaryOfFirst(change: Change, plan: Plan): string[] {
  const sorted = [...plan.effects].sort(compareWorstFirst);
  return [
    `${plan.target.kind} ${plan.target.name} in ${plan.target.account}/${plan.target.region} (${change.environment})`,
    ...sorted
      .slice(0, SUMMARY_EFFECTS)
      .map((effect) => makeVisibleLine(`${effect.kind} ${effectName(effect)} ${effect.type}: ${effect.reversibility}`)),
    ...(sorted.length > SUMMARY_EFFECTS
      ? [`and ${sorted.length - SUMMARY_EFFECTS} more effects, all covered by the digest`]
      : []),
  ];
}
