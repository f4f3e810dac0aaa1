/**
 * A provider that is known by rows of its own: what types hold, what keeps them, what opens, expires and protects.
 *
 * Guarantees: rows are read as those of CloudFormation's tables are (`aws/knowledge/marks/rows.ts`): an unknown value
 * after is the worst that it could be; absent is what the row says that absence means. A type without a row is unknown.
 */
import type { Mark } from '../../../../core/mark.ts';
import type { MarkContext, ResourceView } from '../../../aws/knowledge/marks/finder.ts';
import { judgeRows, rowsByType } from '../../../aws/knowledge/marks/rows.ts';
import { isSecretPath } from '../../../aws/template/secrets.ts';
import { commonMarks, protectionLevels } from '../common.ts';
import type { Family, Fate, Judged, JudgedTogether, Resource, Values } from '../judgement.ts';
import { present } from '../present.ts';
import { isUnknown } from '../unknown-value.ts';

export interface RowsOf {
  prefix: string;
  /** What the table of judged types has of it. */
  judge(type: string): Judged | undefined;
  /** The table of marks. */
  rows: string;
  fate(resource: Resource): Fate;
  /** Marks that no row can say. */
  besides(resource: Resource, context: MarkContext, all: readonly Resource[]): Mark[];
  /** Types that protect or record by being there. */
  protects: ReadonlySet<string>;
}

const UNKNOWN: Judged = { holds: 'unknown', revision: false, noBackup: false };
const none: Record<string, ResourceView> = Object.freeze(Object.create(null));

export function familyOfRows({ prefix, judge, rows: table, fate, besides, protects }: RowsOf): Family {
  const rows = rowsByType(table);
  const context: MarkContext = { before: none, after: none, physicalIds: {}, isSecret: isSecretPath, isUnknown };
  const marksOf = (resource: Resource, all: readonly Resource[]): Mark[] => {
    const { address, type, isUntouched } = resource;
    if (isUntouched) return [];
    const [before, after] = [resource.before, resource.after].map((values) => values && present(values)) as [
      Values | null,
      Values | null,
    ];
    const [was, is] = [before, after].map((values) => viewOf(address, type, values));
    const told = is ? judgeRows(rows.get(type) ?? [], was ?? null, is, context) : [];
    const found = [
      ...told.map((mark) => ({ ...mark, path: mark.path.replace(/^Properties\./, '') })),
      ...besides({ ...resource, before, after }, context, all),
      ...commonMarks(before, after),
      ...(protects.has(type) ? thereOrGone(resource) : []),
    ];
    return withoutTwice(found);
  };
  return {
    isOf: (type) => type.startsWith(`${prefix}_`),
    judge: (type) => judge(type) ?? UNKNOWN,
    fate,
    judgeAll: (resources): JudgedTogether => ({
      marks: new Map(resources.map((resource) => [resource.address, marksOf(resource, resources)])),
      protections: resources.flatMap(({ address, before }) => (before ? protectionLevels(address, before) : [])),
      lowered: [],
    }),
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

function withoutTwice(marks: readonly Mark[]): Mark[] {
  const seen = new Set<string>();
  return marks.filter(({ kind, path, text }) => {
    const key = JSON.stringify([kind, path, kind === 'protect' || kind === 'unprotect' ? '' : text]);
    return !seen.has(key) && seen.add(key);
  });
}
