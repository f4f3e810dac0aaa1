/**
 * Which tags an effect changes, wherever they are spelled: `Tags.KEY` of a stack or by plan_tags, `Properties.Tags`
 * and its kin (`TagList`, `UserPoolTags`, `TagSet`) in a template, as a list of {Key, Value} or as a map.
 */
import type { Json } from '../core/digest.ts';
import type { Effect, PropertyChange } from '../core/effect.ts';

/** Tags change, and which could not be read. */
export const UNREADABLE = '(not readable)';

/** @param shownOnStack the stack's own tag changes are in the plan: what only follows from them (`Tags`) is read there. */
export function changedTagKeys({ kind, properties }: Effect, shownOnStack: boolean): string[] {
  if (kind === 'create' || kind === 'delete') return [];
  return properties.flatMap((property) => {
    const { path, before, after } = property;
    if (!path.includes('Tag')) return [];
    if (path.startsWith('Tags.')) return before === after ? [] : [path.slice('Tags.'.length)];
    const single = /^Properties\.\w*Tag(?:s|List|Set)\.(?!\d+(?:\.|$))(.+)$/.exec(path);
    if (single) return [single[1]!];
    if (path === 'Tags' && shownOnStack && before === undefined && after === undefined) return [];
    return isTagProperty(path.split('.')[path.startsWith('Properties.') ? 1 : 0]!) ? keysThatDiffer(property) : [];
  });
}

function keysThatDiffer({ before, after }: PropertyChange): string[] {
  const [old, wanted] = [tagsIn(before), tagsIn(after)];
  if (!old || !wanted || (before === undefined && after === undefined)) return [UNREADABLE];
  return [...new Set([...old.keys(), ...wanted.keys()])].filter((key) => old.get(key) !== wanted.get(key));
}

/** Is this top-level property, or attribute, one that has tags? */
export const isTagProperty = (name: string): boolean => /^\w*Tag(?:s|List|Set)$/.test(name);

/** @returns undefined when the text is no JSON of tags: cut, or an intrinsic function. */
function tagsIn(text: string | undefined): Map<string, string> | undefined {
  if (text === undefined) return new Map();
  try {
    return tagsOf(JSON.parse(text) as Json, () => false);
  } catch {
    return undefined;
  }
}

/** Tags by key; a value that is no text is told as JSON. @returns undefined when a key is not known. */
export function tagsOf(
  value: Json | undefined,
  isUnknown: (value: Json | undefined) => boolean,
): Map<string, string> | undefined {
  if (value === undefined) return new Map();
  if (isUnknown(value) || value === null || typeof value !== 'object') return undefined;
  const pairs = Array.isArray(value)
    ? value.map((item) => {
        const { Key, Value = '' } = (item ?? {}) as Record<string, Json>;
        return [Key, Value] as const;
      })
    : Object.entries(value);
  const isKey = (key: Json | undefined) => typeof key === 'string' && !isUnknown(key) && !/^(?:Fn::|Ref$)/.test(key);
  if (!pairs.every(([key]) => isKey(key))) return undefined;
  return new Map(pairs.map(([key, text]) => [String(key), typeof text === 'string' ? text : JSON.stringify(text)]));
}
