/** What is recorded of a call is what the cloud answered: never what a ledger, a proxy or a look that came early made of it. */
import { join } from 'node:path';
import { CloudFormationClient, ExecuteChangeSetCommand } from '@aws-sdk/client-cloudformation';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { approve } from '../../src/cli/approve.ts';
import { mintPlanningPermit, mintWritingPermit } from '../../src/core/permit.ts';
import { cloudFormationClient } from '../../src/providers/aws/clients.ts';
import { followStack } from '../../src/providers/aws/follow.ts';
import { createExecutorSessions } from '../../src/providers/aws/session/executor-session.ts';
import { createWritingDoor } from '../../src/providers/aws/writing-door.ts';
import { createSandbox, sandboxRequestHandler, type WireResponse } from '../../src/sandbox/cloud.ts';
import { addFault } from '../../src/sandbox/faults.ts';
import { behind, type CloudProxy, openTestWorld, proposeFix, STACK, type TestWorld } from '../world.ts';

let world: TestWorld;
beforeEach(async () => {
  world = await openTestWorld();
});
afterEach(() => world.close());

async function approved() {
  const id = await proposeFix(world);
  await approve(world.app, id, {
    decision: 'approve',
    key: world.keyOf('bob'),
    as: 'bob',
    confirm: (await world.app.changes.find(id)).target.name,
  });
  return id;
}
const kinds = async (changeId: string) => (await world.app.ledger.events({ changeId })).map(({ kind }) => kind);
const isExecution = (body: string) => body.includes('Action=ExecuteChangeSet');
const memoryOf = async () =>
  JSON.stringify(await world.call('describe_stack', { stack: STACK, include: ['template'] }));

/** Every insertion into the ledger fails at once, as on a full disk, until it is lifted. */
function fullLedger() {
  const db = new Database(join(world.home, 'ledger.db'));
  return {
    fill: () => db.exec("CREATE TRIGGER full BEFORE INSERT ON events BEGIN SELECT RAISE(FAIL, 'disk is full'); END"),
    lift: () => void db.exec('DROP TRIGGER IF EXISTS full'),
    close: () => db.close(),
  };
}

describe('a ledger that cannot append when the outcome is there', () => {
  it.each(['before the answer', 'while it is followed'])(
    'full %s: the outcome is recorded as soon as it can be',
    async (when) => {
      const id = await approved();
      const full = fullLedger();
      const by = await world.another({
        async proxy({ body }, forward) {
          const answer = await forward();
          if (when === 'before the answer' ? isExecution(body) : body.includes('Action=DescribeStackEvents')) {
            full.lift();
            full.fill();
          }
          return answer;
        },
      });
      const told: string[] = [];
      const change = await world.execute(id, by, (text) => {
        told.push(text);
        if (/cannot be recorded yet/.test(text)) full.lift();
      });
      full.close();
      expect(change).toMatchObject({ state: 'succeeded', outcome: { calls: [{ outcome: 'done' }] } });
      expect(told.join('\n')).toMatch(/cannot be recorded yet: The ledger .+ Countersign keeps trying/);
      expect(await kinds(id)).toContain('call.returned');
      expect(await kinds(id)).not.toContain('call.failed');
      expect(world.writes()).toHaveLength(1);
    },
  );

  it('held by another process for longer than SQLite waits: the same', { timeout: 60_000 }, async () => {
    const id = await approved();
    const holder = new Database(join(world.home, 'ledger.db'));
    const by = await world.another({
      async proxy({ body }, forward) {
        const answer = await forward();
        if (isExecution(body)) holder.exec('BEGIN IMMEDIATE');
        return answer;
      },
    });
    const change = await world.execute(id, by, (text) => {
      if (/cannot be recorded yet/.test(text)) holder.exec('ROLLBACK');
    });
    holder.close();
    expect(change).toMatchObject({ state: 'succeeded' });
    expect(await kinds(id)).not.toContain('call.failed');
    expect(world.writes()).toHaveLength(1);
  });

  it('at the intent: nothing leaves, and nothing is lost', async () => {
    const id = await approved();
    const db = new Database(join(world.home, 'ledger.db'));
    db.exec(
      "CREATE TRIGGER full BEFORE INSERT ON events WHEN NEW.kind = 'call.intended' BEGIN SELECT RAISE(FAIL, 'disk is full'); END",
    );
    db.close();
    await expect(world.execute(id)).rejects.toMatchObject({ code: 'LEDGER_CANNOT_APPEND' });
    expect(world.writes()).toEqual([]);
    expect((await world.app.changes.find(id)).state).toBe('approved');
  });
});

