import { type Command, JSON_OPTION } from '../command.ts';
import { EXIT } from '../exit.ts';

export const auditRebuild: Command = {
  name: 'audit rebuild',
  summary: 'compute the tables beside the events again from the events',
  slow: 'computing the tables again',
  options: [JSON_OPTION],
  arguments: [],
  run: (context) =>
    context.withApp(async ({ ledger }) => {
      await ledger.keepAgain();
      const text = 'The tables beside the events were computed again from them.';
      return { text, json: { rebuilt: true }, exit: EXIT.pass };
    }),
};
