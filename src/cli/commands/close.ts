import { makeVisible } from '../../core/render-safe.ts';
import { CHANGE_ARGUMENT, type Command, JSON_OPTION } from '../command.ts';
import { EXIT } from '../exit.ts';

export const close: Command<{ change: string; reason: string; as?: string }> = {
  name: 'close',
  summary: 'sign off a change of unknown outcome after checking its target; this unlocks the target',
  options: [
    { flags: '--reason <text>', summary: 'your findings', required: true },
    { flags: '--as <person>', summary: 'your name in the policy (default: found by your user name)' },
    JSON_OPTION,
  ],
  arguments: [CHANGE_ARGUMENT],
  run: (context, { change: id, reason, as }) =>
    context.withApp(async (app) => {
      const { closeChange } = await import('../close.ts');
      const change = await closeChange(app, id, { reason, ...(as === undefined ? {} : { as }) });
      const text = makeVisible(`${change.id} ${change.state}: ${change.explanation}`, Number.POSITIVE_INFINITY);
      return { text, json: change, exit: EXIT.pass };
    }),
};
