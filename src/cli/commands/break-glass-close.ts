import { makeVisible } from '../../core/render-safe.ts';
import type { GlassOptions } from '../break-glass.ts';
import { AS_OPTION, type Command, JSON_OPTION, keyOptions, OWN_KEY_AT_TERMINAL, statementOption } from '../command.ts';
import { EXIT } from '../exit.ts';

type CloseArgs = { review: string; statement?: boolean } & Omit<GlassOptions, 'terminal' | 'minutes'>;

export const breakGlassClose: Command<CloseArgs> = {
  name: 'break-glass close',
  summary: 'sign off the review of a break-glass, as a person other than who opened it',
  options: [
    { flags: '--reason <text>', summary: 'your findings; signed and recorded with your name', required: true },
    ...keyOptions(OWN_KEY_AT_TERMINAL),
    AS_OPTION,
    statementOption('countersign-review@v1'),
    JSON_OPTION,
  ],
  arguments: [{ name: 'review', syntax: '<review>', summary: 'number that countersign break-glass open printed' }],
  run: (context, { review, statement, ...options }) =>
    context.withApp(async (app) => {
      const { closeReview, reviewStatement } = await import('../break-glass.ts');
      if (statement) {
        const bytes = await reviewStatement(app, Number(review), options);
        return { text: bytes, json: bytes, exit: EXIT.pass, exact: true };
      }
      const { openTerminal } = await import('../approve.ts');
      const terminal = openTerminal(context.tell);
      const { seq, body } = await closeReview(app, Number(review), { ...options, terminal });
      const text = `Review ${seq} of the break-glass of ${body.person} on ${body.target.name} is closed.`;
      return { text: makeVisible(text, Number.POSITIVE_INFINITY), json: { review: seq }, exit: EXIT.pass };
    }),
};
