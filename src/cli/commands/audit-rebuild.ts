import type { Command } from '../command.ts';
import { EXIT } from '../exit.ts';

export const auditRebuild: Command = {
  name: 'audit rebuild',
  summary: 'compute again from the events what the ledger keeps beside them',
  options: [],
  arguments: [],
  run: (context) =>
    context.withApp(async ({ ledger }) => {
      await ledger.keepAgain();
      const text = 'The tables beside the events were computed again from them.';
      return { text, json: { rebuilt: true }, exit: EXIT.pass };
    }),
};
