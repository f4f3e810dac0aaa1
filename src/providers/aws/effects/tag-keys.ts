/**
 * Changed tags told one by one. CloudFormation tells them as one value (which is cut where it is shown) or by their
 * place in the list; which *key* changes decides whether a plan is refused, so it is read from the templates.
 */

import type { PropertyChange } from '../../../core/effect.ts';
import { makeVisible, makeVisibleLine } from '../../../core/render-safe.ts';
import type { MarkContext, ResourceView } from '../knowledge/marks/finder.ts';
import { type FoundTags, isTagProperty, tagsWithin, UNKNOWN_VALUE } from '../knowledge/tags.ts';

/**
 * What cannot be read from the templates stays as CloudFormation told it, and is never taken for what only follows from
 * the tags of the stack. Tags within a property (a launch template's, a replica's) are told beside it.
 */
export function byTagKey(
  properties: readonly PropertyChange[],
  before: ResourceView | null,
  after: ResourceView | null,
  { isUnknown }: MarkContext,
): PropertyChange[] {
  if (!before || !after) return [...properties];
  return properties.flatMap((property) => {
    const [name = ''] = property.path.replace(/^Properties\./, '').split('.');
    const [was, is] = [before, after].map((view) => tagsWithin(name, view.properties[name], isUnknown));
    const changed = [...new Set([...(was?.keys() ?? []), ...(is?.keys() ?? [])])]
      .sort()
      .flatMap((path) => differing(path, was?.get(path) ?? NONE, is?.get(path) ?? NONE))
      .map((change) => ({ ...change, replaces: property.replaces }));
    // No difference in the templates: it follows from the tags of the stack, which are an effect of their own.
    if (changed.length === 0) return [property];
    return isTagProperty(name) ? changed : [property, ...changed];
  });
}

const NONE: FoundTags = { tags: new Map(), text: '' };

/** By key; the whole of it where one side cannot be read. */
function differing(path: string, before: FoundTags, after: FoundTags): Omit<PropertyChange, 'replaces'>[] {
  const [was, is] = [before.tags, after.tags];
  if (!was || !is) return before.text === after.text ? [] : [{ path: `Properties.${makeVisibleLine(path)}` }];
  const shown = (side: 'before' | 'after', text: string | undefined) =>
    text === undefined ? {} : { [side]: makeVisible(text, Number.POSITIVE_INFINITY) };
  return [...new Set([...was.keys(), ...is.keys()])]
    .filter((key) => was.get(key) !== is.get(key) || is.get(key) === UNKNOWN_VALUE)
    .sort()
    .map((key) => ({
      path: `Properties.${makeVisibleLine(path)}.${makeVisibleLine(key, 128)}`,
      ...shown('before', was.get(key)),
      ...shown('after', is.get(key)),
    }));
}
