/** What a view of the ledger says: of a change, the halt switch, what is executing. Inside of a transaction, through it. */
import type { Approval, Change, Proposal } from './change.ts';
import { type BodyOf, eventsOf } from './events.ts';
import type { Facts } from './guard.ts';
import type { Holder } from './holder.ts';
import { tagged } from './kept.ts';
import { foldChange } from './lifecycle.ts';
import type { Target } from './plan.ts';
import type { LedgerView } from './ports.ts';

type Seen = Pick<LedgerView, 'events'>;

/** undefined: there is no such change. */
export async function changeIn(
  view: Seen,
  changeId: string,
  now: Date,
  isFilled: (proposal: Proposal, approvals: Approval[]) => boolean,
): Promise<Change | undefined> {
  return foldChange(await view.events({ changeId }), now, isFilled);
}

/** INVARIANT: a switch that cannot be read is a halt. */
export async function haltIn(view: Seen): Promise<Facts['halt']> {
  try {
    const [newest] = await view.events({ kinds: ['halted', 'resumed'], limit: 1, newestFirst: true });
    return newest?.kind === 'halted' ? 'halted' : 'running';
  } catch {
    return 'unreadable';
  }
}

export interface Execution {
  kind: 'change.executing' | 'change.finished';
  at: string;
  changeId: string | undefined;
  /** The outcome: of one that has ended. */
  about: BodyOf<'change.executing'> & Partial<BodyOf<'change.finished'>>;
}

const HOUR_MILLISECONDS = 3_600_000;
export const before = (now: Date, hours: number): string =>
  new Date(now.getTime() - hours * HOUR_MILLISECONDS).toISOString();

/** Of this target, within the last 24 h, oldest first. */
export async function executionsOn(view: Seen, target: Target, now: Date): Promise<Execution[]> {
  const query = { tags: tagged.target(target), sinceAt: before(now, 24) };
  const events = await eventsOf(view, ['change.executing', 'change.finished'], query);
  return events
    .filter(({ body }) => isSameTarget(body.target, target))
    .map(({ kind, at, changeId, body }): Execution => ({ kind, at, changeId, about: body }));
}

/** One stack, or one of the resources in common: `i-a` and `i-a,i-b` share a lock. */
export const isSameTarget = (a: Target, b: Target): boolean =>
  a.account === b.account && a.region === b.region && (a.name === b.name || a.ids.some((id) => b.ids.includes(id)));

/** What begins a change: its proposal; in a ledger that lost it, what is there of it. */
const BEGINS = ['change.proposed', 'change.executing', 'change.finished'] as const;

/**
 * The change that holds this target.
 *
 * INVARIANT: a lock ends by a fact, never by a clock: what was begun holds its target until its outcome is known, or a
 * person has looked and signed it off.
 */
export async function inFlightIn(view: Seen, target: Target): Promise<Holder | null> {
  for (const state of ['executing', 'unknown'] as const) {
    const begun = await eventsOf(view, BEGINS, { tags: tagged.target(target), standing: { states: [state] } });
    const [holder] = begun.filter(({ body }) => isSameTarget(body.target, target));
    if (holder) return { changeId: holder.changeId ?? '', isUnknown: state === 'unknown' };
  }
  return null;
}

/** What was begun on any target, and whose end is not recorded. */
export async function openExecutions(
  view: Seen,
): Promise<{ changeId: string; target: Target; state: 'executing' | 'unknown' }[]> {
  const open: { changeId: string; target: Target; state: 'executing' | 'unknown' }[] = [];
  for (const state of ['executing', 'unknown'] as const)
    for (const { changeId = '', body } of await eventsOf(view, BEGINS, { standing: { states: [state] } }))
      open.push({ changeId, target: body.target, state });
  return open;
}