const page = '<html><head><title>Proxy</title></head><body><h1>Please sign in</h1></body></html>';
const html = (status: number): WireResponse => ({ status, headers: { 'content-type': 'text/html' }, body: page });
const xml = (status: number, body: string): WireResponse => ({ status, headers: { 'content-type': 'text/xml' }, body });

describe('an answer that did not come from AWS', () => {
  it.each<[string, WireResponse]>([
    ['a proxy that wants a login (407)', html(407)],
    ['a proxy that gave up (408, empty)', { status: 408, headers: {}, body: '' }],
    ['a page of 403', html(403)],
    ['a page that is no XML', { ...html(403), body: '<!doctype html><p>no<br>' }],
    [
      'JSON of a gateway, with a request id',
      { status: 403, headers: { 'x-amzn-requestid': '0b3f-11e6' }, body: '{"code":"AccessDenied"}' },
    ],
    [
      'a refusal in another protocol',
      xml(403, '<Error><Code>AccessDenied</Code><Message>no</Message><RequestId>4442587FB7D0A2F9</RequestId></Error>'),
    ],
    [
      'a refusal without a request id',
      xml(400, '<ErrorResponse><Error><Code>ValidationError</Code><Message>no</Message></Error></ErrorResponse>'),
    ],
    [
      'a refusal in the protocol of EC2',
      xml(
        400,
        '<Response><Errors><Error><Code>IncorrectState</Code><Message>no</Message></Error></Errors><RequestID>b25f48e8-84fd-11e6-80d9</RequestID></Response>',
      ),
    ],
    ['a page of 404', html(404)],
    ['a page of 502', html(502)],
    ['a page of 200', html(200)],
    ['an empty 200', { status: 200, headers: {}, body: '' }],
    ['a redirection', { status: 302, headers: { location: 'http://portal.invalid' }, body: '' }],
    [
      'the word that this token was taken already',
      xml(
        400,
        '<ErrorResponse><Error><Code>TokenAlreadyExistsException</Code><Message>no</Message></Error><RequestId>b25f48e8-84fd-11e6-80d9</RequestId></ErrorResponse>',
      ),
    ],
  ])('%s, after the call arrived, is unknown', async (_what, answer) => {
    const id = await approved();
    const by = await world.another({
      async proxy({ body }, forward) {
        const real = await forward();
        return isExecution(body) ? answer : real;
      },
    });
    expect(await world.execute(id, by)).toMatchObject({
      state: 'unknown',
      outcome: { calls: [{ outcome: 'unknown' }] },
    });
    expect(await kinds(id)).not.toContain('call.failed');
    expect(await memoryOf()).toContain('1024');
    expect(world.writes()).toHaveLength(1);
  });

  it.each(['drop_after', 'server_error'] as const)('%s is unknown', async (kind) => {
    const id = await approved();
    world.store.transact((inside) => addFault(inside, { kind, operation: 'ExecuteChangeSet' }));
    expect(await world.execute(id)).toMatchObject({ state: 'unknown' });
  });

  it.each(['denied', 'throttled', 'expired_credentials'] as const)('AWS’s own %s is a failure', async (kind) => {
    const id = await approved();
    world.store.transact((inside) => addFault(inside, { kind, operation: 'ExecuteChangeSet' }));
    expect(await world.execute(id)).toMatchObject({ state: 'failed', outcome: { calls: [{ outcome: 'failed' }] } });
    expect(await kinds(id)).toContain('call.failed');
  });
});

