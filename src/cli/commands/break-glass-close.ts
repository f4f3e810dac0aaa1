import { makeVisible } from '../../core/render-safe.ts';
import { type Command, JSON_OPTION, KEY_OPTIONS } from '../command.ts';
import { EXIT } from '../exit.ts';

type CloseArgs = { review: string; reason?: string; key?: string; as?: string };

export const breakGlassClose: Command<CloseArgs> = {
  name: 'break-glass close',
  summary: 'sign off the review of a break-glass, as a person other than who opened it',
  options: [
    { flags: '--reason <text>', summary: 'your findings; signed and recorded with your name', required: true },
    KEY_OPTIONS[0]!,
    {
      flags: '--as <person>',
      summary: 'your name in the policy, if the key file does not identify you',
      completes: 'person',
    },
    JSON_OPTION,
  ],
  arguments: [{ name: 'review', syntax: '<review>', summary: 'number that countersign break-glass open printed' }],
  run: (context, { review, ...options }) =>
    context.withApp(async (app) => {
      const { closeReview } = await import('../break-glass.ts');
      const { seq, body } = await closeReview(app, Number(review), options);
      const text = `Review ${seq} of the break-glass of ${body.person} on ${body.target.name} is closed.`;
      return { text: makeVisible(text, Number.POSITIVE_INFINITY), json: { review: seq }, exit: EXIT.pass };
    }),
};
