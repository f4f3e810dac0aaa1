/**
 * Changed tags told one by one. CloudFormation tells them as one value (which is cut where it is shown) or by their
 * place in the list; which *key* changes decides whether a plan is refused, so it is read from the templates.
 */
import type { PropertyChange } from '../../core/effect.ts';
import { makeVisibleLine } from '../../core/render-safe.ts';
import type { MarkContext, ResourceView } from '../../knowledge/marks/index.ts';
import { isTagProperty, tagsOf } from '../../knowledge/tags.ts';

const SHOWN_CHARACTERS = 200;

/** What cannot be read from the templates stays as CloudFormation told it. */
export function byTagKey(
  properties: readonly PropertyChange[],
  before: ResourceView | null,
  after: ResourceView | null,
  { isUnknown }: MarkContext,
): PropertyChange[] {
  return properties.flatMap((property) => {
    const name = property.path.replace(/^Properties\./, '');
    if (!isTagProperty(name) || !before || !after) return [property];
    const [was, is] = [before, after].map((view) => tagsOf(view.properties[name], isUnknown));
    const changed =
      was && is ? [...new Set([...was.keys(), ...is.keys()])].filter((key) => was.get(key) !== is.get(key)) : [];
    // No difference in the templates: it follows from the tags of the stack, which are an effect of their own.
    if (changed.length === 0) return [property];
    const shown = (side: 'before' | 'after', text: string | undefined) =>
      text === undefined ? {} : { [side]: makeVisibleLine(text, SHOWN_CHARACTERS) };
    return changed.sort().map((key) => ({
      path: `Properties.${name}.${makeVisibleLine(key, 128)}`,
      ...shown('before', was?.get(key)),
      ...shown('after', is?.get(key)),
      replaces: property.replaces,
    }));
  });
}
