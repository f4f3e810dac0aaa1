import { makeVisible } from '../../core/render-safe.ts';
import type { GlassOptions } from '../break-glass.ts';
import { AS_OPTION, CHANGE_ARGUMENT, type Command, JSON_OPTION, keyOptions, statementOption } from '../command.ts';
import { EXIT } from '../exit.ts';

type OpenArgs = { change: string; statement?: boolean } & Omit<GlassOptions, 'terminal'>;

export const breakGlassOpen: Command<OpenArgs> = {
  name: 'break-glass open',
  summary:
    'in an emergency: let your break-glass key approve changes of one stack or workspace alone, for at most 30 minutes',
  afterHelp: 'A review waits from then on; nothing runs unattended until a person has closed it.',
  options: [
    { flags: '--reason <text>', summary: 'the emergency; signed and recorded with your name', required: true },
    { flags: '--minutes <number>', summary: 'for how long', default: 30, parse: minutesOf },
    ...keyOptions('none; a break-glass key is never looked for'),
    AS_OPTION,
    statementOption('countersign-break-glass@v1, within two minutes'),
    JSON_OPTION,
  ],
  arguments: [CHANGE_ARGUMENT],
  run: (context, { change, statement, ...options }) =>
    context.withApp(async (app) => {
      const { openGlass, openingStatement } = await import('../break-glass.ts');
      if (statement) {
        const bytes = await openingStatement(app, change, options);
        return { text: bytes, json: bytes, exit: EXIT.pass, exact: true };
      }
      const { seq, body } = await openGlass(app, change, options);
      const text = [
        `Break-glass is open for ${body.target.name} until ${body.until}. Then: countersign approve ${change} --key KEY`,
        `Review ${seq} waits: countersign break-glass close ${seq} --reason TEXT`,
      ].join('\n');
      return { text: makeVisible(text, Number.POSITIVE_INFINITY), json: { review: seq, ...body }, exit: EXIT.pass };
    }),
};

function minutesOf(text: string): number {
  if (/^(?:[1-9]|[12]\d|30)$/.test(text)) return Number(text);
  throw new Error('write a number from 1 to 30');
}
