/** What a request has to be besides its token, and how the server begins and ends. */
import { spawnSync } from 'node:child_process';
import { request } from 'node:http';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { proposeFix, STACK } from '../world.ts';
import { ask, BIN, callOf, contentOf, openTeam, type Replica, type Team } from './team.ts';

let team: Team;
let replica: Replica;
let token: string;
beforeAll(async () => {
  team = await openTeam();
  replica = await team.start();
  token = await team.provider.tokenFor('alice');
});
afterAll(() => team.close());

const newest = async () => (await team.world.app.ledger.events({ newestFirst: true, limit: 1 }))[0]?.seq ?? 0;
const policy = callOf('describe_policy');
const at = (path: string) => new URL(path, team.resource).href;

/** As it stands, with whatever Host. */
const sent = (headers: Record<string, string>, path = '/mcp', method = 'POST', body = '') =>
  new Promise<{ status: number; body: string }>((resolve, reject) => {
    const asking = request(at(path), { method, headers }, async (answer) =>
      resolve({ status: answer.statusCode!, body: await text(answer) }),
    );
    asking.once('error', reject);
    asking.end(body);
  });

describe('a request', () => {
  it.each(['evil.example.com', '127.0.0.1', 'localhost:1', '127.0.0.1.example.com'])(
    'for the host %s is refused, before its token is looked at',
    async (host) => {
      for (const path of ['/mcp', '/.well-known/oauth-protected-resource/mcp'])
        expect(await sent({ host, authorization: `Bearer ${token}` }, path)).toMatchObject({ status: 403 });
    },
  );

  it.each(['https://evil.example.com', 'null', 'http://127.0.0.1'])('from a page of %s is refused', async (origin) => {
    const before = await newest();
    expect((await ask(team.resource, policy, { token, headers: { origin } })).status).toBe(403);
    expect(await newest()).toBe(before);
  });

  it('from a page of its own origin is answered', async () => {
    const origin = new URL(team.resource).origin;
    expect((await ask(team.resource, policy, { token, headers: { origin } })).status).toBe(200);
  });

  it.each(['/', '/register', '/authorize', '/token', '/mcp/', '/mcp2', '/.well-known/oauth-authorization-server'])(
    'at %s finds nothing, with a token or without one',
    async (path) => {
      for (const given of [undefined, token])
        for (const method of ['GET', 'POST'])
          expect((await ask(at(path), undefined, { token: given, method })).status).toBe(404);
    },
  );

  it('is a POST', async () => {
    for (const method of ['GET', 'DELETE', 'PUT']) {
      const answer = await ask(team.resource, undefined, { token, method });
      expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'POST']);
      expect((await ask(team.resource, undefined, { method })).status).toBe(401);
    }
  });

  it.each([
    ['is no JSON', '{"jsonrpc":', 400],
    ['is a batch', JSON.stringify([{ jsonrpc: '2.0', id: 1, ...policy }]), 400],
    ['is text', '"tools/call"', 400],
    ['is empty', '', 400],
    [
      'is too large',
      JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'ping', params: { a: 'a'.repeat(1_100_000) } }),
      413,
    ],
  ])('whose body %s is told so', async (_, body, status) => {
    const before = await newest();
    const answer = await ask(team.resource, undefined, { token, body });
    expect(answer.status).toBe(status);
    expect(answer.message).toMatchObject({ jsonrpc: '2.0', id: null, error: { message: expect.any(String) } });
    expect(await newest()).toBe(before);
  });

  it('whose body is longer than it says, or has no length, is bounded all the same', async () => {
    const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'ping', params: { a: 'a'.repeat(1_100_000) } });
    const { host } = new URL(team.resource);
    const headers = {
      host,
      authorization: `Bearer ${token}`,
      'content-type': 'application/json',
      'transfer-encoding': 'chunked',
    };
    expect((await sent(headers, '/mcp', 'POST', body)).status).toBe(413);
  });

  it('of another content type is refused', async () => {
    const headers = { 'content-type': 'text/plain' };
    expect((await ask(team.resource, policy, { token, headers })).status).toBe(415);
  });

  it('whose header names another tool than its body is refused', async () => {
    const before = await newest();
    const _meta = {
      'io.modelcontextprotocol/protocolVersion': '2026-07-28',
      'io.modelcontextprotocol/clientInfo': { name: 'x', version: '1' },
      'io.modelcontextprotocol/clientCapabilities': {},
    };
    const message = { method: 'tools/call', params: { ...policy.params, _meta } };
    const headers = { 'mcp-protocol-version': '2026-07-28', 'mcp-method': 'tools/call' };
    const named = (name: string) => ask(team.resource, message, { token, headers: { ...headers, 'mcp-name': name } });
    expect((await named('propose_change')).status).toBe(400);
    expect((await ask(team.resource, message, { token, headers: { ...headers, 'mcp-method': 'ping' } })).status).toBe(
      400,
    );
    expect((await ask(team.resource, message, { token, headers })).status).toBe(400);
    expect(await newest()).toBe(before);
    expect((await named('describe_policy')).status).toBe(200);
  });

  it('cannot hide what it proposes from the scope that this needs', async () => {
    const reading = await team.provider.tokenFor('alice', { scope: 'countersign.read' });
    const body = `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"propose_change","arguments":{}},"params":{"name":"describe_policy","arguments":{}}}`;
    // The last of two members counts, for the door and behind it.
    expect((await ask(team.resource, undefined, { token: reading, body })).status).toBe(200);
    const swapped = body.replace('propose_change', 'x').replace('describe_policy', 'propose_change');
    expect((await ask(team.resource, undefined, { token: reading, body: swapped })).status).toBe(403);
  });
});

