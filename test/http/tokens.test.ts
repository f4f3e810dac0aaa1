/** Whose requests come in: every kind of token that must not, at a real server, whose ledger says that nothing happened. */
import { createHmac, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer, request } from 'node:http';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { exportJWK, SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createDoor } from '../../src/http/door.ts';
import { createTokens } from '../../src/http/tokens.ts';
import { createTurns } from '../../src/http/turns.ts';
import { describeState } from '../../src/render/state-rows.ts';
import type { Subject } from '../../src/render/subject.ts';
import { createSandbox, startSandboxServer } from '../../src/sandbox/cloud.ts';
import { STACK } from '../world.ts';
import { SCOPES, startIdentityProvider } from './identity-provider.ts';
import { ask, callOf, contentOf, openTeam, type Team } from './team.ts';

let team: Team;
beforeAll(async () => {
  team = await openTeam();
  await team.start();
});
afterAll(() => team.close());

const events = async () => (await team.world.app.ledger.events({ newestFirst: true, limit: 1 }))[0]?.seq ?? 0;
const plan = callOf('plan_stack_update', {
  stack: STACK,
  set: [{ path: 'Resources.QueryFunction.Properties.MemorySize', value: 1024 }],
});
const now = () => Math.floor(Date.now() / 1000);
const good = () => ({
  iss: team.provider.issuer,
  aud: team.resource,
  sub: 'alice',
  client_id: 'claude-code',
  scope: SCOPES,
  iat: now(),
  exp: now() + 600,
});
const signed = (claims: object = {}, how = {}) => team.provider.sign({ ...good(), ...claims }, how);
const encoded = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');

/** Each is refused with 401 `invalid_token`. */
const REFUSED: Record<string, () => Promise<string> | string> = {
  'of another resource': () => signed({ aud: 'https://other.example.com/mcp' }),
  'that the provider made for another server': () =>
    team.provider.tokenFor('alice', { resource: 'https://other.example.com/mcp' }),
  'of the whole host': () => signed({ aud: new URL(team.resource).origin }),
  'of no audience': () => signed({ aud: undefined }),
  'of another issuer': () => signed({ iss: 'https://login.example.com' }),
  'of an issuer with one more slash': () => signed({ iss: `${team.provider.issuer}/` }),
  'that has expired': () => signed({ exp: now() - 60 }),
  'that never expires': () => signed({ exp: undefined }),
  'that is not valid yet': () => signed({ nbf: now() + 600 }),
  'by another key': () => signed({}, { key: generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey }),
  'by another key of a name that nobody published': () =>
    signed({}, { key: generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey, kid: 'mine' }),
  'that is an ID token': () => signed({ nonce: 'n', at_hash: 'h' }, { typ: 'JWT' }),
  'of another type': () => signed({}, { typ: 'logout+jwt' }),
  'that Keycloak calls a refresh token': () => signed({ typ: 'Refresh' }, { typ: 'JWT' }),
  'bound to a key of the client': () => signed({ cnf: { jkt: 'x' } }),
  'of a subject that is too long': () => signed({ sub: 'a'.repeat(600) }),
  'without a signature': () => `${encoded({ alg: 'none', typ: 'at+jwt' })}.${encoded(good())}.`,
  'with the public key as a secret': async () => {
    const { keys } = (await (await fetch(`${team.provider.issuer}/jwks`)).json()) as { keys: { kid: string }[] };
    const text = `${encoded({ alg: 'HS256', typ: 'at+jwt', kid: keys[0]!.kid })}.${encoded(good())}`;
    return `${text}.${createHmac('sha256', JSON.stringify(keys[0])).update(text).digest('base64url')}`;
  },
  'that is no token': () => 'abc.def.ghi',
  'whose claims were changed': async () => {
    const [header, , signature] = (await signed()).split('.');
    return `${header}.${encoded({ ...good(), sub: 'bob' })}.${signature}`;
  },
};

