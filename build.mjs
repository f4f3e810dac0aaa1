// One bundle: dist/main.js plus the chunks that are loaded lazily. Runs on `npm ci` (prepare), with any Node >= 18.
import { copyFileSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { build } from 'esbuild';

rmSync('dist', { recursive: true, force: true });
await build({
  entryPoints: { main: 'src/main.ts' },
  outdir: 'dist',
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node22',
  // 'module' first: with 'main' first lazy imports lose their names and client-ec2 is bundled twice.
  mainFields: ['module', 'main'],
  external: ['better-sqlite3'],
  define: {
    __VERSION__: JSON.stringify(JSON.parse(readFileSync('package.json', 'utf8')).version),
    __CEDAR__: JSON.stringify('./cedar.cjs'),
  },
  // CommonJS dependencies inside an ES module bundle call require().
  banner: {
    js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
  },
  legalComments: 'linked',
  logLevel: 'warning',
});

// Cedar reads its WebAssembly from its own folder, so both lie next to the bundle, unbundled.
const cedar = dirname(createRequire(import.meta.url).resolve('@cedar-policy/cedar-wasm/nodejs'));
copyFileSync(join(cedar, 'cedar_wasm.js'), 'dist/cedar.cjs');
copyFileSync(join(cedar, 'cedar_wasm_bg.wasm'), 'dist/cedar_wasm_bg.wasm');
