/**
 * The ledger's store in SQLite: append-only events, one RFC 6962 leaf each, behind the awaited port.
 *
 * INVARIANT: with `synchronous=FULL` what was appended is durable when `append` resolves. Nobody reads what a
 * transaction has not committed, and inside of one nothing is read or written beside it (`turns.ts`).
 */
import { realpathSync } from 'node:fs';
import { join } from 'node:path';
import type Database from 'better-sqlite3';
import type { LedgerEvent } from '../../core/events.ts';
import type { LedgerTransaction } from '../../core/ports.ts';
import { WAITS_MILLISECONDS } from '../../sqlite.ts';
import type { WrittenEvent } from '../events.ts';
import type { OpenLedger, ReadLedger } from '../ledger.ts';
import { decideInside, mustBeOutside, turnsOn } from '../turns.ts';
import { aloneIn } from './alone.ts';
import { groupCommit } from './commit.ts';
import { guarded, LEDGER_FILE, movedError, movedTo, openDatabase, openReadOnly } from './database.ts';
import { keepAgain } from './kept.ts';
import { type Reading, readingOf } from './reading.ts';
import { watchFile } from './watching.ts';
import { writingTo } from './writing.ts';

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
  const turns = turnsOn(realpathSync(join(home, LEDGER_FILE)));
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
  const read = async <T>(look: (reading: Reading) => T): Promise<T> => guarded(() => look(committed()));
  const readOutside = async <T>(look: (reading: Reading) => T): Promise<T> => {
    mustBeOutside(turns);
    return read(look);
  };

  const commitTogether = groupCommit(db, writing, { ...writing, events: own.events, document: own.document });

  async function transact<T>(decide: (tx: LedgerTransaction<WrittenEvent>) => Promise<T>): Promise<T> {
    mustBeOutside(turns);
    return turns.ask(commitTogether, (doing) => decideInside(turns, doing, decide));
  }

  async function append(event: WrittenEvent): Promise<LedgerEvent> {
    mustBeOutside(turns);
    return turns.ask(commitTogether, (doing) => doing.append(event), event);
  }

  return {
    origin: async () => origin,
    transact,
    append,
    putDocument: (document) => transact((tx) => tx.putDocument(document)),
    events: (query) => readOutside((reading) => reading.events(query)),
    document: (digest) => readOutside((reading) => reading.document(digest)),
    alone: (what, run) => aloneIn(home, what, run),
    movedTo: async () => guarded(() => movedTo(db)),
    ready: () =>
      read((reading) => {
        if (movedTo(db) !== null) throw movedError();
        reading.head();
      }),
    head: () => read((reading) => reading.head()),
    leaf: (seq) => read((reading) => reading.leaf(seq)),
    inclusionProof: (seq, size) => read((reading) => reading.inclusionProof(seq, size)),
    consistencyProof: (from, to) => read((reading) => reading.consistencyProof(from, to)),
    keepAgain: () => transact(async () => keepAgain(db)),
    watch: watchFile(home),
    close() {
      apart?.db.close();
      db.close();
    },
  };
}

/** For who only looks: nothing is made or written, so that a read-only copy can be read too. */
export function readLedger(home: string): ReadLedger {
  return guarded(() => {
    const db = openReadOnly(home);
    const reading = readingOf(db);
    const { origin } = db.prepare('SELECT origin FROM ledger').get() as { origin: string };
    return {
      origin: async () => origin,
      events: async (query = {}) => guarded(() => reading.events(query)),
      document: async (digest) => guarded(() => reading.document(digest)),
      movedTo: async () => guarded(() => movedTo(db)),
      close: () => db.close(),
    };
  });
}