describe('the resource', () => {
  it('says who issues its tokens, where RFC 9728 looks for it and at the root', async () => {
    for (const path of ['/.well-known/oauth-protected-resource/mcp', '/.well-known/oauth-protected-resource']) {
      const answer = await ask(at(path), undefined, { method: 'GET' });
      expect(answer.message).toEqual({
        resource: team.resource,
        authorization_servers: [team.provider.issuer],
        scopes_supported: ['countersign.read', 'countersign.propose'],
        bearer_methods_supported: ['header'],
        resource_name: 'Countersign',
      });
      expect((await ask(at(path), undefined, { method: 'POST' })).status).toBe(405);
    }
  });
});

describe('a call', () => {
  it.each([
    ['arguments that are text', { name: 'describe_stack', arguments: '{"stack":"web"}' }, 'INPUT_INVALID'],
    ['arguments that are a list', { name: 'describe_stack', arguments: [{ stack: 'web' }] }, 'INPUT_INVALID'],
    ['a name that no tool has', { name: 'apply_change', arguments: {} }, 'INPUT_UNKNOWN_TOOL'],
  ])('with %s is refused as a tool’s error, and is in the ledger', async (_, params, code) => {
    const answer = await ask(team.resource, { method: 'tools/call', params }, { token });
    expect(contentOf(answer).text).toContain(code);
    const [refused] = await team.world.app.ledger.events({ kinds: ['tool.refused'], newestFirst: true, limit: 1 });
    expect(refused).toMatchObject({ body: { code } });
  });

  it('reads no file of the folder that the server was started in', async () => {
    const input = { stack: STACK, template_file: 'package.json' };
    const answer = await ask(team.resource, callOf('plan_stack_update', input), { token });
    expect(contentOf(answer).text).toContain('INPUT_TEMPLATE_FILE_OUTSIDE');
  });

  it('asks for no proof of where its client runs: that is for who started a server', async () => {
    const answer = await ask(team.resource, { method: 'countersign/doctor', params: { step: 'ask' } }, { token });
    expect(answer.message).toMatchObject({ error: { code: -32_601 } });
  });

  it('is in the log with who made it, and what became of it', async () => {
    const input = { stack: STACK, set: [{ path: 'Resources.QueryFunction.Properties.MemorySize', value: 1024 }] };
    const { plan_id: plan } = contentOf(await ask(team.resource, callOf('plan_stack_update', input), { token }));
    const reason = 'a reason that no log has';
    await ask(team.resource, callOf('propose_change', { plan_id: plan, goal: 'fix', reason }), { token });
    // It is written when its answer was sent.
    await expect.poll(() => replica.log(), { timeout: 20_000 }).toMatch(/propose_change.*\n/);
    const lines = replica
      .log()
      .split('\n')
      .filter((line) => line.includes('"tool"'))
      .map((line) => JSON.parse(line));
    const about = { sponsor: 'alice', client: 'claude-code' };
    expect(lines).toContainEqual(expect.objectContaining({ tool: 'plan_stack_update', plan, ...about }));
    expect(lines.at(-1)).toMatchObject({ tool: 'propose_change', change: expect.stringMatching(/^chg_/), ...about });
    expect(replica.log()).not.toContain(reason);
  });
});

