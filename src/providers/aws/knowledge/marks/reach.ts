/**
 * Finds what a resource changes outside its stack: what it attaches to, or whose policy, route or record it writes.
 *
 * Guarantees: marked when such a resource is created, changed (tags apart) or removed, as each changes the other thing;
 * a literal, an import or a value of another stack is outside unless a resource of this stack has that name and type;
 * what is not known is marked without a target; types without a row whose name says that they attach to something are
 * judged by all their references.
 * Does not cover: what is only used (a subnet, a key, a VPC that something stands in); what code does.
 */

import type { Json } from '../../../../core/digest.ts';
import type { Mark } from '../../../../core/mark.ts';
import type { MarkContext, MarkFinder, ResourceView } from './finder.ts';
import { ACCOUNT_WIDE, NAMED_LIKE_REACH, REACH, type ReachRow } from './reach-table.ts';
import { listOf, mayDiffer, shown, valuesAt } from './read.ts';
import { whoseIs } from './refs.ts';

/** Services that are no thing of anybody's: targets which are APIs (deputies.ts judges them). */
const NO_THING = /^arn:[^:]*:(scheduler|states|aws)?:::|^arn:[^:]*:(automate|events:[^:]*:[^:]*:target)/;

function touched(path: string, value: Json, { of }: ReachRow, context: MarkContext): Mark[] {
  return listOf(value).flatMap((item): Mark[] => {
    if (typeof item === 'string' && NO_THING.test(item)) return [];
    const whose = whoseIs(item, context, of);
    if (whose.kind === 'own') return [];
    const stack = whose.kind === 'foreign' ? context.ownersRead?.get(whose.id) : undefined;
    const thing = of ? `the ${of.split('::').at(-1)} ` : '';
    const known = whose.kind === 'foreign';
    return [
      {
        kind: 'reach',
        path,
        text: known
          ? `Changes ${thing}${whose.id}, which is outside this stack.`
          : `Changes ${thing || 'a resource '}that is unknown until execution.`,
        ...(known ? { target: { id: whose.id, ...(stack === undefined ? {} : { stack }) } } : {}),
      },
    ];
  });
}

function rowsOf(view: ResourceView): readonly ReachRow[] {
  const known = REACH.get(view.type);
  if (known || !NAMED_LIKE_REACH.test(view.type)) return known ?? [];
  return Object.keys(view.properties)
    .filter(
      (name) => /(Arns?|ARN|Ids?|Identifier)$/.test(name) && !/^(Client|Statement|Policy|Account|Principal)/.test(name),
    )
    .map((property) => ({ property, of: undefined }));
}

/** What it attaches to by name, and the type that it must be; undefined: any. */
export function reachedThings(view: ResourceView, context: MarkContext): { id: string; of: string | undefined }[] {
  return rowsOf(view).flatMap(({ property, of }) =>
    [...valuesAt(view, property, context).values()].flatMap(listOf).flatMap((item) => {
      const whose = typeof item === 'string' && NO_THING.test(item) ? undefined : whoseIs(item, context, of);
      return whose?.kind === 'foreign' ? [{ id: whose.id, of }] : [];
    }),
  );
}

function reachOf(view: ResourceView | null, context: MarkContext): Mark[] {
  if (!view) return [];
  const marks = rowsOf(view).flatMap((row) =>
    [...valuesAt(view, row.property, context)].flatMap(([path, value]) => touched(path, value, row, context)),
  );
  const wide: Mark = {
    kind: 'reach',
    path: 'Properties',
    text: 'Applies to the whole account and region, not only to this stack.',
  };
  return ACCOUNT_WIDE.has(view.type) ? [...marks, wide] : marks;
}

const withoutTags = (view: ResourceView) => ({ ...view.properties, Tags: null }) as Json;

export const findReach: MarkFinder = (before, after, context) => {
  if (before && after && !mayDiffer(withoutTags(before), withoutTags(after), context)) return [];
  const [was, is] = [reachOf(before, context), reachOf(after, context)];
  // What it lets go of changes too.
  return [
    ...is,
    ...was.filter((mark) => !is.some((other) => other.path === mark.path && shown(other.text) === shown(mark.text))),
  ];
};
