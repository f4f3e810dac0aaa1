/** `clean`: lists what plans alone left in the cloud, and removes it when a person says so. */
import type { App } from '../compose.ts';
import { counted } from '../core/counted.ts';
import type { CleanReport } from '../core/removal.ts';
import type { Terminal } from './confirm.ts';

export async function runClean(
  { executor, config }: Pick<App, 'executor' | 'config'>,
  { yes = false, terminal, say }: { yes?: boolean; terminal: Terminal | undefined; say(text: string): void },
): Promise<CleanReport> {
  const by = [...config.actsAs];
  if (yes) return executor.clean({ by, isDry: false });
  const listed = await executor.clean({ by, isDry: true });
  const count = listed.filter(({ state }) => state === 'would go').length;
  if (count === 0 || !terminal) return listed;
  say(cleanText(listed));
  const answer = await terminal.ask(`Remove ${counted(count, 'item')} marked “would go”? [y/N] `);
  return /^y(?:es)?$/i.test(answer.trim()) ? executor.clean({ by, isDry: false }) : listed;
}

export function cleanText(report: CleanReport): string {
  if (report.length === 0) return 'There are no leftovers of plans.';
  const lines = report.map(
    ({ what, target, state, why }) => `${state.padEnd(8)} ${what === target ? what : `${what} of ${target}`}: ${why}`,
  );
  const isListed = report.some(({ state }) => state === 'would go');
  return [...lines, ...(isListed ? ['Nothing was removed. To remove these: countersign clean --yes'] : [])].join('\n');
}
