/**
 * Tells open pages that the ledger has grown, over server-sent events.
 *
 * One look at the ledger serves every page: when it is told that there may be something new, at most once a second, and
 * every few seconds besides. No page is open: no look. What is told is a number: the
 * page fetches what it shows again.
 */
import type { Context } from 'hono';
import { streamSSE } from 'hono/streaming';
import type { ReviewPorts } from './ports.ts';

/** Between two looks, however much is appended. */
const LEAST_MILLISECONDS = 1_000;
/** A notice that was lost costs so much. */
const LOOK_MILLISECONDS = 5_000;
/** A proxy ends a connection on which nothing is said. */
const KEEP_ALIVE_MILLISECONDS = 20_000;
/** A browser opens six connections to one server; two people with some windows each need no more. */
const MOST_LISTENERS = 50;

export interface Feed {
  answer(c: Context): Response;
  close(): void;
}

export function createFeed(ports: Pick<ReviewPorts, 'head' | 'watch' | 'logDefect'>): Feed {
  const listeners = new Set<(head: number) => void>();
  let timer: NodeJS.Timeout | undefined;
  let stop: (() => void) | undefined;
  let known = -1;
  let lookedAt = 0;

  function soon(): void {
    if (listeners.size === 0) return;
    clearTimeout(timer);
    timer = setTimeout(look, Math.max(0, lookedAt + LEAST_MILLISECONDS - Date.now()));
  }

  async function look(): Promise<void> {
    lookedAt = Date.now();
    try {
      const head = await ports.head();
      if (known !== -1 && head !== known) for (const tell of listeners) tell(head);
      known = head;
    } catch (error) {
      ports.logDefect(error, 'the feed of the page');
    }
    clearTimeout(timer);
    timer = listeners.size > 0 ? setTimeout(look, LOOK_MILLISECONDS) : undefined;
    if (listeners.size > 0) return;
    stop?.();
    stop = undefined;
  }

  return {
    answer(c) {
      // hono routes HEAD here too, and no end of it would ever be told.
      if (c.req.method === 'HEAD') return c.body(null, 200, { 'Content-Type': 'text/event-stream' });
      if (listeners.size >= MOST_LISTENERS) return c.body(null, 204);
      return streamSSE(c, async (stream) => {
        const closed = new Promise<void>((resolve) => stream.onAbort(resolve));
        const tell = (head: number) => void stream.writeSSE({ event: 'grown', data: String(head) });
        const alive = setInterval(() => void stream.write(': ka\n\n'), KEEP_ALIVE_MILLISECONDS);
        listeners.add(tell);
        timer ??= setTimeout(look, 0);
        stop ??= ports.watch(soon);
        await stream.writeSSE({ event: 'hello', data: '' });
        await closed;
        clearInterval(alive);
        listeners.delete(tell);
      });
    },
    close() {
      stop?.();
      clearTimeout(timer);
      listeners.clear();
    },
  };
}
