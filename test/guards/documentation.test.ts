import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { guards } from '../../guards/index.ts';
import { guardsPage, PAGE } from '../../scripts/guards-doc.ts';

describe('docs/guards.md', () => {
  it('is what `npm run docs:guards` writes', () => {
    expect(readFileSync(PAGE, 'utf8'), 'Run `npm run docs:guards`.').toBe(guardsPage());
  });
});

describe('a guard file', () => {
  const root = new URL('../../', import.meta.url);
  it.each(guards.map((guard) => [guard.name, guard] as const))(
    '%s has its vectors beside it and strict options',
    (name, guard) => {
      expect(readFileSync(new URL(`test/guards/${name}.test.ts`, root), 'utf8')).toContain(`vectorsOf('${name}'`);
      expect(guard.options.safeParse({}).success).toBe(true);
      expect(guard.options.safeParse({ no_such_option: 1 }).success).toBe(false);
    },
  );
  it('the list says in a comment what each is for', () => {
    const list = readFileSync(new URL('guards/index.ts', root), 'utf8').split('\n');
    const lines = list.filter((line) => /^ {2}\w+,/.test(line));
    expect(lines).toHaveLength(guards.length);
    for (const line of lines) expect(line).toMatch(/, \/\/ \w+/);
  });
});
