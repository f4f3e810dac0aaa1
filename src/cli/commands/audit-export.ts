import { ledgerPlace } from '../../config.ts';
import { type Command, JSON_OPTION, LEDGER_FILTERS } from '../command.ts';
import { EXIT } from '../exit.ts';

export const auditExport: Command<{ since?: string; change?: string; kind?: string[]; format?: 'ledger' | 'ocsf' }> = {
  name: 'audit export',
  summary: 'print events as JSON lines: as they were hashed, or in the words of OCSF',
  afterHelp:
    'ledger: each line is exactly the bytes that were hashed. ocsf: each line is an event of the Open Cybersecurity Schema Framework, with those bytes in raw_data.',
  exits: { pass: 'printed', failed: 'an unknown kind or time, or an error' },
  options: [
    ...LEDGER_FILTERS,
    {
      flags: '--format <format>',
      summary: 'how each event is written',
      choices: ['ledger', 'ocsf'],
      default: 'ledger',
    },
    { ...JSON_OPTION, summary: 'the same: the output is JSON lines already' },
  ],
  arguments: [],
  async run({ config, version }, { format, ...asked }) {
    const [{ asExported }, { exportedFrom }] = await Promise.all([
      import('../audit-events.ts'),
      import('../../ledger/open.ts'),
    ]);
    const place = ledgerPlace(config);
    const events = exportedFrom(place, await asExported(place, asked));
    const lines = format === 'ocsf' ? (await import('../audit-ocsf.ts')).ocsfOf(place, events, version) : events;
    return { text: '', json: undefined, exit: EXIT.pass, exact: true, lines };
  },
};
