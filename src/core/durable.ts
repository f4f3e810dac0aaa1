/** Writes down what has happened, however long the ledger is held, full or gone. */
import { canonicalJson } from './digest.ts';
import { CountersignError } from './errors.ts';
import type { NewEvent } from './events.ts';
import type { Ledger } from './ports.ts';

const FIRST_PAUSE_MILLISECONDS = 100;
const LONGEST_PAUSE_MILLISECONDS = 5_000;

/**
 * Resolves when the event is durable. A ledger that cannot append is tried again until it can: what happened is never
 * recorded as anything else, and an event that may have been recorded is looked for before it is appended again. A
 * process that ends before leaves the change `executing`, which is judged as unknown.
 */
export async function recordDurably(
  { ledger, onProgress }: { ledger: Pick<Ledger, 'append' | 'events'>; onProgress(text: string): void },
  event: NewEvent,
): Promise<void> {
  let isDoubtful = false;
  await untilRecorded(onProgress, event.kind, async () => {
    if (isDoubtful && (await isNewest(ledger, event))) return;
    try {
      await ledger.append(event);
    } catch (error) {
      if (isOfUnknownOutcome(error)) isDoubtful = true;
      throw error;
    }
  });
}

/** Of its kind and of what it is about. */
async function isNewest(ledger: Pick<Ledger, 'events'>, { kind, changeId, planId, body }: NewEvent): Promise<boolean> {
  const about = { ...(changeId === undefined ? {} : { changeId }), ...(planId === undefined ? {} : { planId }) };
  const [newest] = await ledger.events({ kinds: [kind], ...about, newestFirst: true, limit: 1 });
  return newest !== undefined && canonicalJson(newest.body) === canonicalJson(body);
}

/** @param record is run again while the ledger cannot be written. */
export async function untilRecorded<T>(
  onProgress: (text: string) => void,
  what: string,
  record: () => Promise<T>,
): Promise<T> {
  for (let pause = FIRST_PAUSE_MILLISECONDS; ; pause = Math.min(LONGEST_PAUSE_MILLISECONDS, pause * 2)) {
    try {
      return await record();
    } catch (error) {
      if (!isOfTheLedger(error)) throw error;
      if (pause === FIRST_PAUSE_MILLISECONDS)
        onProgress(`${what} cannot be recorded yet: ${error.message} Countersign keeps trying; do not stop it.`);
      await new Promise((resolve) => setTimeout(resolve, pause));
    }
  }
}

export function isOfTheLedger(error: unknown): error is CountersignError {
  return error instanceof CountersignError && error.code.startsWith('LEDGER_');
}

/** What was to be recorded may be there, or not. */
export const isOfUnknownOutcome = (error: unknown): boolean =>
  error instanceof CountersignError && error.code === 'LEDGER_OUTCOME_UNKNOWN';
