import { type Command, JSON_OPTION } from '../command.ts';
import { EXIT } from '../exit.ts';

export const ledgerCopy: Command<{ to: string }> = {
  name: 'ledger copy',
  summary: 'move the ledger of the state folder into PostgreSQL, and prove that it is the same',
  afterHelp:
    'The roots of both are compared. Then the file takes no more events, so that the ledger does not go on in two places. One that was interrupted is run again.',
  slow: 'copying the ledger',
  options: [
    { flags: '--to <url>', summary: 'postgres:// address with the role that owns the database', required: true },
    JSON_OPTION,
  ],
  arguments: [],
  async run({ config, note }, { to }) {
    const { copied, copiedText } = await import('../ledger.ts');
    const done = await copied(config, to, note);
    return { text: copiedText(done), json: done, exit: EXIT.pass };
  },
};
