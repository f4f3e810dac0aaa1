// Makes dist/. Runs on `npm ci` (prepare), with any Node >= 18.
// `node build.mjs ENTRY OUTDIR` bundles another program in the way of `serve`; with `loaded` after it, for the loader: the
// benchmark's baseline is built so.

import { createHash } from 'node:crypto';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { brotliCompressSync, constants, gunzipSync } from 'node:zlib';
import { build, transform } from 'esbuild';

/** Each of these is a file of its own in dist/, loaded when it is needed. */
const ENTRIES = {
  main: 'src/entry.ts',
  serve: 'src/cli/serve.ts',
  program: 'src/main.ts',
  'answer-calls': 'src/cli/answer-calls.ts',
};
/** These are modules that Node starts by their names; all others are loaded by the first of them. */
const STARTED = { loader: 'src/loader.ts', 'hcl-child': 'src/providers/terraform/reading/hcl-child.ts' };
const source = (path) => relative(import.meta.dirname, path);
const filesIn = (folder) =>
  readdirSync(folder)
    .filter((name) => name.endsWith('.ts'))
    .map((name) => `${folder}/${name}`);
const imported = (file, form) =>
  [...readFileSync(file, 'utf8').matchAll(form)].map(([, name]) =>
    name.startsWith('.') ? join(file, '..', name) : name,
  );
/** Values, of which there is something when it runs. */
const valuesFrom = (file) => imported(file, /^(?:import|export) (?!type\b)[^;]*?from '([^']+)'/gm);
const usesZod = (file) => valuesFrom(file).some((name) => name === 'zod' || (name.endsWith('.ts') && usesZod(name)));
/** Files with all that they load when they are loaded. */
function withTheirs(files, all = new Set()) {
  for (const file of files) if (file.endsWith('.ts') && !all.has(file)) withTheirs(valuesFrom(file), all.add(file));
  return [...all];
}

/**
 * Rooms that most commands load most of: a file each, where splitting would make dozens, and each takes half a
 * millisecond to load. Nothing in a room loads one after it.
 */
