/** Change sets that plans left behind and that nothing will execute any more: the next plan on the target removes them. */
import type { ChangeState } from './change.ts';
import { eventsOf } from './events.ts';
import type { Target } from './plan.ts';
import type { ChangesPort, LedgerView } from './ports.ts';

const LOOK_BACK_MILLISECONDS = 7 * 24 * 3_600_000;
/** Cleaning must not slow a plan down: the rest is for the next one. */
const MOST_AT_ONCE = 3;
const ENDED_UNEXECUTED: readonly ChangeState[] = ['denied', 'rejected', 'expired', 'stale', 'withdrawn'];

export interface DeadPlan {
  planId: string;
  changeSet: string;
}

export async function deadPlans(
  view: LedgerView,
  changes: Pick<ChangesPort, 'find'>,
  target: Target,
  now: Date,
): Promise<DeadPlan[]> {
  const sinceAt = new Date(now.getTime() - LOOK_BACK_MILLISECONDS).toISOString();
  const cleaned = new Set((await eventsOf(view, ['plan.cleaned'], { sinceAt })).map(({ planId }) => planId));
  const dead: DeadPlan[] = [];
  for (const { planId, body } of await eventsOf(view, ['plan.made'], { sinceAt })) {
    const { target: of, changeSet, expiresAt } = body;
    const isHere = of.name === target.name && of.account === target.account && of.region === target.region;
    if (!planId || !isHere || !changeSet || cleaned.has(planId)) continue;
    if (await isDead(view, changes, planId, expiresAt, now)) dead.push({ planId, changeSet });
    if (dead.length === MOST_AT_ONCE) break;
  }
  return dead;
}

async function isDead(
  view: LedgerView,
  changes: Pick<ChangesPort, 'find'>,
  planId: string,
  expiresAt: string,
  now: Date,
): Promise<boolean> {
  const [proposed] = await view.events({ planId, kinds: ['change.proposed'], limit: 1 });
  if (!proposed?.changeId) return now.getTime() > Date.parse(expiresAt);
  return ENDED_UNEXECUTED.includes((await changes.find(proposed.changeId)).state);
}