describe('an outcome', () => {
  /** Tells the cloud as it was before the call, `until` the events were looked at so often. */
  async function late(untilLook: number, isHidden: (body: string) => boolean) {
    const before = new Map<string, WireResponse>();
    let looks = 0;
    let isSent = false;
    const proxy: CloudProxy = async ({ body }, forward) => {
      const action = /Action=(\w+)/.exec(body)?.[1] ?? '';
      if (action === 'DescribeStackEvents') looks += 1;
      const real = await forward();
      if (action === 'DescribeStackEvents' && looks <= untilLook) return xml(200, NO_EVENTS);
      if (isSent && looks <= untilLook && isHidden(action)) return before.get(action) ?? real;
      before.set(action, real);
      isSent ||= action === 'ExecuteChangeSet';
      return real;
    };
    return { by: await world.another({ proxy }), handler: behind(world, proxy), looks: () => looks };
  }

  it('is not the state from before, however late the first event comes', { timeout: 30_000 }, async () => {
    const id = await approved();
    const { by, looks } = await late(11, (action) => /DescribeStacks|DescribeChangeSet/.test(action));
    const change = await world.execute(id, by);
    expect(looks()).toBeGreaterThan(11);
    expect(change).toMatchObject({ state: 'succeeded' });
    const told = await world.app.changes.progress(id);
    expect(told.map(({ text }) => text).join()).toContain(`UPDATE_COMPLETE ${STACK}`);
  });

  it('is the change set’s execution status, where no event is to be had', { timeout: 30_000 }, async () => {
    const id = await approved();
    const { by } = await late(Number.POSITIVE_INFINITY, () => false);
    expect(await world.execute(id, by)).toMatchObject({ state: 'succeeded', outcome: { detail: 'UPDATE_COMPLETE' } });
  });

  it('is unknown where nothing tells', { timeout: 30_000 }, async () => {
    const id = await approved();
    const { by, handler } = await late(Number.POSITIVE_INFINITY, (action) =>
      /DescribeStacks|DescribeChangeSet/.test(action),
    );
    const { plan } = await world.app.changes.plan((await world.app.changes.find(id)).planId);
    await by.cloud.recompute(plan, mintPlanningPermit(plan.target.account, plan.target.region));
    const answered = await by.cloud.send(
      plan.calls[0]!,
      mintWritingPermit(plan.calls[0]!),
      await by.cloud.ownRights(plan.target),
    );
    expect(answered).toMatchObject({ kind: 'done' });
    const client = await cloudFormationClient(
      { region: 'eu-west-1', requestHandler: handler, credentials: { accessKeyId: 'a', secretAccessKey: 'b' } },
      { account: '123456789012' },
    );
    expect(await followStack(client, plan, () => undefined, 0)).toMatchObject({
      state: 'unknown',
      detail: expect.stringContaining('its outcome cannot be determined'),
    });
  });
});

const NO_EVENTS =
  '<DescribeStackEventsResponse><DescribeStackEventsResult><StackEvents/></DescribeStackEventsResult><ResponseMetadata><RequestId>b25f48e8-84fd-11e6</RequestId></ResponseMetadata></DescribeStackEventsResponse>';

describe('an outcome', () => {
  it('is not the state that the stack had before', async () => {
    const plan = await world.call('plan_stack_update', {
      stack: STACK,
      set: [{ path: 'Resources.QueryFunction.Properties.MemorySize', value: 1024 }],
    });
    const signed = (await world.app.changes.plan(String(plan.plan_id))).plan;
    const { calls } = signed;
    const input = calls[0]?.input as { ChangeSetName: string; ClientRequestToken: string };
    const inner = sandboxRequestHandler(createSandbox(world.store));
    const client = (requestHandler: unknown) =>
      new CloudFormationClient({
        region: 'eu-west-1',
        endpoint: 'http://sandbox.invalid',
        credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
        requestHandler: requestHandler as never,
      });
    // The cloud begins only after it was looked at twice.
    let looks = 0;
    const late = {
      handle: async (request: { body: unknown }) => {
        const answer = await inner.handle(request as never);
        if (String(request.body).includes('DescribeStackEvents') && ++looks === 2)
          await client(inner).send(new ExecuteChangeSetCommand(input));
        return answer;
      },
    };
    const reader = async () => ({ cloudFormation: client(late) }) as never;
    const sessions = createExecutorSessions({
      accounts: [],
      own: () => ({ region: 'eu-west-1' }),
      serviceRoleOf: () => undefined,
      now: () => new Date(),
    });
    const door = createWritingDoor(sessions, reader);
    const events: string[] = [];
    await door.follow(signed, (text) => events.push(text));
    expect(events.join()).toContain(`UPDATE_COMPLETE ${STACK}`);
  });
});
