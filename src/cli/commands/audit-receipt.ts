import { CHANGE_ARGUMENT, type Command, JSON_OPTION, LOG_KEY_OPTION } from '../command.ts';
import { EXIT } from '../exit.ts';

type Args = {
  change: string;
  key?: string;
  short?: boolean;
  json?: boolean;
};

export const auditReceipt: Command<Args> = {
  name: 'audit receipt',
  summary: 'print the receipt of a change (C2SP tlog-proof), which `audit verify` checks without the ledger',
  afterHelp: 'Needs a key (countersign audit key).',
  exits: { pass: 'printed', failed: 'there is no such change, or no key' },
  options: [
    { flags: '--short', summary: 'leave out the proposal and the signed statements; their hashes stay' },
    LOG_KEY_OPTION,
    JSON_OPTION,
  ],
  arguments: [CHANGE_ARGUMENT],
  run: (context, { change: given, key, short, json }) =>
    context.withApp(async (app) => {
      const { changeIdOf } = await import('../ids.ts');
      const change = await changeIdOf(app.ledger, given);
      const { makeReceipt } = await import('../audit-receipt.ts');
      const text = await makeReceipt(app, context.config.home, { change, key, short });
      return { text, json: { change, receipt: text }, exit: EXIT.pass, ...(json ? {} : { exact: true }) };
    }),
};
