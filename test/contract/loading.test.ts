/** What a command loads, of the built program: cost that is counted, not timed. */
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openTestWorld, proposeFix, type TestWorld } from '../world.ts';

const root = new URL('../..', import.meta.url).pathname;
const dist = join(root, 'dist');
let world: TestWorld;
let change: string;
beforeAll(async () => {
  world = await openTestWorld();
  change = await proposeFix(world);
});
afterAll(() => world.close());

const TELLS_FILES = `import { registerHooks } from 'node:module';
registerHooks({ load(url, context, next) { if (url.startsWith('file:')) process.stderr.write('loads ' + url + '\\n'); return next(url, context); } });`;
/** The files of dist/ that a command loads, and the sources that are in them. */
function loadedBy(command: string[]): { files: string[]; sources: string[] } {
  const hook = `data:text/javascript,${encodeURIComponent(TELLS_FILES)}`;
  const given = ['--home', world.home, '--policy', join(world.home, 'policy.yaml')];
  const script = '"$@" 2>&1 >/dev/null </dev/null; true';
  const args = [process.execPath, '--import', hook, join(root, 'bin/countersign.js'), ...given, ...command];
  const told = execFileSync('bash', ['-c', script, '-', ...args], { encoding: 'utf8' });
  const files = [...told.matchAll(/^loads file:\/\/(.*)$/gm)].map(([, path]) => path!);
  const ours = files.filter((file) => file.startsWith(dist));
  const sources = ours.flatMap((file) => [...readFileSync(file, 'utf8').matchAll(/^\/\/ ([\w@].*\.[jt]s)$/gm)]);
  return { files: ours, sources: sources.map(([, source]) => source!) };
}

const JOINED =
  /^(?:guards|tools)\/|^src\/(?:compose|execute|sandbox|providers\/aws\/(?!knowledge\/hosts))|@aws-sdk|cedar/;

it.each([
  ['changes', () => ['changes'], 18],
  ['show', () => ['show', change], 26],
  ['approve, to its question', () => ['approve', change, '--key', world.keyOf('bob')], 34],
])('%s loads the ledger and what is shown, and neither guards, tools nor a cloud', (_name, command, most) => {
  const { files, sources } = loadedBy(command());
  expect(sources).toContain('src/ledger/store.ts');
  expect(sources.filter((source) => JOINED.test(source))).toEqual([]);
  expect(files.length, files.join('\n')).toBeLessThanOrEqual(most);
});

it('show of what nobody has signed, and changes, read no policy', () => {
  for (const command of [['changes'], ['show', change]])
    expect(
      loadedBy(command).sources.filter((source) => /node_modules\/yaml|^src\/policy\/schema/.test(source)),
    ).toEqual([]);
});

it('the parser of commands loads no schemas', () => {
  expect(loadedBy(['--version']).files.map((file) => file.slice(dist.length + 1))).not.toContain('zod.js');
});

it('what is used of zod is in the one file of it', async () => {
  const there = Object.keys(await import(join(dist, 'zod.js')));
  const used = readdirSync(dist).flatMap((name) => {
    const code = name.endsWith('.js') ? readFileSync(join(dist, name), 'utf8') : '';
    const names = [...code.matchAll(/^import \* as (\w+) from "\.\/zod\.js"/gm)].map(([, as]) => as!);
    return names.flatMap((as) =>
      [...code.matchAll(new RegExp(`\\b${as}\\s*\\.\\s*(\\w+)`, 'g'))].map(([, one]) => one!),
    );
  });
  expect(used.length).toBeGreaterThan(500);
  expect([...new Set(used)].filter((one) => !there.includes(one))).toEqual([]);
});
