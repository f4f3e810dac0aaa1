/**
 * The ledger's store in SQLite: append-only events, one RFC 6962 leaf each, behind the awaited port.
 *
 * INVARIANT: with `synchronous=FULL` what was appended is durable when `append` resolves. A transaction holds the
 * writing connection from its begin to its end, over everything that it awaits: appends and transactions of others wait
 * in a queue, so that none of theirs is lost with it, and nobody reads what it has not committed. All handles of a
 * process on one file share that queue: SQLite waits for a lock without letting its holder go on.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import { realpathSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { CountersignError } from '../core/errors.ts';
import type { LedgerEvent } from '../core/events.ts';
import type { Ledger, LedgerTransaction, LedgerView } from '../core/ports.ts';
import { guarded, LEDGER_FILE, openDatabase, readable } from './database.ts';
import type { Hash } from './merkle.ts';
import { type Reading, readingOf } from './reading.ts';
import { type WrittenEvent, writingTo } from './writing.ts';

export interface OpenLedger extends Ledger<WrittenEvent> {
  /** The stable name of this ledger, random, made with it: the first line of its checkpoints. */
  readonly origin: string;
  putDocument(document: unknown): Promise<string>;
  /** `rootHash`: lower-case hex of the RFC 6962 root over all events. */
  head(): { size: number; rootHash: string };
  /** @throws INPUT_NOT_FOUND when there is no such event. */
  leaf(seq: number): { bytes: Buffer; hash: Hash };
  /** That event `seq` (from 1) is in the tree of the first `size` events; default: all. Reads every leaf hash. */
  inclusionProof(seq: number, size?: number): Hash[];
  /** That the first `from` events are a prefix of the first `to`; default: all. Reads every leaf hash. */
  consistencyProof(from: number, to?: number): Hash[];
  close(): void;
}

/** Opens `<home>/ledger.db`, making it when it is not there. */
export function openLedger(home: string, now: () => Date = () => new Date()): OpenLedger {
  const db = openDatabase(home);
  const writing = writingTo(db, now);
  const own = readingOf(db);
  const { origin } = db.prepare('SELECT origin FROM ledger').get() as { origin: string };
  const [begin, commit, rollback] = ['BEGIN IMMEDIATE', 'COMMIT', 'ROLLBACK'].map((sql) => db.prepare(sql));
  const { inTurn, inside } = turnsOn(join(home, LEDGER_FILE));
  let apart: { db: Database.Database; reading: Reading } | undefined;

  /** Of what is committed: while a transaction is open, that is another connection's view. */
  function committed(): Reading {
    if (!db.inTransaction) return own;
    if (!apart) {
      const second = new Database(join(home, LEDGER_FILE), { readonly: true, timeout: 10_000 });
      apart = { db: second, reading: readingOf(second) };
    }
    return apart.reading;
  }
  const read = <T>(look: (reading: Reading) => T): T => guarded(() => look(committed()));
  const readOutside = async <T>(look: (reading: Reading) => T): Promise<T> => {
    mustBeOutside(inside.getStore());
    return read(look);
  };

  async function transact<T>(decide: (tx: LedgerTransaction<WrittenEvent>) => Promise<T>): Promise<T> {
    mustBeOutside(inside.getStore());
    return inTurn(async () => {
      const turn = { isOpen: true };
      try {
        begin!.run();
        const result = await inside.run(turn, () => decide(transactionOver(turn, writing, own)));
        commit!.run();
        return result;
      } catch (error) {
        writing.forget();
        if (db.open && db.inTransaction) rollback!.run();
        throw readable(error);
      } finally {
        turn.isOpen = false;
      }
    });
  }

  /**
   * One row is one statement: it goes under the number after our own newest, which the primary key gives away once.
   * Whoever lost that race reads the head again, in a transaction.
   */
  async function append(event: WrittenEvent): Promise<LedgerEvent> {
    mustBeOutside(inside.getStore());
    const written = await inTurn(() => guarded(() => writing.appendAlone(event)));
    return written ?? transact((tx) => tx.append(event));
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
    close() {
      apart?.db.close();
      db.close();
    },
  };
}

interface Turns {
  inTurn: <T>(run: () => T | Promise<T>) => Promise<T>;
  /** The transaction that the running code is inside of. */
  inside: AsyncLocalStorage<{ isOpen: boolean }>;
}
/** By file. Kept for the process's life: a process opens few. */
const turns = new Map<string, Turns>();

function turnsOn(file: string): Turns {
  const path = realpathSync(file);
  const known = turns.get(path) ?? { inTurn: createQueue(), inside: new AsyncLocalStorage() };
  turns.set(path, known);
  return known;
}

/** One after the other, in the order of asking; at once when nobody is before. */
function createQueue(): Turns['inTurn'] {
  let waiting = 0;
  let last: Promise<unknown> = Promise.resolve();
  const ended = () => undefined;
  return async (run) => {
    const isFree = waiting === 0;
    waiting += 1;
    try {
      const turn = isFree ? run() : last.then(run);
      // What is done at once had nobody come in between.
      if (!(turn instanceof Promise)) return turn;
      last = turn.then(ended, ended);
      return await turn;
    } finally {
      waiting -= 1;
    }
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
    const db = new Database(join(home, LEDGER_FILE), { readonly: true, timeout: 10_000 });
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