const core = [...filesIn('src/core'), ...filesIn('src/people')];
const ROOMS = {};
room('plain', [
  ...core.filter((file) => !usesZod(file)),
  'src/config.ts',
  'src/cli/command.ts',
  'src/cli/exit.ts',
  'src/cli/init-answers.ts',
]);
room('base', [
  ...core,
  'src/sqlite.ts',
  'src/folder.ts',
  'src/cli/show.ts',
  'src/cli/runners.ts',
  'src/cli/changes.ts',
  'src/cli/ids.ts',
  ...filesIn('src/ledger'),
  ...filesIn('src/ledger/sqlite'),
  'src/ledger/pg/deferred.ts',
  ...filesIn('src/render'),
]);
room('policy', ['src/cli/approve.ts']);
function room(name, files) {
  const before = Object.values(ROOMS).flat();
  ROOMS[name] = withTheirs(files).filter((file) => !before.includes(file));
}
/** Packages that are in one room, of which all others take them. */
const PACKAGES = { zod: 'base', yaml: 'policy' };
const roomOf = (file) => PACKAGES[file] ?? Object.keys(ROOMS).find((name) => ROOMS[name].includes(file));
/** What a room loads later is a file of its own, found by name. */
for (const file of Object.values(ROOMS).flat())
  for (const later of imported(file, /\bimport\('([^']+)'\)/g))
    if (!roomOf(later)) ENTRIES[later.replace(/^@|^src\/|\.ts$/g, '').replaceAll('/', '-')] ??= later;
const entryOf = (file) => Object.keys(ENTRIES).find((name) => ENTRIES[name] === file);

/** What is there of a file when it runs. */
const exportsOf = (file) =>
  PACKAGES[file]
    ? used[file]
    : [
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
  if (PACKAGES[file]) return true;
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
    const stub = (file) => ({ path: file, namespace: 'room', sideEffects: false });
    onResolve({ filter: /^\.\/\w+\.js$/, namespace: 'room' }, ({ path }) => ({ path, external: true }));
    onLoad({ filter: /.*/, namespace: 'room' }, ({ path }) => ({ contents: renamed(path, `./${roomOf(path)}.js`) }));
    onResolve({ filter: /\.ts$/ }, ({ path, kind, resolveDir, importer }) => {
      const file = source(join(resolveDir, path));
      const room = roomOf(file);
      if (room !== undefined && room !== within) return sharesName(file) ? stub(file) : external(room);
      if (kind === 'dynamic-import' && entryOf(file)) return external(entryOf(file));
      if (within && room === undefined && importer.endsWith('.ts'))
        throw new Error(`${file} is in no room, and ${source(importer)} loads it`);
      return undefined;
    });
    onResolve({ filter: /^[^.]/ }, ({ path, kind }) =>
      within && kind === 'dynamic-import' && entryOf(path) ? external(entryOf(path)) : undefined,
    );
    onResolve({ filter: ZOD }, ({ namespace }) => {
      if (namespace === 'zod') return undefined;
      return within === PACKAGES.zod ? { path: 'zod', namespace: 'zod' } : stub('zod');
    });
    onResolve({ filter: /^yaml$/ }, () => (within === PACKAGES.yaml ? undefined : stub('yaml')));
    onLoad({ filter: /.*/, namespace: 'zod' }, lateZod);
  },
});
/** The same without rooms: where all of zod that is used is in the one bundle. */
const zodLate = {
  name: 'zod-late',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: ZOD }, ({ namespace }) =>
      namespace === 'zod' ? undefined : { path: 'zod', namespace: 'zod' },
    );
    onLoad({ filter: /.*/, namespace: 'zod' }, lateZod);
  },
};
const onlyEntries = {
  name: 'only-entries',
  setup({ onResolve }) {
    onResolve({ filter: /\.ts$/ }, ({ path, kind, resolveDir }) => {
      const file = source(join(resolveDir, path));
      return kind === 'dynamic-import' && entryOf(file) ? { path: `./${entryOf(file)}.js`, external: true } : undefined;
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
/** Ours, and the MCP SDK's. */
const ZOD = /^zod(?:\/v4)?$/;
/** Of zod: what makes a schema. They are made late (`src/deferred.ts`); what is not named here is zod's as it is. */
const MAKERS =
  'any array base64 boolean cidrv4 custom date discriminatedUnion email enum int intersection ipv4 json lazy literal looseObject null nullable number object optional preprocess record strictObject string tuple undefined union unknown url';
/** What our files use of them, and the MCP SDK of zod; `z.core` is types to them. */
const used = await usedOfPackages();
async function usedOfPackages() {
  const files = ['src', 'guards', 'tools'].flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((name) => join(folder, name)),
  );
  const sdk = ['core', 'server'].flatMap((name) => {
    const folder = join('node_modules/@modelcontextprotocol', name, 'dist');
    return readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((file) => join(folder, file));
  });
  const texts = [...files, ...sdk]
    .filter((name) => /(?<!\.d)\.(?:ts|mjs)$/.test(name))
    .map((name) => readFileSync(name, 'utf8'));
  const found = (form) => texts.flatMap((text) => [...text.matchAll(form)].map(([, name]) => name));
  const ofZod = found(/\bz\s*\.\s*(\w+)/g).filter((name) => name !== 'core');
  const ofYaml = found(/^import \{([^}]*)\} from 'yaml'/gm).flatMap((names) => names.split(/[,\s]+(?:as \w+)?/));
  const there = async (name, names) => {
    const all = await import(name);
    return [...new Set(names)].filter((one) => one in all).sort();
  };
  return { zod: await there('zod', ofZod), yaml: await there('yaml', ofYaml) };
}
function lateZod() {
  const isLate = (name) => MAKERS.split(' ').includes(name);
  const contents = [
    "import { later, real } from './src/deferred.ts';",
    "import { iso as zodIso, toJSONSchema as zodJsonSchema } from 'zod';",
    'export const iso = Object.fromEntries(Object.entries(zodIso).map(([name, make]) => [name, later(name, make)]));',
    'export const toJSONSchema = (schema, options) => zodJsonSchema(real(schema), options);',
    ...used.zod
      .filter(isLate)
      .flatMap((name) => [
        `import { ${name} as zod_${name} } from 'zod';`,
        `const late_${name} = later('${name}', zod_${name});`,
        `export { late_${name} as ${name} };`,
      ]),
    `export { ${used.zod.filter((name) => !isLate(name) && !['iso', 'toJSONSchema'].includes(name)).join(', ')} } from 'zod';`,
  ].join('\n');
  return { contents, resolveDir: '.', loader: 'ts' };
}

/** better-sqlite3 in the room of the ledger: 15 files fewer. Its compiled half is found in its own package. */
const sqliteInRoom = {
  name: 'sqlite-in-room',
  setup({ onLoad }) {
    onLoad({ filter: /better-sqlite3[\\/]lib[\\/]binding\.js$/ }, ({ path }) => ({
      contents: readFileSync(path, 'utf8')
        .replaceAll("path.join(__dirname, '..'", "path.join(require.folderOf('better-sqlite3')")
        .replaceAll(/\brequire\((?=filename|getPrebuildPath)/g, 'require.addon('),
    }));
  },
};

/** CommonJS dependencies inside an ES module bundle call require(). */
const REQUIRE =
  "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);";
/** Modules of Node's that few commands call, and that take a millisecond or more to make: made at the first call. */
const LATE = ['node:child_process', 'node:readline/promises'];
const OF_NODE = /^import (?:([\w$]+)(?:, )?)?(?:\{ ([^}]*) \}|\* as ([\w$]+))? ?from "(node:[\w/]+)";$/gm;

/**
 * An `import` of a module of Node's makes all that it exports, for node:crypto 8 ms of each start; what is taken from the
 * module itself makes nothing else. Making a `require` takes as long as loading a file, so only who calls it has one.
 */
function asLittleAsNeeded(folder, isLoaded = false) {
  const isEmpty = (name) => readFileSync(join(folder, name), 'utf8').replace(REQUIRE, '').trim() === '';
  const empty = readdirSync(folder).filter(
    (name) => name.startsWith('chunk-') && name.endsWith('.js') && isEmpty(name),
  );
  for (const name of empty) rmSync(join(folder, name));
  for (const name of readdirSync(folder).filter((file) => file.endsWith('.js'))) {
    const taken = [];
    const code = readFileSync(join(folder, name), 'utf8')
      .replace(REQUIRE, '')
      .replace(/^import "\.\/(chunk-\w+\.js)";\n/gm, (line, chunk) => (empty.includes(chunk) ? '' : line))
      .replace(OF_NODE, (_, whole, named, all, from) => {
        const of = `globalThis.process.getBuiltinModule(${JSON.stringify(from)})`;
        if (LATE.includes(from)) {
          for (const one of [whole, all])
            if (one) taken.push(`const ${one} = new Proxy({}, { get: (_, name) => ${of}[name] });`);
          for (const one of named?.split(/,\s*/) ?? []) {
            const [name, as = name] = one.trim().split(' as ');
            taken.push(`const ${as} = (...given) => ${of}.${name}(...given);`);
          }
          return '';
        }
        for (const one of [whole, all]) if (one) taken.push(`const ${one} = ${of};`);
        if (named) taken.push(`const { ${named.replaceAll(' as ', ': ')} } = ${of};`);
        return '';
      });
    if (/^import .*"node:/m.test(code))
      throw new Error(`${name} imports a module of Node's in a form that is not known here`);
    writeFileSync(
      join(folder, name),
      [!isLoaded && /\brequire\b/.test(code) ? REQUIRE : '', ...taken, code].join('\n'),
    );
  }
}

const common = {
  bundle: true,
  format: 'esm',
  platform: 'node',
  target: 'node22',
  // 'module' first: with 'main' first lazy imports lose their names and client-ec2 is bundled twice.
  mainFields: ['module', 'main'],
  // Of pg: its other halves, which are asked for and not needed.
  external: ['better-sqlite3', 'pg-boss', 'pg-native', 'pg-cloudflare', 'cloudflare:sockets'],
  jsx: 'automatic',
  jsxImportSource: 'hono/jsx',
  plugins: [zodInParts, onlyEntries],
  define: {
    __VERSION__: JSON.stringify(JSON.parse(readFileSync('package.json', 'utf8')).version),
    __CEDAR__: JSON.stringify('./cedar.cjs'),
    __HCL__: JSON.stringify('./hcl.wasm.br'),
    __PAGE__: JSON.stringify('./page/'),
  },
  banner: { js: REQUIRE },
  legalComments: 'linked',
  logLevel: 'warning',
};

const [entry, outdir = 'dist', how] = process.argv.slice(2);
const isLoaded = how === 'loaded';
rmSync(outdir, { recursive: true, force: true });
if (entry) {
  await build({ ...common, outdir, entryPoints: [entry] });
  asLittleAsNeeded(outdir, isLoaded);
  await withoutLayout(outdir, isLoaded);
} else {
  const { main, serve, ...rest } = ENTRIES;
  // The start of a server is a bundle of its own: with what is shared split off, it would load all of zod for its part.
  await build({ ...common, outdir, entryPoints: { main, serve }, plugins: [zodInParts, zodLate, onlyEntries] });
  for (const name of Object.keys(ROOMS)) await buildRoom(name);
  await build({ ...common, outdir, entryPoints: rest, splitting: true, plugins: [zodInParts, besides()] });
  writeFileSync('dist/tools.json', await toolList());
  copyCedar();
  copyHcl();
  asLittleAsNeeded(outdir, true);
  await withoutLayout(outdir, true);
  await buildPage();
}
if (!entry || isLoaded) await buildStarted();

/** What is started by its name; the loader keeps compiled code by the digest of what it loads. */
async function buildStarted() {
  const digest = createHash('sha256');
  for (const name of readdirSync(outdir).filter((file) => file.endsWith('.cjs')))
    digest.update(`${name}\0`).update(readFileSync(join(outdir, name)));
  const define = {
    ...common.define,
    __BUILD__: JSON.stringify(digest.digest('hex').slice(0, 16)),
    __COMMANDS__: JSON.stringify(filesIn('src/cli/commands').map((file) => file.slice('src/cli/commands/'.length, -3))),
  };
  const making = join(outdir, 'started');
  await build({
    ...common,
    banner: {},
    define,
    outdir: making,
    entryPoints: entry ? { loader: STARTED.loader } : STARTED,
  });
  asLittleAsNeeded(making);
  await withoutLayout(making);
  for (const name of readdirSync(making).filter((file) => file.endsWith('.js')))
    renameSync(join(making, name), join(outdir, name));
  rmSync(making, { recursive: true });
}

/**
 * For `src/loader.ts`: a function that is given `exports`, `require` and where it is. Files of the program are
 * read by their name; all else is imported by the loader, which is a module. A text of one byte a character is read at once.
 */
async function asLoaded(code) {
  const late = code.replaceAll(/\bimport\("\.\/([\w-]+)\.js"\)/g, 'Promise.resolve().then(()=>require("./$1.cjs"))');
  const define = { 'import.meta.url': '__url' };
  // A script that imports is told of as an experiment of Node's, on the terminal of whoever runs it.
  const outside = late.replaceAll(/(?<![\w$.])import\((?="|[A-Z]+\))/g, 'require.later(');
  const options = { minifyWhitespace: true, format: 'cjs', target: common.target, legalComments: 'none', define };
  const { code: body } = await transform(outside, { ...options, charset: 'ascii' });
  const inside = body.replaceAll(/\brequire\("\.\/([\w-]+)\.js"\)/g, 'require("./$1.cjs")');
  return `(function (exports, require, module, __url) {${inside}\n})`;
}

/**
 * White space and comments go, a tenth of what is installed; names stay, so that a stack says where it was. From which
 * sources each file is made stands beside them, for the tests of what a command loads.
 */
async function withoutLayout(folder, isLoaded = false) {
  const sources = {};
  for (const name of readdirSync(folder).filter((file) => file.endsWith('.js'))) {
    const code = readFileSync(join(folder, name), 'utf8');
    const made = isLoaded ? name.replace(/js$/, 'cjs') : name;
    sources[made] = [...code.matchAll(/^\/\/ ([\w@].*\.[cm]?[jt]sx?)$/gm)].map(([, source]) => source);
    const options = { minifyWhitespace: true, format: 'esm', target: common.target, legalComments: 'none' };
    writeFileSync(join(folder, made), isLoaded ? await asLoaded(code) : (await transform(code, options)).code);
    if (made !== name) rmSync(join(folder, name));
  }
  writeFileSync(join(folder, 'sources.json'), JSON.stringify(sources));
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
async function buildRoom(name) {
  const files = ROOMS[name].map((file) =>
    sharesName(file) ? renamed(file, `./${file}`, true) : `export * from './${file}';`,
  );
  const contents = [
    ...files,
    ...Object.keys(PACKAGES).flatMap((one) => (name === PACKAGES[one] ? renamed(one, one, true) : [])),
  ].join('\n');
  const stdin = { contents, resolveDir: '.', sourcefile: `${name}.ts`, loader: 'ts' };
  const plugins = [zodInParts, sqliteInRoom, besides(name)];
  await build({ ...common, external: [], stdin, outfile: join(outdir, `${name}.js`), plugins });
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

/** HashiCorp's parser of HCL (MPL-2.0) with Go's loader (BSD-3-Clause), unchanged, and packed as small as it can be. */
function copyHcl() {
  const hcl = dirname(createRequire(import.meta.url).resolve('@cdktf/hcl2json/package.json'));
  // It takes ten seconds, so it is kept for the next build.
  const { version } = JSON.parse(readFileSync(join(hcl, 'package.json'), 'utf8'));
  const packed = join('node_modules', '.cache', `hcl2json-${version}.wasm.br`);
  if (!existsSync(packed)) {
    const wasm = gunzipSync(readFileSync(join(hcl, 'main.wasm.gz')));
    const params = { [constants.BROTLI_PARAM_LGWIN]: 24, [constants.BROTLI_PARAM_SIZE_HINT]: wasm.length };
    mkdirSync(dirname(packed), { recursive: true });
    writeFileSync(`${packed}.making`, brotliCompressSync(wasm, { params }));
    renameSync(`${packed}.making`, packed);
  }
  copyFileSync(packed, 'dist/hcl.wasm.br');
  copyFileSync(join(hcl, 'wasm', 'wasm_exec.js'), 'dist/wasm_exec.cjs');
  writeFileSync(
    'dist/hcl.LEGAL.txt',
    `hcl.wasm.br is main.wasm of the npm package @cdktf/hcl2json ${version}, unchanged, packed with brotli.
It is available under the Mozilla Public License 2.0 (https://mozilla.org/MPL/2.0/).
Source: https://github.com/hashicorp/terraform-cdk, folder packages/@cdktf/hcl2json, and https://github.com/hashicorp/hcl

wasm_exec.cjs is wasm_exec.js of the same package: Copyright 2018 The Go Authors, under a BSD-style license
(https://go.dev/LICENSE).
`,
  );
}

/** Cedar reads its WebAssembly from its own folder, so both lie next to the bundle, unbundled. */
function copyCedar() {
  const cedar = dirname(createRequire(import.meta.url).resolve('@cedar-policy/cedar-wasm/nodejs'));
  copyFileSync(join(cedar, 'cedar_wasm.js'), 'dist/cedar.cjs');
  copyFileSync(join(cedar, 'cedar_wasm_bg.wasm'), 'dist/cedar_wasm_bg.wasm');
}
