/**
 * A ledger that is watched: what is committed is counted, and beside a plan or a proposal stands where it was watched,
 * so that its execution, in another process, is linked to it.
 *
 * INVARIANT: what is appended is what was asked for, and that one more event; nothing of it is signed.
 */
import type { LedgerEvent } from '../core/events.ts';
import { eventsOf } from '../core/events.ts';
import type { AnyEvent, FindState } from '../core/observing.ts';
import type { Ledger, LedgerTransaction, LedgerView } from '../core/ports.ts';
import { count } from './counted.ts';
import type { Here, Watch } from './watch.ts';

const TRACED_KINDS: readonly string[] = ['plan.made', 'change.proposed'];

/** Of the making of a plan, and of its proposals. */
async function tracesOf(view: Pick<LedgerView, 'events'>, planId: string): Promise<string[]> {
  return (await eventsOf(view, ['traced'], { planId })).map(({ body }) => body.traceparent);
}

/** What led to the execution of a change. Empty: it was not watched. */
export async function whatLedTo(ledger: Pick<LedgerView, 'events'>, changeId: string): Promise<string[]> {
  const [proposed] = await ledger.events({ changeId, kinds: ['change.proposed'], limit: 1 });
  return proposed?.planId === undefined ? [] : tracesOf(ledger, proposed.planId);
}

export function watchedLedger<L extends Ledger<AnyEvent>>(ledger: L, watch: Watch, find: FindState): L {
  const counted = (events: readonly LedgerEvent[]) => count(events, watch.measure, find);
  return {
    ...ledger,
    async append(event: AnyEvent) {
      const appended = await ledger.append(event);
      await counted([appended]);
      return appended;
    },
    async transact<T>(decide: (tx: LedgerTransaction<AnyEvent>) => Promise<T>): Promise<T> {
      // Asked for here: the transaction runs in its turn, which another call may have begun.
      const here = watch.here();
      let appended: LedgerEvent[] = [];
      const result = await ledger.transact((tx) => {
        appended = [];
        return decide(watchedTransaction(tx, here, appended));
      });
      await counted(appended);
      return result;
    },
  };
}

function watchedTransaction(
  tx: LedgerTransaction<AnyEvent>,
  here: Here | undefined,
  appended: LedgerEvent[],
): LedgerTransaction<AnyEvent> {
  return {
    ...tx,
    async append(event) {
      const done = await tx.append(event);
      appended.push(done);
      const { kind, changeId, planId } = event;
      if (here === undefined || planId === undefined || !TRACED_KINDS.includes(kind)) return done;
      here.link(await tracesOf(tx, planId));
      const body = { traceparent: here.traceparent };
      await tx.append({ kind: 'traced', planId, ...(changeId === undefined ? {} : { changeId }), body });
      return done;
    },
  };
}
