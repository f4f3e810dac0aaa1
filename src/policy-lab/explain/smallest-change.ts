/**
 * The fewest effects to leave out of a plan so that it is accepted.
 *
 * Guarantees: what is found was judged and is accepted; `exact` says that nothing smaller is. At most
 * `MAX_JUDGEMENTS` and two for each effect are judged.
 * Limit: leaving everything out is no change of a plan, and is never tried.
 */
import { compareWorstFirst, type Effect } from '../../core/effect.ts';
import type { Plan } from '../../core/plan.ts';

const MAX_JUDGEMENTS = 300;
/** Judges what is kept; in the order of the plan. */
export type Accepts = (kept: readonly Effect[]) => Promise<boolean>;
export interface LeftOut {
  /** null: none was found. */
  effects: Effect[] | null;
  exact: boolean;
}

export async function smallestLeftOut(effects: readonly Effect[], accepts: Accepts): Promise<LeftOut> {
  const worstFirst = [...effects].sort(compareWorstFirst);
  const without = (left: ReadonlySet<Effect>) => accepts(effects.filter((effect) => !left.has(effect)));
  const found = await byHalves(worstFirst, without);
  const most = (found?.length ?? effects.length) - 1;
  let budget = MAX_JUDGEMENTS;
  for (let size = 1; size <= most; size += 1) {
    budget -= choices(effects.length, size);
    if (budget < 0) return { effects: found, exact: false };
    for (const left of subsets(worstFirst, size))
      if (await without(new Set(left))) return { effects: left, exact: true };
  }
  return { effects: found, exact: true };
}

/** Adds back from the mildest on, as much at once as is accepted: no effect that is left could be added alone. */
async function byHalves(
  worstFirst: readonly Effect[],
  without: (left: ReadonlySet<Effect>) => Promise<boolean>,
): Promise<Effect[] | null> {
  const left = new Set(worstFirst);
  const addBack = async (some: readonly Effect[]): Promise<boolean> => {
    for (const effect of some) left.delete(effect);
    if (await without(left)) return true;
    for (const effect of some) left.add(effect);
    if (some.length < 2) return false;
    const middle = Math.ceil(some.length / 2);
    const milder = await addBack(some.slice(middle));
    return (await addBack(some.slice(0, middle))) || milder;
  };
  return (await addBack(worstFirst)) ? worstFirst.filter((effect) => left.has(effect)) : null;
}

function choices(of: number, size: number): number {
  let count = 1;
  for (let taken = 1; taken <= size; taken += 1) count = (count * (of - taken + 1)) / taken;
  return count;
}

function* subsets<T>(all: readonly T[], size: number): Generator<T[]> {
  if (size === 0) yield [];
  else
    for (const [index, first] of all.entries())
      for (const rest of subsets(all.slice(index + 1), size - 1)) yield [first, ...rest];
}

/** The plan with these effects only; of resources of no stack, without those that nothing would happen to. */
export function keeping(plan: Plan, kept: readonly Effect[]): Plan {
  const effects = [...kept];
  const { target, subject, calls } = plan;
  if (target.kind !== 'resources') return { ...plan, effects };
  const isOf = (id: string) => (effect: Effect) => effect.physicalId === id;
  const gone = target.ids.filter((id) => plan.effects.some(isOf(id)) && !kept.some(isOf(id)));
  const ids = target.ids.filter((id) => !gone.includes(id));
  const stays = ({ id }: { id: string }) => !gone.includes(id);
  const names = (call: Plan['calls'][number], some: readonly string[]) =>
    some.some((id) => JSON.stringify(call.input).includes(id));
  return {
    ...plan,
    effects,
    target: { ...target, ids, name: ids.join(',') },
    calls: calls.filter((call) => !names(call, gone) || names(call, ids)),
    subject: { ...subject, resources: subject.resources.filter(stays) },
  };
}
