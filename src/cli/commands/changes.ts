import { makeVisibleLine } from '../../core/render-safe.ts';
import { type Command, JSON_OPTION } from '../command.ts';
import { EXIT } from '../exit.ts';

const MOST = 50;

export const changes: Command = {
  name: 'changes',
  summary: 'list changes, newest first',
  options: [JSON_OPTION],
  arguments: [],
  run: (context) =>
    context.withApp(async (app) => {
      const { items } = await app.changes.list({ limit: MOST });
      const lines = items.map(({ id, state, target, goal, sponsor, judgement, approvals, explanation }) => {
        const seats = `seats ${approvals.length}/${judgement.seats}`;
        const how = state === 'executing' ? `  ${explanation}` : '';
        const line = `${id}  ${state.padEnd(10)} ${target.name}  ${goal}  for ${sponsor ?? 'nobody'}  ${seats}${how}`;
        return makeVisibleLine(line, Number.POSITIVE_INFINITY);
      });
      return { text: lines.join('\n') || 'No changes yet.', json: items, exit: EXIT.pass };
    }),
};
