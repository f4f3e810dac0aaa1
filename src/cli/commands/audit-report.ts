import { type Command, JSON_OPTION } from '../command.ts';
import { EXIT } from '../exit.ts';

export const auditReport: Command<{ since: string; json?: boolean }> = {
  name: 'audit report',
  summary: 'print the changes since a time as CSV: who asked, what, who signed under which policy, what happened',
  exits: { pass: 'printed' },
  slow: 'reading the ledger',
  options: [
    { flags: '--since <time>', summary: 'a day like 2026-11-01, or a duration like 30d', default: '30d' },
    JSON_OPTION,
  ],
  arguments: [],
  run: (context, { since, json }) =>
    context.withApp(async (app) => {
      const [{ csvOf, reportSince }, { sinceWhen }] = await Promise.all([
        import('../audit-report.ts'),
        import('../since.ts'),
      ]);
      const rows = await reportSince(app, sinceWhen(since, new Date()));
      return { text: csvOf(rows), json: rows, exit: EXIT.pass, ...(json ? {} : { exact: true }) };
    }),
};
