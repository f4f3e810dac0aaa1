import { type Command, JSON_OPTION, LEDGER_FILTERS } from '../command.ts';
import { EXIT } from '../exit.ts';

export const auditExport: Command<{ since?: string; change?: string; kind?: string[] }> = {
  name: 'audit export',
  summary: 'print events as JSON lines: each line is exactly the bytes that were hashed',
  exits: { pass: 'printed', failed: 'an unknown kind or time, or an error' },
  options: [...LEDGER_FILTERS, { ...JSON_OPTION, summary: 'the same: the output is JSON lines already' }],
  arguments: [],
  async run({ config }, asked) {
    const [{ asExported }, { exportedEvents }] = await Promise.all([
      import('../audit-events.ts'),
      import('../../ledger/export.ts'),
    ]);
    return {
      text: '',
      json: undefined,
      exit: EXIT.pass,
      exact: true,
      lines: exportedEvents(config.home, await asExported(config.home, asked)),
    };
  },
};
