import { type Command, JSON_OPTION } from '../command.ts';
import { EXIT } from '../exit.ts';

type Args = { file: string; role?: string[]; serviceRole?: string[] };

export const auditReconcile: Command<Args> = {
  name: 'audit reconcile',
  summary: 'compare an exported CloudTrail file with the ledger: a mutation without an entry is the alarm',
  afterHelp: `The file is JSON with Records (.json or .json.gz), or the JSON output of lookup-events. Roles are executor_role and
service_role of the policy's accounts and scopes, and those that the options name.`,
  exits: { pass: 'every mutation by these roles has an entry', unaccounted: 'one has none' },
  slow: 'comparing the file with the ledger',
  options: [
    { flags: '--role <roles...>', summary: 'more executor roles, by their ARN' },
    {
      flags: '--service-role <roles...>',
      summary: 'more service roles, which only the cloud can assume, by their ARN',
    },
    JSON_OPTION,
  ],
  arguments: [{ name: 'file', syntax: '<file>', summary: 'an exported CloudTrail file', completes: 'file' }],
  run: (context, { file, role: executor = [], serviceRole: service = [] }) =>
    context.withApp(async (app) => {
      const { reconciledText, reconcileFile } = await import('../audit-reconcile.ts');
      const result = await reconcileFile(app, file, { executor, service });
      const exit = result.alarms.length > 0 ? EXIT.unaccounted : EXIT.pass;
      return { text: reconciledText(result), json: result, exit };
    }),
};
