/** How far the ledger had come, for a judgement that is made again when others appended meanwhile. */
import type { EventQuery } from './events.ts';
import type { LedgerView } from './ports.ts';

type View = Pick<LedgerView, 'events'>;

/** @returns the position of the newest event; 0: there is none. */
export async function newestSeq(view: View): Promise<number> {
  const [newest] = await view.events({ newestFirst: true, limit: 1 });
  return newest?.seq ?? 0;
}

/** @returns whether one of these finds an event after that position. */
export async function isAnyAfter(view: View, seq: number, queries: readonly EventQuery[]): Promise<boolean> {
  for (const query of queries) if ((await view.events({ ...query, sinceSeq: seq, limit: 1 })).length > 0) return true;
  return false;
}
