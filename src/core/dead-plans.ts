/** What plans left behind in the cloud and that nothing will execute any more: the next plan on the target removes it. */
import type { ChangeState } from './change-states.ts';
import { type EventOf, type EventQuery, eventsOf, type NewEvent } from './events.ts';
import { before, isSameTarget } from './folds.ts';
import { tagged } from './kept.ts';
import type { Target } from './plan.ts';
import type { ChangesPort, LedgerView, ProviderRules } from './ports.ts';

const LOOK_BACK_HOURS = 7 * 24;
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
  const dead: DeadPlan[] = [];
  const here = { tags: tagged.place(target), sinceAt: before(now, LOOK_BACK_HOURS) };
  for await (const one of deadOf(view, changes, now, here)) {
    if (!isSamePlace(one.target, target)) continue;
    dead.push(one);
    if (dead.length === MOST_AT_ONCE) break;
  }
  return dead;
}

/** On every target, however old. */
export async function allDeadPlans(view: LedgerView, changes: Changes, now: Date): Promise<DeadPlan[]> {
  const dead: DeadPlan[] = [];
  for await (const one of deadOf(view, changes, now, {})) dead.push(one);
  return dead;
}

export const isSamePlace = (a: Target, b: Target): boolean =>
  a.name === b.name && a.account === b.account && a.region === b.region;

async function* deadOf(
  view: LedgerView,
  changes: Changes,
  now: Date,
  query: Pick<EventQuery, 'tags' | 'sinceAt'>,
): AsyncGenerator<DeadPlan> {
  for (const { planId, body } of await eventsOf(view, ['plan.made'], {
    ...query,
    standing: { states: ['leftover'] },
  })) {
    const { target, changeSet: leftover, expiresAt } = body;
    if (!planId || !leftover) continue;
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
  since: Pick<EventQuery, 'sinceAt'> = {},
): Promise<Started[]> {
  const only: Started[] = [];
  const ended = new Map<string, Promise<readonly EventOf<'change.executing' | 'removal.done'>[]>>();
  const endedOn = (target: Target) => {
    const key = JSON.stringify(target);
    const query = { ...since, tags: tagged.target(target) };
    const known = ended.get(key) ?? eventsOf(view, ['change.executing', 'removal.done'], query);
    ended.set(key, known);
    return known;
  };
  for (const one of started) {
    const { seq, planId = '', body } = one;
    const { tool, action, target } = body;
    if ((action ?? actionOf([], tool)) !== 'create') continue;
    if ((await view.events({ planId, kinds: ['plan.left_nothing'], limit: 1 })).length > 0) continue;
    if ((await endedOn(target)).some((end) => end.seq > seq && isSameTarget(end.body.target, target))) continue;
    only.push(one);
  }
  return only;
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
