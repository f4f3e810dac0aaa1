/** What a change names outside its stack whose owner decides how it is judged: what it reaches, and where it sends data. */

import { carriersOf } from './carriers.ts';
import { DESTINATIONS } from './destinations-table.ts';
import type { MarkContext, ResourceView } from './finder.ts';
import { foreignBucketsIn } from './openings.ts';
import { reachedThings } from './reach.ts';
import { valuesAt } from './read.ts';
import { nameIn } from './refs.ts';
import { rowsByType } from './rows.ts';

export interface Outside {
  /** As the template names it, references to other stacks resolved. */
  id: string;
  /** By what CloudFormation may know it instead: the name in an ARN. */
  names: string[];
  /** The only type that it can be; undefined: any of the service. */
  type: string | undefined;
  service: string;
}

const rows = rowsByType(DESTINATIONS);

const outside = (id: string, type: string | undefined): Outside => {
  const { name, service } = nameIn(id);
  return { id, names: name === '' ? [] : [name], type, service };
};

export function outsideOf(before: ResourceView | null, after: ResourceView | null, context: MarkContext): Outside[] {
  return [before, after].flatMap((view) => {
    if (!view) return [];
    const buckets = (rows.get(view.type) ?? [])
      .filter(({ rule }) => rule.startsWith('bucket'))
      .flatMap(({ path }) => [...valuesAt(view, path, context).values()])
      .flatMap((value) => foreignBucketsIn(value, context));
    return [
      ...reachedThings(view, context).map(({ id, of }) => outside(id, of)),
      ...buckets.filter((name) => name !== '').map((name) => outside(name, 'AWS::S3::Bucket')),
      ...carriersOf(view).map(({ id, type }) => outside(id, type)),
    ];
  });
}
