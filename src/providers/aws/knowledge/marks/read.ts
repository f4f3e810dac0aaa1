/**
 * Reading resolved properties, the same way for all finders.
 *
 * Guarantees: what lies below something unknown is unknown; text and number, 'true' and true are the same, as they
 * are to CloudFormation; members in another order are no difference.
 */

import { canonicalJson, type Json } from '../../../../core/digest.ts';
import type { MarkContext, ResourceView } from './finder.ts';
import { STAND_IN } from './tokens.ts';

export type Found = ReadonlyMap<string, Json>;
type Members = Record<string, Json>;

export function isMembers(value: Json | undefined): value is Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export const listOf = (value: Json | undefined): Json[] =>
  value === undefined || value === null ? [] : Array.isArray(value) ? value : [value];

/** Names an item of a list, so that a list in another order is the same list. */
const IDENTITIES = ['Id', 'Name', 'Region', 'AvailabilityZone', 'IndexName', 'Sid', 'Key', 'PolicyName', 'RuleName'];

function keyOf(item: Json, index: number): string {
  if (!isMembers(item)) return String(index);
  const identity = IDENTITIES.find((name) => typeof item[name] === 'string');
  return identity === undefined ? String(index) : String(item[identity]);
}

/**
 * The values at a dotted path, by the exact path of each: `A.*.B` follows every item of a list or member of a map.
 * `A.#some~key.Value` the item whose Key (or ParameterName) is `some.key`, `A.some~key` the member of that name. What is absent is not in the map.
 */
export function valuesAt(view: ResourceView | null, path: string, context: MarkContext): Found {
  const found = new Map<string, Json>();
  if (view) walk(view.properties, path.split('.'), 'Properties', found, context);
  return found;
}

function walk(value: Json | undefined, parts: string[], at: string, found: Map<string, Json>, context: MarkContext) {
  const [part, ...rest] = parts;
  if (value === undefined || value === null) return;
  if (part === undefined || (typeof value === 'string' && context.isUnknown(value))) {
    found.set([at, ...parts.filter((name) => name !== '*')].join('.'), value);
  } else if (part.startsWith('#')) {
    const wanted = part.slice(1).replaceAll('~', '.');
    const item = listOf(value).find((entry) => isMembers(entry) && (entry.Key ?? entry.ParameterName) === wanted);
    walk(item, rest, `${at}.${wanted}`, found, context);
  } else if (part === '*') {
    if (Array.isArray(value))
      value.forEach((item, index) => {
        walk(item, rest, `${at}.${keyOf(item, index)}`, found, context);
      });
    else if (isMembers(value))
      for (const [name, item] of Object.entries(value)) walk(item, rest, `${at}.${name}`, found, context);
    else walk(value, rest, `${at}.0`, found, context); // CloudFormation takes one item for a list of one
  } else if (isMembers(value)) {
    const name = part.replaceAll('~', '.');
    walk(value[name], rest, `${at}.${name}`, found, context);
  } else if (Array.isArray(value) && value.length === 1) walk(value[0], parts, at, found, context);
}

/** The one value at a path without `*`. */
export function valueAt(view: ResourceView | null, path: string, context: MarkContext): Json | undefined {
  const [value] = valuesAt(view, path, context).values();
  return value;
}

/** Every string in a value, with its path. */
export function* stringsIn(value: Json | undefined, at: string): Generator<[path: string, text: string]> {
  if (typeof value === 'string') yield [at, value];
  else if (Array.isArray(value)) for (const [index, item] of value.entries()) yield* stringsIn(item, `${at}.${index}`);
  else if (isMembers(value)) for (const [name, item] of Object.entries(value)) yield* stringsIn(item, `${at}.${name}`);
}

const plain = (value: Json): Json =>
  Array.isArray(value)
    ? value.map(plain)
    : isMembers(value)
      ? Object.fromEntries(Object.entries(value).map(([name, item]) => [name, plain(item)]))
      : String(value);

/** Equal for what is the same. */
export const sameKey = (value: Json): string => canonicalJson(plain(value));

export function same(a: Json | undefined, b: Json | undefined): boolean {
  if (a === undefined || b === undefined || a === null || b === null) return (a ?? null) === (b ?? null);
  return a === b || sameKey(a) === sameKey(b);
}

const REFERENCE = /\{\{resolve:[^}]{0,2000}\}\}/g;

/**
 * May it differ? Equal words for what the cloud works out (an import, a dynamic reference, a function) are no
 * difference: what they could come to mean by the execution is for pins.ts. Two values that were not told may differ.
 */
export function mayDiffer(a: Json | undefined, b: Json | undefined, context: MarkContext): boolean {
  if (!same(a, b)) return true;
  return (
    context.isUnknown(b) && context.isUnknown(JSON.stringify(b).replaceAll(REFERENCE, '').replaceAll(STAND_IN, ''))
  );
}

/** Did anything at this path change? */
export function changedAt(
  before: ResourceView | null,
  after: ResourceView | null,
  path: string,
  context: MarkContext,
): boolean {
  const [was, is] = [valuesAt(before, path, context), valuesAt(after, path, context)];
  return [...new Set([...was.keys(), ...is.keys()])].some((key) => mayDiffer(was.get(key), is.get(key), context));
}

export const numberOf = (value: Json | undefined): number => Number(value ?? Number.NaN);
export const isTrue = (value: Json | undefined): boolean => String(value ?? '').toLowerCase() === 'true';

/** As people write it: references to own resources by their logical id. */
export function written(value: Json | undefined): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value ?? null);
  return text.replaceAll(/\u{27e6}own:([^\u{27e7}]*)\u{27e7}/gu, '$1').replaceAll(/\u{fffd}/gu, '');
}

/** The same, short, for a sentence. */
export function shown(value: Json | undefined): string {
  const text = written(value);
  return text.length > 120 ? `${text.slice(0, 117)}…` : text;
}
