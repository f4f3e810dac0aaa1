import { type Command, JSON_OPTION, LEDGER_FILTERS } from '../command.ts';
import { EXIT } from '../exit.ts';

type Args = { since?: string; change?: string; kind?: string[]; before?: number; limit: number };

export const auditShow: Command<Args> = {
  name: 'audit show',
  summary: 'read the ledger, newest first, one line an event',
  afterHelp: `Exit: ${EXIT.pass} printed, ${EXIT.failed} an unknown kind or time, or an error.`,
  options: [
    ...LEDGER_FILTERS,
    { flags: '--before <number>', summary: 'only events before this one: the next page', parse: positive },
    { flags: '--limit <number>', summary: 'events on a page, at most 1000', default: 50, parse: positive },
    JSON_OPTION,
  ],
  arguments: [],
  async run({ config }, args) {
    const { pageOf, pageText } = await import('../audit-events.ts');
    const page = await pageOf(config.home, { ...args, limit: Math.min(args.limit, 1000) });
    return { text: pageText(page), json: page, exit: EXIT.pass };
  },
};

function positive(text: string): number {
  if (/^[1-9]\d{0,14}$/.test(text)) return Number(text);
  throw new Error('It must be a number from 1.');
}
