import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { guards } from '../../guards/index.ts';
import { CLIENT_NAMES, CLIENTS, type ClientName } from '../../src/cli/init-answers.ts';
import { openLedger } from '../../src/ledger/sqlite/store.ts';
import { loadPolicy } from '../../src/policy/load.ts';
import { pinOf, standingOf } from '../../src/policy/pin.ts';
import { needs } from '../needs.ts';

const bin = new URL('../../bin/countersign.js', import.meta.url).pathname;
let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'countersign-init-'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const env = () => ({
  PATH: process.env.PATH,
  HOME: root,
  AWS_REGION: 'eu-west-1',
  AWS_PROFILE: 'acme-dev',
  TERM: 'xterm',
});
const init = (...args: string[]) =>
  spawnSync(process.execPath, [bin, '--home', join(root, 'state'), '--sandbox', 'init', ...args], {
    cwd: root,
    encoding: 'utf8',
    env: env(),
  });
const read = (path: string) => readFileSync(join(root, path), 'utf8');
function put(path: string, text: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
}

describe('countersign init', () => {
  it.each(CLIENT_NAMES)('writes a valid plan-only policy and the entry for %s', async (client) => {
    const { status, stdout } = init('--client', client, '--environment', 'development', '--person', 'ann');
    expect(status).toBe(0);
    expect(stdout).toContain(CLIENTS[client].path);
    const policy = loadPolicy(join(root, 'countersign.policy.yaml'), guards);
    expect(policy.file.accounts.main?.id).toBe('123456789012');
    expect(policy.file.scopes).toEqual([
      expect.objectContaining({ environment: 'development', execute: 'plan_only', create: false }),
    ]);
    expect(policy.people.map(({ name }) => name)).toEqual(['ann']);
    const ledger = openLedger(join(root, 'state'));
    expect(await standingOf(ledger, policy)).toBe('adopted');
    expect(await pinOf(ledger)).toMatchObject({ level: 'L0', previous: null });
    ledger.close();
    expect(stdout).toMatch(/Started once, as .+ will start it:\n22 tools, policy in force, sponsor ann \(claimed\)\./);
    expect(stdout).toMatch(/delete the stack cost-explorer-prod\.\nDENIED {2}GUARD_STACK_DELETION: /);
    const text = read(CLIENTS[client].path);
    expect(text).toContain(JSON.stringify(process.execPath));
    expect(text).toContain(JSON.stringify(bin));
    expect(text).toContain(JSON.stringify(join(root, 'countersign.policy.yaml')));
    expect(text).toContain('acme-dev');
    expect(text, 'a package that nobody has published').not.toMatch(/npx/);
    expect(text, 'a sponsor in a file that may be shared').not.toMatch(/\bann\b/);
    expect(text).toContain('COUNTERSIGN_SPONSOR');
    expect(stdout).toContain('export COUNTERSIGN_SPONSOR=ann');
  });

  it('shows no first plan where no stack is in a scope', () => {
    put(
      'countersign.policy.yaml',
      `version: 1
accounts: { main: { id: "123456789012", regions: [eu-west-1] } }
scopes: [{ account: main, stacks: ["none-*"], environment: production, execute: plan_only }]
people: { ann: { roles: [dev], keys: [] } }
`,
    );
    const { status, stdout } = init('--client', 'claude', '--person', 'ann');
    expect(status).toBe(0);
    expect(stdout).toContain('Started once');
    expect(stdout).not.toContain('A first plan');
  });

  it('adds to a client’s file and keeps a policy that is there', () => {
    put('.mcp.json', '{"mcpServers":{"other":{"command":"x"}},"more":1}');
    put('countersign.policy.yaml', 'mine');
    const { status, stdout, stderr } = init('--client', 'claude');
    expect(stdout).toContain('Kept unchanged: countersign.policy.yaml');
    // What it wrote was started, and the policy that was there is none.
    expect(status).toBe(1);
    expect(stderr).toContain('CONFIG_POLICY_INVALID');
    expect(JSON.parse(read('.mcp.json'))).toMatchObject({ mcpServers: { other: { command: 'x' } }, more: 1 });
    expect(read('countersign.policy.yaml')).toBe('mine');
    expect(stdout).toMatch(/Not adopted: .*countersign.policy.yaml/s);
  });

  it('adds a table to Codex’s file, and keeps every byte that was there', () => {
    const before = '# mine\nmodel = "x"\n[mcp_servers.other]\ncommand = "y"';
    put('.codex/config.toml', before);
    expect(init('--client', 'codex', '--person', 'ann').status).toBe(0);
    expect(read('.codex/config.toml').startsWith(`${before}\n\n[mcp_servers.countersign]\n`)).toBe(true);
    expect(init('--client', 'codex').stderr).toContain('already');
  });

  it.each([
    ['a file with comments', '{ // mine\n "servers": {} }', 'not plain JSON'],
    ['servers that are no object', '{"servers":[]}', 'not an object'],
    ['an entry of its own', '{"servers":{"countersign":{}}}', 'already'],
  ])('refuses %s, says the entry or what to do, and writes nothing', (_what, text, reason) => {
    put('.vscode/mcp.json', text);
    const { status, stderr } = init('--client', 'vscode');
    expect(status).toBe(1);
    expect(stderr).toContain(reason);
    expect(stderr).toMatch(/Add it by hand|Edit it/);
    expect(read('.vscode/mcp.json')).toBe(text);
    expect(existsSync(join(root, 'countersign.policy.yaml'))).toBe(false);
  });

  it('asks nobody without a terminal: it names the flag that is missing', () => {
    const { status, stderr } = init();
    expect(status).toBe(1);
    expect(stderr).toContain('--client');
    expect(init('--client', 'claude', '--person', 'Ann B').stderr).toContain('start with a lower-case letter');
    expect(existsSync(join(root, '.mcp.json'))).toBe(false);
  });

  // `script` of util-linux gives a program a terminal; other systems have another command of that name.
  const hasScript = process.platform === 'linux' && spawnSync('script', ['--version']).status === 0;
  it('asks a person at a terminal for what no flag says', async (context) => {
    needs(context, 'script', hasScript);
    const command = [process.execPath, bin, '--home', join(root, 'state'), '--sandbox', 'init', '--person', 'ann'];
    const sized = `stty rows 40 cols 120; ${command.join(' ')}`;
    const child = spawn('script', ['-qec', sized, '/dev/null'], { cwd: root, env: env() });
    let screen = '';
    const seen = (text: string) =>
      new Promise<void>((resolve, reject) => {
        const look = () => screen.includes(text) && resolve();
        child.stdout.on('data', look);
        child.once('close', () => reject(new Error(`ended before it said “${text}”: ${screen}`)));
        look();
      });
    child.stdout.on('data', (chunk) => {
      screen += chunk;
    });
    const [down, enter] = ['\u001b[B', '\r'];
    await seen('Environment of this account?');
    child.stdin.write(down);
    child.stdin.write(enter);
    await seen('Client of the agent');
    child.stdin.write(enter);
    await seen('Written:');
    child.stdin.end();
    expect(read('countersign.policy.yaml')).toContain('environment: development');
    expect(JSON.parse(read('.mcp.json')).mcpServers.countersign.command).toBe(process.execPath);
  });

  /** As each program is documented to expand its file. Unset: what it hands on, as documented or seen. */
  const EXPANDS: Partial<Record<ClientName, { pattern: RegExp; unset: (whole: string) => string }>> = {
    claude: { pattern: /\$\{(\w+):-\}/g, unset: () => '' },
    cursor: { pattern: /\$\{env:(\w+)\}/g, unset: (whole) => whole },
    // “Kiro only expands environment variables that are explicitly approved.”
    kiro: { pattern: /\$\{(\w+)\}/g, unset: (whole) => whole },
    vscode: { pattern: /\$\{env:(\w+)\}/g, unset: () => '' },
  };
  const stdio = { command: z.string(), args: z.array(z.string()), env: z.record(z.string(), z.string()) };
  /**
   * What the documentation of each lists for a server that is started: cursor.com/docs/mcp, kiro.dev/docs/mcp/configuration,
   * code.visualstudio.com/docs/copilot/reference/mcp-configuration.
   */
  const DOCUMENTED: Partial<Record<ClientName, z.ZodType>> = {
    cursor: z.strictObject({
      mcpServers: z.record(
        z.string(),
        z.strictObject({ type: z.literal('stdio'), ...stdio, envFile: z.string().optional() }),
      ),
    }),
    kiro: z.strictObject({
      mcpServers: z.record(
        z.string(),
        z.strictObject({
          ...stdio,
          disabled: z.boolean(),
          autoApprove: z.array(z.string()),
          disabledTools: z.array(z.string()).optional(),
        }),
      ),
    }),
    vscode: z.strictObject({
      servers: z.record(
        z.string(),
        z.strictObject({
          type: z.literal('stdio'),
          ...stdio,
          cwd: z.string().optional(),
          envFile: z.string().optional(),
        }),
      ),
      inputs: z.array(z.json()).optional(),
    }),
  };
  const answersOf = (entry: { command: string; args: string[]; env: Record<string, string> }, more: object): string => {
    const messages = [
      {
        id: 1,
        method: 'initialize',
        params: { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: { name: 't', version: '1' } },
      },
      { method: 'notifications/initialized' },
      { id: 2, method: 'tools/list', params: {} },
      { id: 3, method: 'tools/call', params: { name: 'describe_policy', arguments: {} } },
    ];
    const input = messages.map((message) => `${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`).join('');
    mkdirSync(join(root, 'below'), { recursive: true });
    return execFileSync(entry.command, entry.args, {
      cwd: join(root, 'below'),
      env: { PATH: process.env.PATH, HOME: root, ...entry.env, ...more },
      input,
      encoding: 'utf8',
    });
  };

  it.each(Object.entries(EXPANDS))(
    'lets the entry for %s start a server, as it is written',
    (name, { pattern, unset }) => {
      const client = name as ClientName;
      expect(init('--client', client, '--person', 'ann').status).toBe(0);
      const file = JSON.parse(read(CLIENTS[client].path));
      DOCUMENTED[client]?.parse(file);
      const { countersign: entry } = file.mcpServers ?? file.servers;
      const expanded = (sponsor: string | undefined) => ({
        ...entry,
        env: Object.fromEntries(
          Object.entries(entry.env as Record<string, string>).map(([key, value]) => [
            key,
            value.replaceAll(pattern, (whole) => sponsor ?? unset(whole)),
          ]),
        ),
      });
      const told = answersOf(expanded('ann'), {});
      expect(told).toContain('ann (claimed)');
      expect(told).toContain('plan_stack_update');
      // A variable that is not set, or that the program does not pass on, names nobody.
      const untold = answersOf(expanded(undefined), {});
      expect(untold).toContain('plan_stack_update');
      expect(untold).not.toMatch(/\(claimed\)|COUNTERSIGN_SPONSOR\}/);
    },
  );

  it('says what Kiro asks for before it passes a variable on', () => {
    expect(init('--client', 'kiro', '--person', 'ann').stdout).toContain('Mcp Approved Env Vars');
  });

  it('needs no entry in the checkout: mcp.json starts it as it stands', () => {
    const checkout = new URL('../../', import.meta.url).pathname;
    const entry = JSON.parse(readFileSync(join(checkout, 'mcp.json'), 'utf8')).mcpServers.countersign;
    const initialize = {
      jsonrpc: '2.0',
      id: 1,
      method: 'initialize',
      params: { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: { name: 't', version: '1' } },
    };
    const output = execFileSync(entry.command, entry.args, {
      cwd: checkout,
      env: env(),
      input: `${JSON.stringify(initialize)}\n`,
      encoding: 'utf8',
    });
    expect(JSON.parse(output)).toMatchObject({ id: 1, result: { serverInfo: { name: 'countersign' } } });
  });
});
