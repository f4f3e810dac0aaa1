import { join } from 'node:path';
import {
  CloudFormationClient,
  DeleteStackCommand,
  UpdateTerminationProtectionCommand,
} from '@aws-sdk/client-cloudformation';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { recordSignature } from '../../src/approvals/record.ts';
import { signWithSshKeygen } from '../../src/approvals/ssh-keygen.ts';
import { buildStatement } from '../../src/approvals/statement.ts';
import { approve } from '../../src/cli/approve.ts';
import { mintPlanningPermit, mintWritingPermit, type Permit } from '../../src/core/permit.ts';
import { verifyLedger } from '../../src/ledger/open.ts';
import { cloudFormationClient } from '../../src/providers/aws/clients.ts';
import { createSandbox, sandboxRequestHandler } from '../../src/sandbox/cloud.ts';
import { openTestWorld, proposeFix, STACK, type TestWorld } from '../world.ts';

let world: TestWorld;
beforeEach(async () => {
  world = await openTestWorld();
});
afterEach(() => world.close());

const sign = async (
  id: string,
  person: string,
  key = person,
  app = world.app,
  decision: 'approve' | 'reject' = 'approve',
) =>
  approve(app, id, {
    decision,
    key: world.keyOf(key),
    as: person,
    confirm: (await app.changes.find(id)).target.name,
  });
const refused = (code: string) => expect.objectContaining({ code });
const settings = (handler?: unknown) => ({
  region: 'eu-west-1',
  requestHandler: handler ?? sandboxRequestHandler(createSandbox(world.store)),
  credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
});

describe('the gate on the only road out', () => {
  const deletion = {
    step: 's',
    provider: 'aws',
    service: 'cloudformation' as const,
    operation: 'DeleteStack',
    input: { StackName: STACK },
    account: '1',
    region: 'eu-west-1',
  };
  const tryDelete = async (permit: Permit | undefined, name = STACK, handler?: unknown) => {
    const client: CloudFormationClient = await cloudFormationClient(settings(handler), {
      account: '1',
      ...(permit ? { permit } : {}),
    });
    return client.send(new DeleteStackCommand({ StackName: name }));
  };

  it('stops a write without a permit, with a forged one, with a planning one, and for another call', async () => {
    await expect(tryDelete(undefined)).rejects.toEqual(refused('EGRESS_REFUSED'));
    await expect(tryDelete({ kind: 'writing' })).rejects.toEqual(refused('EGRESS_REFUSED'));
    await expect(tryDelete(mintPlanningPermit('1', 'eu-west-1'))).rejects.toEqual(refused('EGRESS_REFUSED'));
    await expect(tryDelete(mintWritingPermit(deletion), 'cost-explorer-dev')).rejects.toEqual(
      refused('EGRESS_REFUSED'),
    );
    expect(world.writes()).toEqual([]);
  });

  it('lets the permitted call leave once and never again', async () => {
    const permit = mintWritingPermit({ ...deletion, input: { StackName: 'not-there' } });
    await tryDelete(permit, 'not-there');
    await expect(tryDelete(permit, 'not-there')).rejects.toEqual(refused('EGRESS_REFUSED'));
    expect(world.writes()).toHaveLength(1);
  });

  it('counts a retry of the SDK as a second call: a dropped connection sends one attempt', async () => {
    let attempts = 0;
    const dropping = {
      metadata: { handlerProtocol: 'http/1.1' },
      async handle() {
        attempts += 1;
        throw Object.assign(new Error('socket hang up'), { name: 'TimeoutError', code: 'ECONNRESET' });
      },
      updateHttpClientConfig() {},
      httpHandlerConfigs: () => ({}),
      destroy() {},
    };
    await expect(tryDelete(mintWritingPermit(deletion), STACK, dropping)).rejects.toThrow();
    expect(attempts).toBe(1);
  });
});

