/**
 * Finds what a change opens by a property: public addresses, public buckets and snapshots, switched-off logins,
 * boundaries, memberships. Network rules are in groups.ts, policies in policies.ts.
 *
 * Guarantees: every row of the table; where AWS opens what nobody closed, absence counts; an unknown value is open.
 * Does not cover: what is open already and stays so; access lists that are no property of a resource.
 */

import type { Mark } from '../../../../core/mark.ts';
import { EXPOSURE, OPEN_BY_DEFAULT } from './exposure-table.ts';
import type { MarkFinder } from './finder.ts';
import { same, valueAt } from './read.ts';
import { judgeRows, rowsByType } from './rows.ts';

const rows = rowsByType(EXPOSURE);

export const findExposure: MarkFinder = (before, after, context) => {
  if (!after) return [];
  const marks = judgeRows(rows.get(after.type) ?? [], before, after, context);
  const byDefault = OPEN_BY_DEFAULT.filter(
    ({ type, path }) => type === after.type && valueAt(after, path, context) === undefined,
  )
    .filter(({ path, closed }) => !before || same(valueAt(before, path, context), closed))
    .map(
      ({ path, gains }): Mark => ({
        kind: 'expose',
        path: `Properties.${path}`,
        text: `${gains.replace('{it}', after.logicalId)} (${path} is absent).`,
      }),
    );
  return [...marks, ...byDefault.filter(({ path }) => !marks.some((mark) => mark.path === path))];
};
