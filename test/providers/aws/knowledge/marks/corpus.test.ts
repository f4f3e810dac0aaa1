import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { markSchema } from '../../../../../src/core/mark.ts';
import { parseTemplate, type Template } from '../../../../../src/providers/aws/template/parse.ts';
import { CORPUS_PAIRS, hasCorpus } from '../../../../corpus-pairs.ts';
import { contextOf, marksOf } from './stack.ts';

const pairs = hasCorpus ? readdirSync(CORPUS_PAIRS).filter((name) => name.includes('.before.')) : [];

/** Values for parameters that have no default, so that the templates resolve. */
function parametersOf(template: Template): Record<string, string> {
  return Object.fromEntries(
    Object.entries(template.Parameters ?? {})
      .filter(([, { Default }]) => Default === undefined || Default === null)
      .map(([name, { Type }]) => [name, Type === 'Number' ? '1' : `given-${name}`]),
  );
}

/** Templates of another tool's modules: CloudFormation refuses them too, for names that nothing has. */
const NO_TEMPLATES = ['080', '088'];

describe.skipIf(pairs.length === 0)('real templates (skipped where ../shared/corpus/pairs is absent)', () => {
  it.each(pairs.filter((name) => !NO_TEMPLATES.includes(name.slice(0, 3))))(
    '%s: every resource that changes gets marks of the right shape',
    (name) => {
      const [before, after] = [name, name.replace('.before.', '.after.')].map((file) =>
        parseTemplate(readFileSync(join(CORPUS_PAIRS, file), 'utf8')),
      );
      const context = contextOf(before!, after!, { before: parametersOf(before!), after: parametersOf(after!) });
      const found = marksOf(context);
      for (const [id, marks] of Object.entries(found))
        for (const mark of marks) {
          expect(() => markSchema.parse(mark), `${id} ${JSON.stringify(mark)}`).not.toThrow();
          expect(mark.text, id).not.toMatch(/[\u{27e6}\u{27e7}\u{fffd}]/u);
        }
    },
  );
});
