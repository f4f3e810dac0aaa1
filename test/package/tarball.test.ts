/**
 * The package as people get it: packed, installed into an empty folder, started with the Nodes that they have.
 * Needs the registry, so it is not part of `npm test`: `npm run test:package`.
 */
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const root = new URL('../..', import.meta.url).pathname;
/** The oldest that is served, the one of development, and one that is too old. */
const NODES = { oldest: '22.18.0', newest: '24.21.0', tooOld: '20.18.0' };

let folder: string;
let packed: { filename: string; size: number; unpackedSize: number; files: { path: string }[] };
const npm = (cwd: string, ...args: string[]) => execFileSync('npm', args, { cwd, encoding: 'utf8', stdio: 'pipe' });
/** npm's packages of Node hold the binary itself, one package for each platform. */
const nodeOf = (version: string) => join(folder, version, `node_modules/node-${process.platform}-${process.arch}/bin`);

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'countersign-package-'));
  packed = JSON.parse(npm(root, 'pack', '--json', '--ignore-scripts', '--pack-destination', folder))[0];
  for (const version of Object.values(NODES)) {
    const own = join(folder, version);
    npm(
      folder,
      'install',
      '--no-save',
      '--force',
      '--prefix',
      own,
      `node-${process.platform}-${process.arch}@${version}`,
    );
  }
  npm(folder, 'install', '--prefix', join(folder, 'app'), join(folder, packed.filename));
}, 300_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const countersign = (version: string, ...args: string[]) =>
  spawnSync('npx', ['--no-install', 'countersign', ...args], {
    cwd: join(folder, 'app'),
    encoding: 'utf8',
    env: { ...process.env, PATH: `${nodeOf(version)}:${process.env.PATH}`, HOME: folder },
  });

describe('the tarball', () => {
  it('holds what is needed to run and to read, and nothing else', () => {
    const paths = packed.files.map(({ path }) => path);
    for (const needed of [
      'bin/countersign.js',
      'dist/loader.js',
      'dist/main.cjs',
      'dist/serve.cjs',
      'dist/tools.json',
      'dist/page/script.js',
      'dist/page/style.css',
      'README.md',
      'LICENSE',
    ])
      expect(paths).toContain(needed);
    for (const path of paths)
      expect(path).toMatch(
        /^(?:bin|dist|docs|examples)\/|^(?:package\.json|countersign\.schema\.json|README\.md|SECURITY\.md|LICENSE|mcp\.json)$|\.yaml$/,
      );
    expect(paths.filter((path) => /\.(?:ts|map|tgz)$|^test\/|\.npmrc/.test(path))).toEqual([]);
  });

  it('is small enough to be fetched by npx', () => {
    expect(packed.size).toBeLessThanOrEqual(5 * 1024 * 1024);
  });

  it('serves the review page', { timeout: 60_000 }, async () => {
    const installed = join(folder, 'app/node_modules/countersign/bin/countersign.js');
    const page = spawn(process.execPath, [installed, '--home', join(folder, 'page'), '--sandbox', 'review']);
    try {
      let said = '';
      const link = await new Promise<string>((resolve, reject) => {
        page.once('exit', () => reject(new Error('the page ended')));
        page.stdout.on('data', (text) => {
          said += String(text);
          const [found] = /http:\/\/localhost:\d+\/enter\/\S+/.exec(said) ?? [];
          if (found) resolve(found);
        });
      });
      expect((await fetch(link)).status).toBe(200);
      for (const name of ['style.css', 'script.js'])
        expect((await fetch(new URL(`/${name}`, link))).status, name).toBe(200);
    } finally {
      page.kill();
    }
  });

  it('brings one dependency, and of that no build step', () => {
    const installed = readdirSync(join(folder, 'app/node_modules')).filter((name) => !name.startsWith('.'));
    expect(installed).toEqual(expect.arrayContaining(['better-sqlite3', 'countersign']));
    expect(installed.length).toBeLessThan(10);
  });

  it.each([NODES.oldest, NODES.newest])('runs the demo on Node %s', { timeout: 120_000 }, (version) => {
    const { status, stdout, stderr } = countersign(version, 'demo', '--json');
    expect(stderr).toBe('');
    expect(status).toBe(0);
    const report = JSON.parse(stdout);
    expect(report.change.state).toBe('succeeded');
    expect(report.ledger).toEqual({ verified: true, tampered_copy_detected: true });
  });

  it('ends in one clear line on a Node that is too old', () => {
    const { status, stdout, stderr } = countersign(NODES.tooOld, 'demo', '--json');
    expect(status).toBe(1);
    expect(stdout).toBe('');
    expect(stderr.trim().split('\n')).toEqual([
      expect.stringMatching(/^countersign needs Node\.js 22\.18 or newer; this is 20\.18\.0\./),
    ]);
  });

  it('lists its tools from there, as an MCP server', () => {
    const messages = [
      {
        id: 1,
        method: 'initialize',
        params: { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: { name: 't', version: '1' } },
      },
      { method: 'notifications/initialized' },
      { id: 2, method: 'tools/list' },
    ];
    const input = messages.map((message) => `${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`).join('');
    const { stdout } = spawnSync(join(nodeOf(NODES.oldest), 'node'), ['node_modules/.bin/countersign', 'serve'], {
      cwd: join(folder, 'app'),
      encoding: 'utf8',
      env: { ...process.env, HOME: folder },
      input,
    });
    expect(stdout).toContain('"propose_change"');
  });
});

it('the checkout runs any command through npm, whatever the machine’s own Node is', () => {
  const { status, stdout } = spawnSync('npm', ['run', '-s', 'countersign', '--', '--help'], {
    cwd: root,
    encoding: 'utf8',
  });
  expect(status).toBe(0);
  expect(stdout).toContain('Usage: countersign');
});
