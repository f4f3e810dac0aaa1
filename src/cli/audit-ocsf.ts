/** `audit export --format ocsf`: the sentences of `audit show`, around the events of the ledger. */
import { makeVisibleLine } from '../core/render-safe.ts';
import { readLedgerAt } from '../ledger/open.ts';
import { ocsfLines } from '../ocsf/export.ts';
import { summaryOf } from './audit-events.ts';

const LONGEST_MESSAGE = 400;

export async function* ocsfOf(home: string, events: AsyncIterable<string>, version: string): AsyncGenerator<string> {
  const ledger = readLedgerAt(home);
  const origin = await ledger.origin();
  ledger.close();
  yield* ocsfLines(events, {
    origin,
    version,
    summary: (event) => makeVisibleLine(`${event.kind} ${summaryOf(event)}`.trim(), LONGEST_MESSAGE),
  });
}
