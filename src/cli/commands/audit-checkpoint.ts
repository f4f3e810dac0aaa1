import type { Command } from '../command.ts';
import { EXIT } from '../exit.ts';

export const auditCheckpoint: Command = {
  name: 'audit checkpoint',
  summary: 'print the head of the ledger as a C2SP tlog-checkpoint, to keep elsewhere',
  options: [],
  arguments: [],
  run: (context) =>
    context.withApp(async ({ ledger }) => {
      const { formatCheckpoint } = await import('../../ledger/checkpoint.ts');
      const text = formatCheckpoint({ origin: ledger.origin, ...ledger.head() });
      return { text, json: text, exit: EXIT.pass, exact: true };
    }),
};
