/** The threat model names code and tests; each of them is there, and every row of C9.2. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = new URL('../..', import.meta.url).pathname;
const text = readFileSync(join(root, 'docs/threat-model.md'), 'utf8');

/** In a line: a file in backquotes, and behind it the names of its tests in quotes. */
const named = text.split('\n').flatMap((line) => {
  let file: string | undefined;
  return [...line.matchAll(/`(test\/[^`]+\.ts)`|“([^”]+)”/g)].flatMap(([, path, name]) => {
    file = path ?? file;
    return name !== undefined && file !== undefined ? [{ file, name }] : [];
  });
});

describe('a test that the threat model names', () => {
  it('is found at all', () => expect(named.length).toBeGreaterThan(40));
  it.each(named)('$file: $name', ({ file, name }) => {
    expect(existsSync(join(root, file)), file).toBe(true);
    expect(readFileSync(join(root, file), 'utf8')).toMatch(
      new RegExp(`\\(\\s*'${name.replaceAll(/[^\w ]/g, '\\$&')}'`),
    );
  });
  it('stands in every row that says what a move comes to, but where it says why not', () => {
    const rows = text.split('\n').filter((line) => /^\| (?!move|row|---)/.test(line));
    for (const row of rows) {
      const last = row.split(' | ').at(-1)!;
      const isTold = /`test\/|SECURITY\.md|not testable/.test(last);
      expect(isTold || /\*\*(?:succeeds|not met)\*\*/.test(row), row).toBe(true);
    }
  });
});

describe('a file of the code that it names', () => {
  it.each([...new Set([...text.matchAll(/`((?:src|guards|tools)\/[\w/.-]+\.ts)`/g)].map(([, file]) => file!))])(
    '%s',
    (file) => expect(existsSync(join(root, file))).toBe(true),
  );
});

it('every row of C9.2 stands there once, in order', () => {
  const rows = [...text.matchAll(/^\| (9\.2\.\d+) /gm)].map(([, row]) => row);
  expect(rows).toEqual(Array.from({ length: 10 }, (_, index) => `9.2.${index + 1}`));
});
