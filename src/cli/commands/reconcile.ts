import { makeVisible } from '../../core/render-safe.ts';
import { CHANGE_ARGUMENT, type Command, JSON_OPTION } from '../command.ts';
import { EXIT } from '../exit.ts';

export const reconcile: Command<{ change: string }> = {
  name: 'reconcile',
  summary: 'look for the outcome of a change whose outcome is unknown, and record it; changes nothing in the cloud',
  exits: { pass: 'the outcome is known', failed: 'it is not' },
  slow: 'looking for the outcome',
  options: [JSON_OPTION],
  arguments: [CHANGE_ARGUMENT],
  run: (context, { change }) =>
    context.withApp(async (app) => {
      const { reconciled } = await import('../close.ts');
      const { changeIdOf } = await import('../ids.ts');
      const { change: found, saw } = await app.executor.reconcile(await changeIdOf(app.ledger, change));
      const isOpen = found.state === 'unknown' || found.state === 'executing';
      const text = makeVisible(reconciled(found, saw), Number.POSITIVE_INFINITY);
      return { text, json: { change: found, saw }, exit: isOpen ? EXIT.failed : EXIT.pass };
    }),
};
