/** In which order effects are told, and which of them are always told. */
import { compareWorstFirst, couldBeLoss, type Effect, effectName, reversibilityRank } from '../core/effect.ts';
import type { Judgement, Verdict } from '../core/verdict.ts';

/** How hard an effect is stopped: denied 2, held 1, neither 0. */
function stoppedRank(judgement: Judgement): (effect: Effect) => number {
  const names = (outcome: Verdict['outcome']) =>
    new Set(judgement.verdicts.filter((one) => one.outcome === outcome).flatMap(({ effects = [] }) => effects));
  const [denied, held] = [names('deny'), names('hold')];
  return (effect) => (denied.has(effectName(effect)) ? 2 : held.has(effectName(effect)) ? 1 : 0);
}

/** Worst first: by what the guards say of it, whether it can be undone, what it is marked with, then by what it is. */
export function worstFirst(effects: readonly Effect[], judgement: Judgement): Effect[] {
  const rank = stoppedRank(judgement);
  const marked = ({ marks }: Effect) => (marks.some(({ kind }) => kind !== 'protect') ? 1 : 0);
  return [...effects].sort(
    (a, b) =>
      rank(b) - rank(a) ||
      reversibilityRank(b.reversibility) - reversibilityRank(a.reversibility) ||
      marked(b) - marked(a) ||
      compareWorstFirst(a, b),
  );
}

/** INVARIANT: what a guard held or denied by name, and what is lost, is never only counted. */
export function mustBeNamed(judgement: Judgement): (effect: Effect) => boolean {
  const rank = stoppedRank(judgement);
  return (effect) => rank(effect) > 0 || couldBeLoss(effect);
}

/** `Queue0-199, Topic`: names that differ by a running number only stand together, so that all of them can be told. */
export function nameRanges(names: readonly string[]): string {
  const groups = Map.groupBy(names, (name) => name.replace(/(?:0|[1-9]\d{0,8})$/, ''));
  return [...groups]
    .flatMap(([stem, members]) => {
      const numbers = members.map((name) => name.slice(stem.length)).filter((tail) => tail !== '');
      const plain = members.filter((name) => name.length === stem.length);
      return [
        ...plain,
        ...runsOf(numbers.map(Number)).map(([from, to]) => `${stem}${from === to ? from : `${from}-${to}`}`),
      ];
    })
    .join(', ');
}

function runsOf(numbers: readonly number[]): [from: number, to: number][] {
  const runs: [number, number][] = [];
  for (const number of [...numbers].sort((a, b) => a - b)) {
    const last = runs.at(-1);
    if (last && number - last[1] <= 1) last[1] = number;
    else runs.push([number, number]);
  }
  return runs;
}
