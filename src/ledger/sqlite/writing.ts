/**
 * Rows of the ledger, written over one connection.
 *
 * INVARIANT: a row is written as it was hashed and never updated. It goes under the number after the row that it was
 * hashed onto; that number is the primary key, so of two processes one wins.
 */
import type Database from 'better-sqlite3';
import { canonicalJson, digestOf } from '../../core/digest.ts';
import { type LedgerEvent, MILESTONES } from '../../core/events.ts';
import { eventBytes, isMilestone, parseEvent, type WrittenEvent } from '../events.ts';
import { isKept } from '../keeping.ts';
import { appendPeak, type Hash, leafHash, splitHashes } from '../merkle.ts';
import { keepingIn } from './kept.ts';

/** It follows from the peaks; a trigger tells processes of earlier versions by theirs. */
const NO_ROOT = Buffer.alloc(0);

export interface Writing {
  /** A transaction has begun: nobody else writes until it ends, so the newest row is read once. */
  begun(): void;
  /** Such an event is written by one statement, which undoes itself when it fails. */
  isOneRow(event: WrittenEvent): boolean;
  /** Inside of a transaction: after the newest row, whose ever it is. */
  append(event: WrittenEvent): LedgerEvent;
  /**
   * Outside of one, of a kind of which nothing is kept: after our own newest row; undefined when that is not known, or
   * another process was faster.
   */
  appendAlone(event: WrittenEvent): LedgerEvent | undefined;
  putDocument(document: unknown): string;
  claim(name: string): boolean;
  /** After a transaction that was rolled back: what was read of the tree is read again. */
  forget(): void;
}

const MILESTONES_OF = `SELECT leaf FROM events WHERE change_id = ? AND kind IN (${MILESTONES.map((kind) => `'${kind}'`).join(',')}) ORDER BY seq`;
/** What names earlier rows reads them, and what is kept writes others. */
const isOneRow = (event: WrittenEvent): boolean => !isMilestone(event) && !isKept(event.kind);

export function writingTo(db: Database.Database, now: () => Date): Writing {
  const lastSeq = db.prepare('SELECT max(seq) FROM events').pluck();
  const selectPeaks = db.prepare('SELECT peaks FROM events WHERE seq = ?').pluck();
  const insert = db.prepare(
    'INSERT INTO events (seq, at, kind, change_id, plan_id, bytes, leaf, root, peaks) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)',
  );
  const insertDocument = db.prepare('INSERT OR IGNORE INTO documents (digest, bytes) VALUES (?, ?)');
  const insertClaim = db.prepare('INSERT OR IGNORE INTO claims (name, at) VALUES (?, ?)');
  const milestonesOf = db.prepare(MILESTONES_OF).pluck();
  const keep = keepingIn(db);
  /** The tree after our own newest event, so that an append need not read it. */
  let tail: { seq: number; peaks: Hash[] } | undefined;
  let isTailNewest = false;

  function insertAfter({ seq: last, peaks: before }: NonNullable<typeof tail>, event: WrittenEvent): LedgerEvent {
    const seq = last + 1;
    const at = now().toISOString();
    const bytes = eventBytes(event, seq, at, isMilestone(event) ? recordOf(event.changeId!) : undefined);
    const leaf = leafHash(bytes);
    const peaks = appendPeak(before, last, leaf);
    insert.run(
      seq,
      at,
      event.kind,
      event.changeId ?? null,
      event.planId ?? null,
      bytes,
      leaf,
      NO_ROOT,
      Buffer.concat(peaks),
    );
    // As it will be read, so that it is the same when it is kept again.
    if (isKept(event.kind)) keep(parseEvent(bytes));
    tail = { seq, peaks };
    return { ...event, seq, at };
  }

  /** The leaf hashes of the change's milestones before this one: a receipt of the newest proves them all. */
  const recordOf = (changeId: string): string[] =>
    (milestonesOf.all(changeId) as Hash[]).map((leaf) => leaf.toString('base64'));

  function newest(): NonNullable<typeof tail> {
    if (tail && isTailNewest) return tail;
    const seq = (lastSeq.get() as number | null) ?? 0;
    return { seq, peaks: tail?.seq === seq ? tail.peaks : splitHashes(selectPeaks.get(seq) as Buffer | undefined) };
  }
  return {
    isOneRow,
    begun() {
      isTailNewest = false;
    },
    append(event) {
      const written = insertAfter(newest(), event);
      isTailNewest = db.inTransaction;
      return written;
    },
    appendAlone(event) {
      try {
        return isOneRow(event) ? tail && insertAfter(tail, event) : undefined;
      } catch (error) {
        if ((error as { code?: string }).code === 'SQLITE_CONSTRAINT_PRIMARYKEY') return undefined;
        throw error;
      }
    },
    putDocument(document) {
      const digest = digestOf(document);
      insertDocument.run(digest, Buffer.from(canonicalJson(document)));
      return digest;
    },
    claim: (name) => insertClaim.run(name, now().toISOString()).changes === 1,
    forget() {
      tail = undefined;
      isTailNewest = false;
    },
  };
}
