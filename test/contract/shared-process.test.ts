/** Most files share a process (vitest.config.ts): none of them may change what the next one sees. */
import { readdirSync, readFileSync } from 'node:fs';
import { join, matchesGlob } from 'node:path';
import { describe, expect, it } from 'vitest';
import config from '../../vitest.config.ts';

const root = new URL('../..', import.meta.url).pathname;
const projects = (config.test?.projects ?? []) as {
  test: { isolate?: boolean; include: string[]; exclude: string[] };
}[];
const files = readdirSync(join(root, 'test'), { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.test.ts'))
  .map((name) => `test/${name}`);
const within = (globs: readonly string[], file: string) => globs.some((glob) => matchesGlob(file, glob));
const CHANGES_ALL =
  /\bvi\.(?:mock|doMock|stubEnv|stubGlobal|useFakeTimers|resetModules)\b|process\.env\.\w+\s*\??\??=[^=]|process\.chdir|Object\.assign\(process\.env|delete process\.env/;

describe('every file', () => {
  it('is in one project, so that it runs once', () => {
    expect(files.length).toBeGreaterThan(250);
    for (const file of files.filter((one) => !one.startsWith('test/package/'))) {
      const of = projects.filter(({ test }) => within(test.include, file) && !within(test.exclude, file));
      expect(of.length, file).toBe(1);
    }
  });
});

describe('a file that shares its process', () => {
  const shared = files.filter((file) =>
    projects.some(({ test }) => test.isolate === false && within(test.include, file) && !within(test.exclude, file)),
  );
  it.each(shared)('%s changes nothing of it', (file) => {
    expect(readFileSync(join(root, file), 'utf8').match(CHANGES_ALL)?.[0]).toBeUndefined();
  });
});
