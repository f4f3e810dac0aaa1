/** The settings of agents, as their documentation writes them: what is found, that nothing is written, no value told. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { isCountersign, settingsSeen } from '../../src/doctor/agent-settings.ts';
import { AGENT_CLIENTS } from '../../src/doctor/clients.ts';
import { readSettings } from '../../src/doctor/formats.ts';
import { providerOutside } from '../../src/providers/index.ts';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'countersign-settings-'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const where = () => ({ home: join(root, 'home'), project: join(root, 'project') });
function write(path: string, text: string | object): string {
  const full = join(root, path);
  mkdirSync(dirname(full), { recursive: true });
  writeFileSync(full, typeof text === 'string' ? text : JSON.stringify(text));
  return full;
}
const seen = () => settingsSeen(where(), providerOutside);
const names = () => seen().findings.map(({ name }) => name);
const OURS = { command: 'countersign', args: ['serve'] };
const SECRET = 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY';

describe('a server of Countersign is found where each client keeps it', () => {
  it.each<[string, string, string | object]>([
    ['Claude Code', 'project/.mcp.json', { mcpServers: { countersign: OURS } }],
    ['Claude Code', 'home/.claude.json', { mcpServers: { countersign: OURS } }],
    ['Cursor', 'home/.cursor/mcp.json', { mcpServers: { countersign: OURS } }],
    [
      'VS Code',
      'project/.vscode/mcp.json',
      '{ // ours\n "servers": { "countersign": { "type": "stdio", "command": "countersign", "args": ["serve"], }, }, }',
    ],
    ['VS Code', 'home/.config/Code/User/mcp.json', { servers: { countersign: OURS } }],
    ['Kiro', 'home/.kiro/settings/mcp.json', { mcpServers: { countersign: { ...OURS, disabled: false } } }],
    ['Gemini CLI', 'project/.gemini/settings.json', { mcpServers: { countersign: OURS } }],
    [
      'Codex',
      'home/.codex/config.toml',
      'model = "gpt"\n\n[mcp_servers.countersign]\ncommand = "countersign"\nargs = [\n  "serve", # the server\n]\n\n[mcp_servers.countersign.env]\nA = "b"\n',
    ],
    [
      'opencode',
      'project/opencode.json',
      { mcp: { countersign: { type: 'local', command: ['countersign', 'serve'] } } },
    ],
    [
      'opencode',
      'home/.config/opencode/opencode.json',
      { mcp: { servers: { countersign: { type: 'local', command: ['countersign', 'serve'] } } } },
    ],
    ['Copilot CLI', 'project/.github/mcp.json', { mcpServers: { countersign: { type: 'local', ...OURS } } }],
  ])('%s in %s', (client, path, text) => {
    const file = write(path, text);
    expect(seen().servers).toMatchObject([
      { client, file, name: 'countersign', command: 'countersign', args: ['serve'] },
    ]);
    expect(seen().servers.every(isCountersign)).toBe(true);
    expect(seen().findings).toEqual([]);
  });
  it('Claude Code, of one project in the file of the user', () => {
    write('home/.claude.json', {
      projects: {
        [where().project]: { mcpServers: { guard: { command: 'ssh', args: ['guard', 'countersign', 'serve'] } } },
        '/other': { mcpServers: { x: OURS } },
      },
    });
    expect(seen().servers).toMatchObject([{ name: 'guard', command: 'ssh' }]);
  });
  it('not one that is switched off', () => {
    write('home/.kiro/settings/mcp.json', { mcpServers: { countersign: { ...OURS, disabled: true } } });
    expect(seen().servers).toEqual([]);
  });
});

describe('what runs without asking is told', () => {
  it.each<[string, string, string | object, string[]]>([
    [
      'Claude Code',
      'project/.claude/settings.json',
      { permissions: { allow: ['mcp__countersign__propose_change'] } },
      ['unasked-countersign'],
    ],
    [
      'Claude Code',
      'project/.claude/settings.local.json',
      { permissions: { allow: ['mcp__countersign'] } },
      ['unasked-countersign'],
    ],
    [
      'Claude Code',
      'home/.claude/settings.json',
      { permissions: { defaultMode: 'bypassPermissions' } },
      ['unasked-everything'],
    ],
    ['Claude Code', 'home/.claude/settings.json', { permissions: { allow: ['Bash'] } }, ['unasked-shell']],
    ['Claude Code', 'home/.claude/settings.json', { permissions: { allow: ['Bash(aws:*)'] } }, ['unasked-shell']],
    [
      'Claude Code',
      'home/.claude/settings.json',
      { permissions: { allow: ['Bash(npm run test:*)', 'mcp__other'] } },
      [],
    ],
    ['Cursor', 'home/.cursor/permissions.json', { mcpAllowlist: ['countersign:*'] }, ['unasked-countersign']],
    [
      'Cursor',
      'home/.cursor/permissions.json',
      { mcpAllowlist: ['*:*'], terminalAllowlist: ['aws'] },
      ['unasked-countersign', 'unasked-shell'],
    ],
    [
      'VS Code',
      'home/.config/Code/User/settings.json',
      '{ /* mine */ "chat.tools.global.autoApprove": true, }',
      ['unasked-everything'],
    ],
    ['VS Code', 'project/.vscode/settings.json', { 'chat.tools.global.autoApprove': false }, []],
    [
      'Kiro',
      'home/.kiro/settings/mcp.json',
      { mcpServers: { countersign: { ...OURS, autoApprove: ['*'] } } },
      ['unasked-countersign'],
    ],
    ['Kiro', 'home/.kiro/settings/mcp.json', { mcpServers: { countersign: { ...OURS, autoApprove: [] } } }, []],
    [
      'Kiro',
      'home/.kiro/settings/permissions.yaml',
      'rules:\n  - capability: shell\n    match: ["*"]\n    effect: allow\n',
      ['unasked-shell'],
    ],
    ['Kiro', 'home/.kiro/settings/permissions.yaml', 'rules:\n  - capability: shell\n    effect: ask\n', []],
    [
      'Gemini CLI',
      'project/.gemini/settings.json',
      { mcpServers: { countersign: { ...OURS, trust: true } } },
      ['unasked-countersign'],
    ],
    [
      'Codex',
      'home/.codex/config.toml',
      'approval_policy = "never"\nsandbox_mode = "danger-full-access"\n',
      ['unasked-everything', 'unasked-shell'],
    ],
    [
      'Codex',
      'project/.codex/config.toml',
      '[mcp_servers.countersign]\ncommand = "countersign"\nargs = ["serve"]\ndefault_tools_approval_mode = "approve"\n',
      ['unasked-countersign'],
    ],
    ['opencode', 'project/opencode.json', { permission: 'allow' }, ['unasked-everything']],
    ['opencode', 'project/opencode.json', { permission: { '*': 'ask', bash: 'allow' } }, ['unasked-shell']],
    ['opencode', 'project/opencode.json', { permission: { bash: { '*': 'ask' } } }, []],
  ])('%s: %s %j', (client, path, text, expected) => {
    // Where another file of the client holds the server.
    if (client === 'Claude Code') write('project/.mcp.json', { mcpServers: { countersign: OURS } });
    if (client === 'Cursor') write('home/.cursor/mcp.json', { mcpServers: { countersign: OURS } });
    write(path, text);
    expect(names()).toEqual(expected);
  });
  it('the rules are about the name that Countersign has there', () => {
    write('project/.mcp.json', { mcpServers: { guard: OURS, other: { command: 'other' } } });
    write('project/.claude/settings.json', { permissions: { allow: ['mcp__other'] } });
    expect(names()).toEqual([]);
    write('project/.claude/settings.json', { permissions: { allow: ['mcp__guard__plan_tags'] } });
    expect(names()).toEqual(['unasked-countersign']);
  });
});

