/** The time of a ledger in PostgreSQL is the clock of its database. */
import { CountersignError } from '../../core/errors.ts';

/** More than a network takes, and less than a time limit of a policy. */
const MOST_SKEW_MILLISECONDS = 120_000;

/**
 * What a machine decides, it decides by its own clock: a machine that does not agree on the time would not agree on what
 * may be done.
 *
 * @param time of the database, just now.
 * @returns how far the database is ahead of this machine, in milliseconds. @throws LEDGER_CLOCK_SKEWED.
 */
export function aheadOfHere(time: Date): number {
  const ahead = time.getTime() - Date.now();
  if (Math.abs(ahead) <= MOST_SKEW_MILLISECONDS) return ahead;
  throw new CountersignError(
    'LEDGER_CLOCK_SKEWED',
    `The clock of this machine is ${Math.round(Math.abs(ahead) / 1000)} s ${ahead < 0 ? 'ahead of' : 'behind'} the clock of the ledger's database.`,
    'Nothing was appended. Synchronize the clocks of both machines (NTP), then try again.',
  );
}
