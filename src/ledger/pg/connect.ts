/**
 * Connections to the ledger's database.
 *
 * INVARIANT: each connection has a listener for its error, since one without ends the process when the server restarts;
 * a connection that does not answer is given up, and nothing is said of what was sent over it.
 */
import type { Client, ClientConfig, Pool, QueryResult } from 'pg';
import { requirePrivate } from './address.ts';

/** A statement waits so long for its turn at the head of the ledger. */
export const WAITS_MILLISECONDS = 10_000;
/** A writer that says nothing inside of its transaction, so that others wait for it, is ended by the server. */
const SILENT_MILLISECONDS = 8_000;
/** After the server's own time has passed: its answer is lost. */
const ANSWERS_WITHIN_MILLISECONDS = WAITS_MILLISECONDS + 3_000;
const CONNECTS_WITHIN_MILLISECONDS = 5_000;
const READERS = 4;
/** A read whose answer is lost is asked again; never so for what writes. */
const READS_WITHIN_MILLISECONDS = 20_000;

const libraryOf = async () => (await import('pg')).default;

/** An index is read where there is one: by default the server reckons with a disk that turns. */
export const PLANNING = '-c random_page_cost=1.1';

const settingsOf = (url: string, more: ClientConfig = {}): ClientConfig => {
  requirePrivate(url);
  return {
    connectionString: url,
    application_name: 'countersign',
    options: PLANNING,
    connectionTimeoutMillis: CONNECTS_WITHIN_MILLISECONDS,
    keepAlive: true,
    keepAliveInitialDelayMillis: 5_000,
    ...more,
  };
};

/** One connection, for who needs it to itself. @param more `statement_timeout` and its like. */
export async function connectTo(url: string, more: ClientConfig = {}): Promise<Client> {
  const { Client } = await libraryOf();
  const client = new Client(settingsOf(url, more));
  client.on('error', () => undefined);
  await client.connect();
  return client;
}

/** For the one that appends. */
export const connectWriter = (url: string): Promise<Client> =>
  connectTo(url, {
    statement_timeout: WAITS_MILLISECONDS,
    idle_in_transaction_session_timeout: SILENT_MILLISECONDS,
  });

/** For what is read outside of transactions. */
export async function readersOf(url: string): Promise<Pool> {
  const { Pool } = await libraryOf();
  const pool = new Pool({
    ...settingsOf(url),
    max: READERS,
    query_timeout: READS_WITHIN_MILLISECONDS,
    idleTimeoutMillis: 60_000,
    allowExitOnIdle: true,
  });
  pool.on('error', () => undefined);
  return pool;
}

export interface Query {
  /** Milliseconds, of a read that says quickly whether it can be made. */
  query_timeout?: number;
  /** Of statements that are prepared once for a connection. */
  name?: string;
  text: string;
  values?: unknown[];
}

/** Asks, and gives the whole connection up when the answer does not come: the next statement fails as well. */
export async function asked<Row extends object>(client: Client, query: Query): Promise<QueryResult<Row>> {
  const given = setTimeout(() => giveUp(client), ANSWERS_WITHIN_MILLISECONDS);
  try {
    return await client.query<Row>(query);
  } finally {
    clearTimeout(given);
  }
}

/** pg has no word for either. */
const streamOf = (client: Client) =>
  (client as unknown as { connection: { stream: { destroy(): void; unref(): void } } }).connection.stream;
export const giveUp = (client: Client): void => streamOf(client).destroy();
/** A process that has nothing else to do may end. */
export const keepsNoProcess = (client: Client): void => streamOf(client).unref();
