/** What a view of the ledger says: of a change, the halt switch, what is executing. Inside of a transaction, through it. */
import type { Approval, Change, Proposal } from './change.ts';
import { type BodyOf, eventsOf } from './events.ts';
import type { Facts } from './guard.ts';
import type { Holder } from './holder.ts';
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

const DAY_MILLISECONDS = 24 * 3_600_000;

/** Of the last 24 h, oldest first. */
export async function executionsIn(view: Seen, now: Date): Promise<Execution[]> {
  const sinceAt = new Date(now.getTime() - DAY_MILLISECONDS).toISOString();
  const events = await eventsOf(view, ['change.executing', 'change.finished'], { sinceAt });
  return events.map(({ kind, at, changeId, body }): Execution => ({ kind, at, changeId, about: body }));
}

/** One stack, or one of the resources in common: `i-a` and `i-a,i-b` share a lock. */
export const isSameTarget = (a: Target, b: Target): boolean =>
  a.account === b.account && a.region === b.region && (a.name === b.name || a.ids.some((id) => b.ids.includes(id)));

const ENDS = ['change.finished', 'change.closed'] as const;
/** As canonical JSON has it, so that an outcome is found without reading all that ever ended. */
const UNKNOWN_OUTCOME = '"state":"unknown"';

/**
 * The change that holds this target.
 *
 * INVARIANT: a lock ends by a fact, never by a clock: what was begun holds its target until its outcome is known, or a
 * person has looked and signed it off.
 */
export async function inFlightIn(view: Seen, target: Target): Promise<Holder | null> {
  const begun = await eventsOf(view, ['change.executing'], { withoutKinds: ENDS });
  const ended = await eventsOf(view, ['change.finished'], { containing: UNKNOWN_OUTCOME });
  for (const { changeId = '', kind, body } of [...begun, ...ended]) {
    if (!isSameTarget(body.target, target)) continue;
    if (kind === 'change.executing') return { changeId, isUnknown: false };
    const [newest] = await eventsOf(view, ENDS, { changeId, newestFirst: true, limit: 1 });
    if (newest?.kind === 'change.finished' && newest.body.outcome.state === 'unknown')
      return { changeId, isUnknown: true };
  }
  return null;
}
