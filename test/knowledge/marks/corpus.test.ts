import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { markSchema } from '../../../src/core/mark.ts';
import { parseTemplate, type Template } from '../../../src/template/parse.ts';
import { contextOf, marksOf } from './stack.ts';

const folder = new URL('../../../../shared/corpus/pairs', import.meta.url).pathname;
/** Three of the files are no YAML that can be read (a missing quote, doubled keys): they cannot be planned either. */
const pairs = (existsSync(folder) ? readdirSync(folder) : [])
  .filter((name) => name.includes('.before.'))
  .flatMap((name) => {
    try {
      const [before, after] = [name, name.replace('.before.', '.after.')].map((file) =>
        parseTemplate(readFileSync(join(folder, file), 'utf8')),
      );
      return [{ name, before: before!, after: after! }];
    } catch {
      return [];
    }
  });

/** Values for parameters that have no default, so that the templates resolve. */
function parametersOf(template: Template): Record<string, string> {
  return Object.fromEntries(
    Object.entries(template.Parameters ?? {})
      .filter(([, { Default }]) => Default === undefined || Default === null)
      .map(([name, { Type }]) => [name, Type === 'Number' ? '1' : `given-${name}`]),
  );
}

describe.skipIf(pairs.length === 0)('real templates (skipped where ../shared/corpus/pairs is absent)', () => {
  it('are 117 pairs that can be read', () => {
    expect(pairs).toHaveLength(117);
  });
  it.each(pairs)('$name: every resource that changes gets marks of the right shape', ({ before, after }) => {
    const context = contextOf(before, after, { before: parametersOf(before), after: parametersOf(after) });
    const found = marksOf(context);
    for (const [id, marks] of Object.entries(found))
      for (const mark of marks) {
        expect(() => markSchema.parse(mark), `${id} ${JSON.stringify(mark)}`).not.toThrow();
        expect(mark.text, id).not.toMatch(/[\u{27e6}\u{27e7}\u{fffd}]/u);
      }
  });
});
