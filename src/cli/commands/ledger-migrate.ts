import { type Command, JSON_OPTION } from '../command.ts';
import { EXIT } from '../exit.ts';

export const ledgerMigrate: Command<{ ownerUrl: string }> = {
  name: 'ledger migrate',
  summary: 'make or renew the tables, functions and roles of a ledger in PostgreSQL',
  afterHelp:
    'Only the owner does this: servers check the format and refuse another one. Each run is safe, also of several at once.',
  slow: 'migrating the ledger',
  options: [
    { flags: '--owner-url <url>', summary: 'postgres:// address with the role that owns the database', required: true },
    JSON_OPTION,
  ],
  arguments: [],
  async run(_context, { ownerUrl }) {
    const { migrated, migratedText } = await import('../ledger.ts');
    const done = await migrated(ownerUrl);
    return { text: migratedText(done), json: done, exit: EXIT.pass };
  },
};