describe('a token', () => {
  it.each(Object.keys(REFUSED))('%s is refused, and leaves nothing behind', async (name) => {
    const before = await events();
    const answer = await ask(team.resource, plan, { token: await REFUSED[name]!() });
    const challenge = answer.headers.get('www-authenticate');
    expect({ status: answer.status, challenge }).toEqual({
      status: 401,
      challenge: expect.stringMatching(
        new RegExp(
          `^Bearer error="invalid_token", error_description="[\\w ,]+\\.", scope="${SCOPES}", resource_metadata=`,
        ),
      ),
    });
    expect(await events()).toBe(before);
  });

  it('is asked for where there is none, by a challenge that names both scopes and where to learn more', async () => {
    const before = await events();
    for (const headers of [
      {},
      { authorization: 'Basic YTpi' },
      { authorization: 'Bearer' },
      { authorization: 'Bearer a b' },
    ]) {
      const answer = await ask(team.resource, plan, { headers });
      expect(answer.status).toBe(401);
      expect(answer.headers.get('www-authenticate')).toBe(
        `Bearer scope="${SCOPES}", resource_metadata="${new URL('/.well-known/oauth-protected-resource/mcp', team.resource)}"`,
      );
    }
    expect(await events()).toBe(before);
  });

  it('does not count in the address', async () => {
    const token = await team.provider.tokenFor('alice');
    expect((await ask(`${team.resource}?access_token=${token}`, plan)).status).toBe(401);
  });

  it('without the scope to read is refused with 403, whatever else it allows', async () => {
    const before = await events();
    for (const scope of ['countersign.propose', 'openid', '', 'countersign.readonly']) {
      const answer = await ask(team.resource, plan, { token: await signed({ scope }) });
      expect(answer.status).toBe(403);
      expect(answer.headers.get('www-authenticate')).toContain(
        `error="insufficient_scope", error_description="The token lacks the scope countersign.read.", scope="${SCOPES}"`,
      );
    }
    expect(await events()).toBe(before);
  });

  it.each(['propose_change', 'withdraw_change'])('that only reads cannot %s', async (tool) => {
    const token = await team.provider.tokenFor('alice', { scope: 'countersign.read' });
    const before = await events();
    const answer = await ask(team.resource, callOf(tool, { plan_id: 'plan_0' }), { token });
    expect(answer.status).toBe(403);
    expect(answer.headers.get('www-authenticate')).toContain(`scope="${SCOPES}"`);
    expect(await events()).toBe(before);
    expect((await ask(team.resource, plan, { token })).status).toBe(200);
  });

  it('of a person is good at the server, in each form of scopes that providers write', async () => {
    for (const scopes of [{}, { scope: undefined, scp: SCOPES }, { scope: undefined, scp: SCOPES.split(' ') }]) {
      const answer = await ask(team.resource, callOf('describe_policy'), { token: await signed(scopes) });
      expect(contentOf(answer).sponsor).toBe('alice (signed in)');
    }
  });
});

