/** How far the ledger had come, for a judgement that is made again when others appended meanwhile. */
import type { EventQuery } from './events.ts';
import type { LedgerView } from './ports.ts';

/** @returns the position of the newest event that one of these finds; 0: none does. */
export async function newestSeq(view: Pick<LedgerView, 'events'>, queries: readonly EventQuery[]): Promise<number> {
  let newest = 0;
  for (const query of queries) {
    const [found] = await view.events({ ...query, newestFirst: true, limit: 1 });
    newest = Math.max(newest, found?.seq ?? 0);
  }
  return newest;
}
