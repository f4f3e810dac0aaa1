/** What the shell or the hour got wrong refuses `execute`, and no signature is lost: put right, the change executes. */
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type App, createApp } from '../../src/compose.ts';
import { addFault, type FaultRequest, removeFaults } from '../../src/sandbox/faults.ts';
import { behind, openTestWorld, proposeFix, type TestWorld } from '../world.ts';
import { signAs } from './attempts.ts';

let world: TestWorld;
beforeEach(async () => {
  world = await openTestWorld();
});
afterEach(() => world.close());

const sign = (id: string) => signAs(world, id);
async function approved() {
  const id = await proposeFix(world);
  await sign(id);
  return id;
}
async function approvedStop() {
  const { instances } = (await world.call('describe_instances', { tag: 'Name=batch' })) as never as {
    instances: { instance_id: string }[];
  };
  const plan = await world.call('plan_instance_action', {
    instance_ids: [instances[0]!.instance_id],
    action: 'stop',
  });
  const change = await world.call('propose_change', { plan_id: plan.plan_id, goal: 'scale', reason: 'at night' });
  const id = String(change.change_id);
  await sign(id);
  expect((await world.app.changes.find(id)).state).toBe('approved');
  return id;
}
const fault = (request: FaultRequest) => void world.store.transact((inside) => addFault(inside, request));
const lift = () => world.store.transact((inside) => removeFaults(inside));

/** Refused with this code, nothing left, still approved; then it executes. */
async function survives(id: string, code: string, wrong: () => Promise<App | undefined>, putRight: () => unknown) {
  const by = (await wrong()) ?? world.app;
  await expect(world.execute(id, by)).rejects.toMatchObject({ code });
  expect(world.writes()).toEqual([]);
  expect((await world.app.changes.find(id)).state).toBe('approved');
  await putRight();
  expect(await world.execute(id)).toMatchObject({ state: 'succeeded' });
  expect(world.writes()).toHaveLength(1);
}

describe('a look that failed', () => {
  it.each<[string, FaultRequest]>([
    ['AWS_CREDENTIALS_EXPIRED', { kind: 'expired_credentials', operation: '*', times: 'always' }],
    ['AWS_CREDENTIALS_EXPIRED', { kind: 'expired_credentials', operation: 'Describe*', times: 'always' }],
    ['AWS_THROTTLED', { kind: 'throttled', operation: 'Describe*', times: 'always' }],
    ['AWS_ACCESS_DENIED', { kind: 'denied', operation: 'GetTemplate', times: 'always' }],
    ['AWS_CLOCK_SKEWED', { kind: 'clock_skew', operation: '*', times: 'always' }],
    ['AWS_FAILED', { kind: 'server_error', operation: 'ListStackResources', times: 'always' }],
    ['AWS_UNREACHABLE', { kind: 'drop_before', operation: '*', times: 'always' }],
  ])('%s (%j)', { timeout: 30_000 }, async (code, request) => {
    const id = await approved();
    await survives(
      id,
      code,
      // Another process, so that nothing is known from before.
      async () => {
        fault(request);
        return world.another();
      },
      lift,
    );
  });

  it('with credentials of another account', async () => {
    const id = await approved();
    const wrong = createApp(world.app.config, {
      sandbox: {
        store: world.store,
        requestHandler: behind(world, (_, forward) => forward()),
        account: '222222222222',
      },
      logDefect: () => undefined,
    });
    try {
      await survives(
        id,
        'GUARD_IDENTITY',
        async () => wrong,
        () => undefined,
      );
    } finally {
      wrong.close();
    }
  });

  it('without a policy', async () => {
    await survives(
      await approved(),
      'CONFIG_NO_POLICY',
      () => world.another({ policyPath: undefined }),
      () => undefined,
    );
  });
});

describe('a denial that passes with the hour', () => {
  it('a halt', async () => {
    const id = await approved();
    const append = (kind: 'halted' | 'resumed') => world.app.ledger.append({ kind, body: { by: ['carol'] } });
    await survives(
      id,
      'GUARD_HALT',
      async () => void (await append('halted')),
      () => append('resumed'),
    );
  });

  it('a freeze, told with until when the change stays approved', async () => {
    const id = await approved();
    const [from, to] = [-1, 1].map((days) => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 16));
    const frozen = `${world.policyText}zone: UTC\nfreezes:\n  - { from: "${from}", to: "${to}", environment: production, reason: peak }\n`;
    const by = await world.another({ policy: frozen });
    await expect(world.execute(id, by)).rejects.toMatchObject({
      code: 'GUARD_FREEZE',
      message: expect.stringContaining('peak'),
      remedyForPeople: expect.stringMatching(new RegExp(`: countersign --sandbox execute ${id}$`)),
    });
    expect((await world.app.changes.find(id)).state).toBe('approved');
    await survives(
      id,
      'GUARD_FREEZE',
      async () => by,
      () => world.another({ policy: world.policyText }),
    );
  });

  it('but a difference beside it is one: stale', async () => {
    const id = await approved();
    const other = await proposeFix(world, 2048);
    await sign(other);
    await world.execute(other);
    await world.app.ledger.append({ kind: 'halted', body: { by: ['carol'] } });
    await expect(world.execute(id)).rejects.toMatchObject({ code: 'STATE_STALE' });
  });
});

describe('before the first call leaves', () => {
  it.each<[string, FaultRequest['kind']]>([
    ['AWS_CREDENTIALS_EXPIRED', 'expired_credentials'],
    ['AWS_THROTTLED', 'throttled'],
    ['AWS_ACCESS_DENIED', 'denied'],
    ['AWS_UNREACHABLE', 'drop_before'],
  ])('a rehearsal that failed: %s', { timeout: 30_000 }, async (code, kind) => {
    const id = await approvedStop();
    await survives(id, code, async () => void fault({ kind, operation: 'StopInstances', times: 'always' }), lift);
  });

  it.each(['call.intended', 'change.executing', 'call.tried'])('a ledger that cannot take %s', async (kind) => {
    const id = await approvedStop();
    const db = new Database(join(world.home, 'ledger.db'));
    db.exec(
      `CREATE TRIGGER full BEFORE INSERT ON events WHEN NEW.kind = '${kind}' BEGIN SELECT RAISE(FAIL, 'disk is full'); END`,
    );
    await survives(
      id,
      'LEDGER_CANNOT_APPEND',
      async () => undefined,
      () => db.exec('DROP TRIGGER full'),
    );
    db.close();
  });
});
