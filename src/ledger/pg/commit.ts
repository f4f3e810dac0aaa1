/**
 * What shares a moment shares a transaction (`turns.ts`), with one sync of the database's disk for all of it.
 *
 * INVARIANT: nobody is told of an end before the commit was confirmed. A connection that ended before the commit was
 * sent leaves nothing, and the parts are run again over another one. After that, the ledger itself is asked: the head is
 * locked, so that whoever committed has ended, and the row that was to be the last is there, or it is not.
 * Where it cannot be asked, the outcome is unknown, and told so.
 */
import type { Client } from 'pg';
import type { Commit, Part } from '../turns.ts';
import { asked, connectWriter, giveUp, WAITS_MILLISECONDS } from './connect.ts';
import { isGone, mayRunAgain, readable, unknownOutcome } from './trouble.ts';
import { begin, type Writing } from './writing.ts';

const FIRST_PAUSE_MILLISECONDS = 50;
const LONGEST_PAUSE_MILLISECONDS = 1_000;

/** The commit was sent, and its answer did not come. */
class Unanswered extends Error {
  readonly last: ReturnType<Writing['last']>;
  readonly tell: readonly (() => void)[];
  constructor(cause: unknown, last: ReturnType<Writing['last']>, tell: readonly (() => void)[]) {
    super('the commit was not answered', { cause });
    this.last = last;
    this.tell = tell;
  }
}

export interface Writer {
  commit: Commit;
  /** Ends its connection. */
  close(): void;
}

/** @param place as it may be shown. @param ready what must hold of the database before anything is written. */
export function writerTo(
  url: string,
  place: string,
  now: () => Date,
  ready: (client: Client) => Promise<void>,
): Writer {
  const held = heldConnection(() => connectWriter(url), ready);
  const seen = { size: 0 };
  let isClosed = false;

  async function commit(parts: readonly Part[]): Promise<void> {
    const until = Date.now() + WAITS_MILLISECONDS;
    const fail = (error: unknown) => {
      for (const part of parts) part.reject(error);
    };
    for (const pause of pauses()) {
      try {
        for (const tell of await attempt(held, parts, { now, place, seen })) tell();
        return;
      } catch (error) {
        if (error instanceof Unanswered) {
          const found = await isThere(held, error, until + WAITS_MILLISECONDS);
          if (found === null) return fail(unknownOutcome(place, error.cause));
          if (!found) continue;
          for (const tell of error.tell) tell();
          return;
        }
        if (isClosed || !mayRunAgain(error) || Date.now() > until) return fail(readable(error, place));
        await paused(pause);
      }
    }
  }
  return {
    commit,
    close() {
      isClosed = true;
      held.close();
    },
  };
}

/** @returns tells each part of its end. @throws Unanswered, or what stopped it before its commit was sent. */
async function attempt(
  held: Held,
  parts: readonly Part[],
  { now, place, seen }: { now: () => Date; place: string; seen: { size: number } },
): Promise<readonly (() => void)[]> {
  const client = await held.connection();
  const tell: (() => void)[] = [];
  let writing: Writing;
  try {
    writing = await begin(client, now, place, seen.size);
    for (const part of parts) tell.push(await (part.event ? runAppend : runSaved)(writing, part, place));
    await writing.flush();
  } catch (error) {
    // The server undoes what its connection leaves.
    held.drop(client);
    throw error;
  }
  const { command } = await asked(client, { text: 'COMMIT' }).catch((error: unknown) => {
    held.drop(client);
    throw isGone(error) ? new Unanswered(error, writing.last(), tell) : error;
  });
  if (command === 'COMMIT') {
    seen.size = Math.max(seen.size, writing.last()?.seq ?? 0);
    return tell;
  }
  throw new Error(`the transaction ended with ${command}`);
}

/** What throws undoes its own part alone. */
async function runSaved(writing: Writing, part: Part, place: string): Promise<() => void> {
  await writing.save();
  try {
    const result = await part.run(writing);
    await writing.release();
    return () => part.resolve(result);
  } catch (error) {
    if (mayRunAgain(error)) throw error;
    await writing.undo();
    return () => part.reject(readable(error, place));
  }
}

/** Without a savepoint: what cannot be written as an event throws before anything of it is. */
async function runAppend(writing: Writing, part: Part, place: string): Promise<() => void> {
  try {
    const event = await part.run(writing);
    return () => part.resolve(event);
  } catch (error) {
    if (mayRunAgain(error)) throw error;
    return () => part.reject(readable(error, place));
  }
}

/** Whoever committed has ended when the head is ours. @returns null: the ledger could not be asked. */
async function isThere(held: Held, { last }: Unanswered, until: number): Promise<boolean | null> {
  if (!last) return null;
  for (const pause of pauses()) {
    let client: Client | undefined;
    try {
      client = await held.connection();
      await asked(client, { text: 'BEGIN; SELECT FROM countersign.locked_head()' });
      const text = 'SELECT leaf FROM countersign.events WHERE seq = $1';
      const { rows } = await asked<{ leaf: Buffer }>(client, { text, values: [last.seq] });
      await asked(client, { text: 'ROLLBACK' });
      return rows[0]?.leaf.equals(last.leaf) ?? false;
    } catch {
      if (client) held.drop(client);
      if (Date.now() > until) return null;
      await paused(pause);
    }
  }
  return null;
}

interface Held {
  connection(): Promise<Client>;
  /** Nothing more is sent over it, and nothing is said of what was. */
  drop(client: Client): void;
  close(): void;
}

/** One connection, opened when it is needed and again when it ended. */
function heldConnection(connect: () => Promise<Client>, ready: (client: Client) => Promise<void>): Held {
  let open: Promise<Client> | undefined;
  const forget = (opening: Promise<Client>) => {
    if (open === opening) open = undefined;
  };
  return {
    connection() {
      if (open) return open;
      const opening = connect().then(async (client) => {
        client.on('end', () => forget(opening));
        try {
          await ready(client);
          return client;
        } catch (error) {
          giveUp(client);
          throw error;
        }
      });
      opening.catch(() => forget(opening));
      open = opening;
      return opening;
    },
    drop(client) {
      giveUp(client);
      open = undefined;
    },
    close: () => void open?.then((client) => client.end()).catch(() => undefined),
  };
}

function* pauses(): Generator<number, never> {
  for (let pause = FIRST_PAUSE_MILLISECONDS; ; pause = Math.min(pause * 2, LONGEST_PAUSE_MILLISECONDS)) yield pause;
}
const paused = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));
