/** What a command loads, of the built program: cost that is counted, not timed. */
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openTestWorld, proposeFix, type TestWorld } from '../world.ts';

const root = new URL('../..', import.meta.url).pathname;
const dist = join(root, 'dist');
/** The sources that each file is made of. */
const madeOf: Record<string, string[]> = JSON.parse(readFileSync(join(dist, 'sources.json'), 'utf8'));
let world: TestWorld;
let change: string;
beforeAll(async () => {
  world = await openTestWorld();
  change = await proposeFix(world);
});
afterAll(() => world.close());

const TELLS_FILES = `const fs = process.getBuiltinModule('node:fs');
globalThis.__zod_globalConfig = { postProcessor: () => process.stderr.write('makes a schema\\n') };
globalThis.Function = new Proxy(Function, { construct(of, given) { process.stderr.write('writes code\\n'); return new of(...given); } });
const { readFileSync } = fs;
fs.readFileSync = (path, ...how) => { if (String(path).endsWith('.cjs')) process.stderr.write('loads ' + path + '\\n'); return readFileSync(path, ...how); };`;
/** The files of dist/ that a command loads, the sources that are in them, and how many schemas and functions zod makes. */
function loadedBy(command: string[]): { files: string[]; sources: string[]; schemas: number; written: number } {
  const hook = `data:text/javascript,${encodeURIComponent(TELLS_FILES)}`;
  const given = ['--home', world.home, '--policy', join(world.home, 'policy.yaml')];
  const script = '"$@" 2>&1 >/dev/null </dev/null; true';
  const args = [process.execPath, '--import', hook, join(root, 'bin/countersign.js'), ...given, ...command];
  const told = execFileSync('bash', ['-c', script, '-', ...args], { encoding: 'utf8' });
  const files = [...told.matchAll(/^loads (.*)$/gm)].map(([, path]) => path!);
  const ours = files.filter((file) => file.startsWith(dist));
  const sources = ours.flatMap((file) => madeOf[file.slice(dist.length + 1)] ?? []);
  const schemas = told.match(/^makes a schema$/gm)?.length ?? 0;
  const written = told.match(/^writes code$/gm)?.length ?? 0;
  return { files: ours, sources, schemas, written };
}

const JOINED =
  /^(?:guards|tools)\/|^src\/(?:compose|execute|sandbox|providers\/(?:terraform|aws\/(?!knowledge\/hosts)))|@aws-sdk|cedar/;

it.each([
  ['changes', () => ['changes'], 6, 100],
  ['show', () => ['show', change], 6, 300],
  ['approve, to its question', () => ['approve', change, '--key', world.keyOf('bob')], 7, 400],
])('%s loads the ledger and what is shown, and neither guards, tools nor a cloud', (_name, command, most, made) => {
  const { files, sources, schemas } = loadedBy(command());
  expect(sources).toContain('src/ledger/sqlite/store.ts');
  expect(sources.filter((source) => JOINED.test(source))).toEqual([]);
  expect(files.length, files.join('\n')).toBeLessThanOrEqual(most);
  expect(schemas).toBeGreaterThan(20);
  expect(schemas).toBeLessThanOrEqual(made);
});

it('a tool of one provider loads of the other what is known without asking, and no more', () => {
  const input = join(world.home, 'input.json');
  writeFileSync(input, '{}');
  const stacks = loadedBy(['--sandbox', 'tool', 'describe_stacks', '--input', input]).sources;
  expect([...new Set(stacks.filter((source) => source.startsWith('src/providers/terraform')))].sort()).toEqual(
    ['allowed-calls', 'door', 'request', 'rules'].map((name) => `src/providers/terraform/${name}.ts`),
  );
  writeFileSync(input, '{ "workspace": "network" }');
  const workspaces = loadedBy(['--sandbox', 'tool', 'describe_workspaces', '--input', input]).sources;
  expect(workspaces).toContain('src/providers/terraform/provider.ts');
  expect(workspaces.filter((source) => /client-(?:sts|ec2|cloudformation)\//.test(source))).toEqual([]);
});

it('show of what nobody has signed, and changes, read no policy', () => {
  for (const command of [['changes'], ['show', change]])
    expect(
      loadedBy(command).sources.filter((source) => /node_modules\/yaml|^src\/policy\/schema/.test(source)),
    ).toEqual([]);
});

it('the parser of commands loads no schemas', () => {
  const { files, schemas } = loadedBy(['--version']);
  expect(files.map((file) => file.slice(dist.length + 1))).not.toContain('base.cjs');
  expect(schemas).toBe(0);
});

it('what is used of zod is in the one file of it, but for servers, whose SDK brings its own', () => {
  const there = readFileSync(join(dist, 'base.cjs'), 'utf8').match(/\bzod\$\w+(?=:\(\)=>)/g) ?? [];
  expect(there.length).toBeGreaterThan(15);
  const code = readdirSync(dist).filter(
    (name) => name.endsWith('.cjs') && !/^(?:serve|serve-http-\w+|main)\.cjs$/.test(name),
  );
  const copies = code.filter((name) => madeOf[name]?.some((source) => source.startsWith('node_modules/zod/')));
  expect(copies).toEqual(['base.cjs']);
});

it('the parser of YAML is in one file', () => {
  const copies = Object.keys(madeOf).filter((name) =>
    madeOf[name]!.some((source) => source.startsWith('node_modules/yaml/')),
  );
  expect(copies).toEqual(['policy.cjs']);
});

it('what a command parses a few times is parsed without code that is made for it', () => {
  // One is zod's question whether code may be made.
  for (const command of [
    ['show', change],
    ['approve', change, '--key', world.keyOf('bob')],
    ['policy', 'check'],
  ])
    expect(loadedBy(command).written, command.join(' ')).toBeLessThanOrEqual(1);
});

it('help lists every command, and a command that is named wrong is told of the right one', () => {
  const run = (args: string[]) =>
    execFileSync('bash', ['-c', '"$@" 2>&1; true', '-', process.execPath, join(root, 'bin/countersign.js'), ...args], {
      encoding: 'utf8',
    });
  for (const args of [['--help'], ['help'], ['--help', 'show'], ['--home', 'show']])
    expect(run(args), args.join(' ')).toMatch(/changes.*approve.*policy.*audit/s);
  expect(run(['polcy', 'check'])).toContain('Did you mean policy?');
  expect(run(['policy', 'chekc'])).toContain('check');
});
