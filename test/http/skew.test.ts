/** Replicas whose clocks are off: what the ledger says of time is the database's, and a clock that is minutes off decides nothing. */
import { spawnSync } from 'node:child_process';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { verifyLedger } from '../../src/ledger/open.ts';
import { needs } from '../needs.ts';
import { hasPostgres, type Postgres, startPostgres } from '../postgres.ts';
import { STACK } from '../world.ts';
import { hasNginx, startNginx } from './proxy.ts';
import { ask, BIN, callOf, contentOf, freePort, ledgerIn, openTeam, probed, type Replica, type Team } from './team.ts';

const MINUTE = 60_000;
const skewed = (milliseconds: number) => ({
  NODE_OPTIONS: `--import ${new URL('./skewed.ts', import.meta.url).pathname}`,
  TEST_CLOCK_OFF_MILLISECONDS: String(milliseconds),
});
const policy = callOf('describe_policy');

let database: Postgres;
let team: Team;
let nginx: Awaited<ReturnType<typeof startNginx>>;
const replicas: Record<'right' | 'ahead' | 'behind' | 'early' | 'late', Replica> = {} as never;
let token: string;
beforeAll(async () => {
  if (!hasNginx || !hasPostgres()) return;
  database = await startPostgres();
  const port = await freePort();
  team = await openTeam({ port, ledger: await ledgerIn(database) });
  replicas.right = await team.start();
  // Within what is allowed.
  replicas.early = await team.start({ env: skewed(1.4 * MINUTE) });
  replicas.late = await team.start({ env: skewed(-1.4 * MINUTE) });
  replicas.ahead = await team.start({ env: skewed(5 * MINUTE), probe: '/healthz' });
  replicas.behind = await team.start({ env: skewed(-5 * MINUTE), probe: '/healthz' });
  token = await team.provider.tokenFor('alice');
}, 120_000);
afterAll(async () => {
  await nginx?.close();
  await team?.close();
  await database?.end();
});
beforeEach((context) => {
  needs(context, 'nginx', hasNginx);
  needs(context, 'postgres', hasPostgres());
});
const at = (replica: Replica, message: object, by = token) => ask(team.resource, message, { token: by, at: replica });
const newest = async () => (await team.app.ledger.events({ newestFirst: true, limit: 1 }))[0]?.seq ?? 0;
const plan = (memory: number) =>
  callOf('plan_stack_update', {
    stack: STACK,
    set: [{ path: 'Resources.QueryFunction.Properties.MemorySize', value: memory }],
  });
async function until(isSo: () => Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 300 && !(await isSo()); tries += 1)
    await new Promise((resolve) => setTimeout(resolve, 100));
}

it.each(['ahead', 'behind'] as const)(
  'a replica whose clock is 5 minutes %s answers no call, and says why',
  async (which) => {
    const replica = replicas[which];
    const before = await newest();
    // Before it has noticed, the ledger refuses.
    const first = await at(replica, policy);
    expect(first.text).toContain('LEDGER_CLOCK_SKEWED');
    await until(async () => (await probed(replica)).includes('SKEWED'));
    expect(await probed(replica)).toBe('503 not ready: LEDGER_CLOCK_SKEWED');
    const { issuer } = team.provider;
    const claims = { aud: team.resource, iss: issuer, sub: 'alice', scope: 'countersign.read countersign.propose' };
    const now = Math.floor(Date.now() / 1000);
    // It judges no token, neither one that has expired nor one that it takes for expired.
    for (const exp of [now - 180, now + 180]) {
      const answer = await at(replica, policy, await team.provider.sign({ ...claims, iat: now - 600, exp }));
      expect([answer.status, answer.text]).toEqual([503, expect.stringContaining('LEDGER_CLOCK_SKEWED')]);
    }
    expect(await newest()).toBe(before);
  },
);

it('the proxy asks one whose clock is right in its place', async () => {
  const { port } = new URL(team.resource);
  nginx = await startNginx(Number(port), [replicas.ahead.address, replicas.right.address]);
  const answers = await Promise.all(Array.from({ length: 6 }, () => ask(team.resource, policy, { token })));
  for (const answer of answers) expect(contentOf(answer)).toHaveProperty('scopes');
});

it('clocks that differ by less decide alike: events have the time of the database in their order', async () => {
  const before = await newest();
  const began = Date.now();
  const planned = [];
  for (const [index, who] of (['early', 'late', 'early', 'right', 'late'] as const).entries())
    planned.push(contentOf(await at(replicas[who], plan(1024 + index * 64))));
  const { plan_id } = planned[1]!;
  const proposed = contentOf(
    await at(replicas.early, callOf('propose_change', { plan_id, goal: 'fix', reason: 'more memory' })),
  );
  expect(proposed).toHaveProperty('change_id');
  expect(
    contentOf(await at(replicas.late, callOf('describe_change', { change_id: proposed.change_id }))),
  ).toMatchObject({
    state: 'pending',
  });
  const events = await team.app.ledger.events({ sinceSeq: before });
  const times = events.map((event) => Date.parse(event.at));
  expect(times.length).toBeGreaterThan(12);
  expect(times).toEqual(times.toSorted((a, b) => a - b));
  expect(times[0]).toBeGreaterThanOrEqual(began - 5);
  expect(times.at(-1)).toBeLessThanOrEqual(Date.now() + 5);
});

it('a halt holds on all of them from its next call on', async () => {
  await team.app.ledger.append({ kind: 'halted', body: { by: ['carol'] } });
  for (const who of ['early', 'late', 'right'] as const)
    expect(contentOf(await at(replicas[who], plan(2048))).text).toContain('GUARD_HALT');
  await team.app.ledger.append({ kind: 'resumed', body: { by: ['carol'] } });
  for (const who of ['early', 'late'] as const)
    expect(contentOf(await at(replicas[who], plan(2048)))).toHaveProperty('plan_id');
});

it.each([5, -5])('a command on a machine whose clock is %d minutes off changes nothing', (minutes) => {
  const run = (env: Record<string, string>) =>
    spawnSync(process.execPath, [BIN, '--home', team.world.home, '--ledger', team.app.config.ledgerUrl!, 'halt'], {
      encoding: 'utf8',
      env: { PATH: process.env.PATH, ...env },
    });
  const { status, stderr } = run(skewed(minutes * MINUTE));
  expect(stderr).toContain('LEDGER_CLOCK_SKEWED');
  expect(status).not.toBe(0);
});

it('the ledger verifies', async () => {
  expect(await verifyLedger(team.app.config.ledgerUrl!)).toMatchObject({ ok: true });
});
