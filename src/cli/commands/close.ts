import { makeVisible } from '../../core/render-safe.ts';
import type { ClosingOptions } from '../close.ts';
import { CHANGE_ARGUMENT, type Command, JSON_OPTION, KEY_OPTIONS } from '../command.ts';
import { EXIT } from '../exit.ts';

export const close: Command<ClosingOptions & { change: string; statement?: boolean }> = {
  name: 'close',
  summary: 'sign off a change of unknown outcome after checking its target; this unlocks the target',
  options: [
    { flags: '--reason <text>', summary: 'your findings', required: true },
    {
      flags: '--as <person>',
      summary: 'your name in the policy (default: found by your user name)',
      completes: 'person',
    },
    ...KEY_OPTIONS,
    {
      flags: '--statement',
      summary: 'print only the exact bytes to sign (ssh-keygen -Y sign -n countersign-closing@v1)',
    },
    JSON_OPTION,
  ],
  arguments: [CHANGE_ARGUMENT],
  run: (context, { change: given, statement, ...options }) =>
    context.withApp(async (app) => {
      const { changeIdOf } = await import('../ids.ts');
      const id = await changeIdOf(app.ledger, given);
      const { closeChange, closingStatement } = await import('../close.ts');
      if (statement) {
        const bytes = await closingStatement(app, id, options);
        return { text: bytes, json: bytes, exit: EXIT.pass, exact: true };
      }
      const change = await closeChange(app, id, options);
      const text = makeVisible(`${change.id} ${change.state}: ${change.explanation}`, Number.POSITIVE_INFINITY);
      return { text, json: change, exit: EXIT.pass };
    }),
};
