/** Which formats of a ledger in PostgreSQL this version reads and writes. */
import { CountersignError } from '../../core/errors.ts';
import { KEPT_VERSION } from '../../core/kept.ts';
import { FORMAT } from './schema.ts';
import { notMigrated } from './trouble.ts';

export interface StoredFormat {
  major: number;
  minor: number;
  /** Of the tables beside the events. */
  kept: number;
}

/**
 * INVARIANT: it is asked in each transaction too, under the lock of the head: a process of an earlier version that still
 * runs appends nothing after a migration that it does not know.
 *
 * @throws LEDGER_NOT_MIGRATED, LEDGER_NEWER_VERSION.
 */
export function mustBeKnown({ major, minor, kept }: StoredFormat, place: string): void {
  if (major < FORMAT.major || (major === FORMAT.major && kept < KEPT_VERSION)) throw notMigrated(place);
  if (major === FORMAT.major && kept === KEPT_VERSION) return;
  throw new CountersignError(
    'LEDGER_NEWER_VERSION',
    `The ledger in ${place} has format ${major}.${minor}; this version of countersign supports ${FORMAT.major}.${FORMAT.minor}.`,
    'Use a newer version of countersign.',
  );
}
