/**
 * What changes of a resource, told leaf by leaf.
 *
 * Guarantees: every leaf in which the templates differ, nothing cut; what CloudFormation says besides (a value that
 * follows from another resource, a tag of the stack) stays as it told it. Judged is what CloudFormation and the tables
 * say of the whole property: each of its leaves carries that word.
 */
import type { Effect, PropertyChange } from '../../../core/effect.ts';
import type { LeafChange } from '../../../core/leaves.ts';
import { makeVisible } from '../../../core/render-safe.ts';

export type LeavesByResource = ReadonlyMap<string, readonly LeafChange[]>;

const LIST_OF_TAGS = /^.*?\.\w*Tag(?:s|List|Set)(?=\.)/;
const USER_DATA = /\bUserData\b/;

export function withLeaves(effect: Effect, leaves: readonly LeafChange[] | undefined): Effect {
  if (!leaves || leaves.length === 0 || effect.kind === 'create' || effect.kind === 'delete') return effect;
  const { properties } = effect;
  const isToldByKey = (path: string) => {
    const list = LIST_OF_TAGS.exec(path)?.[0];
    return list !== undefined && properties.some((known) => known.path.startsWith(`${list}.`));
  };
  const told = leaves.filter(({ path }) => !isToldByKey(path));
  const isOpened = ({ path }: PropertyChange) => told.some((leaf) => isAtOrBelow(leaf.path, path));
  return {
    ...effect,
    properties: [
      ...properties.filter((property) => !isOpened(property)),
      ...told.map((leaf) => asProperty(leaf, properties)),
    ].sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0)),
  };
}

const isAtOrBelow = (path: string, above: string) =>
  path === above || (path.startsWith(above) && /^[.:\s]/.test(path.slice(above.length)));

function asProperty({ path, before, after }: LeafChange, properties: readonly PropertyChange[]): PropertyChange {
  const visible = (text: string) => makeVisible(text, Number.POSITIVE_INFINITY);
  return {
    path: visible(path),
    ...(before === undefined ? {} : { before: visible(before) }),
    ...(after === undefined ? {} : { after: visible(after) }),
    replaces: properties.find((property) => isAtOrBelow(path, property.path))?.replaces ?? 'never',
    ...(USER_DATA.test(path) ? { peopleOnly: true as const } : {}),
  };
}