describe('an agent that makes many calls at once', () => {
  it('waits for its own, is told so when too many wait, and holds up no other agent', { timeout: 60_000 }, async () => {
    const id = await proposeFix(team.world);
    const { version } = await team.world.app.changes.find(id);
    const noisy = await team.provider.tokenFor('bob');
    const wait = callOf('describe_change', { change_id: id, since: version, wait_seconds: 2 });
    const answers: { status: number; retry: string | null }[] = [];
    const all = Promise.all(
      Array.from({ length: 50 }, async () => {
        const { status, headers } = await ask(team.resource, wait, { token: noisy });
        answers.push({ status, retry: headers.get('retry-after') });
      }),
    );
    while (answers.length < 10) await new Promise((resolve) => setTimeout(resolve, 20));
    expect(answers.slice(0, 10)).toEqual(Array.from({ length: 10 }, () => ({ status: 429, retry: '2' })));
    expect((await ask(team.resource, policy, { token })).status).toBe(200);
    expect(answers.filter(({ status }) => status === 200)).toEqual([]);
    await all;
    expect(answers.filter(({ status }) => status === 200).length).toBeGreaterThanOrEqual(24);
  });
});

describe('who balances load', () => {
  it('is told whether the server lives and can answer, by any address of it', async () => {
    expect(await sent({ host: '10.0.0.7' }, '/healthz', 'GET')).toEqual({ status: 200, body: 'ok\n' });
    expect(await sent({ host: '10.0.0.7' }, '/readyz', 'GET')).toEqual({ status: 200, body: 'ready\n' });
    expect((await sent({ host: '10.0.0.7' }, '/readyz', 'POST')).status).toBe(405);
  });

  it('is told that it cannot, when the policy cannot be read', async () => {
    const { policyText, home } = team.world;
    const { writeFileSync } = await import('node:fs');
    const adopted = (await import('node:fs')).readFileSync(`${home}/policy.yaml`, 'utf8');
    writeFileSync(`${home}/policy.yaml`, `${policyText}\nnonsense: [`);
    try {
      const answer = await sent({}, '/readyz', 'GET');
      expect(answer).toEqual({ status: 503, body: 'not ready: CONFIG_POLICY_INVALID\n' });
      expect(contentOf(await ask(team.resource, policy, { token })).text).toContain('CONFIG_POLICY_INVALID');
    } finally {
      writeFileSync(`${home}/policy.yaml`, adopted);
    }
    expect((await sent({}, '/readyz', 'GET')).status).toBe(200);
  });
});

