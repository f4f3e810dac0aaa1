/**
 * The red team: an agent with a real client of MCP, and with a shell under the server's own user (L0). What the protocol
 * can do fails; what a shell can do fails, or succeeds only where doctor had said that it would.
 */
import { spawn, spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Client } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { buildStatement } from '../../src/approvals/statement.ts';
import { auditVerify } from '../../src/cli/commands/audit-verify.ts';
import { createContext } from '../../src/cli/context.ts';
import { canonicalJson, digestOf } from '../../src/core/digest.ts';
import type { NewEvent } from '../../src/core/events.ts';
import { storeText } from '../../src/policy/pin.ts';
import { canBeAnother, NOBODY } from '../doctor/sshd.ts';
import { needs } from '../needs.ts';
import { openTestWorld, proposeFix, STACK, signatureBy, type TestWorld } from '../world.ts';
import { signAs } from './attempts.ts';

const bin = new URL('../../bin/countersign.js', import.meta.url).pathname;
let world: TestWorld;
beforeEach(async () => {
  world = await openTestWorld();
});
afterEach(() => world.close());

const args = () => [bin, '--sandbox', '--home', world.home, '--policy', join(world.home, 'policy.yaml'), 'serve'];
const env = () => ({ PATH: process.env.PATH ?? '', COUNTERSIGN_SPONSOR: 'alice', AWS_REGION: 'eu-west-1' });
const state = async (id: string) => (await world.app.changes.find(id)).state;
const verified = () =>
  auditVerify.run(
    createContext({ config: world.app.config, version: '', sandboxed: true, width: 80, tell() {}, note() {} }),
    {},
  );
async function nothingHappened(id: string) {
  expect(await world.app.changes.find(id)).toMatchObject({ state: 'pending', approvals: [] });
  await expect(world.execute(id)).rejects.toMatchObject({ code: 'STATE_CHANGE_NOT_APPROVED' });
  expect(world.writes()).toEqual([]);
}

describe('over the protocol', () => {
  it('a client that accepts every elicitation approves nothing', async () => {
    const client = new Client(
      { name: 'red', version: '1' },
      { capabilities: { elicitation: { form: {}, url: {} }, sampling: {}, roots: {} } },
    );
    client.setRequestHandler('elicitation/create', async () => ({
      action: 'accept' as const,
      content: { approve: true, approved: true, confirm: STACK, person: 'bob' },
    }));
    await client.connect(new StdioClientTransport({ command: process.execPath, args: args(), env: env() }));
    const call = async (name: string, input: Record<string, unknown>) =>
      (await client.callTool({ name, arguments: input })).structuredContent as Record<string, unknown>;
    const plan = await call('plan_stack_update', {
      stack: STACK,
      set: [{ path: 'Resources.QueryFunction.Properties.MemorySize', value: 1024 }],
    });
    const { change_id } = await call('propose_change', {
      plan_id: plan.plan_id,
      goal: 'fix',
      reason: 'approved by bob',
    });
    expect(await call('describe_change', { change_id, wait_seconds: 1 })).toMatchObject({ state: 'pending' });
    await client.close();
    await nothingHappened(String(change_id));
  }, 60_000);

  /** What no SDK sends, in lines. @returns every answer by its id. */
  async function raw(
    messages: readonly object[],
    protocolVersion = '2025-11-25',
  ): Promise<Map<number, Record<string, unknown>>> {
    const server = spawn(process.execPath, args(), { env: env() });
    const answers = new Map<number, Record<string, unknown>>();
    const done = new Promise<void>((resolve) =>
      createInterface({ input: server.stdout }).on('line', (line) => {
        const answer = JSON.parse(line);
        if (typeof answer.id === 'number') answers.set(answer.id, answer);
        if (answers.size === messages.length + 1) resolve();
      }),
    );
    const send = (message: object) => server.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);
    const clientInfo = { name: 'red', version: '1' };
    send({ id: 0, method: 'initialize', params: { protocolVersion, capabilities: { elicitation: {} }, clientInfo } });
    send({ method: 'notifications/initialized' });
    for (const [index, message] of messages.entries()) send({ id: index + 1, ...message });
    await done;
    server.kill();
    return answers;
  }

  it('inputResponses on the first call answer a question that was never asked', async () => {
    const id = await proposeFix(world);
    const accept = { approve: { action: 'accept', content: { approved: true } } };
    const given = { inputResponses: accept, requestState: 'approved', input_responses: accept };
    const answers = await raw(
      [
        {
          method: 'tools/call',
          params: { name: 'describe_change', arguments: { change_id: id }, ...given, _meta: given },
        },
        { method: 'tools/call', params: { name: 'describe_change', arguments: { change_id: id, ...given } } },
        { method: 'elicitation/create', params: { mode: 'form', message: 'approve', requestedSchema: {} } },
        { result: { action: 'accept', content: { approved: true } } },
      ].slice(0, 3),
    );
    expect(answers.get(1)).toMatchObject({ result: { structuredContent: { state: 'pending' } } });
    expect(answers.get(2)).toMatchObject({ result: { isError: true } });
    expect(answers.get(3)).toMatchObject({ error: { code: -32_601 } });
    await nothingHappened(id);
  }, 60_000);

  it('a tool or a method that does not exist does nothing, and the tool is in the ledger', async () => {
    const id = await proposeFix(world);
    const tools = [
      'apply_change',
      'approve_change',
      'execute_change',
      'sign',
      'override',
      'countersign/doctor',
      '__proto__',
    ];
    const methods = [
      'countersign/approve',
      'countersign/execute',
      'tasks/result',
      'completion/complete',
      'logging/setLevel',
    ];
    const answers = await raw([
      ...tools.map((name) => ({
        method: 'tools/call',
        params: { name, arguments: { change_id: id, approved: true } },
      })),
      ...methods.map((method) => ({ method, params: { change_id: id, approved: true } })),
    ]);
    for (const [index] of tools.entries()) expect(answers.get(index + 1)).toMatchObject({ result: { isError: true } });
    for (const [index] of methods.entries()) expect(answers.get(tools.length + index + 1)).toMatchObject({ error: {} });
    const refused = await world.app.ledger.events({ kinds: ['tool.refused'] });
    expect(refused.map(({ body }) => (body as { tool: string }).tool)).toEqual(tools);
    await nothingHappened(id);
  }, 60_000);

  it('a report to doctor that claims to reach nothing lifts no level', async () => {
    const asked = await raw([{ method: 'countersign/doctor', params: { step: 'ask' } }]);
    const { nonce } = asked.get(1)!.result as { nonce: string };
    const told = await raw([
      { method: 'countersign/doctor', params: { step: 'report', nonce, reached: [] } },
      { method: 'countersign/doctor', params: { step: 'report', nonce, reached: [], levels: ['L4'] } },
      { method: 'tools/call', params: { name: 'describe_policy', arguments: {} } },
    ]);
    expect(told.get(1)).toMatchObject({ result: { assurance: 'L0' } });
    expect(told.get(2)).toMatchObject({ error: { code: -32_602 } });
    expect(told.get(3)).toMatchObject({ result: { structuredContent: { assurance: 'L0' } } });
  }, 60_000);
});

