/**
 * A table with a header, in the width of a terminal. No word is broken that fits a line: where the columns are too narrow
 * for their words, each row is told line by line instead.
 *
 * SECURITY: a cell that goes on stays in its column, so that nothing in it looks like a row.
 */
import { makeVisibleLine } from '../core/render-safe.ts';
import { NARROWEST, type Paint, type Tone, widthOf, wrapped } from './layout.ts';

export interface Column<Row> {
  title: string;
  /** Made visible here, on one line. */
  cell(row: Row): string;
  tone?(row: Row): Tone;
  /** Its cells never go on in another line. */
  isWhole?: true;
}

const GAP = 2;

/** @param width undefined: as wide as it gets. */
export function tableLines<Row>(
  columns: readonly Column<Row>[],
  rows: readonly Row[],
  width: number | undefined,
  paint: Paint = (_tone, text) => text,
): string[] {
  const cells = rows.map((row) => columns.map(({ cell }) => makeVisibleLine(cell(row), Number.POSITIVE_INFINITY)));
  const toneOf = (row: number, column: number) => columns[column]!.tone?.(rows[row]!) ?? 'plain';
  const titles = columns.map(({ title }) => title);
  const columnsOf = (table: string[][]) => titles.map((_, column) => table.map((row) => row[column]!));
  const room = width === undefined ? Number.POSITIVE_INFINITY : Math.max(NARROWEST, width);
  const isWhole = columns.map((column) => column.isWhole ?? false);
  const widths = fittingWidths(columnsOf([titles, ...cells]), isWhole, room - GAP * (columns.length - 1));
  if (!widths) return cells.flatMap((row, at) => told(titles, row, room, (column) => toneOf(at, column), paint));
  const lines = (row: string[], tone: (column: number) => Tone) => rowLines(row, widths, tone, paint);
  return [...lines(titles, () => 'strong'), ...cells.flatMap((row, at) => lines(row, (column) => toneOf(at, column)))];
}

/** As wide as their text; where that is too wide, the widest give way down to their longest words. */
function fittingWidths(columns: readonly string[][], isWhole: readonly boolean[], room: number): number[] | undefined {
  const widest = columns.map((cells) => Math.max(...cells.map(widthOf)));
  const least = columns.map((cells, at) =>
    isWhole[at] ? widest[at]! : Math.max(...cells.flatMap((cell) => cell.split(' ').map(widthOf))),
  );
  const sum = (widths: readonly number[]) => widths.reduce((all, one) => all + one, 0);
  if (sum(least) > room) return undefined;
  const widths = [...widest];
  for (let over = sum(widths) - room; over > 0; over -= 1) {
    const slack = widths.map((one, at) => (one > least[at]! ? one : 0));
    widths[slack.indexOf(Math.max(...slack))]! -= 1;
  }
  return widths;
}

function rowLines(
  row: readonly string[],
  widths: readonly number[],
  tone: (column: number) => Tone,
  paint: Paint,
): string[] {
  const parts = row.map((cell, column) => wrapped(cell, widths[column]!));
  const height = Math.max(...parts.map((lines) => lines.length));
  return Array.from({ length: height }, (_, line) => {
    const last = parts.findLastIndex((lines) => (lines[line] ?? '') !== '');
    return parts
      .slice(0, last + 1)
      .map((lines, column) => {
        const text = lines[line] ?? '';
        const gap = column === last ? '' : ' '.repeat(widths[column]! - widthOf(text) + GAP);
        return (text === '' ? '' : paint(tone(column), text)) + gap;
      })
      .join('');
  });
}

/** Each cell after its title, the first alone. */
function told(
  titles: readonly string[],
  row: readonly string[],
  room: number,
  tone: (column: number) => Tone,
  paint: Paint,
): string[] {
  const label = Math.max(...titles.map(widthOf)) + GAP;
  return row.flatMap((cell, column) => {
    if (cell === '') return [];
    if (column === 0) return [paint(tone(0), cell)];
    return wrapped(cell, room - label - GAP).map(
      (line, at) => `  ${(at === 0 ? titles[column]! : '').padEnd(label)}${paint(tone(column), line)}`,
    );
  });
}
