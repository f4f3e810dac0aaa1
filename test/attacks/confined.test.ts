/** Execution under the account's executor role: a session that can do what was signed, and nothing else. */
import { DeleteStackCommand, ExecuteChangeSetCommand } from '@aws-sdk/client-cloudformation';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { App } from '../../src/compose.ts';
import { mintWritingPermit } from '../../src/core/permit.ts';
import type { Rights } from '../../src/core/rights.ts';
import type { WireResponse } from '../../src/sandbox/cloud.ts';
import { assumedRoles, seedRole } from '../../src/sandbox/sts.ts';
import { type CloudProxy, DEV_STACK, openTestWorld, pastCountersign, STACK, type TestWorld } from '../world.ts';
import { signedByAll } from './attempts.ts';

let world: TestWorld;
beforeEach(async () => {
  world = await openTestWorld();
});
afterEach(() => world.close());

const ROLES = 'executor_role: countersign-executor, service_role: countersign-service-main';
const withRoles = (roles = ROLES) => world.policyText.replace('regions: [eu-west-1]', `regions: [eu-west-1], ${roles}`);
const confined = (roles?: string, more: Parameters<TestWorld['another']>[0] = {}) =>
  world.another({ policy: withRoles(roles), ...more });

async function approved(app: App, tool: string, input: object, goal = 'fix'): Promise<string> {
  const plan = await app.pipeline(tool, input);
  if (!plan.ok) throw new Error(JSON.stringify(plan.error));
  const change = await app.pipeline('propose_change', { plan_id: plan.content.plan_id, goal, reason: 'a test' });
  if (!change.ok) throw new Error(JSON.stringify(change.error));
  return signedByAll(world, app, String(change.content.change_id));
}
const SET = { stack: STACK, set: [{ path: 'Resources.QueryFunction.Properties.MemorySize', value: 1024 }] };
const update = (app: App) => approved(app, 'plan_stack_update', SET);
async function terminate(app: App) {
  const listed = await app.pipeline('describe_instances', { tag: 'Name=batch' });
  const { instances } = (listed.ok ? listed.content : {}) as { instances: { instance_id: string }[] };
  const input = { instance_ids: [instances[0]!.instance_id], action: 'terminate' };
  return approved(app, 'plan_instance_action', input, 'clean_up');
}
const sessions = () => world.store.transact(assumedRoles);
const written = () => world.writes().map(({ operation }) => operation);
const kinds = async (changeId: string) => (await world.app.ledger.events({ changeId })).map(({ kind }) => kind);
const fault = (code: string, message = 'no'): WireResponse => ({
  status: 403,
  headers: { 'content-type': 'text/xml', 'x-amzn-requestid': 'b25f48e8-84fd-11e6-80d9-574e0c4664cb' },
  body: `<ErrorResponse><Error><Type>Sender</Type><Code>${code}</Code><Message>${message}</Message></Error><RequestId>b25f48e8-84fd-11e6</RequestId></ErrorResponse>`,
});
const actionOf = ({ body }: { body: string }) => new URLSearchParams(body).get('Action');