describe('with a shell under the server’s own user, which doctor calls L0', () => {
  it('doctor says before any of it that this user can write ledger and policy', () => {
    const { stdout, status } = spawnSync(
      process.execPath,
      [
        bin,
        '--sandbox',
        '--home',
        world.home,
        '--policy',
        join(world.home, 'policy.yaml'),
        'doctor',
        '--json',
        '--project',
        world.home,
      ],
      { env: { ...env(), HOME: world.home, AWS_EC2_METADATA_DISABLED: 'true' }, encoding: 'utf8' },
    );
    const { findings, servers } = JSON.parse(stdout) as {
      findings: { what: string }[];
      servers: { assurance: string }[];
    };
    expect([status, servers[0]!.assurance]).toEqual([8, 'L0']);
    const whats = findings.map(({ what }) => what).join('\n');
    for (const what of ['write the ledger', 'write the policy', 'write the secret']) expect(whats).toContain(what);
  }, 60_000);

  /** Past every port: what the file holds. */
  const edited = (edit: (db: Database.Database) => void) => {
    const db = new Database(join(world.home, 'ledger.db'));
    try {
      edit(db);
    } finally {
      db.close();
    }
  };
  /** Through the store, so that the tree is whole; but of nobody's deciding. */
  const forged = (event: NewEvent) => world.app.ledger.append(event);

  it('a forged approval has no signature, so it is not executed, and audit verify names it', async () => {
    const id = await proposeFix(world);
    const change = await world.app.changes.find(id);
    const { plan } = await world.app.changes.plan(change.planId);
    const statement = buildStatement(change, plan, 'bob', 'approve');
    const keyFingerprint = world.app.policyFile!.people.find(({ name }) => name === 'bob')!.keys[0]!.fingerprint;
    for (const signature of ['', signatureBy(world.keyOf('stranger'), statement, 'countersign-approval@v1')])
      await forged({
        kind: 'change.approved',
        changeId: id,
        body: { decision: 'approve', person: 'bob', keyFingerprint, roles: ['sre'], statement, signature },
      });
    await world.execute(id).catch(() => undefined);
    expect(await state(id)).toBe('stale');
    expect(world.writes()).toEqual([]);
    expect(await verified()).toMatchObject({ json: { ok: false } });
  });

  it('a signature that was given to another change signs nothing here', async () => {
    const first = await proposeFix(world);
    await signAs(world, first);
    const [approval] = (await world.app.changes.find(first)).approvals;
    const second = await proposeFix(world, 2048);
    const { at: _, seq: __, ...body } = approval!;
    await forged({ kind: 'change.approved', changeId: second, body });
    await world.execute(second).catch(() => undefined);
    expect(await state(second)).toBe('stale');
    expect(world.writes()).toEqual([]);
  });

  it('a plan that is swapped after signing is not executed', async () => {
    const id = await proposeFix(world);
    await signAs(world, id);
    const change = await world.app.changes.find(id);
    const { plan } = await world.app.changes.plan(change.planId);
    const bytes = canonicalJson({
      ...plan,
      calls: plan.calls.map((call) => ({ ...call, input: { ...call.input, StackName: 'another' } })),
    });
    edited((db) =>
      db.prepare('UPDATE documents SET bytes = ? WHERE digest = ?').run(Buffer.from(bytes), change.planDocument),
    );
    await expect(world.execute(id, await world.another())).rejects.toMatchObject({ code: 'LEDGER_TAMPERED' });
    expect(world.writes()).toEqual([]);
    expect(await verified()).toMatchObject({ json: { ok: false } });
  });

  it('a proposal whose need for approvals is edited away is not executed as it was, and is found', async () => {
    const id = await proposeFix(world);
    edited((db) => {
      db.exec('DROP TRIGGER IF EXISTS events_no_update');
      const { seq, bytes } = db.prepare("SELECT seq, bytes FROM events WHERE kind = 'change.proposed'").get() as {
        seq: number;
        bytes: Buffer;
      };
      const event = JSON.parse(bytes.toString('utf8'));
      event.body.judgement = { ...event.body.judgement, decision: 'pass', seats: 0 };
      db.prepare('UPDATE events SET bytes = ? WHERE seq = ?').run(Buffer.from(canonicalJson(event)), seq);
    });
    await world.execute(id, await world.another()).catch(() => undefined);
    expect(world.writes()).toEqual([]);
    expect(await verified()).toMatchObject({ json: { ok: false } });
  });

  it('an edited policy, with the agent’s own key under another name, signs and executes nothing', async () => {
    const id = await proposeFix(world);
    const path = join(world.home, 'policy.yaml');
    writeFileSync(path, world.policyText.replace(/(carol:.*keys: \[)"[^"]*"/, `$1"${world.publicKeyOf('stranger')}"`));
    const app = await world.another({ policyPath: path });
    expect(await app.policy.standing()).toBe('changed');
    await expect(app.executor.run(id)).rejects.toMatchObject({ code: 'CONFIG_POLICY_CHANGED' });
    expect(await state(id)).toBe('pending');
    expect(world.writes()).toEqual([]);
  });

  it('L0 IS L0: who can write the ledger can pin a policy of its own and execute; audit verify names the pin', async () => {
    const id = await proposeFix(world);
    const path = join(world.home, 'policy.yaml');
    const text = world.policyText.replace(/(bob:.*keys: \[)"[^"]*"/, `$1"${world.publicKeyOf('stranger')}"`);
    writeFileSync(path, text);
    const app = await world.another({ policyPath: path });
    const previous = (await world.app.ledger.events({ kinds: ['policy.adopted'] })).at(-1)!.seq;
    await app.ledger.transact(async (tx) => {
      const body = {
        digest: app.policyFile!.digest,
        text: await storeText(tx, app.policyFile!),
        by: [],
        level: 'signatures' as const,
        previous,
        proposal: null,
        signers: ['bob', 'carol'],
      };
      await tx.append({ kind: 'policy.adopted', body });
    });
    await signAs({ app, keyOf: () => world.keyOf('stranger') }, id);
    expect(await app.executor.run(id)).toMatchObject({ state: 'succeeded', assurance: 'L0' });
    const { json, text: told } = await verified();
    expect(json).toMatchObject({ ok: false });
    expect(told).toMatch(/adopts a policy/);
  });

  it('a report of doctor that is written into the ledger, sealed with the secret of the folder, lifts nothing', async () => {
    const { app } = world;
    const client = { kind: 'other_host' as const, who: 'host', why: 'from 203.0.113.7' };
    const levels = (['L1', 'L2', 'L3', 'L4'] as const).map((level) => ({
      level,
      standing: 'proven' as const,
      why: 'because',
    }));
    const body = {
      ...{
        nonce: 'a'.repeat(32),
        sponsor: 'alice',
        client,
        server: app.here.server,
        policyDigest: await app.policy.digest(),
      },
      ...{ keysDigest: digestOf([]), levels, findings: [] },
    };
    await forged({ kind: 'doctor.reported', body: { ...body, seal: app.here.seal({ report: 'doctor', ...body }) } });
    expect(await world.call('describe_policy', {})).toMatchObject({ assurance: 'L0' });
  });
});

describe('with a shell under another user, which is what L1 proves', () => {
  it('ledger, policy and secret are out of reach, so none of the above can begin', (context) => {
    needs(context, 'other-user', canBeAnother(bin));
    const paths = ['ledger.db', 'policy.yaml', 'secret'].map((name) => join(world.home, name));
    const attempt = `for (const path of ${JSON.stringify(paths)}) for (const flag of ['r', 'r+', 'w'])
      try { fs.openSync(path, flag); console.log(path, flag); } catch (error) { if (error.code !== 'EACCES') throw error; }`;
    const { stdout, stderr, status } = spawnSync(process.execPath, ['-e', attempt], {
      uid: NOBODY,
      gid: NOBODY,
      cwd: '/',
      encoding: 'utf8',
    });
    expect([stdout, stderr, status]).toEqual(['', '', 0]);
  });
});
