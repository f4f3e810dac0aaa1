/**
 * Which tags an effect changes, wherever they are spelled: `Tags.KEY` of a stack or by plan_tags, `Properties.Tags`
 * and its kin (`TagList`, `UserPoolTags`, `TagSet`) in a template, as a list of {Key, Value} or as a map.
 */
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
    const single = /^Properties\.(?:Tags|TagList)\.(\D.*)$/.exec(path);
    if (single) return [single[1]!];
    if (path === 'Tags' && shownOnStack && before === undefined && after === undefined) return [];
    return /^(?:Properties\.)?\w*Tag(?:s|List|Set)(?:\.|$)/.test(path) ? keysThatDiffer(property) : [];
  });
}

function keysThatDiffer({ before, after }: PropertyChange): string[] {
  const [old, wanted] = [tagsIn(before), tagsIn(after)];
  if (!old || !wanted || (before === undefined && after === undefined)) return [UNREADABLE];
  return [...new Set([...old.keys(), ...wanted.keys()])].filter((key) => old.get(key) !== wanted.get(key));
}

/** @returns undefined when the text is no JSON of tags: cut, or an intrinsic function. */
function tagsIn(text: string | undefined): Map<string, string> | undefined {
  if (text === undefined) return new Map();
  try {
    const parsed: unknown = JSON.parse(text);
    const pairs = Array.isArray(parsed)
      ? parsed.map(({ Key, Value }: { Key: unknown; Value: unknown }) => [Key, Value] as const)
      : Object.entries(parsed as object);
    if (pairs.some(([key]) => typeof key !== 'string' || key.startsWith('Fn::'))) return undefined;
    return new Map(pairs.map(([key, value]) => [key as string, JSON.stringify(value)]));
  } catch {
    return undefined;
  }
}
