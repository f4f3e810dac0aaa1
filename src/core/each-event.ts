/** All events of some kinds, one after the other. */
import type { EventQuery, LedgerEvent } from './events.ts';

/** So many at a time. */
const PAGE = 50;

/** In their order, in memory that does not grow with them. */
export async function* eachEvent(
  view: { events(query?: EventQuery): Promise<LedgerEvent[]> },
  kinds: readonly string[],
): AsyncGenerator<LedgerEvent> {
  for (let sinceSeq = 0; ; ) {
    const page = await view.events({ kinds, sinceSeq, limit: PAGE });
    yield* page;
    if (page.length < PAGE) return;
    sinceSeq = page.at(-1)!.seq;
  }
}
