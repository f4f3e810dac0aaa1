/**
 * Who writes next. What is asked for at one moment is one transaction, with one sync of the disk for all of it.
 *
 * INVARIANT: a transaction holds the writing connection from its begin to its end, over everything that it awaits:
 * appends and transactions of others wait in a queue, in the order of asking, so that none of theirs is lost with it.
 * Each of those that share one has a savepoint: what throws undoes its own part alone. Nobody is told of an end before
 * the commit. All handles of a process on one ledger share the queue: SQLite waits for a lock without letting its holder
 * go on.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import { CountersignError } from '../core/errors.ts';
import type { LedgerTransaction } from '../core/ports.ts';
import type { WrittenEvent } from './events.ts';
import type { Either } from './evidence.ts';

export interface Part {
  /** @param doing of the transaction that it is a part of; it may be run again in another one. */
  run(doing: Doing): unknown;
  /** Of an append alone. */
  event: WrittenEvent | undefined;
  resolve(result: unknown): void;
  reject(error: unknown): void;
}
/** Commits parts together and tells each of its end; it never throws. */
export type Commit = (parts: readonly Part[]) => Promise<void> | undefined;

export interface Turns {
  /** @param commit of the handle; parts of one handle share a transaction. */
  ask<T>(commit: Commit, run: (doing: Doing) => Either<T>, event?: WrittenEvent): Promise<T>;
  /** The transaction that the running code is inside of. */
  inside: AsyncLocalStorage<Turn>;
}
interface Turn {
  isOpen: boolean;
}
/** By what is written to. Kept for the process's life: a process opens few. */
const turns = new Map<string, Turns>();

/** @param what one text for each file or database. */
export function turnsOn(what: string): Turns {
  const known = turns.get(what) ?? { ask: createQueue(), inside: new AsyncLocalStorage() };
  turns.set(what, known);
  return known;
}

/** Inside of a transaction everything goes through it: another handle would wait for it for ever, or see another state. */
export function mustBeOutside({ inside }: Turns): void {
  if (!inside.getStore()?.isOpen) return;
  throw new CountersignError('INTERNAL', 'The ledger was used outside of its open transaction.', 'Report this.');
}

/** What a transaction of a store does, each member of the port; a store may do it at once. */
export type Doing = {
  [K in keyof LedgerTransaction<WrittenEvent>]: (
    ...given: Parameters<LedgerTransaction<WrittenEvent>[K]>
  ) => Either<Awaited<ReturnType<LedgerTransaction<WrittenEvent>[K]>>>;
};

/** Decides inside of a transaction that has begun; what is kept of it beyond its end is refused. */
export async function decideInside<T>(
  { inside }: Turns,
  doing: Doing,
  decide: (tx: LedgerTransaction<WrittenEvent>) => Promise<T>,
): Promise<T> {
  const turn: Turn = { isOpen: true };
  const during = async <R>(run: () => Either<R>): Promise<R> => {
    if (!turn.isOpen)
      throw new CountersignError('INTERNAL', 'A transaction of the ledger was used after it ended.', 'Report this.');
    return run();
  };
  try {
    return await inside.run(turn, () =>
      decide({
        append: (event) => during(() => doing.append(event)),
        events: (query) => during(() => doing.events(query)),
        putDocument: (document) => during(() => doing.putDocument(document)),
        document: (digest) => during(() => doing.document(digest)),
        claim: (name) => during(() => doing.claim(name)),
      }),
    );
  } finally {
    turn.isOpen = false;
  }
}

/** So that one who waits with many others is not told late. */
const MOST_TOGETHER = 100;

function createQueue(): Turns['ask'] {
  const waiting: (Part & { commit: Commit })[] = [];
  let isServing = false;

  async function serve(): Promise<void> {
    while (waiting.length > 0) {
      const { commit } = waiting[0]!;
      const other = waiting.findIndex((part) => part.commit !== commit);
      const together = waiting.splice(0, Math.min(other < 0 ? waiting.length : other, MOST_TOGETHER));
      const committing = commit(together);
      // What is done at once had nobody come in between.
      if (committing) await committing;
    }
    isServing = false;
  }

  return (commit, run, event) =>
    new Promise((resolve, reject) => {
      waiting.push({ commit, run, event, resolve: resolve as Part['resolve'], reject });
      if (isServing) return;
      isServing = true;
      // Whoever asks in the same turn of the loop is served with it.
      queueMicrotask(serve);
    });
}
