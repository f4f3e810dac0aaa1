import { type Command, JSON_OPTION } from '../command.ts';
import { EXIT } from '../exit.ts';

export const auditVerify: Command<{ checkpoint?: string }> = {
  name: 'audit verify',
  summary: 'recompute the whole ledger and name the first row that was changed, removed, inserted or reordered',
  options: [
    {
      flags: '--checkpoint <file>',
      summary: 'an earlier `audit checkpoint` that was kept elsewhere: detects a ledger that was cut off or rewritten',
    },
    JSON_OPTION,
  ],
  arguments: [],
  async run({ config }, { checkpoint }) {
    const { auditText, auditVerify: verify } = await import('../audit-verify.ts');
    const report = await verify(config.home, checkpoint);
    return { text: auditText(report), json: report, exit: report.ok ? EXIT.pass : EXIT.failed };
  },
};
