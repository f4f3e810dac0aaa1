/** A state folder whose ledger is the real one, and counts what is read of it. */
import type { EventQuery } from '../../src/core/events.ts';
import type { StateFolder } from '../../src/folder.ts';
import type { TestWorld } from '../world.ts';

/** `unbounded`: queries that name neither a limit, a change nor a plan. */
export async function countQueries(
  { app }: TestWorld,
  run: (folder: StateFolder) => Promise<unknown>,
): Promise<{ events: number; unbounded: EventQuery[] }> {
  const read = { events: 0, unbounded: [] as EventQuery[] };
  const ledger: StateFolder['ledger'] = {
    ...(app.ledger as StateFolder['ledger']),
    async events(query: EventQuery = {}) {
      const found = await app.ledger.events(query);
      read.events += found.length;
      if (query.limit === undefined && query.planId === undefined && query.changeId === undefined)
        read.unbounded.push(query);
      return found;
    },
  };
  await run({ config: app.config, ledger, changes: app.changes, whole: async () => app });
  return read;
}
