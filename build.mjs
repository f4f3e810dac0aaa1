// Makes dist/. Runs on `npm ci` (prepare), with any Node >= 18.
// `node build.mjs ENTRY OUTDIR` bundles another server in the way of `serve`: the benchmark's baseline is built so.

import { createHash } from 'node:crypto';
import { copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { build } from 'esbuild';

/** Each of these is a file of its own in dist/, loaded when it is needed. */
const ENTRIES = {
  main: 'src/entry.ts',
  serve: 'src/cli/serve.ts',
  program: 'src/main.ts',
  'answer-calls': 'src/cli/answer-calls.ts',
};
const source = (path) => relative(import.meta.dirname, path);
const filesIn = (folder) =>
  readdirSync(folder)
    .filter((name) => name.endsWith('.ts'))
    .map((name) => `${folder}/${name}`);
const valuesFrom = (file) =>
  [...readFileSync(file, 'utf8').matchAll(/^(?:import|export) (?!type\b)[^;]*?from '([^']+)'/gm)].map(([, name]) =>
    name.startsWith('.') ? join(file, '..', name) : name,
  );
const usesZod = (file) => valuesFrom(file).some((name) => name === 'zod' || (name.endsWith('.ts') && usesZod(name)));

/**
 * Rooms that most commands load most of: a file each, where splitting would make dozens, and each takes half a
 * millisecond to load. A room imports those before it.
 */
const core = [...filesIn('src/core'), ...filesIn('src/people')];
const ROOMS = {
  plain: core.filter((file) => !usesZod(file)),
  core: core.filter(usesZod),
  ledger: [...filesIn('src/ledger'), 'src/sqlite.ts'],
  render: filesIn('src/render'),
};
const roomOf = (file) => Object.keys(ROOMS).find((name) => ROOMS[name].includes(file));

/** What is there of a file when it runs. */
const exportsOf = (file) =>
  [
    ...readFileSync(file, 'utf8').matchAll(
      /^export (?:async )?(?:const|let|class|function)\*? (\w+)|^export \{([^}]*)\}/gm,
    ),
  ].flatMap(
    ([, one, several]) =>
      one ??
      several.split(',').flatMap((name) => (/^\s*(?:type\b|$)/.test(name) ? [] : name.trim().split(' as ').at(-1))),
  );
/** Two files of a room may export the same name: each of them is known in it by another. */
const sharesName = (file) => {
  const others = ROOMS[roomOf(file)].filter((other) => other !== file).flatMap(exportsOf);
  return exportsOf(file).some((name) => others.includes(name));
};
const inRoom = (file, name) => `${file.replaceAll(/\W/g, '_')}$${name}`;
const renamed = (file, from, isOutward) =>
  `export { ${exportsOf(file)
    .map((name) => (isOutward ? `${name} as ${inRoom(file, name)}` : `${inRoom(file, name)} as ${name}`))
    .join(', ')} } from '${from}';`;

/** @param within the room that is built; none of its files is outside. */
const besides = (within) => ({
  name: 'besides',
  setup({ onResolve, onLoad }) {
    const external = (name) => ({ path: `./${name}.js`, external: true });
    onResolve({ filter: /^\.\/\w+\.js$/, namespace: 'room' }, ({ path }) => ({ path, external: true }));
    onLoad({ filter: /.*/, namespace: 'room' }, ({ path }) => ({ contents: renamed(path, `./${roomOf(path)}.js`) }));
    onResolve({ filter: /\.ts$/ }, ({ path, kind, resolveDir }) => {
      const file = source(join(resolveDir, path));
      const room = roomOf(file);
      if (room !== undefined && room !== within)
        return sharesName(file) ? { path: file, namespace: 'room', sideEffects: false } : external(room);
      const found = Object.keys(ENTRIES).find((name) => ENTRIES[name] === file);
      return kind === 'dynamic-import' && found ? external(found) : undefined;
    });
    if (within !== 'zod') onResolve({ filter: /^zod$/ }, () => external('zod'));
  },
});
const onlyEntries = {
  name: 'only-entries',
  setup({ onResolve }) {
    onResolve({ filter: /\.ts$/ }, ({ path, kind, resolveDir }) => {
      const file = source(join(resolveDir, path));
      const found = Object.keys(ENTRIES).find((name) => ENTRIES[name] === file);
      return kind === 'dynamic-import' && found ? { path: `./${found}.js`, external: true } : undefined;
    });
  },
};

/** zod's `z` is an object with all of zod in it, 750 kB that each start would read; of a namespace only what is used stays. */
const zodInParts = {
  name: 'zod-in-parts',
  setup({ onLoad }) {
    onLoad({ filter: /\.ts$/, namespace: 'file' }, ({ path }) => {
      if (path.includes('node_modules')) return undefined;
      const contents = readFileSync(path, 'utf8').replace("import { z } from 'zod'", "import * as z from 'zod'");
      return { contents, loader: 'ts' };
    });
  },
};
/** What our files use of it; `z.core` is types to them. */
async function zodUsed() {
  const files = ['src', 'guards', 'tools'].flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((name) => join(folder, name)),
  );
  const texts = files.filter((name) => name.endsWith('.ts')).map((name) => readFileSync(name, 'utf8'));
  const used = new Set(
    texts.flatMap((text) => [...text.matchAll(/(?:\bz|\bimport\('zod'\)\))\s*\.\s*(\w+)/g)].map(([, name]) => name)),
  );
  const there = await import('zod');
  return `export { ${[...used]
    .filter((name) => name in there && name !== 'core')
    .sort()
    .join(', ')} } from 'zod';`;
}

/** CommonJS dependencies inside an ES module bundle call require(). */
const REQUIRE =
  "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);";
