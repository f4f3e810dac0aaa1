/** What the core asks of a ledger, whichever store it is in. */
import type { Json } from './digest.ts';
import type { EventQuery, LedgerEvent, NewEvent } from './events.ts';

export interface LedgerView {
  events(query?: EventQuery): Promise<LedgerEvent[]>;
  document(digest: string): Promise<Json | undefined>;
}
/** `Written`: what may be appended; only a store takes more than the vocabulary. */
export interface LedgerTransaction<Written = NewEvent> extends LedgerView {
  append(event: Written): Promise<LedgerEvent>;
  putDocument(document: unknown): Promise<string>;
  /** Insert-once: true for the first that asks, false for everybody after. */
  claim(name: string): Promise<boolean>;
}
/** Tells that there may be new events, whichever process appended them, until it is called off. Absent: look. */
export type Watch = (onNew: () => void) => () => void;
/** Append-only; `transact` is read, decide, append as one. */
export interface Ledger<Written = NewEvent> extends LedgerView {
  watch?: Watch;
  append(event: Written): Promise<LedgerEvent>;
  /**
   * INVARIANT: everything that `decide` reads and appends, it reads and appends through `tx`, and it awaits nothing
   * else. It may be run again, so that no permit, random or clock is in it: ids, nonces and times are made before.
   */
  transact<T>(decide: (tx: LedgerTransaction<Written>) => Promise<T>): Promise<T>;
}

/**
 * Runs it while no other process runs what has this name on the same ledger.
 *
 * @returns undefined: another process is at it, and nothing was run.
 */
export type Alone = <T>(what: 'telling', run: () => Promise<T>) => Promise<T | undefined>;
