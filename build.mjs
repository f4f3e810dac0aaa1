// Makes dist/. Runs on `npm ci` (prepare), with any Node >= 18.
// `node build.mjs ENTRY OUTDIR` bundles another server in the way of `serve`: the benchmark's baseline is built so.
import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { build } from 'esbuild';

/** zod's namespace keeps its fifty languages in every bundle, 300 kB that each start would read; ours are in English. */
const englishOnly = {
  name: 'english-only',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /locales\/index\.js$/ }, ({ path, importer }) =>
      /[\\/]zod[\\/]v4[\\/]/.test(importer) ? { path, namespace: 'english-only' } : undefined,
    );
    onLoad({ filter: /.*/, namespace: 'english-only' }, () => ({
      contents: "export { default as en } from 'zod/v4/locales/en.js';",
      resolveDir: process.cwd(),
    }));
  },
};

/** Each of these is a file of its own in dist/, loaded when it is needed. */
const ENTRIES = {
  main: 'src/entry.ts',
  serve: 'src/cli/serve.ts',
  program: 'src/main.ts',
  'answer-calls': 'src/cli/answer-calls.ts',
};
const besides = {
  name: 'besides',
  setup({ onResolve }) {
    onResolve({ filter: /\.ts$/ }, ({ path, kind }) => {
      const found = Object.entries(ENTRIES).find(([, file]) => basename(file) === basename(path));
      return kind === 'dynamic-import' && found ? { path: `./${found[0]}.js`, external: true } : undefined;
    });
  },
};

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
  plugins: [englishOnly, besides],
  define: {
    __VERSION__: JSON.stringify(JSON.parse(readFileSync('package.json', 'utf8')).version),
    __CEDAR__: JSON.stringify('./cedar.cjs'),
    __PAGE__: JSON.stringify('./page/'),
  },
  // CommonJS dependencies inside an ES module bundle call require().
  banner: {
    js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
  },
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
  await build({ ...common, outdir, entryPoints: rest, splitting: true });
  writeFileSync('dist/tools.json', await toolList());
  copyCedar();
  await buildPage();
}

/** What the browser loads of the review page: one script and one style. */
async function buildPage() {
  mkdirSync('dist/page', { recursive: true });
  await build({
    outdir: 'dist/page',
    entryPoints: { script: 'src/review/browser/page.ts', style: 'src/review/browser/style.css' },
    bundle: true,
    minify: true,
    format: 'iife',
    platform: 'browser',
    target: ['es2022', 'chrome109', 'firefox115', 'safari16.4'],
    legalComments: 'linked',
    logLevel: 'warning',
  });
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
