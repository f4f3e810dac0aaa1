/** Two versions side by side on one ledger: an upgrade of replica after replica, while agents go on calling. */
import { execFile, execFileSync } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { needs } from '../needs.ts';
import { hasPostgres, type Postgres, startPostgres } from '../postgres.ts';
import { STACK } from '../world.ts';
import { laterVersion, type Version } from './another-version.ts';
import { hasNginx, startNginx } from './proxy.ts';
import { ask, BIN, callOf, contentOf, freePort, openTeam, probed, type Replica, type Team } from './team.ts';

let database: Postgres;
let owner: string;
let team: Team;
let nginx: Awaited<ReturnType<typeof startNginx>>;
let replicas: Replica[];
let token: string;
let minor: Version;
let major: Version;
const running = promisify(execFile);
const migrateWith = (bin: string) =>
  running(process.execPath, [bin, 'ledger', 'migrate', '--owner-url', owner, '--json'], {
    env: { PATH: process.env.PATH },
  }).then(({ stdout }) => (JSON.parse(stdout) as { format: string }).format);

beforeAll(async () => {
  if (!hasNginx || !hasPostgres()) return;
  minor = laterVersion('minor', 'CREATE TABLE IF NOT EXISTS countersign.later (id integer PRIMARY KEY);');
  major = laterVersion('major', '');
  database = await startPostgres();
  owner = await database.database();
  expect(await migrateWith(BIN)).toBe('1.0');
  const port = await freePort();
  team = await openTeam({ port, ledger: await database.as(owner, 'guard', 'countersign_server') });
  replicas = [await team.start(), await team.start()];
  nginx = await startNginx(
    port,
    replicas.map(({ address }) => address),
  );
  token = await team.provider.tokenFor('alice');
}, 120_000);
afterAll(async () => {
  await nginx?.close();
  await team?.close();
  await database?.end();
  minor?.remove();
  major?.remove();
});
beforeEach((context) => {
  needs(context, 'nginx', hasNginx);
  needs(context, 'postgres', hasPostgres());
});

const policy = callOf('describe_policy');
const plan = (memory: number) =>
  callOf('plan_stack_update', {
    stack: STACK,
    set: [{ path: 'Resources.QueryFunction.Properties.MemorySize', value: memory }],
  });
const propose = (plan_id: unknown) => callOf('propose_change', { plan_id, goal: 'fix', reason: 'more memory' });
const at = (replica: Replica, message: object) => ask(team.resource, message, { token, at: replica });
const kinds = async (kind: string) => (await team.app.ledger.events({ kinds: [kind] })).length;
const newest = async () => (await team.app.ledger.events({ newestFirst: true, limit: 1 }))[0]!.seq;
async function until(isSo: () => Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 300 && !(await isSo()); tries += 1)
    await new Promise((resolve) => setTimeout(resolve, 100));
}

it('an upgrade to a minor format loses and doubles no call, and each reads what the other wrote', async () => {
  const answers: { status: number; text: string }[] = [];
  let isDone = false;
  const before = { called: await kinds('tool.called'), answered: await kinds('tool.answered') };
  const calls = Promise.all(
    [1, 2, 3].map(async () => {
      while (!isDone) answers.push(await ask(team.resource, policy, { token }));
    }),
  );
  // Both are of the version before while the owner migrates, twice at once.
  expect(await Promise.all([migrateWith(minor.bin), migrateWith(minor.bin)])).toEqual(['1.1', '1.1']);
  const [old, next] = replicas as [Replica, Replica];
  expect(await next.stop()).toBe(0);
  await next.again(minor.bin);

  const [byOld, byNew] = [contentOf(await at(old, plan(1024))), contentOf(await at(next, plan(2048)))];
  const [first, second] = [
    contentOf(await at(next, propose(byOld.plan_id))),
    contentOf(await at(old, propose(byNew.plan_id))),
  ];
  for (const { change_id } of [first, second]) {
    const seen = await Promise.all([old, next].map((one) => at(one, callOf('describe_change', { change_id }))));
    expect(contentOf(seen[0]!)).toEqual(contentOf(seen[1]!));
  }
  // What the newer one writes of a kind that the older does not know, is read and verified by both.
  await team.app.ledger.append({ kind: 'later.kind', body: { of: 'the later version' } });
  for (const bin of [BIN, minor.bin]) {
    const command = [bin, '--home', team.world.home, '--ledger', owner, 'audit', 'verify', '--json'];
    expect(JSON.parse(execFileSync(process.execPath, command, { encoding: 'utf8' }))).toMatchObject({ ok: true });
  }

  expect(await old.stop()).toBe(0);
  await old.again(minor.bin);
  // And back: the version before starts on what the later one made.
  expect(await next.stop()).toBe(0);
  await next.again(BIN);
  expect(await migrateWith(BIN)).toBe('1.1');
  isDone = true;
  await calls;
  const good = answers.filter(({ status }) => status === 200);
  expect(good.length).toBeGreaterThan(20);
  for (const { text } of answers.filter(({ status }) => status !== 200))
    expect(text).toMatch(/The server did not answer\.|This server is stopping\. Repeat the call\./);
  // The eight that were made by hand are answered too.
  expect((await kinds('tool.answered')) - before.answered).toBe(good.length + 8);
  expect((await kinds('tool.called')) - before.called).toBeLessThanOrEqual(answers.length + 8);
  expect(await kinds('change.proposed')).toBe(2);
}, 180_000);

it('a major format is refused by the version before, which leaves the calls to the later one', async () => {
  const [old, next] = [replicas[1]!, replicas[0]!];
  expect(await next.stop()).toBe(0);
  expect(await migrateWith(major.bin)).toBe('2.0');
  const end = await newest();
  const answer = await at(old, policy);
  expect(answer.text).toContain('LEDGER_NEWER_VERSION');
  await until(async () => (await probed(old)).includes('NEWER'));
  expect(await probed(old)).toBe('503 not ready: LEDGER_NEWER_VERSION');
  expect((await at(old, policy)).status).toBe(503);
  await expect(migrateWith(BIN)).rejects.toThrow(/LEDGER_NEWER_VERSION/);
  await next.again(major.bin);
  for (let count = 0; count < 4; count += 1)
    expect(contentOf(await ask(team.resource, policy, { token }))).toHaveProperty('scopes');
  expect(end).toBeGreaterThan(0);
  const command = [major.bin, '--home', team.world.home, '--ledger', owner, 'audit', 'verify', '--json'];
  expect(JSON.parse(execFileSync(process.execPath, command, { encoding: 'utf8' }))).toMatchObject({
    ok: true,
    size: end + 8,
  });
}, 120_000);