describe('signatures', () => {
  it('refuses the sponsor, a person who maps to the server user, an unknown key and a second key of one person', async () => {
    const id = await proposeFix(world);
    await expect(sign(id, 'alice')).rejects.toEqual(refused('APPROVAL_SPONSOR_EXCLUDED'));
    await expect(sign(id, 'bob', 'stranger')).rejects.toEqual(refused('APPROVAL_KEY_UNKNOWN'));
    const asBob = await world.another({ actsAs: ['bob'] });
    const plan = await asBob.pipeline('plan_stack_update', {
      stack: STACK,
      set: [{ path: 'Resources.QueryFunction.Properties.Timeout', value: 20 }],
    });
    const change = plan.ok
      ? await asBob.pipeline('propose_change', { plan_id: plan.content.plan_id, goal: 'fix', reason: 'longer' })
      : plan;
    await expect(sign(String(change.ok && change.content.change_id), 'bob', 'bob', asBob)).rejects.toEqual(
      refused('APPROVAL_SPONSOR_EXCLUDED'),
    );
    await sign(id, 'bob');
    await expect(sign(id, 'bob', 'bob2')).rejects.toEqual(refused('STATE_ALREADY_SIGNED'));
    expect(world.writes()).toEqual([]);
  });

  it('refuses a signature for another change, replayed, altered, or after its time', async () => {
    const first = await proposeFix(world);
    const second = await proposeFix(world, 2048);
    const { changes, policyFile } = world.app;
    const change = await changes.find(first);
    const statement = buildStatement(change, (await changes.plan(change.planId)).plan, 'bob', 'approve');
    const signature = await signWithSshKeygen(statement, world.keyOf('bob'));
    const record = async (id: string, text = statement, now = new Date()) =>
      await recordSignature(
        { ledger: world.app.ledger, changes, policy: world.app.policy, people: policyFile!.people, now: () => now },
        id,
        text,
        signature,
      );
    await expect(record(second)).rejects.toThrow(refused('APPROVAL_WRONG_STATEMENT'));
    await expect(record(first, statement.replace('approve', 'reject '))).rejects.toThrow(
      refused('INPUT_SIGNATURE_INVALID'),
    );
    await expect(record(first, statement, new Date(Date.now() + 9 * 3_600_000))).rejects.toThrow(
      refused('APPROVAL_EXPIRED'),
    );
    await record(first);
    await expect(record(first)).rejects.toThrow(refused('STATE_ALREADY_SIGNED'));
    expect(world.writes()).toEqual([]);
  });

  it('lets a person who approved reject it while it waits, once and for good', async () => {
    const id = await proposeFix(world);
    expect((await sign(id, 'bob')).state).toBe('approved');
    expect((await sign(id, 'bob', 'bob', world.app, 'reject')).state).toBe('rejected');
    await expect(sign(id, 'bob', 'bob', world.app, 'reject')).rejects.toEqual(refused('STATE_CHANGE_NOT_PENDING'));
    await expect(sign(id, 'carol')).rejects.toEqual(refused('STATE_CHANGE_NOT_PENDING'));
    await expect(world.execute(id)).rejects.toEqual(refused('STATE_CHANGE_NOT_APPROVED'));
    expect(world.writes()).toEqual([]);
  });

  it('makes one rejection final', async () => {
    const id = await proposeFix(world);
    await approve(world.app, id, { decision: 'reject', key: world.keyOf('carol') });
    await expect(sign(id, 'bob')).rejects.toEqual(refused('STATE_CHANGE_NOT_PENDING'));
    await expect(world.execute(id)).rejects.toEqual(refused('STATE_CHANGE_NOT_APPROVED'));
  });
});

describe('execution', () => {
  it('executes exactly the signed call and no change that is not approved', async () => {
    const id = await proposeFix(world);
    await expect(world.execute(id)).rejects.toEqual(refused('STATE_CHANGE_NOT_APPROVED'));
    await sign(id, 'bob');
    expect(await world.execute(id)).toMatchObject({ state: 'succeeded', outcome: { credentials: 'unconfined' } });
    expect(world.writes().map(({ operation }) => operation)).toEqual(['ExecuteChangeSet']);
    await expect(world.execute(id)).rejects.toEqual(refused('STATE_CHANGE_NOT_APPROVED'));
    expect((await verifyLedger(world.home)).ok).toBe(true);
  });

  it('ends as stale when the stack changed after signing', async () => {
    const id = await proposeFix(world);
    await sign(id, 'bob');
    const client = new CloudFormationClient(settings() as never);
    await client.send(new UpdateTerminationProtectionCommand({ StackName: STACK, EnableTerminationProtection: true }));
    await expect(world.execute(id)).rejects.toEqual(refused('STATE_STALE'));
    expect((await world.app.changes.find(id)).state).toBe('stale');
    expect(world.writes().map(({ operation }) => operation)).toEqual(['UpdateTerminationProtection']);
  });

  it('refuses a stored plan that was edited after signing', async () => {
    const id = await proposeFix(world);
    await sign(id, 'bob');
    const db = new Database(join(world.home, 'ledger.db'));
    db.prepare(
      "UPDATE documents SET bytes = CAST(replace(CAST(bytes AS TEXT), 'ExecuteChangeSet', 'DeleteStack') AS BLOB)",
    ).run();
    db.close();
    await expect(world.execute(id)).rejects.toEqual(refused('LEDGER_TAMPERED'));
    expect(await verifyLedger(world.home)).toMatchObject({ ok: false, problem: 'document' });
    expect(world.writes()).toEqual([]);
  });

  it('lets one of two executors win', async () => {
    const id = await proposeFix(world);
    await sign(id, 'bob');
    const results = await Promise.allSettled([world.execute(id), world.execute(id, await world.another())]);
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(world.writes()).toHaveLength(1);
  });

  it('ends as stale when the signer’s key has left the policy', async () => {
    const id = await proposeFix(world);
    await sign(id, 'bob');
    const without = await world.another({ policy: world.policyText.replace(/ {2}bob: .*\n/, '') });
    await expect(world.execute(id, without)).rejects.toEqual(refused('STATE_STALE'));
    expect(world.writes()).toEqual([]);
  });

  it('expires by both clocks', async () => {
    const id = await proposeFix(world);
    const later = (hours: number) => world.another({ now: () => new Date(Date.now() + hours * 3_600_000) });
    expect((await (await later(9)).changes.find(id)).state).toBe('expired');
    await sign(id, 'bob');
    expect((await (await later(2)).changes.find(id)).state).toBe('expired');
    await expect(world.execute(id, await later(2))).rejects.toEqual(refused('STATE_CHANGE_EXPIRED'));
    expect(world.writes()).toEqual([]);
  });
});

