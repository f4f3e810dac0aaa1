/** What a person is told of runners, where one ever worked on the state folder. */
import type { LedgerView } from '../core/ports.ts';
import { runnerLines, runnersIn } from '../core/runners.ts';
import { createOwners } from '../processes.ts';

/** One line for each; none where no runner ever started. */
export async function runnersTold(view: LedgerView): Promise<string[]> {
  const started = await view.events({ kinds: ['runner.started'], limit: 1 });
  return started.length === 0 ? [] : runnerLines(await runnersIn(view, createOwners()));
}
