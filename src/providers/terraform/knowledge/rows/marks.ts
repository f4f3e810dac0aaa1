/**
 * Marks of a resource in the words of its own provider: by a table of attributes, by being there, and by going.
 *
 * Guarantees: rows are read as those of CloudFormation's tables are (`aws/knowledge/marks/rows.ts`): an unknown value
 * after is the worst that it could be; absent is what the row says that absence means.
 */
import type { Mark } from '../../../../core/mark.ts';
import type { MarkContext, ResourceView } from '../../../aws/knowledge/marks/finder.ts';
import { changedAt, shown } from '../../../aws/knowledge/marks/read.ts';
import { judgeRows, rowsByType } from '../../../aws/knowledge/marks/rows.ts';
import { isSecretPath } from '../../../aws/template/secrets.ts';
import type { Resource, Values } from '../judgement.ts';
import { isUnknown } from '../unknown-value.ts';

export interface MarkTables {
  /** Of attributes. */
  rows: string;
  /** Types that protect or record by being there. */
  protects: ReadonlySet<string>;
  /** What goes for others with a resource: type | what, with `{attribute}` in it. */
  takes?: string;
  /** What is run when it is applied, and is in no plan: type | attributes that decide it | what. */
  calls?: string;
}

const none: Record<string, ResourceView> = Object.freeze(Object.create(null));
/** Without other resources. */
export const ALONE: MarkContext = { before: none, after: none, physicalIds: {}, isSecret: isSecretPath, isUnknown };

/** @returns a function of resources with `present` values alone. */
export function marksByTables({
  rows: table,
  protects,
  takes = '',
  calls = '',
}: MarkTables): (resource: Resource) => Mark[] {
  const rows = rowsByType(table);
  const taken = new Map(
    takes
      .trim()
      .split('\n')
      .map((line) => line.split(' | ').map((cell) => cell.trim()) as [string, string]),
  );
  const called = new Map(
    calls
      .trim()
      .split('\n')
      .map((line) => {
        const [type = '', attributes = '', text = ''] = line.split(' | ').map((cell) => cell.trim());
        return [type, { attributes: attributes.split(' '), text }];
      }),
  );
  return (resource) => {
    const { address, type, before, after } = resource;
    const [was, is] = [before, after].map((values) => viewOf(address, type, values));
    const told = is ? judgeRows(rows.get(type) ?? [], was ?? null, is, ALONE) : [];
    const text = taken.get(type);
    return [
      ...told.map((mark) => ({ ...mark, path: mark.path.replace(/^Properties\./, '') })),
      ...(protects.has(type) ? thereOrGone(resource) : []),
      ...(before && !after && text !== undefined ? [takenBy(text, before)] : []),
      ...runBy(called.get(type), was ?? null, is ?? null),
    ];
  };
}

const viewOf = (logicalId: string, type: string, properties: Values | null): ResourceView | null =>
  properties && { logicalId, type, properties, deletionPolicy: 'Delete', updateReplacePolicy: 'Delete' };

/** With the resource goes what it protects elsewhere. */
function thereOrGone({ address, before, after }: Resource): Mark[] {
  if (before && after) return [];
  const kind = after ? 'protect' : 'unprotect';
  return [
    { kind, path: 'Properties', text: `${address}, which protects or records, is ${after ? 'created' : 'deleted'}.` },
  ];
}

const takenBy = (text: string, before: Values): Mark => ({
  kind: 'disable',
  path: 'Properties',
  text: text.replaceAll(/\{(\w+)\}/g, (_, name: string) => {
    const value = before[name];
    return Array.isArray(value) ? value.map((one) => shown(one)).join(', ') : shown(value);
  }),
});

function runBy(
  row: { attributes: readonly string[]; text: string } | undefined,
  was: ResourceView | null,
  is: ResourceView | null,
): Mark[] {
  const path = is && row?.attributes.find((name) => (was ? changedAt(was, is, name, ALONE) : name in is.properties));
  if (!path || !row) return [];
  const text = `${row.text}, and the plan does not say what that does.`;
  return [{ kind: 'deputy', path, bound: 'unbounded', text }];
}

/** One fact under two names is told once. */
export function withoutTwice(marks: readonly Mark[]): Mark[] {
  const seen = new Set<string>();
  return marks.filter(({ kind, path, text }) => {
    const key = JSON.stringify([kind, path, kind === 'protect' || kind === 'unprotect' ? '' : text]);
    return !seen.has(key) && seen.add(key);
  });
}
