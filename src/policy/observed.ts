/** Shadow mode in the ledger: what guards and rules that are only observed would have stopped. */
import { eventsOf } from '../core/events.ts';
import { tagged } from '../core/kept.ts';
import type { LedgerView } from '../core/ports.ts';
import { JUDGED } from './history.ts';

export interface Stopped {
  denied: number;
  held: number;
}
export interface Observations {
  guard(name: string): Stopped;
  /** Plans; of a rule that said nothing: 0. */
  rule(id: string): number;
}

/** From the recorded verdicts since then. A plan and its change count once, with the worse of both. */
export async function observations(view: LedgerView, since: Date): Promise<Observations> {
  const guards = new Map<string, Map<string, 'deny' | 'hold'>>();
  const rules = new Map<string, Set<string>>();
  for (const { planId = '', body } of await eventsOf(view, JUDGED, {
    tags: tagged.observed(),
    sinceAt: since.toISOString(),
  })) {
    for (const { guard, observed, observedRules = [] } of body.judgement.verdicts) {
      for (const id of observedRules) rules.set(id, (rules.get(id) ?? new Set()).add(planId));
      if (!observed) continue;
      const plans = guards.get(guard) ?? new Map();
      guards.set(guard, plans.set(planId, plans.get(planId) === 'deny' ? 'deny' : observed));
    }
  }
  return {
    guard(name) {
      const outcomes = [...(guards.get(name)?.values() ?? [])];
      const denied = outcomes.filter((outcome) => outcome === 'deny').length;
      return { denied, held: outcomes.length - denied };
    },
    rule: (id) => rules.get(id)?.size ?? 0,
  };
}
