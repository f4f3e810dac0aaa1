import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const root = new URL('../..', import.meta.url).pathname;

it('every numbered statement of docs/sandbox.md has a test that carries its number, and the other way round', () => {
  const stated = [...readFileSync(join(root, 'docs/sandbox.md'), 'utf8').matchAll(/\*\*(C\d+)\*\*/g)].map(
    ([, n]) => n!,
  );
  const tested = ['test/sandbox', 'test/providers/aws/template'].flatMap((folder) =>
    readdirSync(join(root, folder))
      .filter((name) => name.endsWith('.test.ts'))
      .flatMap((name) =>
        [...readFileSync(join(root, folder, name), 'utf8').matchAll(/(?:it|describe)?[^\n]*'(C\d+)[ :]/g)].map(
          ([, n]) => n!,
        ),
      ),
  );
  expect(new Set(stated).size).toBe(stated.length);
  expect([...new Set(tested)].sort()).toEqual([...stated].sort());
});