const OF_NODE = /^import (?:([\w$]+)(?:, )?)?(?:\{ ([^}]*) \}|\* as ([\w$]+))? ?from "(node:[\w/]+)";$/gm;

/**
 * An `import` of a module of Node's makes all that it exports, for node:crypto 8 ms of each start; what is taken from the
 * module itself makes nothing else. Making a `require` takes as long as loading a file, so only who calls it has one.
 */
function asLittleAsNeeded(folder) {
  for (const name of readdirSync(folder).filter((file) => file.endsWith('.js'))) {
    const taken = [];
    const code = readFileSync(join(folder, name), 'utf8')
      .replace(REQUIRE, '')
      .replace(OF_NODE, (_, whole, named, all, from) => {
        const of = `globalThis.process.getBuiltinModule(${JSON.stringify(from)})`;
        for (const one of [whole, all]) if (one) taken.push(`const ${one} = ${of};`);
        if (named) taken.push(`const { ${named.replaceAll(' as ', ': ')} } = ${of};`);
        return '';
      });
    if (/^import .*"node:/m.test(code))
      throw new Error(`${name} imports a module of Node's in a form that is not known here`);
    writeFileSync(join(folder, name), [/\brequire\b/.test(code) ? REQUIRE : '', ...taken, code].join('\n'));
  }
}

const common = {
  bundle: true,
  format: 'esm',
  platform: 'node',
  target: 'node22',
  // 'module' first: with 'main' first lazy imports lose their names and client-ec2 is bundled twice.
  mainFields: ['module', 'main'],
  external: ['better-sqlite3'],
  jsx: 'automatic',
  jsxImportSource: 'hono/jsx',
  plugins: [zodInParts, onlyEntries],
  define: {
    __VERSION__: JSON.stringify(JSON.parse(readFileSync('package.json', 'utf8')).version),
    __CEDAR__: JSON.stringify('./cedar.cjs'),
    __PAGE__: JSON.stringify('./page/'),
  },
  banner: { js: REQUIRE },
  legalComments: 'linked',
  logLevel: 'warning',
};

const [entry, outdir = 'dist'] = process.argv.slice(2);
rmSync(outdir, { recursive: true, force: true });
if (entry) await build({ ...common, outdir, entryPoints: [entry] });
else {
  const { main, serve, ...rest } = ENTRIES;
  // The start of a server is a bundle of its own: with what is shared split off, it would load all of zod for its part.
  await build({ ...common, outdir, entryPoints: { main, serve } });
  await room('zod', await zodUsed());
  for (const [name, files] of Object.entries(ROOMS))
    await room(
      name,
      files
        .map((file) => (sharesName(file) ? renamed(file, `./${file}`, true) : `export * from './${file}';`))
        .join('\n'),
    );
  await build({ ...common, outdir, entryPoints: rest, splitting: true, plugins: [zodInParts, besides()] });
  writeFileSync('dist/tools.json', await toolList());
  copyCedar();
  await buildPage();
}

/** What the browser loads of the review page, one script and one style; and the card, a document with both in it. */
async function buildPage() {
  mkdirSync('dist/page', { recursive: true });
  await build({
    outdir: 'dist/page',
    entryPoints: {
      script: 'src/review/browser/page.ts',
      style: 'src/review/browser/style.css',
      card: 'src/review/browser/card.ts',
    },
    bundle: true,
    minify: true,
    format: 'iife',
    platform: 'browser',
    target: ['es2022', 'chrome109', 'firefox115', 'safari16.4'],
    legalComments: 'linked',
    logLevel: 'warning',
  });
  writeFileSync('dist/page/card.html', cardDocument());
  rmSync('dist/page/card.js');
}

/** SECURITY: its policy, by digest, runs this script and this style and loads nothing. */
function cardDocument() {
  const [script, style] = ['card.js', 'style.css'].map((name) => readFileSync(`dist/page/${name}`, 'utf8'));
  const digest = (text) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
  const policy = `default-src 'none'; script-src ${digest(script)}; style-src ${digest(style)}; base-uri 'none'; form-action 'none'`;
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="${policy}"><meta name="viewport" content="width=device-width, initial-scale=1"><meta name="color-scheme" content="light dark"><title>Countersign</title><style>${style}</style></head><body class="embedded"><main class="card"></main><script>${script}</script></body></html>`;
}
asLittleAsNeeded(outdir);

async function room(name, contents) {
  const stdin = { contents, resolveDir: '.', sourcefile: `${name}.ts`, loader: 'ts' };
  await build({ ...common, stdin, outfile: join(outdir, `${name}.js`), plugins: [zodInParts, besides(name)] });
}

/** What `tools/list` answers, made here so that a server that starts loads neither tools nor schemas. */
async function toolList() {
  const contents = `
    import { tools } from './tools/index.ts';
    import { listTools } from './src/mcp/tool-list.ts';
    export const list = JSON.stringify(listTools(tools));`;
  const { outputFiles } = await build({
    ...common,
    banner: {},
    stdin: { contents, resolveDir: '.' },
    write: false,
    target: 'node18',
    outdir,
  });
  const { contents: code } = outputFiles.find(({ path }) => path.endsWith('.js'));
  return (await import(`data:text/javascript;base64,${Buffer.from(code).toString('base64')}`)).list;
}

/** Cedar reads its WebAssembly from its own folder, so both lie next to the bundle, unbundled. */
function copyCedar() {
  const cedar = dirname(createRequire(import.meta.url).resolve('@cedar-policy/cedar-wasm/nodejs'));
  copyFileSync(join(cedar, 'cedar_wasm.js'), 'dist/cedar.cjs');
  copyFileSync(join(cedar, 'cedar_wasm_bg.wasm'), 'dist/cedar_wasm_bg.wasm');
}
