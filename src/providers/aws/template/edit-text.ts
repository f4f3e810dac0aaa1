/** Writes one edit into a template's text: in block style where the text is, in JSON where it is in braces. */
import { isCollection, isMap, isPair, type Node, type Pair, stringify } from 'yaml';
import type { Json } from '../../../core/digest.ts';
import type { Container, Spot } from './edit-path.ts';

/** @param source the text that the nodes of `spot` were read from. */
export function splice(source: string, spot: Spot): string {
  const { container, index, owner, value, key } = spot;
  if (value === undefined) {
    if (container.items.length > 1) return removed(source, container, index!);
    return replaced(source, owner!.container, owner!.index, isMap(container) ? {} : []);
  }
  if (index !== undefined) return replaced(source, container, index, value);
  if (container.items.length === 0)
    return replaced(source, owner!.container, owner!.index, isMap(container) ? { [key]: value } : [value]);
  return container.flow ? addedInBraces(source, container, key, value) : addedAsLines(source, container, key, value);
}

function replaced(source: string, container: Container, index: number, value: Json): string {
  const item = container.items[index];
  const end = (isPair(item) ? (item.value as Node) : (item as Node)).range![1];
  const start = isPair(item) ? afterColon(item) : startOf(container, index);
  const gap = isPair(item) ? ' ' : '';
  const text = container.flow
    ? `${gap}${json(value, source.slice(...spanOf(container)).includes('\n') ? marginAt(source, start) : undefined)}`
    : block(source, container, isPair(item) ? { '': value } : [value]).replace(
        isPair(item) ? /^"": ?/ : /^- /,
        (cut) => (cut.endsWith(' ') ? gap : ''),
      );
  const newline = source[end - 1] === '\n' && end > start ? newlineOf(source) : '';
  return source.slice(0, start) + text + newline + source.slice(end);
}

function addedAsLines(source: string, container: Container, key: string, value: Json): string {
  const text = block(source, container, isMap(container) ? { [key]: value } : [value]);
  const margin = ' '.repeat(columnOf(source, startOf(container, 0)));
  const end = endOf(container);
  const newline = newlineOf(source);
  if (source[end - 1] === '\n') return `${source.slice(0, end)}${margin}${text}${newline}${source.slice(end)}`;
  const lineEnd = lineEndAt(source, end);
  return `${source.slice(0, lineEnd)}${newline}${margin}${text}${source.slice(lineEnd)}`;
}

function addedInBraces(source: string, container: Container, key: string, value: Json): string {
  const first = startOf(container, 0);
  const last = container.items.at(-1);
  const end = ((isPair(last) ? (last.value ?? last.key) : last) as Node).range![1];
  const isSpread = source.slice(container.range![0], first).includes('\n');
  const margin = isSpread ? marginAt(source, first) : undefined;
  const text = `${isMap(container) ? `${JSON.stringify(key)}: ` : ''}${json(value, margin)}`;
  const gap = margin === undefined ? ' ' : `${newlineOf(source)}${margin}`;
  return `${source.slice(0, end)},${gap}${text}${source.slice(end)}`;
}

function removed(source: string, container: Container, index: number): string {
  const start = startOf(container, index);
  const next = container.items[index + 1] === undefined ? undefined : startOf(container, index + 1);
  const cut = (from: number, to: number) => source.slice(0, from) + source.slice(to);
  if (container.flow)
    return next === undefined
      ? cut(endOfItem(container.items[index - 1]), endOfItem(container.items[index]))
      : cut(start, next);
  const lineStart = source.lastIndexOf('\n', start - 1) + 1;
  // Behind the dash of a list item: the next key takes its place on that line.
  if (source.slice(lineStart, start).trim() !== '') return cut(start, next!);
  const end = endOfItem(container.items[index]);
  if (source[end - 1] === '\n') return cut(lineStart, end);
  const lineEnd = source.indexOf('\n', end);
  return cut(lineStart, lineEnd < 0 ? source.length : lineEnd + 1);
}

/** Lines of block style, all but the first with the margin of the container's items. */
function block(source: string, container: Container, value: Json): string {
  const margin = ' '.repeat(columnOf(source, startOf(container, 0)));
  const text = stringify(value, { version: '1.1', lineWidth: 0, aliasDuplicateObjects: false }).replace(/\n$/, '');
  return text.replaceAll(/\n(?=[^\n])/g, `\n${margin}`).replaceAll('\n', newlineOf(source));
}

/** @param margin undefined: on one line. */
const json = (value: Json, margin: string | undefined): string =>
  margin === undefined
    ? JSON.stringify(value)
    : JSON.stringify(value, null, margin.includes('\t') ? '\t' : 2).replaceAll('\n', `\n${margin}`);

/** Where an item begins: its key, the dash of a block list, or the value with its tag. */
function startOf(container: Container, index: number): number {
  if (isMap(container)) return ((container.items[index] as Pair).key as Node).range![0];
  const { items } = container.srcToken as { items: { start: { type: string; offset: number }[] }[] };
  const token = items[index]!.start.find(({ type }) => type === 'seq-item-ind' || type === 'tag' || type === 'anchor');
  return token?.offset ?? (container.items[index] as Node).range![0];
}

function afterColon({ srcToken }: Pair): number {
  const colon = srcToken?.sep?.find(({ type }) => type === 'map-value-ind') as { offset: number } | undefined;
  return (colon?.offset ?? Number.NaN) + 1;
}

/** The end of the last value in it: no comment, no blank line behind it. */
function endOf(node: Container): number {
  return node.flow || node.items.length === 0 ? node.range![1] : endOfItem(node.items.at(-1));
}

function endOfItem(item: unknown): number {
  const node = isPair(item) ? (item.value ?? item.key) : item;
  return isCollection(node) ? endOf(node as Container) : (node as Node).range![1];
}

const spanOf = ({ range }: Container): [number, number] => [range![0], range![1]];
const columnOf = (source: string, offset: number): number => offset - (source.lastIndexOf('\n', offset - 1) + 1);
const marginAt = (source: string, offset: number): string =>
  /^[ \t]*/.exec(source.slice(source.lastIndexOf('\n', offset - 1) + 1))![0];
const newlineOf = (source: string): string => (source.includes('\r\n') ? '\r\n' : '\n');
function lineEndAt(source: string, offset: number): number {
  const end = source.indexOf('\n', offset);
  if (end < 0) return source.length;
  return source[end - 1] === '\r' ? end - 1 : end;
}
