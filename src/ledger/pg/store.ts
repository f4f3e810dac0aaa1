/**
 * The ledger's store in PostgreSQL, behind the same port as the embedded one.
 *
 * INVARIANT: what was appended is durable, as the server's `synchronous_commit` says, when `append` resolves. Nobody
 * reads what a transaction has not committed, and inside of one nothing is read or written beside it (`turns.ts`).
 */
import type { Client, Pool } from 'pg';
import { CountersignError } from '../../core/errors.ts';
import type { LedgerTransaction } from '../../core/ports.ts';
import type { WrittenEvent } from '../events.ts';
import type { OpenLedger } from '../ledger.ts';
import { decideInside, mustBeOutside, turnsOn } from '../turns.ts';
import { shownAddress } from './address.ts';
import { aloneAt } from './alone.ts';
import { aheadOfHere } from './clock.ts';
import { writerTo } from './commit.ts';
import { type Query, readersOf, WAITS_MILLISECONDS } from './connect.ts';
import { mustBeKnown, type StoredFormat } from './format.ts';
import { type Ask, treeOf, viewOf } from './reading.ts';
import { mayRunAgain, notMigrated, readable } from './trouble.ts';
import { watchingOf } from './watching.ts';

const PAUSE_MILLISECONDS = 200;
const LOOKS_MILLISECONDS = 3_000;

/** @param fingerprint of the secret of the state folder; absent: whoever only looks has none. */
export function openPgLedger(url: string, now: () => Date, fingerprint?: () => string | undefined): OpenLedger {
  const place = shownAddress(url);
  const turns = turnsOn(url);
  let pool: Promise<Pool> | undefined;
  let origin: string | undefined;

  const asking: Ask = async (query: Query) => {
    pool ??= readersOf(url);
    return (await pool).query(query);
  };
  /** What only reads is asked again over another connection. */
  const ask: Ask = async (query: Query) => {
    const until = Date.now() + WAITS_MILLISECONDS;
    for (let isFirst = true; ; isFirst = false) {
      try {
        return await asking(query);
      } catch (error) {
        if (!mayRunAgain(error) || (!isFirst && Date.now() > until)) throw readable(error, place);
        await new Promise((resolve) => setTimeout(resolve, PAUSE_MILLISECONDS));
      }
    }
  };
  const known = async (): Promise<string> => {
    origin ??= await mustBeOurs(ask, place, fingerprint?.());
    return origin;
  };
  const ready = async (client: Client): Promise<void> => {
    origin ??= await mustBeOurs((query: Query) => client.query(query), place, fingerprint?.());
  };
  const watching = watchingOf(url);
  const writer = writerTo(url, place, now, ready);
  const checked: Ask = async (query: Query) => {
    await known();
    return ask(query);
  };
  const outside: Ask = async (query: Query) => {
    mustBeOutside(turns);
    return checked(query);
  };

  async function transact<T>(decide: (tx: LedgerTransaction<WrittenEvent>) => Promise<T>): Promise<T> {
    mustBeOutside(turns);
    return turns.ask(writer.commit, (doing) => decideInside(turns, doing, decide));
  }
  /** Asked once, so that it tells what is so now. */
  const look: Ask = async (query: Query) => {
    try {
      return await asking({ ...query, query_timeout: LOOKS_MILLISECONDS });
    } catch (error) {
      throw readable(error, place);
    }
  };
  const rebuild = async () => {
    mustBeOutside(turns);
    const { keepAgain } = await import('./migrate.ts');
    await keepAgain(url, place);
  };
  return {
    origin: known,
    transact,
    async append(event) {
      mustBeOutside(turns);
      return turns.ask(writer.commit, (doing) => doing.append(event), event);
    },
    putDocument: (document) => transact((tx) => tx.putDocument(document)),
    movedTo: async () => null,
    alone: aloneAt(url),
    async ready() {
      await mustBeOurs(look, place, fingerprint?.());
      const { rows } = await look<{ time: Date }>({ text: 'SELECT clock_timestamp() AS time' });
      aheadOfHere(rows[0]!.time);
    },
    ...viewOf(outside),
    ...treeOf(checked),
    keepAgain: rebuild,
    watch: watching.watch,
    close() {
      watching.close();
      writer.close();
      void pool?.then((opened) => opened.end()).catch(() => undefined);
    },
  };
}

/**
 * SECURITY: keyed digests and sealed texts of a ledger are under one secret; a process with another one would write
 * what the others cannot read or compare.
 *
 * @returns its origin. @throws LEDGER_NOT_MIGRATED, LEDGER_NEWER_VERSION, LEDGER_OTHER_SECRET.
 */
async function mustBeOurs(ask: Ask, place: string, fingerprint: string | undefined): Promise<string> {
  const text = 'SELECT origin, major, minor, kept, secret FROM countersign.ledger WHERE id = 1';
  const [row] = (
    await ask<StoredFormat & { origin: string; secret: string | null }>({ text }).catch((error: unknown) => {
      throw readable(error, place);
    })
  ).rows;
  if (!row) throw notMigrated(place);
  mustBeKnown(row, place);
  if (fingerprint === undefined) return row.origin;
  const bound =
    row.secret ??
    (await ask<{ bound: string }>({ text: 'SELECT countersign.bound_to($1) AS bound', values: [fingerprint] })).rows[0]!
      .bound;
  if (bound === fingerprint) return row.origin;
  throw new CountersignError(
    'LEDGER_OTHER_SECRET',
    `The ledger in ${place} was begun with another secret than the one of this state folder.`,
    'Copy the file `secret` of the state folder in which the ledger was begun into this one (mode 600); it is the same on every machine.',
  );
}
