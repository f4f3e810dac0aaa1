/** One PostgreSQL for the tests of a file, where the machine has it; they are skipped, or fail, where it has not. */
import { afterAll, beforeAll, beforeEach } from 'vitest';
import { needs } from './needs.ts';
import { hasPostgres, type Postgres, startPostgres } from './postgres.ts';

/**
 * Call it at the top of a file or of a `describe`, before hooks that need the server.
 *
 * @param settings of the server.
 * @returns the server, from the first hook on.
 */
export function postgresHere(settings: Record<string, string> = {}): () => Postgres {
  let server: Postgres | undefined;
  beforeAll(async () => {
    if (hasPostgres()) server = await startPostgres(settings);
  }, 60_000);
  afterAll(() => server?.end());
  beforeEach((context) => needs(context, 'postgres', hasPostgres()));
  return () => {
    if (!server) throw new Error('PostgreSQL is not here');
    return server;
  };
}
