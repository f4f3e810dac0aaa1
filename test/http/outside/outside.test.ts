/** Programs of others, as they are published, over HTTP. */
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { afterAll, beforeAll, beforeEach, describe, expect, it, type TestContext } from 'vitest';
import { tools } from '../../../tools/index.ts';
import { needs } from '../../needs.ts';
import { browse } from '../signing-in.ts';
import { freePort, openTeam, type Replica, type Team } from '../team.ts';
import { startWithToken } from '../with-token.ts';
import { NOT_APPLICABLE, REVISIONS, runSuite, whyNot } from './conformance.ts';
import { areInstalled, HTTP_CLIENTS } from './folder.ts';

let team: Team;
let replica: Replica;
let token: string;
let front: Awaited<ReturnType<typeof startWithToken>>;
let home: string;
beforeAll(async () => {
  const port = await freePort();
  team = await openTeam({ port });
  replica = await team.start();
  token = await team.provider.tokenFor('alice');
  home = mkdtempSync(join(tmpdir(), 'countersign-outside-'));
  front = await startWithToken(port, replica.address, () => token);
});
afterAll(async () => {
  front.close();
  await team.close();
  rmSync(home, { recursive: true, force: true });
});
beforeEach((context: TestContext) => needs(context, 'clients', areInstalled()));

const program = (name: string) => join(HTTP_CLIENTS.folder, 'node_modules/.bin', name);
const env = () => ({ PATH: process.env.PATH ?? '', HOME: home, BROWSER: 'none' });
/** The address of a sign-in page in what a program says. */
const SIGN_IN = /http:\/\/127\.0\.0\.1:\d+\/auth\?[\w.~%&=+-]+/;

describe('the conformance suite', () => {
  it.each(REVISIONS)('passes for %s in every scenario that applies', { timeout: 120_000 }, async (revision) => {
    const ran = await runSuite(team.resource, revision);
    expect(ran.length).toBeGreaterThan(30);
    const wrong = ran.flatMap(({ scenario, failed }) =>
      failed.filter((check) => whyNot(scenario, check) === undefined).map((check) => `${scenario}: ${check}`),
    );
    expect(wrong).toEqual([]);
    const passing = ran
      .filter(({ failed, passed }) => failed.length === 0 && passed > 0)
      .map(({ scenario }) => scenario);
    expect(passing).toEqual(
      expect.arrayContaining(
        revision === '2026-07-28'
          ? [
              'tools-list',
              'tools-call-simple-text',
              'tools-call-error',
              'resources-list',
              'prompts-list',
              'dns-rebinding-protection',
              'caching',
              'http-header-validation',
              'sep-2164-resource-not-found',
              'server-sse-multiple-streams',
              'input-required-result-unsupported-methods',
            ]
          : [
              'server-initialize',
              'ping',
              'tools-list',
              'tools-call-simple-text',
              'tools-call-error',
              'resources-list',
              'prompts-list',
              'dns-rebinding-protection',
            ],
      ),
    );
    for (const { scenarios, reason } of NOT_APPLICABLE)
      if (ran.some(({ scenario }) => scenarios.test(scenario)))
        expect(
          ran.some(({ scenario, failed }) => scenarios.test(scenario) && failed.length > 0),
          reason,
        ).toBe(true);
  });
});

describe('mcp-remote', () => {
  it('signs in for a client that speaks stdio only', { timeout: 60_000 }, async () => {
    const own = await openTeam();
    await own.start();
    const client = new Client({ name: 'desktop', version: '1' });
    const transport = new StdioClientTransport({
      command: process.execPath,
      args: [program('mcp-remote'), own.resource],
      env: env(),
      stderr: 'pipe',
    });
    let said = '';
    let isSent = false;
    transport.stderr?.on('data', (chunk) => {
      said += chunk;
      const [page] = SIGN_IN.exec(said) ?? [];
      if (page === undefined || isSent || !said.includes('Waiting for authorization')) return;
      isSent = true;
      browse(page, 'http://localhost').then(
        (answer) => fetch(`${new URLSearchParams(page.split('?')[1]).get('redirect_uri')}?${answer}`),
        () => undefined,
      );
    });
    await client.connect(transport, { timeout: 40_000 });
    expect((await client.listTools()).tools).toHaveLength(tools.length);
    const { structuredContent } = await client.callTool({ name: 'describe_policy', arguments: {} });
    expect(structuredContent).toMatchObject({ sponsor: 'alice (signed in)' });
    await client.close();
    await own.close();
  });
});

describe('the Inspector', () => {
  const inspect = (args: string[], terminal = false): Promise<{ code: number | null; said: string }> => {
    const words = [process.execPath, program('mcp-inspector'), '--cli', ...args, '-q'];
    const [command = '', ...rest] = terminal ? ['script', '-qec', words.join(' '), '/dev/null'] : words;
    const child = spawn(command, rest, { env: env(), stdio: ['ignore', 'pipe', 'pipe'] });
    let said = '';
    let isSent = false;
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk) => {
        said += chunk;
        const [page] = SIGN_IN.exec(said) ?? [];
        if (page === undefined || isSent) return;
        isSent = true;
        browse(page, 'no end').catch(() => undefined);
      });
    return new Promise((resolve) => child.once('close', (code) => resolve({ code, said })));
  };

  it('signs in at a terminal, and calls; without one it says that a sign-in is missing', {
    timeout: 90_000,
  }, async (context) => {
    needs(context, 'script', existsSync('/usr/bin/script'));
    const own = await openTeam();
    await own.start();
    const at = ['--server-url', own.resource, '--transport', 'http'];
    const call = ['--method', 'tools/call', '--tool-name', 'describe_policy'];
    const answer = await inspect([...at, ...call], true);
    expect(answer).toMatchObject({ code: 0, said: expect.stringContaining('alice (signed in)') });
    // What it stored is in the keychain of a desktop, which this machine does not have.
    const alone = await inspect([...at, ...call, '--stored-auth-only']);
    expect(alone).toMatchObject({ code: 3, said: expect.stringContaining('auth_required') });
    await own.close();
  });
});
