import { type Command, JSON_OPTION, LOG_KEY_OPTION } from '../command.ts';
import { EXIT } from '../exit.ts';

export const auditCheckpoint: Command<{ key?: string; json?: boolean }> = {
  name: 'audit checkpoint',
  summary: 'print the head of the ledger as a signed C2SP tlog-checkpoint, to keep elsewhere',
  afterHelp: `Without a key (countersign audit key) the checkpoint is not signed.`,
  exits: {
    pass: 'printed',
    failed: 'the ledger does not continue what was signed before, or the key cannot be used',
  },
  options: [LOG_KEY_OPTION, JSON_OPTION],
  arguments: [],
  run: (context, { key, json }) =>
    context.withApp(async ({ ledger }) => {
      const { headOf } = await import('../log-keys.ts');
      const { checkpoint, text, signed } = await headOf(ledger, context.config.home, key);
      if (!signed) context.note('This checkpoint is not signed. To make a key: countersign audit key');
      const data = { ...checkpoint, signed, note: text };
      return { text, json: data, exit: EXIT.pass, ...(json ? {} : { exact: true }) };
    }),
};
