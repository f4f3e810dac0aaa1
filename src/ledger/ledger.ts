/** The ledger as the rooms around it use it, whichever store it is in. */
import type { Alone, Ledger, LedgerView, Watch } from '../core/ports.ts';
import type { WrittenEvent } from './events.ts';
import type { Hash } from './merkle.ts';

/** `rootHash`: lower-case hex of the RFC 6962 root over all events. */
export interface Head {
  size: number;
  rootHash: string;
}

/** What is read of a ledger; nothing is made or written. */
export interface ReadLedger extends LedgerView {
  /** The stable name of this ledger, random, made with it: the first line of its checkpoints. */
  origin(): Promise<string>;
  /** Where it goes on since it was moved, as it may be shown; null: here. */
  movedTo(): Promise<string | null>;
  close(): void;
}
export interface OpenLedger extends Ledger<WrittenEvent>, ReadLedger {
  watch: Watch;
  alone: Alone;
  putDocument(document: unknown): Promise<string>;
  head(): Promise<Head>;
  /**
   * Whether this process could append now, as far as that can be told without appending; in a bounded time.
   *
   * @throws LEDGER_UNREACHABLE, LEDGER_CLOCK_SKEWED, LEDGER_NEWER_VERSION and what else an append would throw.
   */
  ready(): Promise<void>;
  /** @throws INPUT_NOT_FOUND when there is no such event. */
  leaf(seq: number): Promise<{ bytes: Buffer; hash: Hash }>;
  /** That event `seq` (from 1) is in the tree of the first `size` events; default: all. */
  inclusionProof(seq: number, size?: number): Promise<Hash[]>;
  /** That the first `from` events are a prefix of the first `to`; default: all. */
  consistencyProof(from: number, to?: number): Promise<Hash[]>;
  /** Forgets what is kept beside the events and computes it again from them. */
  keepAgain(): Promise<void>;
}
