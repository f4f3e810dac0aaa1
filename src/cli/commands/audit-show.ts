import { ledgerPlace } from '../../config.ts';
import { type Command, CURSOR_OPTION, JSON_OPTION, LEDGER_FILTERS, limitOption } from '../command.ts';
import { EXIT } from '../exit.ts';

type Args = { since?: string; change?: string; kind?: string[]; before?: number; limit: number };

export const auditShow: Command<Args> = {
  name: 'audit show',
  summary: 'read the ledger, newest first, one line an event',
  exits: { pass: 'printed', failed: 'an unknown kind or time, or an error' },
  options: [...LEDGER_FILTERS, CURSOR_OPTION, limitOption('events on a page', 50, 1000), JSON_OPTION],
  arguments: [],
  async run({ config }, args) {
    const { pageOf, pageText } = await import('../audit-events.ts');
    const page = await pageOf(ledgerPlace(config), args);
    return { text: pageText(page), json: page, exit: EXIT.pass };
  },
};
