/**
 * Whether this server can use its ledger, looked at again and again, so that a call need not find out.
 *
 * Guarantee: calls are refused before they begin once the ledger was not usable for a few seconds, so that a proxy can
 * ask another replica; and taken again when it is. Limit: a shorter trouble is met by the calls themselves, which wait.
 */
import { CountersignError } from '../core/errors.ts';

const LOOKS_EVERY_MILLISECONDS = 1_000;
/** A database that restarts is waited for. */
const PATIENCE_MILLISECONDS = 5_000;

export interface Readiness {
  /** Why no call can be answered now. */
  readonly trouble: CountersignError | undefined;
  stop(): void;
}

/** @param look at the ledger, in a bounded time. */
export function watchReadiness(look: () => Promise<void>, patience = PATIENCE_MILLISECONDS): Readiness {
  let trouble: CountersignError | undefined;
  let good = performance.now();
  let isStopped = false;
  let next: NodeJS.Timeout | undefined;
  async function again(): Promise<void> {
    try {
      await look();
      good = performance.now();
      trouble = undefined;
    } catch (error) {
      if (performance.now() - good > patience) trouble = asTrouble(error);
    }
    if (!isStopped) next = setTimeout(again, LOOKS_EVERY_MILLISECONDS).unref();
  }
  void again();
  return {
    get trouble() {
      return trouble;
    },
    stop() {
      isStopped = true;
      clearTimeout(next);
    },
  };
}

const asTrouble = (error: unknown): CountersignError =>
  error instanceof CountersignError
    ? error
    : new CountersignError('LEDGER_UNREACHABLE', 'The ledger could not be read.', 'Read the log.', { cause: error });
