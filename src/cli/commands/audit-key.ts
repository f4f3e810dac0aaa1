import { type Command, JSON_OPTION, LOG_KEY_OPTION } from '../command.ts';
import { EXIT } from '../exit.ts';

export const auditKey: Command<{ key?: string; tlogPolicy?: boolean }> = {
  name: 'audit key',
  summary: 'make the key that signs checkpoints, if there is none, and print its verifier key',
  afterHelp: `The private key is a file of mode 600. Give the verifier key to everyone who verifies receipts.`,
  exits: { pass: 'printed', failed: 'the key cannot be made or used' },
  options: [
    LOG_KEY_OPTION,
    { flags: '--tlog-policy', summary: 'print a C2SP tlog-policy file with the verifier key instead' },
    JSON_OPTION,
  ],
  arguments: [],
  run: (context, { key, tlogPolicy }) =>
    context.withApp(async ({ ledger }) => {
      const { madeKey } = await import('../log-keys.ts');
      const { vkey, file, isNew } = await madeKey(ledger, context.config.home, key);
      if (isNew) context.note(`The private key is ${file}. Its owner can sign checkpoints of this ledger.`);
      const text = tlogPolicy ? `log ${vkey}\nquorum none` : vkey;
      return { text, json: { vkey, file, is_new: isNew }, exit: EXIT.pass };
    }),
};
