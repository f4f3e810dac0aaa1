/** What plans left behind in the cloud and that nothing will execute any more: the next plan on the target removes it. */
import type { ChangeState } from './change.ts';
import { type EventOf, eventsOf, type NewEvent } from './events.ts';
import { isSameTarget } from './folds.ts';
import type { Target } from './plan.ts';
import type { ChangesPort, LedgerView, ProviderRules } from './ports.ts';

const LOOK_BACK_MILLISECONDS = 7 * 24 * 3_600_000;
/** Cleaning must not slow a plan down: the rest is for the next one. */
const MOST_AT_ONCE = 3;
const ENDED_UNEXECUTED: readonly ChangeState[] = ['denied', 'rejected', 'expired', 'stale', 'withdrawn'];

export interface DeadPlan {
  planId: string;
  leftover: string;
  target: Target;
}
/** What is recorded when it is gone. */
export const cleaned = ({ planId, leftover }: Pick<DeadPlan, 'planId' | 'leftover'>): NewEvent => ({
  kind: 'plan.cleaned',
  planId,
  body: { changeSet: leftover },
});
type Changes = Pick<ChangesPort, 'find'>;

/** On this target, of the last week, a few. */
export async function deadPlans(view: LedgerView, changes: Changes, target: Target, now: Date): Promise<DeadPlan[]> {
  const sinceAt = new Date(now.getTime() - LOOK_BACK_MILLISECONDS).toISOString();
  const dead: DeadPlan[] = [];
  for await (const one of deadSince(view, changes, now, sinceAt, (of) => isSamePlace(of, target))) {
    dead.push(one);
    if (dead.length === MOST_AT_ONCE) break;
  }
  return dead;
}

/** On every target, however old. */
export async function allDeadPlans(view: LedgerView, changes: Changes, now: Date): Promise<DeadPlan[]> {
  const dead: DeadPlan[] = [];
  for await (const one of deadSince(view, changes, now, '', () => true)) dead.push(one);
  return dead;
}

export const isSamePlace = (a: Target, b: Target): boolean =>
  a.name === b.name && a.account === b.account && a.region === b.region;

async function* deadSince(
  view: LedgerView,
  changes: Changes,
  now: Date,
  sinceAt: string,
  isHere: (target: Target) => boolean,
): AsyncGenerator<DeadPlan> {
  const gone = new Set((await eventsOf(view, ['plan.cleaned'], { sinceAt })).map(({ planId }) => planId));
  for (const { planId, body } of await eventsOf(view, ['plan.made'], { sinceAt })) {
    const { target, changeSet: leftover, expiresAt } = body;
    if (!planId || !isHere(target) || !leftover || gone.has(planId)) continue;
    if (await isDead(view, changes, planId, expiresAt, now)) yield { planId, leftover, target };
  }
}

/**
 * Of these plans those to create whose target is, for all that is recorded, only a plan yet.
 *
 * INVARIANT: it counts as one until something executed on it, it was removed, or it is known to have left nothing.
 */
export async function onlyPlanned<Started extends EventOf<'plan.started'>>(
  view: LedgerView,
  started: readonly Started[],
  actionOf: ProviderRules['actionOf'],
  sinceAt = '',
): Promise<Started[]> {
  const leftNothing = new Set((await eventsOf(view, ['plan.left_nothing'], { sinceAt })).map(({ planId }) => planId));
  const ended = await eventsOf(view, ['change.executing', 'removal.done'], { sinceAt });
  return started.filter(
    ({ seq, planId, body: { tool, action, target } }) =>
      (action ?? actionOf([], tool)) === 'create' &&
      !leftNothing.has(planId) &&
      !ended.some((one) => one.seq > seq && isSameTarget(one.body.target, target)),
  );
}

async function isDead(
  view: LedgerView,
  changes: Changes,
  planId: string,
  expiresAt: string,
  now: Date,
): Promise<boolean> {
  const [proposed] = await view.events({ planId, kinds: ['change.proposed'], limit: 1 });
  if (!proposed?.changeId) return now.getTime() > Date.parse(expiresAt);
  return ENDED_UNEXECUTED.includes((await changes.find(proposed.changeId)).state);
}
