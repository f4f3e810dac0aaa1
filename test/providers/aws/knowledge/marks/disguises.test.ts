/** Ways to open access without saying so: each is told as who gains what, and its harmless twin is not. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { marksOfOne, type Resources } from './stack.ts';

type Properties = Record<string, unknown> | null;
interface Disguise {
  way: string;
  page?: string;
  type: string;
  told: string;
  before: Properties;
  after: Properties;
  twin: Properties;
  around?: Resources;
}
const disguises = parse(readFileSync(new URL('disguises.yaml', import.meta.url), 'utf8')) as Disguise[];

const told = ({ type, around }: Disguise, before: Properties, after: Properties) =>
  marksOfOne('expose', type, before, after, around).map(({ text }) => text);

describe('access that opens in disguise', () => {
  it.each(disguises.map((row) => [row.way, row] as const))('%s', (_way, row) => {
    expect(told(row, row.before, row.after)).toEqual([row.told]);
    expect(row.told).toMatch(/ can newly /);
    expect(row.twin === null ? told(row, row.after, null) : told(row, row.before, row.twin)).toEqual([]);
  });
  it('was found by reading documentation, half of it at least', () => {
    expect(disguises.length).toBeGreaterThanOrEqual(60);
    expect(disguises.filter(({ page }) => page !== undefined).length).toBeGreaterThanOrEqual(disguises.length / 2);
  });
});