describe('whose token it is', () => {
  const proposed = async (token: string) => {
    const { plan_id } = contentOf(await ask(team.resource, plan, { token }));
    const request = { plan_id, goal: 'fix', reason: 'more memory' };
    return contentOf(await ask(team.resource, callOf('propose_change', request), { token }));
  };

  it('makes that person the sponsor, and the client a part of the agent’s name', async () => {
    const { change_id: id } = await proposed(await team.provider.tokenFor('bob'));
    expect(await team.world.app.changes.find(String(id))).toMatchObject({
      sponsor: 'bob',
      agent: '[client claude-code]',
      excluded: ['bob'],
      state: 'pending',
    });
    const [call] = await team.world.app.ledger.events({ kinds: ['tool.called'], newestFirst: true, limit: 1 });
    const token = { issuer: team.provider.issuer, subject: 'bob', client: 'claude-code' };
    expect(call).toMatchObject({ body: { tool: 'propose_change', token } });
  });

  it('withdraws no change of another person', async () => {
    const { change_id } = await proposed(await team.provider.tokenFor('bob'));
    const asked = callOf('withdraw_change', { change_id });
    const alices = contentOf(await ask(team.resource, asked, { token: await team.provider.tokenFor('alice') }));
    expect(alices.text).toContain('SPONSOR_UNKNOWN');
    const own = contentOf(await ask(team.resource, asked, { token: await team.provider.tokenFor('bob') }));
    expect(own).toMatchObject({ state: 'withdrawn' });
  });

  it.each([
    ['a client without a person', async () => team.provider.clientToken(), 'The client signed in for itself'],
    [
      'a client that is called like a person',
      async () => signed({ sub: 'alice', client_id: 'alice' }),
      'The client signed in for itself',
    ],
    [
      'a client by its kind of grant',
      async () => signed({ gty: 'client-credentials', client_id: undefined, azp: 'x' }),
      'The client signed in for itself',
    ],
    [
      'a client by the form of its subject',
      async () => signed({ sub: 'x@clients', client_id: undefined, azp: 'x' }),
      'The client signed in for itself',
    ],
    ['a client by its kind of token', async () => signed({ idtyp: 'app' }), 'The client signed in for itself'],
    ['a client without a subject', async () => signed({ sub: undefined }), 'The client signed in for itself'],
    [
      'a person who is in no policy',
      async () => team.provider.tokenFor('mallory'),
      'No person of the policy signs in as',
    ],
    [
      'a person by another spelling',
      async () => team.provider.tokenFor('Alice'),
      'No person of the policy signs in as',
    ],
    [
      'somebody whose address is a person’s',
      async () => signed({ sub: 'u1', email: 'alice', email_verified: true }),
      'No person of the policy signs in as',
    ],
  ])('%s describes and plans, and proposes nothing', async (_, token, why) => {
    const answer = await proposed(await token());
    expect(answer).toMatchObject({ decision: 'plan_only' });
    expect(JSON.stringify(answer)).toContain(why);
  });

  it('is told by a claim that the policy names, where the issuer verified an address', async () => {
    const { policyText } = team.world;
    const adopted = team.world.another.bind(team.world);
    const before = readFileSync(join(team.world.home, 'policy.yaml'), 'utf8');
    const issuer = team.provider.issuer;
    await adopted({
      policy: `${policyText.replace('signs_in_as: [bob]', 'signs_in_as: [bob@example.com]')}sign_in: { issuer: "${issuer}", claim: email }\n`,
    });
    const sponsor = async (claims: object) =>
      contentOf(await ask(team.resource, callOf('describe_policy'), { token: await signed(claims) })).sponsor;
    const email = 'bob@example.com';
    expect(await sponsor({ sub: 'u7', email, email_verified: true })).toBe('bob (signed in)');
    for (const claims of [
      { email },
      { email, email_verified: 'true' },
      { email: 'Bob@example.com', email_verified: true },
    ])
      expect(await sponsor({ sub: 'u7', ...claims })).toBe(`unknown (${issuer}#u7): agents can only describe and plan`);
    await adopted({ policy: `${before}sign_in: { issuer: "https://login.example.com" }\n` });
    expect(await sponsor({})).toBe(`unknown (${issuer}#alice): agents can only describe and plan`);
    await expect(team.start()).rejects.toThrow('The policy names the identity provider https://login.example.com');
    await adopted({ policy: before });
    expect(await sponsor({})).toBe('alice (signed in)');
  });

  it('who may be meant by it fills no seat, and who signs is told that the sponsor signed in', async () => {
    const token = await signed({ sub: 'bob', preferred_username: 'carol' });
    const { change_id: id } = await proposed(token);
    const change = await team.world.app.changes.find(String(id));
    expect(change).toMatchObject({
      sponsor: 'bob',
      excluded: ['bob', 'carol'],
      signedInAs: `${team.provider.issuer}#bob`,
    });
    const rows = describeState({ change, now: new Date() } as Subject).map(({ text }) => text);
    expect(rows.join('\n')).toContain('asked by bob (signed in)');
  });
});

describe('no token', () => {
  it('goes past the door: what is behind it gets the request without token, cookie and body', async () => {
    const { issuer } = team.provider;
    const { resource } = team;
    const got: Request[] = [];
    const door = createDoor({
      resource,
      issuer,
      tokens: createTokens({ issuer, resource }),
      turns: createTurns(),
      answer: async (request, message, token) => {
        got.push(request);
        return Response.json({ message, token });
      },
      proposes: () => false,
      ready: async () => undefined,
      readiness: { trouble: undefined, stop: () => undefined },
      isStopping: () => false,
      log: () => undefined,
    });
    const token = await team.provider.tokenFor('alice');
    const { host } = new URL(resource);
    const headers = { host, authorization: `Bearer ${token}`, cookie: 'a=b', 'mcp-name': 'x' };
    const answer = await door(new Request(resource, { method: 'POST', headers, body: '{"id":1}' }));
    expect(await answer.json()).toEqual({
      message: { id: 1 },
      token: expect.objectContaining({ issuer, subject: 'alice', client: 'claude-code', isClientAlone: false }),
    });
    expect([...got[0]!.headers.keys()].sort()).toEqual(['content-type', 'host', 'mcp-name']);
    expect(got[0]!.body).toBeNull();
  });

  it('is in the ledger, a log, an answer or a request to the cloud', async () => {
    const cloud = await startSandboxServer(createSandbox(team.world.store), 0);
    const sent: string[] = [];
    const between = createServer(async (request, response) => {
      const body = await text(request);
      sent.push(`${JSON.stringify(request.headers)}${body}`);
      const { host: _, 'content-length': __, connection: ___, ...headers } = request.headers as Record<string, string>;
      const answer = await fetch(`${cloud.url}${request.url}`, { method: request.method!, headers, body });
      response.writeHead(answer.status, { 'content-type': answer.headers.get('content-type') ?? 'text/xml' });
      response.end(await answer.text());
    });
    await new Promise<void>((resolve) => between.listen(0, '127.0.0.1', resolve));
    const { port } = between.address() as { port: number };
    const other = await team.start({ cloud: `http://127.0.0.1:${port}` });
    const url = `http://${other.address}/mcp`;
    const host = new URL(team.resource).host;
    const token = await team.provider.tokenFor('alice');
    const answer = await sendRaw(url, host, token, plan);
    const refused = await sendRaw(url, host, `${token}x`, plan);
    expect(answer).toContain('decision');
    expect(sent.length).toBeGreaterThan(2);
    const written = JSON.stringify(await team.world.app.ledger.events());
    // It is written when the answer was sent.
    await expect.poll(() => other.log(), { timeout: 20_000 }).toMatch(/plan_stack_update.*\n/);
    for (const part of token.split('.'))
      for (const [where, said] of Object.entries({ answer, refused, written, sent: sent.join(), log: other.log() }))
        expect(said.includes(part), where).toBe(false);
    expect(other.log()).toContain('"tool":"plan_stack_update"');
    between.close();
    between.closeAllConnections();
    await cloud.close();
  });
});

