import { ledgerPlace } from '../../config.ts';
import { type Command, JSON_OPTION, VKEY_OPTION } from '../command.ts';
import { EXIT } from '../exit.ts';

type Args = {
  file?: string;
  checkpoint?: string[];
  vkey?: string;
  witnessKey?: string[];
};

export const auditVerify: Command<Args> = {
  name: 'audit verify',
  summary: 'recompute the whole ledger and name the first wrong row, or verify a receipt without the ledger',
  exits: { pass: 'it verifies', failed: 'it does not, or an error' },
  slow: 'computing the ledger again',
  options: [
    {
      flags: '--checkpoint <files...>',
      summary: 'earlier checkpoints that were kept elsewhere: detect a ledger that was cut off or rewritten',
    },
    VKEY_OPTION,
    { flags: '--witness-key <vkeys...>', summary: 'witnesses that must have cosigned each checkpoint' },
    JSON_OPTION,
  ],
  arguments: [{ name: 'file', syntax: '[file]', summary: 'a receipt; - for standard input', completes: 'file' }],
  async run({ config }, { file, checkpoint = [], vkey, witnessKey = [] }) {
    const { knownKeys } = await import('../log-keys.ts');
    const keys = knownKeys(config.home, vkey);
    if (file !== undefined) {
      const [{ checkReceipt, receiptText }, { givenText }] = await Promise.all([
        import('../audit-receipt.ts'),
        import('../given-text.ts'),
      ]);
      const facts = await checkReceipt(await givenText(file), keys);
      return { text: receiptText(facts), json: facts, exit: EXIT.pass };
    }
    const { auditText, auditVerify: verify } = await import('../audit-verify.ts');
    const kept = { checkpoints: checkpoint, keys, mustBeSigned: vkey !== undefined, witnesses: witnessKey };
    const report = await verify(ledgerPlace(config), kept);
    return { text: auditText(report), json: report, exit: report.ok ? EXIT.pass : EXIT.failed };
  },
};
