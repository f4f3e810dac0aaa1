/** Opens a ledger by its place: a state folder, or the address of a PostgreSQL database, whose store is loaded then. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { EventQuery } from '../core/events.ts';
import type { Checkpoint } from './checkpoint.ts';
import type { Evidence } from './evidence.ts';
import type { OpenLedger, ReadLedger } from './ledger.ts';
import { isAddress, shownAddress } from './pg/address.ts';
import { deferredLedger } from './pg/deferred.ts';
import { LEDGER_FILE } from './sqlite/database.ts';
import { withEvidence } from './sqlite/evidence.ts';
import { exportedEvents } from './sqlite/export.ts';
import { openLedger, readLedger } from './sqlite/store.ts';
import { type Verification, verifyEvidence } from './verify.ts';

/** A state folder, or `postgres://…`. SECURITY: an address may have a password in it: it is told by `shownPlace` only. */
export type LedgerPlace = string;

/** @param fingerprint of the secret of the state folder, by which a shared ledger knows its own. */
export const openLedgerAt = (
  place: LedgerPlace,
  now: () => Date = () => new Date(),
  fingerprint?: () => string | undefined,
): OpenLedger => (isAddress(place) ? deferredLedger(place, now, fingerprint) : openLedger(place, now));
export const readLedgerAt = (place: LedgerPlace): ReadLedger =>
  isAddress(place) ? deferredLedger(place, () => new Date()) : readLedger(place);
export const exportedFrom = (
  place: LedgerPlace,
  asked: Pick<EventQuery, 'sinceAt' | 'changeId' | 'kinds'>,
): AsyncIterable<string> => (isAddress(place) ? exportedFromDatabase(place, asked) : exportedEvents(place, asked));

async function* exportedFromDatabase(...given: Parameters<typeof exportedFrom>): AsyncGenerator<string> {
  yield* (await import('./pg/snapshot.ts')).exportedFromPg(...given);
}

/** Nothing is made. A database is asked when it is used. */
export const isLedgerAt = (place: LedgerPlace): boolean => isAddress(place) || existsSync(join(place, LEDGER_FILE));
/** As it may be printed. */
export const shownPlace = (place: LedgerPlace): string => (isAddress(place) ? shownAddress(place) : place);

const withEvidenceAt = async <T>(place: LedgerPlace, use: (evidence: Evidence) => Promise<T>): Promise<T> =>
  isAddress(place) ? (await import('./pg/snapshot.ts')).withPgEvidence(place, use) : withEvidence(place, use);

/** @throws as `verifyEvidence` and the store's `withEvidence`. */
export const verifyLedger = (place: LedgerPlace, ...checkpoints: readonly Checkpoint[]): Promise<Verification> =>
  withEvidenceAt(place, (evidence) => verifyEvidence(evidence, checkpoints));
