/**
 * One process at a time, over all machines, by an advisory lock that ends with its connection.
 *
 * Limit: a machine that is cut off loses it after a while, and may still be at it.
 */
import type { Alone } from '../../core/ports.ts';
import { shownAddress } from './address.ts';
import { connectTo } from './connect.ts';
import { readable } from './trouble.ts';

/** Beside the one of migrations. */
const KEYS = { telling: 7_203_715 } as const;
const SILENT_MILLISECONDS = 60_000;
const ANSWERS_WITHIN_MILLISECONDS = 5_000;

export const aloneAt =
  (url: string): Alone =>
  async (what, run) => {
    const settings = { query_timeout: ANSWERS_WITHIN_MILLISECONDS };
    const told = (error: unknown): never => {
      throw readable(error, shownAddress(url));
    };
    const client = await connectTo(url, settings).catch(told);
    try {
      await client.query(`SET idle_session_timeout = ${SILENT_MILLISECONDS}`).catch(told);
      const text = 'SELECT pg_try_advisory_lock($1) AS mine';
      const { rows } = await client.query<{ mine: boolean }>({ text, values: [KEYS[what]] }).catch(told);
      if (!rows[0]!.mine) return undefined;
      const result = await run();
      // The end of a connection is noticed later than the next one asks.
      await client.query({ text: 'SELECT pg_advisory_unlock($1)', values: [KEYS[what]] }).catch(() => undefined);
      return result;
    } finally {
      void client.end().catch(() => undefined);
    }
  };
