/**
 * Which tags an effect changes, wherever they are spelled: `Tags.KEY` of a stack or by plan_tags, `Properties.Tags`
 * and its kin (`TagList`, `UserPoolTags`, `TagSet`) in a template, as a list of {Key, Value} or as a map.
 */
import type { Json } from '../../../core/digest.ts';
import { type Effect, type PropertyChange, UNREADABLE_TAGS } from '../../../core/effect.ts';

/** One tag, at the resource or within (`Properties.LaunchTemplateData.TagSpecifications.0.Tags.KEY`). Keys have dots. */
const SINGLE = /^Properties\.(?:.+?\.)??\w*Tag(?:s|List|Set)\.(?!\d+(?:\.|$))(.+)$/;

/** @param shownOnStack the stack's own tag changes are in the plan: what only follows from them (`Tags`) is read there. */
export function changedTagKeys({ kind, properties }: Effect, shownOnStack: boolean): string[] {
  if (kind === 'create' || kind === 'delete') return [];
  return properties.flatMap((property) => {
    const { path, before, after } = property;
    if (!path.includes('Tag')) return [];
    if (path.startsWith('Tags.')) return before === after ? [] : [path.slice('Tags.'.length)];
    const single = SINGLE.exec(path);
    if (single) return [single[1]!];
    if (path === 'Tags' && shownOnStack && before === undefined && after === undefined) return [];
    const names = path.replace(/^Properties\./, '').split('.');
    return isTagProperty(names[0]!) || isTagProperty(names.at(-1)!) ? keysThatDiffer(property) : [];
  });
}

function keysThatDiffer({ before, after }: PropertyChange): string[] {
  const [old, wanted] = [tagsIn(before), tagsIn(after)];
  if (!old || !wanted || (before === undefined && after === undefined)) return [UNREADABLE_TAGS];
  return [...new Set([...old.keys(), ...wanted.keys()])].filter((key) => old.get(key) !== wanted.get(key));
}

/** Is this top-level property, or attribute, one that has tags? */
export const isTagProperty = (name: string): boolean => /^\w*Tag(?:s|List|Set)$/.test(name);

/** @returns undefined when the text is no JSON of tags: cut, or an intrinsic function. */
function tagsIn(text: string | undefined): Map<string, string> | undefined {
  if (text === undefined) return new Map();
  try {
    const value = JSON.parse(text) as Json;
    // A switch (`EnableECSManagedTags`) sets none of our keys.
    return typeof value === 'boolean' ? new Map() : tagsOf(value, () => false);
  } catch {
    return undefined;
  }
}

/** Tags by key; a value that is no text is told as JSON, and so is what else a tag has (`PropagateAtLaunch`). */
const valueText = (value: Json, more: Record<string, Json>): string =>
  [value, ...(Object.keys(more).length > 0 ? [more] : [])]
    .map((part) => (typeof part === 'string' ? part : JSON.stringify(part)))
    .join(' ');

/** A tag whose value is not known: it may be another one each time. */
export const UNKNOWN_VALUE = '(not known)';

/** @returns undefined when a key is not known, or there twice: which of the two counts is not told. */
export function tagsOf(
  value: Json | undefined,
  isUnknown: (value: Json | undefined) => boolean,
): Map<string, string> | undefined {
  if (value === undefined) return new Map();
  if (value === null || typeof value !== 'object') return undefined;
  const pairs: [key: Json | undefined, text: string][] = Array.isArray(value)
    ? value.map((item) => {
        const { Key, Value = '', ...more } = (item ?? {}) as Record<string, Json>;
        return [Key, isUnknown(item) ? UNKNOWN_VALUE : valueText(Value, more)];
      })
    : Object.entries(value).map(([key, text]) => [key, isUnknown(text) ? UNKNOWN_VALUE : valueText(text, {})]);
  const isKey = (key: Json | undefined) => typeof key === 'string' && !isUnknown(key) && !/^(?:Fn::|Ref$)/.test(key);
  const tags = new Map(pairs.map(([key, text]) => [String(key), text]));
  return pairs.every(([key]) => isKey(key)) && tags.size === pairs.length ? tags : undefined;
}

/** Tags somewhere in a property; `tags` undefined: they cannot be read. */
export interface FoundTags {
  tags: Map<string, string> | undefined;
  text: string;
}

/** Wherever below a value tags are, by path. */
export function tagsWithin(
  name: string,
  value: Json | undefined,
  isUnknown: (value: Json | undefined) => boolean,
): Map<string, FoundTags> {
  const found = new Map<string, FoundTags>();
  const walk = (path: string, at: Json): void => {
    const isObject = at !== null && typeof at === 'object';
    if (isTagProperty(path.slice(path.lastIndexOf('.') + 1)) && (isObject || path === name || isUnknown(at)))
      found.set(path, { tags: tagsOf(at, isUnknown), text: JSON.stringify(at) });
    else if (isObject) for (const [key, below] of Object.entries(at)) walk(`${path}.${key}`, below);
  };
  if (value !== undefined && typeof value !== 'boolean') walk(name, value);
  return found;
}
