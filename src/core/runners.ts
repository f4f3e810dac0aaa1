/** Runners: processes that execute what is approved in scopes of `by_runner`. What the ledger and the system say of them. */
import { eventsOf } from './events.ts';
import { absoluteTime } from './instant.ts';
import type { Owners, RunnerSeen } from './owner.ts';
import type { LedgerView } from './ports.ts';

/** Starts and stops that are looked through: a runner that was started before so many others is not told. */
const MOST = 200;

/** Those that said that they started, did not say that they stopped, and are not seen to be gone. No clock decides. */
export async function runnersIn(view: Pick<LedgerView, 'events'>, owners: Owners): Promise<RunnerSeen[]> {
  const newest = { newestFirst: true, limit: MOST };
  const stopped = new Set((await eventsOf(view, ['runner.stopped'], newest)).map(({ body }) => body.token));
  const started = await eventsOf(view, ['runner.started'], newest);
  return started.flatMap(({ at, body: { owner } }): RunnerSeen[] => {
    const presence = stopped.has(owner.token) ? 'dead' : owners.presenceOf(owner);
    return presence === 'dead' ? [] : [{ since: at, host: owner.host, pid: owner.pid, presence }];
  });
}

/** One line for each, or that there is none. */
export function runnerLines(seen: readonly RunnerSeen[]): string[] {
  if (seen.length === 0) return ['none: approved changes of by_runner scopes wait, or a person executes them'];
  return seen.map(({ since, host, pid, presence }) => {
    const where = `process ${pid} on ${host}`;
    return presence === 'alive'
      ? `running since ${absoluteTime(since)} (${where})`
      : `started at ${absoluteTime(since)} (${where}), which cannot be seen from here`;
  });
}