describe('another door to the cloud is a problem', () => {
  it.each<[string, object]>([
    ['AWS’s proxy', { command: 'uvx', args: ['mcp-proxy-for-aws@latest', 'https://aws-mcp.us-east-1.api.aws/mcp'] }],
    ['AWS’s own server, without a proxy', { url: 'https://aws-mcp.eu-central-1.api.aws/mcp?oauth=initialize' }],
    ['an AWS Labs server', { command: 'uvx', args: ['awslabs.aws-api-mcp-server@latest'] }],
    ['Terraform', { command: 'docker', args: ['run', '-i', 'hashicorp/terraform-mcp-server'] }],
    ['Kubernetes', { command: 'npx', args: ['-y', 'kubernetes-mcp-server@latest'] }],
    ['Pulumi', { command: 'npx', args: ['-y', '@pulumi/mcp-server'] }],
    ['a shell', { command: 'npx', args: ['-y', '@wonderwhy-er/desktop-commander'] }],
  ])('%s', (_what, server) => {
    const file = write('project/.mcp.json', { mcpServers: { it: server } });
    expect(seen().findings).toMatchObject([
      { name: 'another-door', weight: 'problem', at: file, fix: expect.stringContaining(file) },
    ]);
  });
  it.each<[string, object]>([
    ['a server of documents', { command: 'uvx', args: ['mcp-server-fetch'] }],
    [
      'Countersign, in a folder of that name',
      { command: 'node', args: ['/home/me/terraform-mcp/countersign/bin/countersign.js', 'serve'] },
    ],
  ])('%s is none', (_what, server) => {
    write('project/.mcp.json', { mcpServers: { it: server } });
    expect(names()).toEqual([]);
  });
  it('every row names its source', () => {
    for (const { source } of [...AGENT_CLIENTS, ...providerOutside.doors]) expect(source).toMatch(/^https:\/\//);
  });
});

describe('credentials in settings', () => {
  it('are named, and never told', () => {
    write('project/.mcp.json', { mcpServers: { it: { command: 'it', env: { AWS_SECRET_ACCESS_KEY: SECRET } } } });
    write('home/.claude/settings.json', { env: { AWS_SESSION_TOKEN: SECRET } });
    expect(names()).toEqual(['credentials-in-settings', 'credentials-in-settings']);
    expect(JSON.stringify(seen().findings)).not.toContain(SECRET);
  });
  it('the address of a ledger in a database is named, and never told', () => {
    const env = { COUNTERSIGN_LEDGER: `postgres://me:${SECRET}@db/ledger` };
    write('project/.mcp.json', { mcpServers: { it: { command: 'it', env } } });
    expect(names()).toEqual(['ledger-login-in-settings']);
    expect(JSON.stringify(seen().findings)).not.toContain(SECRET);
  });
  it('a reference to a variable holds none', () => {
    write('project/.mcp.json', {
      mcpServers: { it: { command: 'it', env: { AWS_SECRET_ACCESS_KEY: '${AWS_SECRET_ACCESS_KEY}' } } },
    });
    write('project/opencode.json', {
      mcp: { it: { command: ['it'], environment: { AWS_SESSION_TOKEN: '{env:AWS_SESSION_TOKEN}' } } },
    });
    expect(names()).toEqual([]);
  });
});

describe('reading', () => {
  it('changes no file', () => {
    const file = write('home/.codex/config.toml', 'approval_policy = "never"\n');
    const [text, { mtimeMs, mode }] = [readFileSync(file, 'utf8'), statSync(file)];
    seen();
    expect([readFileSync(file, 'utf8'), statSync(file).mtimeMs, statSync(file).mode]).toEqual([text, mtimeMs, mode]);
  });
  it.each([
    ['home/.claude.json', '{ "mcpServers": '],
    ['home/.codex/config.toml', 'approval_policy = \n[['],
    ['home/.kiro/settings/permissions.yaml', 'rules: [}'],
    ['project/.mcp.json', '[1]'],
  ])('a file that cannot be read is told, and stops nothing: %s', (path, text) => {
    write(path, text);
    write('home/.cursor/mcp.json', { mcpServers: { countersign: OURS } });
    expect(names()).toEqual(['settings-unreadable']);
    expect(seen().servers).toHaveLength(1);
  });
  it.each<[string, string, object]>([
    [
      'quoted names and dotted keys',
      '[mcp_servers."a.b"]\ncommand = \'x\'\nenv.A = "1"\n',
      { mcp_servers: { 'a.b': { command: 'x', env: { A: '1' } } } },
    ],
    [
      'inline tables',
      'mcp_servers.x = { command = "y", args = ["a", "b"], env = { A = "#1" } }\n',
      { mcp_servers: { x: { command: 'y', args: ['a', 'b'], env: { A: '#1' } } } },
    ],
    [
      'long strings and comments',
      'a = """one\ntwo""" # three\nb = true\nc = 1_000\n',
      { a: 'one\ntwo', b: true, c: '1_000' },
    ],
    ['lists of tables', '[[hooks]]\nname = "a"\n[[hooks]]\nname = "b"\n', { hooks: [{ name: 'a' }, { name: 'b' }] }],
    ['escapes', 'a = "C:\\\\x \\"y\\""\n', { a: 'C:\\x "y"' }],
    ['no newline at the end', '[a]\nb = "c"', { a: { b: 'c' } }],
  ])('TOML: %s', (_what, text, expected) => expect(readSettings('config.toml', text)).toEqual(expected));
  it('TOML: a name that every object has makes no table', () => {
    expect(() => readSettings('config.toml', '[__proto__]\npolluted = true\n')).toThrow();
    expect(({} as { polluted?: true }).polluted).toBeUndefined();
  });
  it('JSON: a comment’s sign inside a string is no comment', () => {
    expect(readSettings('a.json', '{"url": "https://x//y", /* z */ "b": "/* c */",}')).toEqual({
      url: 'https://x//y',
      b: '/* c */',
    });
  });
});
