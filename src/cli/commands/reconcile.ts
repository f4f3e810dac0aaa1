import { makeVisible } from '../../core/render-safe.ts';
import { CHANGE_ARGUMENT, type Command, JSON_OPTION } from '../command.ts';
import { EXIT } from '../exit.ts';

export const reconcile: Command<{ change: string }> = {
  name: 'reconcile',
  summary: 'look for the outcome of a change whose outcome is unknown, and record it; changes nothing in the cloud',
  afterHelp: `Exit: ${EXIT.pass} the outcome is known, ${EXIT.failed} it is not.`,
  options: [JSON_OPTION],
  arguments: [CHANGE_ARGUMENT],
  run: (context, { change: id }) =>
    context.withApp(async (app) => {
      const { reconciled } = await import('../close.ts');
      const { change, saw } = await app.executor.reconcile(id);
      const isOpen = change.state === 'unknown' || change.state === 'executing';
      const text = makeVisible(reconciled(change, saw), Number.POSITIVE_INFINITY);
      return { text, json: { change, saw }, exit: isOpen ? EXIT.failed : EXIT.pass };
    }),
};