/** With a Host of its own, as a proxy sends it; fetch writes the one of the address. */
const sendRaw = (url: string, host: string, token: string, message: object): Promise<string> =>
  new Promise((resolve, reject) => {
    const headers = {
      host,
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      authorization: `Bearer ${token}`,
    };
    const sending = request(url, { method: 'POST', headers }, (response) => void text(response).then(resolve, reject));
    sending.once('error', reject);
    sending.end(JSON.stringify({ jsonrpc: '2.0', id: 1, ...message }));
  });

describe('the keys of the provider', () => {
  it('count for algorithms of the list only, whatever kinds it publishes', async () => {
    const [rsa, other] = [generateKeyPairSync('rsa', { modulusLength: 2048 }), generateKeyPairSync('ml-dsa-44')];
    const keys = [
      { ...(await exportJWK(rsa.publicKey)), kid: 'rsa' },
      { ...(await exportJWK(other.publicKey)), kid: 'other' },
    ];
    const server = createServer((_, response) => response.end(JSON.stringify({ keys })));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as { port: number };
    const [issuer, resource] = ['https://login.example.com', 'https://guard.example.com/mcp'];
    const tokens = createTokens({ issuer, resource, jwks: `http://127.0.0.1:${port}/` });
    const made = (alg: string, kid: string, key: KeyObject) =>
      new SignJWT({ sub: 'alice', scope: SCOPES })
        .setProtectedHeader({ alg, kid, typ: 'at+jwt' })
        .setIssuer(issuer)
        .setAudience(resource)
        .setExpirationTime('5m')
        .sign(key);
    expect(await tokens.check(await made('RS256', 'rsa', rsa.privateKey))).toMatchObject({ subject: 'alice' });
    await expect(tokens.check(await made('ML-DSA-44', 'other', other.privateKey))).rejects.toThrow('another algorithm');
    server.close();
    server.closeAllConnections();
  });

  it('follow a rotation, ask for an unknown one no more often than is allowed, and are fetched by discovery', async () => {
    const provider = await startIdentityProvider(['https://guard.example.com/mcp']);
    try {
      const about = { issuer: provider.issuer, resource: 'https://guard.example.com/mcp' };
      const tokens = createTokens({ ...about, cooldownMilliseconds: 0 });
      const old = await provider.tokenFor('alice');
      expect(await tokens.check(old)).toMatchObject({ subject: 'alice', client: 'claude-code', isClientAlone: false });
      await provider.rotate();
      expect(await tokens.check(await provider.tokenFor('alice'))).toMatchObject({ subject: 'alice' });
      await expect(tokens.check(old)).rejects.toThrow('not signed by a key of the issuer');

      const cooling = createTokens(about);
      await cooling.check(await provider.tokenFor('alice'));
      const fetched = () => provider.requests.filter((line) => line.includes('/jwks')).length;
      const before = fetched();
      for (let count = 0; count < 5; count += 1)
        await expect(cooling.check(await provider.sign({ sub: 'a' }, { kid: `k${count}` }))).rejects.toThrow();
      expect(fetched()).toBe(before);
    } finally {
      await provider.close();
    }
  });

  it('that cannot be fetched make nobody’s token valid, and are no fault of the token’s', async () => {
    const provider = await startIdentityProvider(['https://guard.example.com/mcp']);
    const tokens = createTokens({ issuer: provider.issuer, resource: 'https://guard.example.com/mcp' });
    const token = await provider.tokenFor('alice');
    await provider.close();
    await expect(tokens.check(token)).rejects.toThrow('could not be fetched');
    await expect(tokens.ready()).rejects.toThrow('could not be fetched');
  });
});
