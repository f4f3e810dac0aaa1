/** Two replicas behind nginx, on one ledger: any of them answers any request. */
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { afterAll, beforeAll, beforeEach, describe, expect, it, type TestContext } from 'vitest';
import { needs } from '../needs.ts';
import { hasPostgres, type Postgres, startPostgres } from '../postgres.ts';
import { STACK } from '../world.ts';
import { hasNginx, startNginx } from './proxy.ts';
import { signingIn } from './signing-in.ts';
import { ask, callOf, contentOf, freePort, ledgerIn, openTeam, type Replica, type Team } from './team.ts';

const STORES = { SQLite: () => true, PostgreSQL: hasPostgres };

describe.each(Object.keys(STORES) as (keyof typeof STORES)[])('two replicas behind nginx, on %s,', (store) => {
  let team: Team;
  let replicas: Replica[];
  let nginx: Awaited<ReturnType<typeof startNginx>>;
  let database: Postgres | undefined;
  let token: string;
  beforeAll(async () => {
    if (!hasNginx || !STORES[store]()) return;
    database = store === 'PostgreSQL' ? await startPostgres() : undefined;
    const port = await freePort();
    team = await openTeam({ port, ...(database ? { ledger: await ledgerIn(database) } : {}) });
    replicas = [await team.start(), await team.start()];
    nginx = await startNginx(
      port,
      replicas.map(({ address }) => address),
    );
    token = await team.provider.tokenFor('alice');
  }, 60_000);
  afterAll(async () => {
    await nginx?.close();
    await team?.close();
    await database?.end();
  });
  beforeEach((context: TestContext) => {
    needs(context, 'nginx', hasNginx);
    if (store === 'PostgreSQL') needs(context, 'postgres', hasPostgres());
  });

  const policy = callOf('describe_policy');
  const kinds = async (kind: string) => (await team.app.ledger.events({ kinds: [kind] })).length;

  it('answer in turns, what one planned is proposed by the other, and a plan is proposed once', async () => {
    const set = (value: number) => [{ path: 'Resources.QueryFunction.Properties.MemorySize', value }];
    const plans = await Promise.all(
      [1024, 2048, 3072, 4096].map(async (memory) =>
        contentOf(await ask(team.resource, callOf('plan_stack_update', { stack: STACK, set: set(memory) }), { token })),
      ),
    );
    const propose = ({ plan_id }: Record<string, unknown>) =>
      ask(team.resource, callOf('propose_change', { plan_id, goal: 'fix', reason: 'more memory' }), { token });
    const answers = await Promise.all(plans.flatMap((plan) => [propose(plan), propose(plan)]));
    const proposed = answers.map((answer) => contentOf(answer).change_id).filter(Boolean);
    expect(proposed.length).toBe(4);
    expect(await kinds('change.proposed')).toBe(4);
    for (const replica of replicas) expect(answeredBy(replica)).toBeGreaterThan(2);
  });

  it('serve a client of the present protocol as one server', async () => {
    const provider = signingIn('kiro');
    await provider.saveTokens({ access_token: token, token_type: 'Bearer' });
    const client = new Client({ name: 'kiro', version: '1' }, { versionNegotiation: { mode: 'auto' } });
    await client.connect(new StreamableHTTPClientTransport(new URL(team.resource), { authProvider: provider }));
    const before = replicas.map(answeredBy);
    for (let count = 0; count < 6; count += 1)
      expect((await client.callTool({ name: 'describe_policy', arguments: {} })).isError).toBeUndefined();
    await client.close();
    expect(replicas.map(answeredBy).map((now, index) => now - before[index]!)).toEqual([3, 3]);
  });

  it('take a token of 9,000 bytes, and show nothing but the protocol', async () => {
    const claims = {
      aud: team.resource,
      iss: team.provider.issuer,
      sub: 'alice',
      scope: 'countersign.read',
      exp: Date.now() / 1000 + 600,
    };
    const long = await team.provider.sign({ ...claims, exp: Math.floor(claims.exp), groups: 'g'.repeat(6_500) });
    expect(long.length).toBeGreaterThan(9_000);
    expect((await ask(team.resource, policy, { token: long })).status).toBe(200);
    for (const path of ['/readyz', '/healthz', '/mcp/x', '/'])
      expect((await ask(new URL(path, team.resource).href, undefined, { method: 'GET' })).status).toBe(404);
    const metadata = await ask(new URL('/.well-known/oauth-protected-resource/mcp', team.resource).href, undefined, {
      method: 'GET',
    });
    expect(metadata.message).toMatchObject({ resource: team.resource });
  });

  it('both obey a halt from its next call on', async () => {
    const set = [{ path: 'Resources.QueryFunction.Properties.MemorySize', value: 5120 }];
    const plan = () => ask(team.resource, callOf('plan_stack_update', { stack: STACK, set }), { token });
    await team.app.ledger.append({ kind: 'halted', body: { by: ['carol'] } });
    for (let count = 0; count < 4; count += 1) expect(contentOf(await plan()).text).toContain('GUARD_HALT');
    await team.app.ledger.append({ kind: 'resumed', body: { by: ['carol'] } });
    for (let count = 0; count < 2; count += 1) expect(contentOf(await plan())).toHaveProperty('plan_id');
  });

  it('lose and double no call while one after the other is replaced', async () => {
    const answers: { status: number; text: string }[] = [];
    let isDone = false;
    const before = await kinds('tool.answered');
    const calls = Promise.all(
      [1, 2, 3].map(async () => {
        while (!isDone) answers.push(await ask(team.resource, policy, { token }));
      }),
    );
    for (const replica of replicas) {
      expect(await replica.stop()).toBe(0);
      await replica.again();
    }
    isDone = true;
    await calls;
    const good = answers.filter(({ status }) => status === 200);
    expect((await kinds('tool.answered')) - before).toBe(good.length);
    // A connection may be on its way while a replica closes: one for each of three clients, at most, and told as such.
    const rest = answers.filter(({ status }) => status !== 200);
    expect(rest.length).toBeLessThanOrEqual(6);
    for (const { text } of rest)
      expect(text).toMatch(/The server did not answer\.|This server is stopping\. Repeat the call\./);
    expect(good.length).toBeGreaterThan(20);
  });

  it('double no call when one is killed: its client is told what to do, the ledger verifies, and the other goes on', async () => {
    const { killed, other } = { killed: replicas[0]!, other: replicas[1]! };
    const answers: { status: number; text: string }[] = [];
    const [called, answered] = [await kinds('tool.called'), await kinds('tool.answered')];
    const many = Promise.all(
      Array.from({ length: 24 }, async () => {
        answers.push(await ask(team.resource, policy, { token }));
      }),
    );
    killed.process.kill('SIGKILL');
    await many;
    const lost = answers.filter(({ status }) => status !== 200);
    for (const { text } of lost)
      expect(JSON.parse(text)).toMatchObject({ error: { message: expect.stringContaining('describe_changes') } });
    expect((await kinds('tool.called')) - called).toBeLessThanOrEqual(24);
    expect((await kinds('tool.answered')) - answered).toBeGreaterThanOrEqual(24 - lost.length);
    expect((await ask(team.resource, policy, { token })).status).toBe(200);
    expect(answeredBy(other)).toBeGreaterThan(0);
    await killed.again();
  });
});

const answeredBy = ({ log }: Replica) => log().match(/"tool":/g)?.length ?? 0;
