/**
 * Rows of the ledger, written over one connection.
 *
 * INVARIANT: a row is written as it was hashed and never updated. It goes under the number after the row that it was
 * hashed onto; that number is the primary key, so of two processes one wins.
 */
import type Database from 'better-sqlite3';
import { canonicalJson, digestOf } from '../core/digest.ts';
import { type LedgerEvent, MILESTONES } from '../core/events.ts';
import { LEDGER_VERSION } from './database.ts';
import { appendPeak, type Hash, leafHash, rootOf } from './merkle.ts';

/** The store keeps whatever kind it is given: the vocabulary is the core's. */
export interface WrittenEvent {
  kind: string;
  changeId?: string;
  planId?: string;
  body: unknown;
}

export interface Writing {
  /** Inside of a transaction: after the newest row, whose ever it is. */
  append(event: WrittenEvent): LedgerEvent;
  /** Outside of one: after our own newest row; undefined when that is not known, or another process was faster. */
  appendAlone(event: WrittenEvent): LedgerEvent | undefined;
  putDocument(document: unknown): string;
  claim(name: string): boolean;
  /** After a transaction that was rolled back: what was read of the tree is read again. */
  forget(): void;
}

export function writingTo(db: Database.Database, now: () => Date): Writing {
  const lastSeq = db.prepare('SELECT max(seq) FROM events').pluck();
  const selectPeaks = db.prepare('SELECT peaks FROM events WHERE seq = ?').pluck();
  const insert = db.prepare(
    'INSERT INTO events (seq, at, kind, change_id, plan_id, bytes, leaf, root, peaks) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)',
  );
  const insertDocument = db.prepare('INSERT OR IGNORE INTO documents (digest, bytes) VALUES (?, ?)');
  const insertClaim = db.prepare('INSERT OR IGNORE INTO claims (name, at) VALUES (?, ?)');
  const milestonesOf = db
    .prepare(
      `SELECT leaf FROM events WHERE change_id = ? AND kind IN (${MILESTONES.map((kind) => `'${kind}'`).join(',')}) ORDER BY seq`,
    )
    .pluck();
  /** The tree after our own newest event, so that an append need not read it. */
  let tail: { seq: number; peaks: Hash[] } | undefined;

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
      rootOf(peaks),
      Buffer.concat(peaks),
    );
    tail = { seq, peaks };
    return { ...event, seq, at };
  }

  /** The leaf hashes of the change's milestones before this one: a receipt of the newest proves them all. */
  const recordOf = (changeId: string): string[] =>
    (milestonesOf.all(changeId) as Hash[]).map((leaf) => leaf.toString('base64'));

  return {
    append(event) {
      const last = (lastSeq.get() as number | null) ?? 0;
      const peaks = tail?.seq === last ? tail.peaks : splitHashes(selectPeaks.get(last) as Buffer | undefined);
      return insertAfter({ seq: last, peaks }, event);
    },
    appendAlone(event) {
      try {
        // What names earlier rows reads them, so that it needs a transaction.
        return tail && !isMilestone(event) ? insertAfter(tail, event) : undefined;
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
    },
  };
}

const isMilestone = ({ kind, changeId }: WrittenEvent): boolean =>
  changeId !== undefined && (MILESTONES as readonly string[]).includes(kind);

/** The event in RFC 8785's form: the envelope's members are written in its order, the body by its rules. */
function eventBytes(
  { kind, changeId, planId, body }: WrittenEvent,
  seq: number,
  at: string,
  record: string[] | undefined,
): Buffer {
  const [change, plan] = [changeId, planId].map((id) => canonicalJson(id ?? null));
  const recorded = record === undefined ? '' : `"record":${canonicalJson(record)},`;
  const envelope = `"change_id":${change},"kind":${canonicalJson(kind)},"plan_id":${plan},${recorded}"seq":${seq},"v":${LEDGER_VERSION}`;
  return Buffer.from(`{"at":"${at}","body":${canonicalJson(body)},${envelope}}`);
}

function splitHashes(bytes: Buffer | undefined): Hash[] {
  const hashes: Hash[] = [];
  for (let at = 0; at < (bytes?.length ?? 0); at += 32) hashes.push(bytes!.subarray(at, at + 32));
  return hashes;
}
