/** Resources that run code or call APIs under an account of the cloud, by a table: the account is not read further. */
import type { Mark } from '../../../../core/mark.ts';
import type { MarkContext, ResourceView } from '../../../aws/knowledge/marks/finder.ts';
import { changedAt, shown, valueAt } from '../../../aws/knowledge/marks/read.ts';
import type { Resource, Values } from '../judgement.ts';

const words = (cell: string | undefined) => (cell ?? '').split(' ').filter((word) => word !== '');

/** @param table type | attributes whose change changes what it runs or as whom | where its account stands. */
export function deputyMarks(table: string): (resource: Resource, context: MarkContext) => Mark[] {
  const rows = new Map(
    table
      .trim()
      .split('\n')
      .map((line) => {
        const [type = '', runs, account = ''] = line.split('|').map((cell) => cell.trim());
        return [type, { runs: words(runs), account }] as const;
      }),
  );
  return ({ address, type, before, after }, context) => {
    const row = rows.get(type);
    if (!row || !after) return [];
    const view = (properties: Values): ResourceView => ({
      logicalId: address,
      type,
      properties,
      deletionPolicy: 'Delete',
      updateReplacePolicy: 'Delete',
    });
    const [was, is] = [before && view(before), view(after)];
    const path = row.runs.find((name) =>
      was ? changedAt(was, is, name, context) : valueAt(is, name, context) !== undefined,
    );
    const account = valueAt(is, row.account, context);
    if (path === undefined || (account === undefined && !was)) return [];
    const who =
      account === undefined
        ? 'its default account'
        : context.isUnknown(account)
          ? 'an account that is unknown until execution'
          : shown(account);
    return [
      {
        kind: 'deputy',
        path,
        bound: 'unbounded',
        principal: who,
        text: `It runs under ${who}, and the grants of that account are not in the plan.`,
      },
    ];
  };
}
