import { makeVisible } from '../../core/render-safe.ts';
import type { ClosingOptions } from '../close.ts';
import {
  AS_OPTION,
  CHANGE_ARGUMENT,
  type Command,
  JSON_OPTION,
  keyOptions,
  OWN_KEY_AT_TERMINAL,
  statementOption,
} from '../command.ts';
import { EXIT } from '../exit.ts';

export const close: Command<ClosingOptions & { change: string; statement?: boolean }> = {
  name: 'close',
  summary: 'sign off a change of unknown outcome after checking its target; this unlocks the target',
  options: [
    { flags: '--reason <text>', summary: 'your findings', required: true },
    AS_OPTION,
    ...keyOptions(OWN_KEY_AT_TERMINAL),
    statementOption('countersign-closing@v1'),
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
      const { openTerminal } = await import('../approve.ts');
      const change = await closeChange(app, id, { ...options, terminal: openTerminal(context.tell) });
      const text = makeVisible(`${change.id} ${change.state}: ${change.explanation}`, Number.POSITIVE_INFINITY);
      return { text, json: change, exit: EXIT.pass };
    }),
};