describe('a server that is told to stop', () => {
  it('answers what is under way, takes nothing more, and ends with 0', async () => {
    const other = await team.start();
    const changeId = await proposeFix(team.world);
    const { version } = await team.world.app.changes.find(changeId);
    const wait = callOf('describe_change', { change_id: changeId, since: version, wait_seconds: 3 });
    const before = await newest();
    const underWay = slowly(other.address, wait);
    underWay.send(1);
    while ((await newest()) === before) await new Promise((resolve) => setTimeout(resolve, 50));
    const late = slowly(other.address, callOf('plan_stack_update', { stack: STACK }));
    late.send(0.5);
    await late.begun;
    const ended = other.stop();
    while (!other.log().includes('"msg":"stopping"')) await new Promise((resolve) => setTimeout(resolve, 50));
    late.send(1);
    expect(await late.answer).toMatch(/^HTTP\/1\.1 100 [\s\S]*HTTP\/1\.1 503 [\s\S]*This server is stopping\./);
    expect(await underWay.answer).toMatch(/^HTTP\/1\.1 100 [\s\S]*HTTP\/1\.1 200 [\s\S]*unchanged/);
    expect(await ended).toBe(0);
    expect(
      (await team.world.app.ledger.events({ kinds: ['tool.answered'], newestFirst: true, limit: 1 }))[0],
    ).toMatchObject({
      body: { tool: 'describe_change' },
    });
  });
});

/** A request whose body comes in parts; it is begun when the server has asked for the body. */
function slowly(address: string, message: object) {
  const [host = '', port = ''] = address.split(':');
  const socket = connect(Number(port), host);
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, ...message });
  const headers = {
    host: new URL(team.resource).host,
    authorization: `Bearer ${token}`,
    'content-type': 'application/json',
    accept: 'application/json, text/event-stream',
    'content-length': body.length,
    expect: '100-continue',
    connection: 'close',
  };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  socket.write(`POST /mcp HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`);
  let got = '';
  let isSent = 0;
  const begun = new Promise<void>((resolve) => socket.once('data', () => resolve()));
  socket.on('data', (chunk) => (got += chunk));
  return {
    begun,
    answer: new Promise<string>((resolve) => socket.once('close', () => resolve(got))),
    send(part: number) {
      const until = Math.ceil(body.length * part);
      socket.write(body.slice(isSent, until));
      isSent = until;
    },
  };
}

describe('the command', () => {
  const run = (...args: string[]) =>
    spawnSync(process.execPath, [BIN, '--home', team.world.home, '--sandbox', 'serve', ...args], {
      env: { PATH: process.env.PATH },
      encoding: 'utf8',
    });
  const issuer = ['--issuer', 'https://login.example.com'];
  const resource = ['--resource', 'https://guard.example.com/mcp'];
  it.each([
    ['without an issuer', ['--http', '127.0.0.1:0', ...resource], '--issuer https://'],
    ['without its own address', ['--http', '127.0.0.1:0', ...issuer], '--resource https://'],
    ['at an address of the network', ['--http', '0.0.0.0:0', ...issuer, ...resource], '--behind-proxy'],
    ['at no address', ['--http', '8080', ...issuer, ...resource], 'HOST:PORT'],
    [
      'with an issuer that is not encrypted',
      ['--http', '127.0.0.1:0', '--issuer', 'http://login.example.com', ...resource],
      '--issuer',
    ],
    [
      'with keys that come unencrypted',
      ['--http', '127.0.0.1:0', ...issuer, ...resource, '--jwks', 'http://login.example.com/keys'],
      '--jwks',
    ],
    [
      'with a path of its own',
      ['--http', '127.0.0.1:0', ...issuer, '--resource', 'https://guard.example.com/readyz'],
      '/readyz',
    ],
    [
      'with a query',
      ['--http', '127.0.0.1:0', ...issuer, '--resource', 'https://guard.example.com/mcp?a=1'],
      '--resource',
    ],
  ])('does not start %s', (_, args, told) => {
    const { status, stderr } = run(...args);
    expect({ status, stderr }).toMatchObject({ status: 1, stderr: expect.stringContaining('CONFIG_INVALID') });
    expect(stderr).toContain(told);
  });
});