describe('who proposes, and the policy', () => {
  it('plans only when the sponsor is unset or unknown', async () => {
    for (const sponsor of [undefined, 'mallory']) {
      const answer = await (await world.another({ sponsor })).pipeline('plan_stack_update', {
        stack: STACK,
        set: [{ path: 'Resources.QueryFunction.Properties.Timeout', value: 21 }],
      });
      expect(answer).toMatchObject({ ok: true, content: { decision: 'plan_only' } });
    }
  });

  it('refuses a policy with an unknown key, with its place', async () => {
    await expect(world.another({ policy: world.policyText.replace('people:', 'sceats: {}\npeople:') })).rejects.toThrow(
      /policy\.yaml:8:1 sceats: there is no key sceats/,
    );
  });

  it('halts everything at once', async () => {
    const id = await proposeFix(world);
    await sign(id, 'bob');
    await world.app.ledger.append({ kind: 'halted', body: {} });
    expect(await world.call('plan_stack_delete', { stack: STACK })).toMatchObject({ code: 'GUARD_HALT' });
    await expect(world.execute(id)).rejects.toEqual(refused('GUARD_HALT'));
    expect(world.writes()).toEqual([]);
  });

  it('passes a development change without seats', async () => {
    const id = await proposeFix(world, 512, 'cost-explorer-dev');
    expect((await world.app.changes.find(id)).state).toBe('approved');
    expect(await world.execute(id)).toMatchObject({ state: 'succeeded' });
  });
});

describe('bad input', () => {
  const bad: [string, string, unknown, string][] = [
    ['an unknown tool', 'apply_change', {}, 'INPUT_UNKNOWN_TOOL'],
    ['an unknown key', 'describe_stack', { stack: STACK, force: true }, 'INPUT_INVALID'],
    ['a wrong type', 'describe_stack', { stack: 7 }, 'INPUT_INVALID'],
    ['no object', 'describe_stack', 'cost', 'INPUT_INVALID'],
    ['a template that is not one', 'plan_stack_update', { stack: STACK, template: 'hello' }, 'INPUT_TEMPLATE_INVALID'],
    [
      'a template whose macro would run',
      'plan_stack_update',
      { stack: STACK, template: 'Transform: Evil\nResources:\n  A:\n    Type: AWS::SNS::Topic\n' },
      'INPUT_NEEDS_PACKAGING',
    ],
    ['a template of 1 MB', 'plan_stack_update', { stack: STACK, template: 'x'.repeat(1_300_000) }, 'INPUT_TOO_LARGE'],
    [
      'a file outside',
      'plan_stack_update',
      { stack: STACK, template_file: '/etc/passwd' },
      'INPUT_TEMPLATE_FILE_OUTSIDE',
    ],
    ['a masked value', 'plan_stack_update', { stack: STACK, parameters: { Secret: '****' } }, 'INPUT_MASKED_VALUE'],
    ['a stack that is not there', 'describe_stack', { stack: 'nope' }, 'AWS_NOT_FOUND'],
    ['another region', 'plan_stack_delete', { stack: STACK, region: 'us-east-1' }, 'GUARD_IDENTITY'],
    ['a stack out of scope', 'plan_stack_delete', { stack: 'other' }, 'GUARD_SCOPE'],
    [
      'a plan that is not there',
      'propose_change',
      { plan_id: 'plan_x', goal: 'fix', reason: 'because' },
      'INPUT_NOT_FOUND',
    ],
    ['a change that is not there', 'describe_change', { change_id: 'chg_\u202e' }, 'INPUT_NOT_FOUND'],
    [
      'an instance that is not there',
      'plan_instance_action',
      { instance_ids: ['i-0000000000000000f'], action: 'stop' },
      'AWS_NOT_FOUND',
    ],
  ];
  it.each(bad)('answers %s with a code and a remedy, and records it', async (_what, tool, input, code) => {
    const answer = await world.call(tool, input);
    expect(answer).toMatchObject({ code });
    expect(answer.remedy).toMatch(/\w/);
    expect(JSON.stringify(answer)).not.toContain('\u202e');
    expect((await world.app.ledger.events({ kinds: ['tool.refused'] })).at(-1)?.body).toMatchObject({ code });
    expect(world.writes()).toEqual([]);
  });
});
