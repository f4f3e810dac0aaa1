import { isMapping } from './model.ts';

/**
 * Writes out `Fn::ForEach::Name: [identifier, collection, body]` at any depth: each member of the body once per item,
 * with `${identifier}`, `&{identifier}` and `{Ref: identifier}` replaced by the item.
 *
 * @param itemsOf the collection's items; undefined when they cannot be known: then `unknownLoop` hears the loop's name
 *   and its members are left out.
 */
export function expandLoops(
  value: unknown,
  itemsOf: (collection: unknown) => string[] | undefined,
  unknownLoop: (name: string) => void,
): unknown {
  const expand = (part: unknown): unknown => {
    if (Array.isArray(part)) return part.map(expand);
    if (!isMapping(part)) return part;
    return Object.fromEntries(Object.entries(part).flatMap(([key, inner]) => expandMember(key, inner)));
  };
  const expandMember = (key: string, inner: unknown): [string, unknown][] => {
    if (!key.startsWith('Fn::ForEach::')) return [[key, expand(inner)]];
    const [identifier, collection, body] = Array.isArray(inner) ? inner : [];
    const items = itemsOf(collection);
    if (typeof identifier !== 'string' || !isMapping(body) || items === undefined) {
      unknownLoop(key.slice('Fn::ForEach::'.length));
      return [];
    }
    return items.flatMap((item) =>
      Object.entries(expand(replaceIdentifier(body, identifier, item)) as object),
    );
  };
  return expand(value);
}

function replaceIdentifier(value: unknown, identifier: string, item: string): unknown {
  if (typeof value === 'string') {
    return value
      .replaceAll(`\${${identifier}}`, item)
      .replaceAll(`&{${identifier}}`, item.replace(/[^A-Za-z0-9]/g, ''));
  }
  if (Array.isArray(value)) return value.map((part) => replaceIdentifier(part, identifier, item));
  if (!isMapping(value)) return value;
  if (value.Ref === identifier && Object.keys(value).length === 1) return item;
  return Object.fromEntries(
    Object.entries(value).map(([key, part]) => [
      replaceIdentifier(key, identifier, item) as string,
      replaceIdentifier(part, identifier, item),
    ]),
  );
}
