import { execFileSync } from 'node:child_process';
import { stripVTControlCharacters } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createPrinter, fitted } from '../../src/cli/printer.ts';
import { layOut, widthOf } from '../../src/render/layout.ts';
import { tableLines } from '../../src/render/table.ts';

/** Words as they come in names, ids and sentences: none is wider than the narrowest terminal. */
const word = fc.oneof(
  fc.stringMatching(/^[a-z]{1,12}$/),
  fc.stringMatching(/^chg_[0-9a-f]{12}$/),
  fc.stringMatching(/^[a-z-]{1,30}$/),
  fc.constantFrom('表表表表', 'é', 'arn:aws:iam::123456789012:a'),
);
const text = fc.array(word, { minLength: 1, maxLength: 30 }).map((words) => words.join(' '));
const width = fc.integer({ min: 40, max: 130 });
const wordsOf = (lines: readonly string[]) =>
  lines.flatMap((line) => line.replaceAll('│ ', '').split(/\s+/)).filter(Boolean);

describe('text at a terminal', () => {
  it('is never wider than it, breaks no word, and keeps them all', () => {
    fc.assert(
      fc.property(text, width, fc.nat(8), (given, columns, indent) => {
        const lines = fitted(' '.repeat(indent) + given, columns).split('\n');
        for (const line of lines) expect(widthOf(line)).toBeLessThanOrEqual(columns);
        expect(wordsOf(lines)).toEqual(given.split(' '));
        for (const line of lines.slice(1)) expect(line).toMatch(/^ *│ /);
      }),
    );
  });

  it('is left as it is where there is no terminal', () => {
    const long = 'word '.repeat(100);
    expect(fitted(long, undefined)).toBe(long);
  });

  it('of others never begins a line of ours', () => {
    const lines = fitted(`There is no change ${'x'.repeat(50)} countersign approve chg_evil now`, 60).split('\n');
    expect(lines.filter((line) => /^\s*countersign/.test(line))).toEqual([]);
  });
});

describe('a command to copy', () => {
  it('is broken only where a shell reads on: it stays the same words', () => {
    const shellWord = fc.oneof(
      fc.stringMatching(/^[a-z0-9_./-]{1,20}$/),
      fc.stringMatching(/^[a-z {}":,]{1,40}$/).map((one) => `'${one}'`),
    );
    fc.assert(
      fc.property(fc.array(shellWord, { minLength: 1, maxLength: 12 }), width, (words, columns) => {
        const rows = [{ indent: 2, text: words.join(' '), command: true as const }];
        const lines = layOut([{ key: 'next', title: '', rows }], columns);
        const script = (command: string) => `set -- ${command.trim()}\nprintf '%s\\0' "$@"`;
        const read = (command: string) => execFileSync('bash', ['--norc', '-c', script(command)], { encoding: 'utf8' });
        expect(read(lines.join('\n'))).toBe(read(words.join(' ')));
        for (const line of lines)
          if (widthOf(line) > columns) expect(line.trim().replace(/ \\$/, '')).not.toMatch(/^[^']* [^']/);
      }),
      { numRuns: 25 },
    );
  });
});

describe('a table', () => {
  const columns = [
    { title: 'ID', cell: (row: string[]) => row[0]! },
    { title: 'AGE', cell: (row: string[]) => row[1]!, isWhole: true as const },
    { title: 'WHAT', cell: (row: string[]) => row[2]! },
    { title: 'WHO', cell: (row: string[]) => row[3]! },
  ];
  const row = fc.tuple(fc.stringMatching(/^chg_[0-9a-f]{12}$/), fc.constantFrom('now', '12 min', '3 days'), text, text);

  it('is never wider than the terminal, breaks no word, and keeps them all', () => {
    fc.assert(
      fc.property(fc.array(row, { minLength: 1, maxLength: 4 }), width, (rows, room) => {
        const lines = tableLines(columns, rows, room);
        for (const line of lines) expect(widthOf(line), lines.join('\n')).toBeLessThanOrEqual(room);
        const told = new Set(lines.flatMap((line) => line.split(/\s+/)));
        for (const cell of rows.flat().flatMap((one) => one.split(' '))) expect(told).toContain(cell);
      }),
    );
  });

  it('has a header, keeps what goes on in its column, and is told line by line where it is too narrow', () => {
    const rows = [['chg_000000000001', '5 min', 'fix a-name of it', 'alice for 1 approval']];
    expect(tableLines(columns, rows, undefined)).toEqual([
      'ID                AGE    WHAT              WHO',
      'chg_000000000001  5 min  fix a-name of it  alice for 1 approval',
    ]);
    expect(tableLines(columns, rows, 50)).toEqual([
      'ID                AGE    WHAT         WHO',
      'chg_000000000001  5 min  fix a-name   alice for 1',
      '                         of it        approval',
    ]);
    expect(tableLines(columns, [['chg_000000000001', '5 min', `a-${'long'.repeat(7)}`, 'alice']], 50)).toEqual([
      'chg_000000000001',
      '  AGE   5 min',
      `  WHAT  a-${'long'.repeat(7)}`,
      '  WHO   alice',
    ]);
  });

  it('shows what a cell hides, on one line', () => {
    const [, line] = tableLines([columns[0]!], [['a\nchg_evil\u202e']], undefined);
    expect(line).toBe('a chg_evil\\u{202e}');
  });
});

describe('progress', () => {
  const screen = (isTTY: boolean) => {
    const written: string[] = [];
    return { written, write: (one: string) => written.push(one), isTTY, columns: 60 };
  };
  it('is shown after a second at a terminal, and gone before anything is said', async () => {
    const [out, err] = [screen(true), screen(true)];
    const printer = createPrinter(out, err);
    printer.progress('asking the cloud');
    for (; err.written.length === 0; ) await new Promise((resolve) => setTimeout(resolve, 50));
    printer.print('done');
    expect(err.written.map((one) => one.replaceAll('\u001b', '^'))).toEqual(['\r^[Kasking the cloud, 1 s …', '\r^[K']);
    expect(out.written).toEqual(['done\n']);
    printer.end();
  });
  it('is not shown where nobody sees it', () => {
    const [out, err] = [screen(false), screen(false)];
    const printer = createPrinter(out, err);
    printer.progress('asking the cloud');
    printer.note('a note');
    expect(stripVTControlCharacters(err.written.join(''))).toBe('a note\n');
  });
});
