import { makeVisibleLine } from '../../core/render-safe.ts';
import { type Command, JSON_OPTION } from '../command.ts';
import { EXIT } from '../exit.ts';

const MOST = 50;
/** SECURITY: a name of the cloud must not look like a line of its own. */
const lineOf = (text: string): string => makeVisibleLine(text, Number.POSITIVE_INFINITY);

export const changes: Command = {
  name: 'changes',
  summary: 'list changes, newest first',
  options: [JSON_OPTION],
  arguments: [],
  run: (context) =>
    context.withFolder(async (folder) => {
      const { items } = await folder.changes.list({ limit: MOST });
      const { runnersTold } = await import('../runners.ts');
      const runners = (await runnersTold(folder.ledger)).map((line) => `runner: ${line}`);
      const lines = items.map(({ id, state, target, goal, sponsor, judgement, approvals, explanation }) => {
        const given = approvals.filter(({ decision }) => decision === 'approve').length;
        const seats = `approvals ${given} of ${judgement.seats}`;
        const how = state === 'executing' ? `  ${lineOf(explanation ?? '')}` : '';
        const about = `${lineOf(target.name)}  ${goal}  ${sponsor === null ? 'without a sponsor' : `for ${lineOf(sponsor)}`}`;
        return `${id}  ${state.padEnd(10)} ${about}  ${seats}${how}`;
      });
      return { text: [lines.join('\n') || 'No changes yet.', ...runners].join('\n'), json: items, exit: EXIT.pass };
    }),
};
