import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { guards } from '../../guards/index.ts';
import { tools } from '../../tools/index.ts';

const root = new URL('../..', import.meta.url).pathname;
const filesIn = (folder: string): string[] =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => join(folder, name));
const importsOf = (file: string) =>
  [
    ...readFileSync(join(root, file), 'utf8').matchAll(
      /^(?:import|export)\b[^;]*?\bfrom '([^']+)'|\bimport\('([^']+)'/gm,
    ),
  ].map(([, named, lazy]) => (named ?? lazy)!);
const inside = (file: string, name: string) => (name.startsWith('.') ? join(file, '..', name) : name);
const sources = ['src', 'tools', 'guards'].flatMap(filesIn);

/** Folder: what its files may import, by prefix. */
const ALLOWED: Record<string, RegExp> = {
  'src/core': /^(?:zod|node:crypto|src\/core\/)/,
  guards: /^(?:zod|src\/core\/|src\/knowledge\/|guards\/(?!.*\.ts$)|guards\/[a-z-]+\.ts$)/,
  tools: /^(?:zod|src\/core\/|tools\/)/,
  'src/knowledge': /^(?:src\/knowledge\/|src\/core\/|\.\/data)/,
  'src/template': /^(?:yaml|src\/core\/|src\/template\/)/,
};

describe('the import table', () => {
  it.each(Object.entries(ALLOWED))('%s imports inward only', (folder, allowed) => {
    for (const file of filesIn(folder))
      for (const name of importsOf(file)) expect(inside(file, name), file).toMatch(allowed);
  });
  it('lets guards never import one another', () => {
    for (const file of filesIn('guards').filter((name) => !name.endsWith('index.ts')))
      for (const name of importsOf(file)) expect(inside(file, name), file).not.toMatch(/^guards\//);
  });
  it('keeps the AWS SDK in src/aws, the MCP SDK in src/mcp, process.env in src/config.ts', () => {
    for (const file of sources) {
      const text = importsOf(file).join('\n');
      if (!file.startsWith('src/aws/')) expect(text, file).not.toMatch(/@aws-sdk|@smithy/);
      if (!file.startsWith('src/mcp/')) expect(text, file).not.toContain('@modelcontextprotocol');
      if (file !== 'src/config.ts')
        expect(readFileSync(join(root, file), 'utf8'), file).not.toMatch(/process\.env\b(?!\.)(?!`)|= process\.env/);
    }
  });
  it('lets only the pipeline and the executor mint permits', () => {
    for (const file of sources.filter((name) => !/src\/core\/(?:planning|permit)\.ts$|src\/execute\//.test(name)))
      expect(readFileSync(join(root, file), 'utf8'), file).not.toMatch(/mint\w+Permit/);
  });
  it('keeps files within their sizes', () => {
    for (const file of sources) {
      const lines = readFileSync(join(root, file), 'utf8').split('\n').length - 1;
      expect(lines, file).toBeLessThanOrEqual(file.startsWith('guards/') ? 100 : file.startsWith('tools/') ? 120 : 300);
    }
  });
});

describe('names', () => {
  it('file, export and wire name say the same', async () => {
    for (const { name } of tools) expect(readdirSync(join(root, 'tools'))).toContain(`${name.replaceAll('_', '-')}.ts`);
    for (const { name } of guards) expect(readdirSync(join(root, 'guards'))).toContain(`${name}.ts`);
    expect(new Set(tools.map(({ name }) => name)).size).toBe(tools.length);
  });
  it('no tool applies, approves, confirms or overrides', () => {
    for (const { name } of tools) expect(name).not.toMatch(/apply|approve|confirm|override|execute|force/);
  });
});
