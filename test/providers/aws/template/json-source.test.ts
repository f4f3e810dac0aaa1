import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { TemplateEdit } from '../../../../src/providers/aws/ports.ts';
import { readSource } from '../../../../src/providers/aws/template/dialect.ts';
import { editTemplate } from '../../../../src/providers/aws/template/edit.ts';
import { keysOf, locate } from '../../../../src/providers/aws/template/edit-path.ts';
import { splice } from '../../../../src/providers/aws/template/edit-text.ts';
import { readJsonSource } from '../../../../src/providers/aws/template/json-source.ts';

const folder = new URL('../../../corpus/templates', import.meta.url).pathname;
const TEMPLATES = readdirSync(folder).filter((name) => name.endsWith('.json'));

/** The text after the edit, or why there is none. */
function editedBy(document: Parameters<typeof locate>[0], text: string, edit: TemplateEdit): string {
  try {
    return splice(text, locate(document, keysOf(edit.path), edit));
  } catch (error) {
    return `${(error as Error).message}`;
  }
}
function expectTheSame(text: string, edits: readonly TemplateEdit[]): void {
  const yaml = readSource(text);
  expect(yaml.source).toBe(text);
  const json = readJsonSource(text);
  for (const edit of edits)
    expect(editedBy(json, text, edit), `${edit.path} in ${text.slice(0, 200)}`).toBe(
      editedBy(yaml.document, text, edit),
    );
}

const written = (key: string) => (/^[\w:]+$/.test(key) ? `.${key}` : `["${key}"]`);
function pathsIn(value: unknown, path: string): string[] {
  if (value === null || typeof value !== 'object') return [path];
  const inner = Array.isArray(value)
    ? value.flatMap((one, index) => pathsIn(one, `${path}[${index}]`))
    : Object.entries(value).flatMap(([key, one]) => pathsIn(one, `${path}${written(key)}`));
  return [path, ...inner];
}
const editsAt = (path: string): TemplateEdit[] => [
  { path, value: { A: ['b', 1] } },
  { path, remove: true },
  { path: `${path}.New`, value: 'x' },
  { path: `${path}[1]`, value: 7 },
  { path: `${path}[0]`, remove: true },
];

describe('JSON is edited without YAML’s reader as it was with it', () => {
  it.each(TEMPLATES)('%s', (name) => {
    const text = readFileSync(join(folder, name), 'utf8');
    const template = JSON.parse(text) as Record<string, Record<string, unknown>>;
    const paths = Object.entries(template).flatMap(([section, value]) => pathsIn(value, section));
    const some = paths.filter((_, index) => index % Math.ceil(paths.length / 60) === 0);
    for (const spread of [text, JSON.stringify(template), JSON.stringify(template, null, 4).replaceAll('\n', '\r\n')])
      expectTheSame(spread, some.flatMap(editsAt));
  });

  it('whatever stands in it', () => {
    const key = fc.oneof(fc.constantFrom('A', 'B', '__proto__', 'constructor', 'a.b', '', '1', 'Ref'), fc.string());
    const number = fc.constantFrom('0', '-1', '1.50', '123456789012345678901', '1e400', '-0', '012'.slice(1));
    const leaf = fc.oneof(
      number,
      fc.constantFrom('null', 'true', '""'),
      fc.string().map((text) => JSON.stringify(text)),
    );
    const blank = fc.constantFrom('', ' ', '\n  ', '\r\n', '  ');
    const { value } = fc.letrec<{ value: string }>((tie) => {
      const list = fc.array(fc.tuple(blank, tie('value'), blank), { maxLength: 4 });
      // Members may be written twice.
      const map = fc.array(fc.tuple(blank, key, blank, tie('value'), blank), { maxLength: 4 });
      return {
        value: fc.oneof(
          { depthSize: 'small', withCrossShrink: true },
          leaf,
          list.map((items) => `[${items.map((parts) => parts.join('')).join(',')}]`),
          map.map(
            (items) =>
              `{${items.map(([a, name, b, inner, c]) => `${a}${JSON.stringify(name)}${b}:${b}${inner}${c}`).join(',')}}`,
          ),
        ),
      };
    });
    fc.assert(
      fc.property(value, fc.array(fc.oneof(key, fc.constantFrom('0', '1')), { maxLength: 3 }), (inner, below) => {
        const text = `{"Resources": {"R": ${inner}}}`;
        const keys = below.filter((one) => !/["[\]]/.test(one) && one !== '');
        expectTheSame(text, editsAt(`Resources.R${keys.map(written).join('')}`));
      }),
      { numRuns: 300 },
    );
  });
});

it('refuses a member that is written twice, and keeps the digits of numbers beside an edit', () => {
  const edit = (inner: string) => () =>
    editTemplate(`{"Resources": {"R": {"Type": "T", "Properties": {${inner}}}}}`, [
      { path: 'Resources.R.Properties.A', value: 2 },
    ]);
  expect(edit('"A": 1, "A": 3')).toThrow(/written twice/);
  expect(edit('"A": 1, "B": 123456789012345678901')()).toContain('"A": 2, "B": 123456789012345678901');
});
