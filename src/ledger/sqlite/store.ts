/**
 * The ledger's store in SQLite: append-only events, one RFC 6962 leaf each, behind the awaited port.
 *
 * INVARIANT: with `synchronous=FULL` what was appended is durable when `append` resolves. Nobody reads what a
 * transaction has not committed, and inside of one nothing is read or written beside it (`turns.ts`).
 */
import { join } from 'node:path';
import type Database from 'better-sqlite3';
import { CountersignError } from '../../core/errors.ts';
import type { LedgerEvent } from '../../core/events.ts';
import type { Ledger, LedgerTransaction, LedgerView } from '../../core/ports.ts';
import { WAITS_MILLISECONDS } from '../../sqlite.ts';
import type { WrittenEvent } from '../events.ts';
import type { Hash } from '../merkle.ts';
import { guarded, LEDGER_FILE, openDatabase, openReadOnly } from './database.ts';
import { keepAgain } from './kept.ts';
import { type Reading, readingOf } from './reading.ts';
import { groupCommit, turnsOn } from './turns.ts';
import { writingTo } from './writing.ts';

export interface OpenLedger extends Ledger<WrittenEvent> {
  /** The stable name of this ledger, random, made with it: the first line of its checkpoints. */
  readonly origin: string;
  putDocument(document: unknown): Promise<string>;
  /** `rootHash`: lower-case hex of the RFC 6962 root over all events. */
  head(): { size: number; rootHash: string };
  /** @throws INPUT_NOT_FOUND when there is no such event. */
  leaf(seq: number): { bytes: Buffer; hash: Hash };
  /** That event `seq` (from 1) is in the tree of the first `size` events; default: all. */
  inclusionProof(seq: number, size?: number): Hash[];
  /** That the first `from` events are a prefix of the first `to`; default: all. */
  consistencyProof(from: number, to?: number): Hash[];
  /** Forgets what is kept beside the events and computes it again from them. */
  keepAgain(): Promise<void>;
  close(): void;
}

/**
 * Opens `<home>/ledger.db`, making it when it is not there.
 *
 * @param waitsMilliseconds how long a write waits for another process before it is LEDGER_BUSY.
 */
export function openLedger(
  home: string,
  now: () => Date = () => new Date(),
  waitsMilliseconds = WAITS_MILLISECONDS,
): OpenLedger {
  const db = openDatabase(home, waitsMilliseconds);
  const writing = writingTo(db, now);
  const own = readingOf(db);
  const { origin } = db.prepare('SELECT origin FROM ledger').get() as { origin: string };
  const { ask, inside } = turnsOn(join(home, LEDGER_FILE));
  let apart: { db: Database.Database; reading: Reading } | undefined;

  /** Of what is committed: while a transaction is open, that is another connection's view. */
  function committed(): Reading {
    if (!db.inTransaction) return own;
    if (!apart) {
      const second = openReadOnly(home);
      apart = { db: second, reading: readingOf(second) };
    }
    return apart.reading;
  }
  const read = <T>(look: (reading: Reading) => T): T => guarded(() => look(committed()));
  const readOutside = async <T>(look: (reading: Reading) => T): Promise<T> => {
    mustBeOutside(inside.getStore());
    return read(look);
  };

  const commitTogether = groupCommit(db, writing);

  async function transact<T>(decide: (tx: LedgerTransaction<WrittenEvent>) => Promise<T>): Promise<T> {
    mustBeOutside(inside.getStore());
    return ask(commitTogether, async () => {
      const turn = { isOpen: true };
      try {
        return await inside.run(turn, () => decide(transactionOver(turn, writing, own)));
      } finally {
        turn.isOpen = false;
      }
    });
  }

  async function append(event: WrittenEvent): Promise<LedgerEvent> {
    mustBeOutside(inside.getStore());
    return ask(commitTogether, () => writing.append(event), event);
  }

  return {
    origin,
    transact,
    append,
    putDocument: (document) => transact((tx) => tx.putDocument(document)),
    events: (query) => readOutside((reading) => reading.events(query)),
    document: (digest) => readOutside((reading) => reading.document(digest)),
    head: () => read((reading) => reading.head()),
    leaf: (seq) => read((reading) => reading.leaf(seq)),
    inclusionProof: (seq, size) => read((reading) => reading.inclusionProof(seq, size)),
    consistencyProof: (from, to) => read((reading) => reading.consistencyProof(from, to)),
    keepAgain: () => transact(async () => keepAgain(db)),
    close() {
      apart?.db.close();
      db.close();
    },
  };
}

function transactionOver(
  turn: { isOpen: boolean },
  writing: ReturnType<typeof writingTo>,
  reading: Reading,
): LedgerTransaction<WrittenEvent> {
  const during = async <T>(run: () => T): Promise<T> => {
    if (!turn.isOpen)
      throw new CountersignError('INTERNAL', 'A transaction of the ledger was used after it ended.', 'Report this.');
    return run();
  };
  return {
    append: (event) => during(() => writing.append(event)),
    events: (query) => during(() => reading.events(query)),
    putDocument: (document) => during(() => writing.putDocument(document)),
    document: (digest) => during(() => reading.document(digest)),
    claim: (name) => during(() => writing.claim(name)),
  };
}

/** Inside of a transaction everything goes through it: another handle would wait for it for ever, or see another state. */
function mustBeOutside(turn: { isOpen: boolean } | undefined): void {
  if (!turn?.isOpen) return;
  throw new CountersignError('INTERNAL', 'The ledger was used outside of its open transaction.', 'Report this.');
}

/** For who only looks: nothing is made or written, so that a read-only copy can be read too. */
export function readLedger(home: string): LedgerView & { origin: string; close(): void } {
  return guarded(() => {
    const db = openReadOnly(home);
    const reading = readingOf(db);
    const { origin } = db.prepare('SELECT origin FROM ledger').get() as { origin: string };
    return {
      origin,
      events: async (query = {}) => guarded(() => reading.events(query)),
      document: async (digest) => guarded(() => reading.document(digest)),
      close: () => db.close(),
    };
  });
}