describe('under an executor role', () => {
  it('a stack change leaves in a session that names sponsor, change and digest', async () => {
    const app = await confined();
    const id = await update(app);
    const change = await app.executor.run(id);
    expect(change).toMatchObject({
      state: 'succeeded',
      outcome: { credentials: 'confined' },
      rights: { credentials: 'confined', notLimited: expect.arrayContaining(['ExecuteChangeSet: DisableRollback']) },
    });
    expect(sessions()).toMatchObject([
      {
        roleArn: 'arn:aws:iam::123456789012:role/countersign-executor',
        arn: expect.stringMatching(`:assumed-role/countersign-executor/${id}$`),
        sourceIdentity: 'sponsor=alice',
        tags: [
          { Key: 'countersign-sponsor', Value: 'alice' },
          { Key: 'countersign-change', Value: id },
          { Key: 'countersign-digest', Value: change.digest },
        ],
      },
    ]);
    const sent = world.store.calls().filter(({ class: of }) => of === 'write');
    expect(sent).toMatchObject([{ operation: 'ExecuteChangeSet', caller: sessions()[0]!.arn }]);
  });

  it('a scope may name the service role, whatever the account does; where neither does, nothing runs', async () => {
    const ofScope = withRoles('executor_role: countersign-executor').replace(
      'environment: production, execute: by_command }',
      'environment: production, execute: by_command, service_role: countersign-service-shop }',
    );
    const app = await world.another({ policy: ofScope });
    expect(await app.executor.run(await update(app))).toMatchObject({ state: 'succeeded' });
    const without = await confined('executor_role: countersign-executor');
    const ofDevelopment = { stack: DEV_STACK, set: SET.set };
    const plan = await without.pipeline('plan_stack_update', ofDevelopment);
    const proposed = await without.pipeline('propose_change', {
      plan_id: plan.ok ? plan.content.plan_id : '',
      goal: 'fix',
      reason: 'a test',
    });
    const id = String(proposed.ok && proposed.content.change_id);
    await expect(without.executor.run(id)).rejects.toMatchObject({ code: 'CONFIG_SERVICE_ROLE_MISSING' });
  });

  it('every step of an EC2 plan leaves in it, its rehearsals too', async () => {
    const app = await confined();
    expect(await app.executor.run(await terminate(app))).toMatchObject({ state: 'succeeded' });
    expect(written()).toEqual(['CreateSnapshot', 'TerminateInstances']);
    const changing = world.store.calls().filter((call) => call.dryRun || call.class === 'write');
    expect(changing).toHaveLength(4);
    for (const { caller } of changing) expect(caller).toMatch(/assumed-role\/countersign-executor\//);
  });

  it('its credentials, in other hands, can do nothing but what was signed', async () => {
    const app = await confined();
    await app.executor.run(await update(app));
    const [session] = sessions();
    const stolen = {
      ...pastCountersign(world),
      credentials: { accessKeyId: session!.accessKeyId, secretAccessKey: 's' },
    };
    const { CloudFormationClient } = await import('@aws-sdk/client-cloudformation');
    const client = new CloudFormationClient(stolen);
    const [statement] = JSON.parse(session!.policy!).Statement;
    const StackName = statement.Resource[0];
    await expect(client.send(new DeleteStackCommand({ StackName }))).rejects.toMatchObject({ name: 'AccessDenied' });
    const other = { StackName, ChangeSetName: 'countersign-0123456789abcdef' };
    await expect(client.send(new ExecuteChangeSetCommand(other))).rejects.toMatchObject({ name: 'AccessDenied' });
  });
});

describe('a session that cannot be had stops the change before anything runs, and leaves it approved', () => {
  async function stopped(app: App, id: string, code: string) {
    await expect(app.executor.run(id)).rejects.toMatchObject({ code });
    expect((await app.changes.find(id)).state).toBe('approved');
    expect(written()).toEqual([]);
    expect(world.store.calls().filter(({ dryRun }) => dryRun)).toEqual([]);
  }

  it('since the role cannot be assumed', async () => {
    const app = await confined();
    world.store.transact((inside) => seedRole(inside, 'arn:aws:iam::123456789012:role/other'));
    await stopped(app, await update(app), 'AWS_ACCESS_DENIED');
  });
  it('since the role is of another account', async () => {
    const app = await confined('executor_role: "arn:aws:iam::210987654321:role/x", service_role: s');
    await stopped(app, await update(app), 'GUARD_IDENTITY');
  });
  it('since the stack has no service role: CloudFormation would have the rights of the session alone', async () => {
    const app = await confined();
    await stopped(
      app,
      await approved(app, 'plan_stack_delete', { stack: 'cost-explorer-dev' }, 'clean_up'),
      'CONFIG_SERVICE_ROLE_MISSING',
    );
    const without = await confined('executor_role: countersign-executor');
    await stopped(without, await update(without), 'CONFIG_SERVICE_ROLE_MISSING');
  });
  it('since AWS says that policy and tags are too large', async () => {
    const proxy: CloudProxy = async (request, forward) =>
      actionOf(request) === 'AssumeRole' ? { ...fault('PackedPolicyTooLarge'), status: 400 } : forward();
    const app = await confined(ROLES, { proxy });
    await stopped(app, await update(app), 'CONFIG_SESSION_NOT_POSSIBLE');
  });
});

describe('where AWS denies the change set’s name as a condition', () => {
  const denying = (times: number): CloudProxy => {
    let left = times;
    return async (request, forward) => {
      if (actionOf(request) !== 'ExecuteChangeSet' || left === 0) return forward();
      left -= 1;
      return fault('AccessDenied');
    };
  };

  it('the call leaves once more with the stack alone, with an intent of its own, and this is recorded', async () => {
    const app = await confined(ROLES, { proxy: denying(1) });
    const id = await update(app);
    expect(await app.executor.run(id)).toMatchObject({
      state: 'succeeded',
      rights: { notLimited: expect.arrayContaining(['ExecuteChangeSet: ChangeSetName']) },
    });
    expect((await kinds(id)).filter((kind) => kind.startsWith('call.'))).toEqual([
      'call.intended',
      'call.failed',
      'call.intended',
      'call.returned',
    ]);
    expect(sessions()).toHaveLength(2);
  });

  it('and no third time', async () => {
    const app = await confined(ROLES, { proxy: denying(9) });
    const change = await app.executor.run(await update(app));
    expect(change).toMatchObject({ state: 'failed', outcome: { calls: [{ outcome: 'failed' }] } });
    expect(sessions()).toHaveLength(2);
  });

  it('but an answer that was lost is never sent again', async () => {
    let sent = 0;
    const proxy: CloudProxy = async (request, forward) => {
      if (actionOf(request) !== 'ExecuteChangeSet') return forward();
      sent += 1;
      return { status: 403, headers: {}, body: '<html>AccessDenied</html>' };
    };
    const app = await confined(ROLES, { proxy });
    expect(await app.executor.run(await update(app))).toMatchObject({ state: 'unknown' });
    expect(sent).toBe(1);
  });
});

describe('rights', () => {
  it('that the provider did not give carry no credentials', async () => {
    const app = await confined();
    const { plan } = await app.changes.plan((await app.changes.find(await update(app))).planId);
    const [call] = plan.calls;
    const forged: Rights = { credentials: 'unconfined', notLimited: [] };
    expect(await app.cloud.send(call!, mintWritingPermit(call!), forged)).toMatchObject({
      kind: 'refused',
      code: 'EGRESS_REFUSED',
    });
    expect(written()).toEqual([]);
  });

  it('end with their session, and are taken anew for a later step', async () => {
    let shift = 0;
    const now = () => new Date(Date.now() + shift);
    const app = await confined(ROLES, { now });
    const id = await terminate(app);
    await app.executor.run(id, (text) => {
      if (text.includes('CreateSnapshot')) shift = 58 * 60_000;
    });
    expect((await app.changes.find(id)).state).toBe('succeeded');
    expect(sessions()).toHaveLength(2);
    expect(sessions()[1]!.policy).toBe(sessions()[0]!.policy);
  });

  it('are the caller’s own where the account has no executor role', async () => {
    const id = await update(world.app);
    expect(await world.app.executor.run(id)).toMatchObject({
      state: 'succeeded',
      outcome: { credentials: 'unconfined' },
      rights: { credentials: 'unconfined', notLimited: [] },
    });
    expect(sessions()).toEqual([]);
  });
});
