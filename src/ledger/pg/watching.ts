/**
 * Wakes whoever waits when the ledger grew, on whichever machine: LISTEN over a connection of its own.
 *
 * Guarantee: after a connection that was lost everybody is woken, since something may have been told meanwhile.
 * Limit: while the database is away nothing is told; whoever waits has a time of its own.
 */
import type { Client } from 'pg';
import { connectTo, keepsNoProcess } from './connect.ts';
import { CHANNEL } from './schema.ts';

const PAUSE_MILLISECONDS = 500;
/** An end of the connection that is never told is found by asking. */
const ASKS_MILLISECONDS = 15_000;

export interface Watching {
  watch(onNew: () => void): () => void;
  close(): void;
}

export function watchingOf(url: string): Watching {
  const listeners = new Set<() => void>();
  let client: Client | undefined;
  let isRunning = false;
  let isClosed = false;
  const tell = () => {
    for (const listener of listeners) listener();
  };

  async function listen(): Promise<void> {
    const one = await connectTo(url, { query_timeout: ASKS_MILLISECONDS / 3 });
    client = one;
    keepsNoProcess(one);
    const ended = new Promise<void>((resolve) => {
      one.once('end', () => resolve());
    });
    one.on('notification', tell);
    await one.query(`LISTEN ${CHANNEL}`);
    tell();
    const asking = setInterval(() => void one.query('SELECT 1').catch(() => one.end()), ASKS_MILLISECONDS).unref();
    await ended;
    clearInterval(asking);
  }
  async function run(): Promise<void> {
    while (listeners.size > 0 && !isClosed) {
      await listen().catch(() => undefined);
      client = undefined;
      if (listeners.size > 0 && !isClosed)
        await new Promise((resolve) => setTimeout(resolve, PAUSE_MILLISECONDS).unref());
    }
    isRunning = false;
  }
  const end = () => void client?.end().catch(() => undefined);
  return {
    watch(onNew) {
      // One who watches twice is woken twice.
      const listener = () => onNew();
      listeners.add(listener);
      if (!isRunning) {
        isRunning = true;
        void run();
      }
      return () => {
        listeners.delete(listener);
        // The connection stays for the next one who waits; `close` ends it.
      };
    },
    close() {
      isClosed = true;
      listeners.clear();
      end();
    },
  };
}
