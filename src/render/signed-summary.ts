/**
 * What a signer reads inside the signed bytes. Computed from the plan and its judgement, never taken from the agent.
 *
 * INVARIANT: names everything that a guard held or denied, and everything that is lost; only what is neither is counted.
 * The same change gives the same lines: whoever checks a signature computes them again.
 */
import type { Change } from '../core/change.ts';
import type { Effect } from '../core/effect.ts';
import type { Plan } from '../core/plan.ts';
import { guardCode } from '../core/verdict.ts';
import { lineOf, nameIn, toldName, toldSentence } from './names.ts';
import { sentenceOf } from './sentence.ts';
import { stopping } from './subject.ts';
import { mustBeNamed, worstFirst } from './worst-first.ts';

export function signedSummary(change: Change, plan: Plan): string[] {
  const { target } = plan;
  const isNamed = mustBeNamed(change.judgement);
  const named = worstFirst(plan.effects, change.judgement).filter(isNamed);
  return [
    sentenceOf(plan),
    lineOf(`${target.kind} ${target.name} in ${target.account}/${target.region} (${change.environment})`),
    ...stopping(change.judgement).map(({ guard, outcome, message, effects = [] }) =>
      lineOf(
        `${outcome === 'deny' ? 'denied' : 'held'} by ${guardCode(guard)}: ${toldSentence(plan, message)}${effects.length > 0 ? ` About: ${effects.map((one) => toldName(plan, one)).join(', ')}.` : ''}`,
      ),
    ),
    ...named.map((effect) => lineOf(`${effect.kind} ${nameIn(plan, effect)} ${effect.type}: ${effect.reversibility}`)),
    ...rest(plan.effects.filter((effect) => !isNamed(effect))),
  ];
}

function rest(effects: readonly Effect[]): string[] {
  if (effects.length === 0) return [];
  const counts = Object.entries(Object.groupBy(effects, ({ kind }) => kind)).map(
    ([kind, some]) => `${some.length} ${kind}`,
  );
  return [
    `no approval needed and nothing lost: ${counts.sort().join(', ')}; the digest and countersign show cover each of them`,
  ];
}
