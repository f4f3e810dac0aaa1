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
    context.withApp(async (app) => {
      const { items } = await app.changes.list({ limit: MOST });
      const isRunner = app.policyFile?.file.scopes.some(({ execute }) => execute === 'by_runner');
      const { runnerLines } = await import('../../policy/describe.ts');
      const runners = isRunner ? runnerLines(await app.policy.runners()).map((line) => `runner: ${line}`) : [];
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
