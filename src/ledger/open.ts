/** Opens a ledger by its place: a state folder, or the address of a PostgreSQL database, whose store is loaded then. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { EventQuery } from '../core/events.ts';
import type { Checkpoint } from './checkpoint.ts';
import type { Evidence } from './evidence.ts';
import type { OpenLedger, ReadLedger } from './ledger.ts';
import { LEDGER_FILE } from './sqlite/database.ts';
import { withEvidence } from './sqlite/evidence.ts';
import { exportedEvents } from './sqlite/export.ts';
import { openLedger, readLedger } from './sqlite/store.ts';
import { type Verification, verifyEvidence } from './verify.ts';

/** A state folder, or `postgres://…`. SECURITY: an address may have a password in it: it is told by `shownPlace` only. */
export type LedgerPlace = string;

export const openLedgerAt = (place: LedgerPlace, now?: () => Date): OpenLedger => openLedger(place, now);
export const readLedgerAt = (place: LedgerPlace): ReadLedger => readLedger(place);
export const exportedFrom = (
  place: LedgerPlace,
  asked: Pick<EventQuery, 'sinceAt' | 'changeId' | 'kinds'>,
): AsyncIterable<string> => exportedEvents(place, asked);
/** Nothing is made. A database is asked when it is used. */
export const isLedgerAt = (place: LedgerPlace): boolean => existsSync(join(place, LEDGER_FILE));

const withEvidenceAt = <T>(place: LedgerPlace, use: (evidence: Evidence) => Promise<T>): Promise<T> =>
  withEvidence(place, use);

/** @throws as `verifyEvidence` and the store's `withEvidence`. */
export const verifyLedger = (place: LedgerPlace, ...checkpoints: readonly Checkpoint[]): Promise<Verification> =>
  withEvidenceAt(place, (evidence) => verifyEvidence(evidence, checkpoints));
