/**
 * A provider that is known by rows of its own: what types hold, what keeps them, what opens, expires and protects.
 *
 * Guarantees: a type without a row is unknown.
 */
import type { Mark } from '../../../../core/mark.ts';
import type { MarkContext } from '../../../aws/knowledge/marks/finder.ts';
import { commonMarks, protectionLevels } from '../common.ts';
import type { Family, Fate, Judged, JudgedTogether, Resource } from '../judgement.ts';
import { presentIn } from '../present.ts';
import { ALONE, marksByTables, withoutTwice } from './marks.ts';

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

export function familyOfRows({ prefix, judge, rows, fate, besides, protects }: RowsOf): Family {
  const byTables = marksByTables({ rows, protects });
  const marksOf = (resource: Resource, all: readonly Resource[]): Mark[] => {
    if (resource.isUntouched) return [];
    const there = presentIn(resource);
    return withoutTwice([...byTables(there), ...besides(there, ALONE, all), ...commonMarks(there.before, there.after)]);
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
