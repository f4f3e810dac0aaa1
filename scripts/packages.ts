/**
 * `npm run packages`: writes what stores and clients read, from one source. `-- --bundle FOLDER` packs the MCPB bundle
 * there: of the files that npm would publish, with the one dependency that is installed beside them.
 */
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { about, bundleManifest, installLinks, packageFiles } from './packages/package-files.ts';

const root = new URL('..', import.meta.url).pathname;
const BUNDLER = '@anthropic-ai/mcpb@2.1.2';

for (const [path, text] of Object.entries(packageFiles())) {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
}

/** The links stand in a page that people write. */
const page = join(root, 'docs/clients.md');
let text = readFileSync(page, 'utf8');
for (const { title, url } of installLinks())
  text = text.replace(new RegExp(`\\[${title}\\]\\([^)]*\\)`), () => `[${title}](${url})`);
writeFileSync(page, text);

/** The action and the examples name this version too. */
const PINNED = [
  'action.yml',
  'docs/pull-requests.md',
  'examples/gitlab-ci/countersign.gitlab-ci.yml',
  'examples/github-actions/countersign.yml',
  'examples/github-actions/countersign-plan.yml',
];
for (const path of PINNED) {
  const before = readFileSync(join(root, path), 'utf8');
  const after = before.replace(/(countersign@v?)\d+\.\d+\.\d+/g, (_, start: string) => start + about.version);
  writeFileSync(join(root, path), after);
}

const { values } = parseArgs({ options: { bundle: { type: 'string' } } });
if (values.bundle !== undefined) {
  const staging = mkdtempSync(join(tmpdir(), 'countersign-bundle-'));
  try {
    stage(staging);
    const file = resolve(values.bundle, `${about.name}-${about.version}.mcpb`);
    mkdirSync(dirname(file), { recursive: true });
    const bundler = (...args: string[]) => execFileSync('npx', ['-y', BUNDLER, ...args], { stdio: 'inherit' });
    bundler('validate', join(staging, 'manifest.json'));
    bundler('pack', staging, file);
  } finally {
    rmSync(staging, { recursive: true, force: true });
  }
}

/** The bundler reads no ignore file and checks no entry point: only what is listed is put there. */
function stage(folder: string): void {
  const packed = JSON.parse(
    execFileSync('npm', ['pack', '--json', '--dry-run', '--ignore-scripts'], { cwd: root, encoding: 'utf8' }),
  )[0] as { files: { path: string }[] };
  for (const { path } of packed.files) cpSync(join(root, path), join(folder, path), { recursive: true });
  execFileSync('npm', ['install', '--omit=dev', '--no-audit', '--no-fund', '--no-package-lock', '--ignore-scripts'], {
    cwd: folder,
    stdio: 'inherit',
  });
  writeFileSync(join(folder, 'manifest.json'), JSON.stringify(bundleManifest(), null, 2));
}
