/** What stores and clients read: made from one source, true to the package, and started by the clients themselves. */
import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { about, bundleManifest, installLinks, packageFiles } from '../../scripts/packages/package-files.ts';
import { tools } from '../../tools/index.ts';
import { areInstalled, CLIENTS_FOLDER } from '../clients/folder.ts';
import { needs } from '../needs.ts';

const root = new URL('../..', import.meta.url).pathname;
const files = packageFiles();
const read = (path: string) => JSON.parse(files[path]!);
type Entry = { command: string; args: string[]; env: Record<string, string> };
const entries: [string, Entry][] = [
  ['Claude Code plugin', read('packages/claude-code/.mcp.json').mcpServers.countersign],
  ['Gemini CLI extension', read('packages/gemini/gemini-extension.json').mcpServers.countersign],
  ['Kiro power', read('packages/kiro/mcp.json').mcpServers.countersign],
  ...installLinks().map(({ title, url }): [string, Entry] => [title, entryIn(url)]),
];

function entryIn(url: string): Entry {
  const config = new URL(url).searchParams.get('config');
  return JSON.parse(config ? Buffer.from(config, 'base64').toString() : decodeURIComponent(url.split('?')[1]!));
}

/** Stands where npm's registry would be: `npx` of this version runs this checkout, and any other call fails. */
function withRegistry(folder: string): NodeJS.ProcessEnv {
  const bin = join(folder, 'bin');
  mkdirSync(bin);
  const program = `#!/bin/sh
[ "$1 $2" = "-y countersign@${about.version}" ] || { echo "npx $*" >&2; exit 1; }
shift 2
exec "${process.execPath}" "${root}bin/countersign.js" --home "${folder}/state" --sandbox "$@"
`;
  writeFileSync(join(bin, 'npx'), program);
  chmodSync(join(bin, 'npx'), 0o755);
  return { PATH: `${bin}${delimiter}${process.env.PATH}`, HOME: folder };
}

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'countersign-packages-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('the files', () => {
  it('are those that npm run packages makes', () => {
    for (const [path, text] of Object.entries(files)) expect(readFileSync(join(root, path), 'utf8'), path).toBe(text);
    const page = readFileSync(join(root, 'docs/clients.md'), 'utf8');
    for (const { title, url } of installLinks()) expect(page, title).toContain(`[${title}](${url})`);
  });
  it('name this version exactly, wherever they name one', () => {
    for (const [path, text] of Object.entries(files)) {
      for (const [named] of text.matchAll(/countersign@[^\s"`]+/g))
        expect(named, path).toBe(`countersign@${about.version}`);
      expect(text, path).not.toMatch(/"latest"|@latest|[\^~]\d/);
    }
    expect(entries.map(([, { args }]) => args)).toEqual(
      entries.map(() => ['-y', `countersign@${about.version}`, 'serve']),
    );
  });
  it('keep to what the MCP registry takes', () => {
    const { name, description, version, packages } = read('server.json');
    expect(name).toBe(about.mcpName);
    expect(name).toMatch(/^io\.github\.[a-z\d-]+\/[a-z\d][a-z\d-]*$/);
    expect(description.length).toBeLessThanOrEqual(100);
    expect(packages.map((one: { version: string }) => one.version)).toEqual([version]);
  });
  it('of a bundle name what is in it: the validator looks at none of this', () => {
    const { server, user_config: settings } = bundleManifest();
    const packed = JSON.parse(
      execFileSync('npm', ['pack', '--json', '--dry-run', '--ignore-scripts'], { cwd: root, encoding: 'utf8' }),
    )[0] as { files: { path: string }[]; size: number };
    expect(packed.files.map(({ path }) => path)).toContain(server.entry_point);
    expect(server.mcp_config.args[0]).toBe(`\${__dirname}/${server.entry_point}`);
    const used = [...JSON.stringify(server).matchAll(/\$\{user_config\.(\w+)\}/g)].map(([, name]) => name);
    expect(used).toEqual(Object.keys(settings));
    for (const { type, default: preset } of Object.values(settings)) expect(typeof preset).toBe(type);
    expect(packed.size).toBeLessThanOrEqual(5 * 1024 * 1024);
  });
});

it.each(entries)('the entry of the %s starts a server with every tool', { timeout: 60_000 }, async (_what, entry) => {
  const env = { ...withRegistry(folder), ...entry.env } as Record<string, string>;
  const client = new Client({ name: 'test', version: '1' });
  const transport = new StdioClientTransport({ command: entry.command, args: entry.args, env, cwd: folder });
  await client.connect(transport);
  const listed = await client.listTools();
  await client.close();
  expect(listed.tools.map(({ name }) => name).sort()).toEqual(tools.map(({ name }) => name).sort());
});

describe('a real client', () => {
  const client = (name: string, ...args: string[]): string => {
    const { stdout, stderr } = spawnSync(join(CLIENTS_FOLDER, 'node_modules/.bin', name), args, {
      cwd: folder,
      encoding: 'utf8',
      env: { ...env, DISABLE_AUTOUPDATER: '1', CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1' },
    });
    return stdout + stderr;
  };
  let env: NodeJS.ProcessEnv;
  beforeEach(() => {
    env = withRegistry(folder);
  });
  it('Claude Code takes the plugin, with its server', { timeout: 120_000 }, (context) => {
    needs(context, 'clients', areInstalled());
    const said = client('claude', 'plugin', 'validate', join(root, 'packages/claude-code'));
    expect(said).toContain('Validation passed');
    expect(said).toContain(`countersign stdio npx ["-y","countersign@${about.version}","serve"]`);
  });
  it('Gemini CLI takes the extension, with its server', { timeout: 120_000 }, (context) => {
    needs(context, 'clients', areInstalled());
    const extension = join(root, 'packages/gemini');
    expect(client('gemini', 'extensions', 'validate', extension)).toContain('successfully validated');
    client('gemini', 'extensions', 'link', '--consent', extension);
    expect(client('gemini', 'extensions', 'list')).toMatch(/countersign \(.*\)[\s\S]*MCP servers:\s+countersign/);
  });
});
