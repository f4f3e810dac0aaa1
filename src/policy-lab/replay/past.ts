/**
 * What a ledger said at any earlier moment, for many moments of one ledger.
 *
 * Guarantees: nothing before a moment ever changes, so what was asked once is kept, and is asked of the store once for
 * all moments; how a change stood is the fold of its events up to then.
 * Limit: what is asked for a time is kept from `from` on, less the longest time that facts look back.
 */
import type { EventQuery, LedgerEvent } from '../../core/events.ts';
import { type Standing, type StandingState, standingAfter, standingIdOf } from '../../core/kept.ts';
import type { Ledger, LedgerView } from '../../core/ports.ts';

/** One look at it: with its first `size` events. */
export type PastLedger = (size: number) => Ledger;

const LOOK_BACK_MILLISECONDS = 8 * 24 * 3_600_000;

export function pastOf(ledger: LedgerView, from: Date): PastLedger {
  const kept = new Map<string, Promise<LedgerEvent[]>>();
  const histories = new Map<string, Promise<{ seq: number; standing: Standing }[]>>();
  const oldest = new Date(from.getTime() - LOOK_BACK_MILLISECONDS).toISOString();

  function once(query: EventQuery): Promise<LedgerEvent[]> {
    const key = JSON.stringify(query);
    const events = kept.get(key) ?? ledger.events(query);
    kept.set(key, events);
    return events;
  }

  /** Of a change or plan: each way that it stood, since which event. */
  async function historyOf(subject: string, by: 'changeId' | 'planId') {
    const history: { seq: number; standing: Standing }[] = [];
    for (const event of await once({ [by]: subject })) {
      if (standingIdOf(event) !== subject) continue;
      const standing = standingAfter(history.at(-1)?.standing, event);
      if (standing) history.push({ seq: event.seq, standing });
    }
    return history;
  }

  async function stoodSo(
    { changeId, planId = '', seq }: LedgerEvent,
    { states, at = '' }: NonNullable<EventQuery['standing']>,
    size: number,
  ): Promise<boolean> {
    const subject = changeId ?? planId;
    const history = await (histories.get(subject) ??
      historyOf(subject, changeId === undefined ? 'planId' : 'changeId'));
    histories.set(subject, Promise.resolve(history));
    const then = history.findLast((one) => one.seq <= size)?.standing;
    const isIn = (among: readonly StandingState[]) => then !== undefined && among.includes(then.state);
    return history[0]?.seq === seq && isIn(states) && then!.until >= at;
  }

  const readOnly = async () => {
    throw new Error('a past state of the ledger cannot be appended to');
  };
  return (size) => ({
    async events({ sinceAt, untilAt, sinceSeq = 0, untilSeq = size, limit, newestFirst, standing, ...about } = {}) {
      const isRecent = sinceAt !== undefined && sinceAt >= oldest;
      const all = await once({ ...about, ...(isRecent ? { sinceAt: oldest } : {}) });
      const found: LedgerEvent[] = [];
      for (const event of newestFirst ? [...all].reverse() : all) {
        if (found.length === limit) break;
        if (event.seq <= sinceSeq || event.seq > Math.min(size, untilSeq)) continue;
        if (event.at < (sinceAt ?? '') || (untilAt !== undefined && event.at > untilAt)) continue;
        if (standing && !(await stoodSo(event, standing, size))) continue;
        found.push(event);
      }
      return found;
    },
    document: (digest) => ledger.document(digest),
    append: readOnly,
    transact: readOnly,
  });
}
