/**
 * Values opened to their leaves, and what differs between two of them, leaf by leaf.
 *
 * Guarantees: nothing is left out and nothing is cut. JSON in text, base64 of text and text of several lines are
 * opened, so that what differs is told where it stands. JSON that says more than its parsed form (a key twice, an
 * escape) is opened and kept as written too.
 * Does not cover: what is packed (gzip) or encrypted: it stays one leaf.
 */

import { canonicalJson, type Json } from './digest.ts';
import { jsonInText } from './input-bounds.ts';

type Members = { [key: string]: Json };

export interface LeafChange {
  path: string;
  before?: string | undefined;
  after?: string | undefined;
}

/** What opened text is kept under: a member of this name says how the text is to be read, not where it stands. */
const OPENED = { json: '\u{27e6}json\u{27e7}', lines: '\u{27e6}lines\u{27e7}', base64: '\u{27e6}base64\u{27e7}' };
const AS_WRITTEN = '\u{27e6}as written\u{27e7}';
const MAX_DEPTH = 12;

export const isMembers = (value: Json | undefined): value is Members =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The same value with its text opened; what cannot be opened stays. */
export function opened(value: Json, depth = 0): Json {
  if (depth > MAX_DEPTH) return value;
  if (typeof value === 'string') return openedText(value, depth);
  return mapped(value, (item) => opened(item, depth + 1));
}

/** With every item or member as `map` makes it; the same value where it makes nothing else, so that no copy is kept. */
export function mapped(value: Json, map: (item: Json, key: string | undefined) => Json): Json {
  if (Array.isArray(value)) {
    let made: Json[] | undefined;
    for (let index = 0; index < value.length; index += 1) {
      const item = map(value[index]!, undefined);
      if (item !== value[index]) made ??= value.slice();
      if (made) made[index] = item;
    }
    return made ?? value;
  }
  if (!isMembers(value)) return value;
  let made: Members | undefined;
  for (const key of Object.keys(value)) {
    const item = map(value[key]!, key);
    if (item !== value[key]) made ??= { ...value };
    if (made) made[key] = item;
  }
  return made ?? value;
}

function openedText(text: string, depth: number): Json {
  const json = jsonIn(text);
  if (json !== undefined) {
    const inner = opened(json, depth + 1);
    return saysMore(text, json)
      ? { [OPENED.json]: inner, [AS_WRITTEN]: { [OPENED.lines]: text.split('\n') } }
      : { [OPENED.json]: inner };
  }
  const decoded = textInBase64(text);
  if (decoded !== undefined) return { [OPENED.base64]: openedText(decoded, depth + 1) };
  return text.includes('\n') ? { [OPENED.lines]: text.split('\n') } : text;
}

