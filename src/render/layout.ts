/**
 * Lines of a given width out of rows: words stay whole, and every line of text that is not ours keeps its mark.
 * Knows no terminal: who prints says how wide it is and how tones look.
 */
import type { EffectKind } from '../core/effect.ts';
import { makeVisible } from '../core/render-safe.ts';

export type Tone = 'plain' | 'strong' | 'good' | 'warn' | 'bad' | 'quiet';

export interface Row {
  text: string;
  /** Columns before it. */
  indent?: number;
  /** Stands before every line, since nothing that follows is our text: `agent│ `. */
  mark?: string;
  /** To be copied: broken only where a shell goes on to read, after a backslash. */
  command?: true;
  /** The whole row is our own sentence. Else its further lines carry a mark: names and values in it are not ours. */
  own?: true;
  tone?: Tone;
  /** The text is these, with a dot between: for a reader that sets them apart. */
  parts?: readonly string[];
  /** The text is these names, with a comma between. */
  names?: readonly string[];
  /** The text is this leaf: for a reader that has columns. Both values absent: it changes, and neither is shown. */
  leaf?: Leaf;
  /** Here begin the rows of effects. `name`: how the text calls them. `ids`: their names in the plan. */
  begins?: { name: string; kind: EffectKind; ids: readonly string[] };
}
/** Path and values as people read them; none is cut. */
export interface Leaf {
  path: string;
  before?: string;
  after?: string;
}
export const SECTION_KEYS = [
  'state',
  'look',
  'changes',
  'agent',
  'guards',
  'deleted',
  'whole',
  'observed',
  'calls',
  'next',
] as const;
export interface Section {
  key: (typeof SECTION_KEYS)[number];
  title: string;
  rows: Row[];
}
/** A row of parts that stand beside one another. */
export const rowOf = (parts: readonly string[], more: Omit<Row, 'text' | 'parts'> = {}): Row => ({
  ...more,
  text: parts.join(' \u00b7 '),
  parts,
});
export type Paint = (tone: Tone, text: string) => string;

export const NARROWEST = 40;

export function layOut(sections: readonly Section[], width: number, paint: Paint = (_tone, text) => text): string[] {
  const columns = Math.max(NARROWEST, width);
  return sections.flatMap(({ title, rows }, index) => [
    ...(index > 0 && title !== '' ? [''] : []),
    ...(title === '' ? [] : linesOf({ text: title }, columns).map((line) => paint('strong', line))),
    ...rows.flatMap((row) => linesOf(row, columns).map((line) => paint(row.tone ?? 'plain', line))),
  ]);
}

function linesOf({ text, indent = 0, mark = '', own, command }: Row, width: number): string[] {
  if (command) return commandLines(shownText(text), indent, width);
  const start = ' '.repeat(indent);
  const before = start + mark;
  const after = mark === '' ? `${start}${own ? '  ' : GOES_ON}` : before;
  return shownText(text)
    .split('\n')
    .flatMap((line, index) => {
      const first = index === 0 ? before : after;
      return wrapped(line, width - after.length, width - first.length).map(
        (part, piece) => (piece === 0 ? first : after) + part,
      );
    });
}

/** A word in quotes is one word, however many spaces are in it. */
const SHELL_WORDS = /(?:[^\s'"\\]|\\.|'[^']*'|"(?:[^"\\]|\\.)*")+|\S/gs;

function commandLines(text: string, indent: number, width: number): string[] {
  const start = ' '.repeat(indent);
  if (indent + widthOf(text) <= width) return [start + text];
  const lines: string[] = [];
  for (const word of text.match(SHELL_WORDS) ?? []) {
    const last = lines.at(-1);
    if (last !== undefined && widthOf(`${last} ${word} \\`) <= width) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(`${start}${last === undefined ? '' : '  '}${word}`);
  }
  return lines.map((line, index) => (index < lines.length - 1 ? `${line} \\` : line));
}

/** SECURITY: no line that goes on looks like one that begins. */
export const GOES_ON = '\u2502 ';

/** SECURITY: a blank that is no space, and what is not seen, is written out. A tab moves the cursor, so it is too. */
export const shownText = (text: string): string => makeVisible(text, Number.POSITIVE_INFINITY).replaceAll('\t', '\\t');

/** At spaces; a word that is longer than a line goes on after one of its joints. Runs of spaces stay: they are text. */
export function wrapped(text: string, room: number, first = room): string[] {
  const lines: string[] = [];
  let rest = text;
  for (let columns = first; widthOf(rest) > columns; columns = room) {
    const end = breakAt(rest, Math.max(8, columns));
    // The one space that it breaks at, and no other: spaces are text too.
    lines.push(rest.slice(0, end).replace(/ $/, ''));
    rest = rest.slice(end);
  }
  return [...lines, rest];
}

function breakAt(text: string, columns: number): number {
  const fits = fitting(text, columns);
  const space = text.lastIndexOf(' ', fits);
  const word = text.slice(space + 1).split(' ', 1)[0]!;
  if (space > 0 && (widthOf(word) <= columns || space >= fits * 0.6)) return space + 1;
  const joint = Math.max(...['/', ':', ',', '.', '-', '&', '?', '='].map((one) => text.lastIndexOf(one, fits - 1)));
  return joint > fits / 2 ? joint + 1 : fits;
}

/** How many code units of a text fit. */
function fitting(text: string, columns: number): number {
  let [taken, units] = [0, 0];
  for (const character of text) {
    taken += widthOf(character);
    if (taken > columns) break;
    units += character.length;
  }
  return Math.max(units, 1);
}

const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1faff}\u{20000}-\u{3fffd}]/u;

/** Columns that a text takes at a terminal. */
export function widthOf(text: string): number {
  let columns = 0;
  for (const character of text) columns += /\p{M}/u.test(character) ? 0 : WIDE.test(character) ? 2 : 1;
  return columns;
}
