/** Change sets that plans left behind and that nothing will execute any more: the next plan on the target removes them. */
import type { ChangeState } from './change.ts';
import { eventsOf } from './events.ts';
import type { Target } from './plan.ts';
import type { ChangesPort, Ledger } from './ports.ts';

const LOOK_BACK_MILLISECONDS = 7 * 24 * 3_600_000;
/** Cleaning must not slow a plan down: the rest is for the next one. */
const MOST_AT_ONCE = 3;
const ENDED_UNEXECUTED: readonly ChangeState[] = ['denied', 'rejected', 'expired', 'stale', 'withdrawn'];

export interface DeadPlan {
  planId: string;
  changeSet: string;
}

export function deadPlans(ledger: Ledger, changes: Pick<ChangesPort, 'find'>, target: Target, now: Date): DeadPlan[] {
  const sinceAt = new Date(now.getTime() - LOOK_BACK_MILLISECONDS).toISOString();
  const cleaned = new Set(eventsOf(ledger, ['plan.cleaned'], { sinceAt }).map(({ planId }) => planId));
  return eventsOf(ledger, ['plan.made'], { sinceAt })
    .flatMap(({ planId, body: { target: of, changeSet, expiresAt } }) => {
      const isHere = of.name === target.name && of.account === target.account && of.region === target.region;
      if (!planId || !isHere || !changeSet || cleaned.has(planId)) return [];
      return isDead(ledger, changes, planId, expiresAt, now) ? [{ planId, changeSet }] : [];
    })
    .slice(0, MOST_AT_ONCE);
}

function isDead(ledger: Ledger, changes: Pick<ChangesPort, 'find'>, planId: string, expiresAt: string, now: Date) {
  const [proposed] = ledger.events({ planId, kinds: ['change.proposed'], limit: 1 });
  if (!proposed?.changeId) return now.getTime() > Date.parse(expiresAt);
  return ENDED_UNEXECUTED.includes(changes.find(proposed.changeId).state);
}