function jsonIn(text: string): Json | undefined {
  if (!/^\s*[[{]/.test(text)) return undefined;
  const json = jsonInText(text);
  return typeof json === 'object' ? (json.value as Json) : undefined;
}

/** Of two equal keys the parser keeps the last, and of two spellings one: what else the text says must not be lost. */
function saysMore(text: string, parsed: Json): boolean {
  const compact = text.replaceAll(/"(?:[^"\\]|\\.)*"|\s+/gs, (part) => (part.startsWith('"') ? part : ''));
  return compact !== JSON.stringify(parsed);
}

const BASE64 = /^(?:[A-Za-z0-9+/]{4}){4,}(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

/** @returns undefined where it is no base64, or of something that is no text. */
export function textInBase64(text: string): string | undefined {
  const packed = text.replaceAll(/\s+/g, '');
  if (!BASE64.test(packed)) return undefined;
  const bytes = Buffer.from(packed, 'base64');
  const decoded = bytes.toString('utf8');
  // An identifier of letters and digits decodes to bytes that are no text.
  const isText = !/[^\P{Cc}\n\r\t]|\p{Cn}|\ufffd(?!unresolved|\})/u.test(decoded);
  return isText && Buffer.from(decoded, 'utf8').equals(bytes) ? decoded : undefined;
}

const HOW = new Set(Object.values(OPENED));
const PLAIN_KEY = /^[\w:@/*$?\u{27e6}\u{27e7}-]+$/u;
const below = (path: string, key: string) =>
  HOW.has(key) ? path : `${path}.${PLAIN_KEY.test(key) ? key : JSON.stringify(key)}`;
const lineOf = (path: string, index: number, isLines: boolean) =>
  isLines ? `${path}:${index + 1}` : `${path}.${index}`;

/** Names an item of a list, so that the same list in another order is told as that. */
const IDENTITIES = ['Sid', 'Name', 'Key', 'Id', 'PolicyName', 'IndexName', 'RuleName', 'AttributeName', 'DeviceName'];

function identityOf(...lists: Json[][]): string | undefined {
  return IDENTITIES.find((name) =>
    lists.every((list) => {
      const names = list.map((item) => (isMembers(item) ? item[name] : undefined));
      return names.every((one) => typeof one === 'string' && one !== '') && new Set(names).size === names.length;
    }),
  );
}

const scalarText = (value: Json): string => (typeof value === 'string' ? value : JSON.stringify(value));

/** Every leaf, in the order of the value. The name that finds an item in its list is in the path and no leaf of its own. */
export function* leavesOf(value: Json, path: string, isLines = false): Generator<[path: string, text: string]> {
  if (Array.isArray(value) && value.length > 0) {
    const identity = identityOf(value);
    for (const [index, item] of value.entries())
      if (identity === undefined) yield* leavesOf(item, lineOf(path, index, isLines));
      else yield* leavesOf(...namedItem(item as Members, identity, path));
  } else if (isMembers(value) && Object.keys(value).length > 0)
    for (const [key, item] of Object.entries(value)) yield* leavesOf(item, below(path, key), key === OPENED.lines);
  else yield [path, scalarText(value)];
}

function namedItem(item: Members, identity: string, path: string): [Json, string] {
  const { [identity]: name, ...rest } = item;
  return [Object.keys(rest).length > 0 ? rest : item, below(path, String(name))];
}

/** What `keyOf` says of both, without making their texts. */
function isSame(one: Json | undefined, other: Json | undefined): boolean {
  if (one === other) return true;
  if (one === null || other === null || one === undefined || other === undefined) return false;
  if (typeof one !== 'object' || typeof other !== 'object')
    return typeof one !== 'object' && typeof other !== 'object' && String(one) === String(other);
  if (Array.isArray(one) || Array.isArray(other))
    return (
      Array.isArray(one) &&
      Array.isArray(other) &&
      one.length === other.length &&
      one.every((item, index) => isSame(item, other[index]))
    );
  const keys = Object.keys(one);
  return keys.length === Object.keys(other).length && keys.every((key) => isSame(one[key], other[key]));
}

const keyOf = (value: Json): string => canonicalJson(plain(value));
/** Text and number are the same, as they are to the clouds. */
const plain = (value: Json): Json =>
  Array.isArray(value)
    ? value.map(plain)
    : isMembers(value)
      ? Object.fromEntries(Object.entries(value).map(([key, item]) => [key, plain(item)]))
      : value === null
        ? value
        : String(value);

/** Every leaf that differs; of what stands on one side only, all of its leaves. */
export function changedLeaves(before: Json | undefined, after: Json | undefined, path: string): LeafChange[] {
  return [...differences(before, after, path, false)];
}

function* differences(
  before: Json | undefined,
  after: Json | undefined,
  path: string,
  isLines: boolean,
): Generator<LeafChange> {
  if (before === undefined && after === undefined) return;
  if (before !== undefined && after !== undefined) {
    if (isSame(before, after)) return;
    if (Array.isArray(before) && Array.isArray(after)) return yield* inLists(before, after, path, isLines);
    if (isMembers(before) && isMembers(after)) {
      for (const key of new Set([...Object.keys(before), ...Object.keys(after)]))
        yield* differences(before[key], after[key], below(path, key), key === OPENED.lines);
      return;
    }
    const [was, is] = [[...leavesOf(before, path)], [...leavesOf(after, path)]];
    if (was.length === 1 && is.length === 1 && was[0]![0] === is[0]![0])
      return yield { path: was[0]![0], before: was[0]![1], after: is[0]![1] };
  }
  if (before !== undefined) for (const [at, text] of leavesOf(before, path, isLines)) yield { path: at, before: text };
  if (after !== undefined) for (const [at, text] of leavesOf(after, path, isLines)) yield { path: at, after: text };
}

function* inLists(before: Json[], after: Json[], path: string, isLines: boolean): Generator<LeafChange> {
  const identity = before.length > 0 && after.length > 0 ? identityOf(before, after) : undefined;
  if (identity === undefined) return yield* inOrder(before, after, path, isLines);
  const byName = (list: Json[]) =>
    new Map(list.map((item) => [(item as Members)[identity] as string, item as Members]));
  const [was, is] = [byName(before), byName(after)];
  for (const name of new Set([...was.keys(), ...is.keys()])) {
    const part = (item: Members | undefined) => (item ? namedItem(item, identity, path)[0] : undefined);
    yield* differences(part(was.get(name)), part(is.get(name)), below(path, name), false);
  }
  const order = (one: Map<string, Members>, other: Map<string, Members>) =>
    [...one.keys()].filter((name) => other.has(name)).join(', ');
  const [old, now] = [order(was, is), order(is, was)];
  if (old !== now) yield { path: `${path} (order)`, before: old, after: now };
}

/** Most cells of the table that finds what two lists have in common. */
const MOST_CELLS = 4_000_000;

function* inOrder(before: Json[], after: Json[], path: string, isLines: boolean): Generator<LeafChange> {
  const [was, is] = [before.map(keyOf), after.map(keyOf)];
  for (const { from, to, at, until } of runs(was, is)) {
    const paired = Math.min(to - from, until - at);
    for (let index = 0; index < paired; index += 1)
      yield* differences(before[from + index]!, after[at + index]!, lineOf(path, at + index, isLines), false);
    for (let index = from + paired; index < to; index += 1)
      yield* differences(before[index]!, undefined, lineOf(path, index, isLines), false);
    for (let index = at + paired; index < until; index += 1)
      yield* differences(undefined, after[index]!, lineOf(path, index, isLines), false);
  }
}

interface Run {
  from: number;
  to: number;
  at: number;
  until: number;
}

/** Where two lists differ: `from` to `to` of the one became `at` to `until` of the other. */
function runs(was: readonly string[], is: readonly string[]): Run[] {
  let start = 0;
  while (start < was.length && start < is.length && was[start] === is[start]) start += 1;
  let [end, stop] = [was.length, is.length];
  while (end > start && stop > start && was[end - 1] === is[stop - 1]) [end, stop] = [end - 1, stop - 1];
  if (end === start && stop === start) return [];
  const [rows, columns] = [end - start, stop - start];
  if (rows * columns > MOST_CELLS || rows === 0 || columns === 0)
    return [{ from: start, to: end, at: start, until: stop }];
  const common = new Uint32Array((rows + 1) * (columns + 1));
  const cell = (row: number, column: number) => row * (columns + 1) + column;
  for (let row = rows - 1; row >= 0; row -= 1)
    for (let column = columns - 1; column >= 0; column -= 1)
      common[cell(row, column)] =
        was[start + row] === is[start + column]
          ? common[cell(row + 1, column + 1)]! + 1
          : Math.max(common[cell(row + 1, column)]!, common[cell(row, column + 1)]!);
  const found: Run[] = [];
  let [row, column] = [0, 0];
  while (row < rows || column < columns) {
    const [from, at] = [row, column];
    while (row < rows || column < columns) {
      if (row < rows && column < columns && was[start + row] === is[start + column]) break;
      if (column >= columns || (row < rows && common[cell(row + 1, column)]! >= common[cell(row, column + 1)]!))
        row += 1;
      else column += 1;
    }
    if (row > from || column > at)
      found.push({ from: start + from, to: start + row, at: start + at, until: start + column });
    while (row < rows && column < columns && was[start + row] === is[start + column])
      [row, column] = [row + 1, column + 1];
  }
  return found;
}
