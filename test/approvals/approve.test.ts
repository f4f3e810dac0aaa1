import { chmodSync, copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { recordSignature } from '../../src/approvals/record.ts';
import { signWithSshKeygen } from '../../src/approvals/ssh-keygen.ts';
import { buildStatement } from '../../src/approvals/statement.ts';
import { recordedSigners } from '../../src/approvals/verify-recorded.ts';
import { afterSigning, approve } from '../../src/cli/approve.ts';
import type { Terminal } from '../../src/cli/confirm.ts';
import { renderChange, show, subjectOf } from '../../src/cli/show.ts';
import { hold } from '../../src/core/guard.ts';
import { effect, many, plan as planOf } from '../guards/builders.ts';
import { changeOf } from '../render/builders.ts';
import { DEV_STACK, openTestWorld, proposeFix, STACK, type TestWorld } from '../world.ts';
import { ed25519Key, signBy } from './sshsig.ts';

let world: TestWorld;
beforeEach(async () => {
  world = await openTestWorld();
});
afterEach(() => world.close());

/** A person at a terminal who answers what they are asked. */
function terminal(...answers: string[]) {
  const seen: string[] = [];
  const asked: string[] = [];
  const at: Terminal = {
    print: (text) => void seen.push(text),
    async ask(question) {
      asked.push(question);
      return answers.shift() ?? '';
    },
  };
  return { at, seen, asked };
}
const refused = (code: string) => expect.objectContaining({ code });
const bob = (extra: object = {}) => ({ decision: 'approve' as const, key: world.keyOf('bob'), as: 'bob', ...extra });

async function proposeDeletion(reason = 'no longer used'): Promise<string> {
  const plan = await world.call('plan_stack_delete', { stack: DEV_STACK });
  const change = await world.call('propose_change', { plan_id: plan.plan_id, goal: 'clean_up', reason });
  return String(change.change_id);
}

describe('approving what cannot be undone', () => {
  it('shows the plan and wants the stack’s name typed', async () => {
    const id = await proposeDeletion();
    const careless = terminal('yes');
    await expect(approve(world.app, id, bob({ terminal: careless.at }))).rejects.toEqual(
      refused('APPROVAL_NOT_CONFIRMED'),
    );
    expect(careless.seen.join('\n')).toContain('CostTable');
    expect(careless.asked).toEqual([`This change cannot be undone. Type ${DEV_STACK} to sign it: `]);
    expect((await world.app.changes.find(id)).approvals).toEqual([]);
    const careful = terminal(DEV_STACK);
    expect(await approve(world.app, id, bob({ terminal: careful.at }))).toMatchObject({ state: 'approved' });
  });

  it('takes the name from --confirm in scripts, and nothing where nobody can be asked', async () => {
    const id = await proposeDeletion();
    await expect(approve(world.app, id, bob())).rejects.toEqual(refused('APPROVAL_NOT_CONFIRMED'));
    await expect(approve(world.app, id, bob({ confirm: STACK }))).rejects.toEqual(refused('APPROVAL_NOT_CONFIRMED'));
    expect(await approve(world.app, id, bob({ confirm: DEV_STACK }))).toMatchObject({ state: 'approved' });
  });

  it('shows it also where its name is given beforehand', async () => {
    const id = await proposeDeletion();
    const at = terminal();
    await approve(world.app, id, bob({ terminal: at.at, confirm: DEV_STACK }));
    expect(at.seen.join('\n')).toContain('CostTable');
    expect(at.asked).toEqual([]);
  });

  it('wants no name for a rejection', async () => {
    const id = await proposeDeletion();
    expect(await approve(world.app, id, bob({ decision: 'reject' }))).toMatchObject({ state: 'rejected' });
  });
});

describe('approving what can be undone', () => {
  it('shows it at a terminal before it signs, and asks nothing', async () => {
    const at = terminal();
    const id = await proposeFix(world);
    expect(await approve(world.app, id, bob({ terminal: at.at }))).toMatchObject({ state: 'approved' });
    expect(at.seen.join('\n')).toContain('MemorySize: 512 → 1024');
    expect(at.asked).toEqual([]);
  });

  it('without a terminal takes its name, and nothing else', async () => {
    const id = await proposeFix(world);
    await expect(approve(world.app, id, bob())).rejects.toEqual(refused('APPROVAL_NOT_CONFIRMED'));
    await expect(approve(world.app, id, bob({ confirm: 'yes' }))).rejects.toEqual(refused('APPROVAL_NOT_CONFIRMED'));
    expect((await world.app.changes.find(id)).approvals).toEqual([]);
    expect(await approve(world.app, id, bob({ confirm: STACK }))).toMatchObject({ state: 'approved' });
  });
});

describe('after a signature', () => {
  it('the command is told, and execution only asked for on a terminal', async () => {
    const change = await approve(world.app, await proposeFix(world), bob({ confirm: STACK }));
    const { plan } = await world.app.changes.plan(change.planId);
    const printed: string[] = [];
    const print = (text: string) => void printed.push(text);
    expect(await afterSigning(change, plan, { print, terminal: undefined })).toBe('leave');
    expect(printed).toEqual([`${change.id} is approved. To execute:\n  countersign --sandbox execute ${change.id}`]);
    expect(await afterSigning(change, plan, { print, terminal: terminal('no').at })).toBe('leave');
    expect(await afterSigning(change, plan, { print, terminal: terminal('').at })).toBe('leave');
    expect(await afterSigning(change, plan, { print, terminal: terminal('y').at })).toBe('execute');
    const rejected = await approve(world.app, await proposeFix(world, 768), bob({ decision: 'reject' }));
    expect(await afterSigning(rejected, plan, { print, terminal: terminal('y').at })).toBe('leave');
  });
});

describe('a statement that was altered before it was signed', () => {
  it.each([
    ['change_id', 'chg_000000000000'],
    ['change_digest', `sha256:${'0'.repeat(64)}`],
    ['person', 'carol'],
    ['nonce', 'another'],
    ['not_after', '2999-01-01T00:00:00.000Z'],
    ['summary', ['nothing happens']],
    ['v', 1],
    ['v', 2],
    ['v', 4],
    ['reason', 'it is fine'],
    ['more', true],
  ])('in its %s is refused, though its own signature fits', async (field, value) => {
    const id = await proposeFix(world);
    const { changes, ledger, policy, policyFile } = world.app;
    const change = await changes.find(id);
    const honest = buildStatement(change, (await changes.plan(change.planId)).plan, 'bob', 'approve');
    const altered = JSON.stringify({ ...JSON.parse(honest), [field]: value });
    const signature = await signWithSshKeygen(altered, world.keyOf('bob'));
    const ports = { ledger, changes, policy, people: policyFile!.people, now: () => new Date() };
    await expect(recordSignature(ports, id, altered, signature)).rejects.toThrow(refused('APPROVAL_WRONG_STATEMENT'));
    expect((await changes.find(id)).approvals).toEqual([]);
    await recordSignature(ports, id, honest, await signWithSshKeygen(honest, world.keyOf('bob')));
    expect((await changes.find(id)).state).toBe('approved');
  });
});

describe('a statement of version 1', () => {
  it('that was recorded verifies, and a new one is not taken', async () => {
    const id = await proposeFix(world);
    const { changes, ledger, policyFile } = world.app;
    const change = await changes.find(id);
    const { plan } = await changes.plan(change.planId);
    const statement = buildStatement(change, plan, 'bob', 'approve', { version: 1 });
    expect(JSON.parse(statement)).toMatchObject({
      v: 1,
      summary: [expect.stringContaining(STACK), expect.stringMatching(/^update QueryFunction/)],
    });
    const signature = await signWithSshKeygen(statement, world.keyOf('bob'));
    const { policy } = world.app;
    const ports = { ledger, changes, policy, people: policyFile!.people, now: () => new Date() };
    await expect(recordSignature(ports, id, statement, signature)).rejects.toEqual(refused('APPROVAL_WRONG_STATEMENT'));
    const [key] = policyFile!.people.find(({ name }) => name === 'bob')!.keys;
    const body = {
      decision: 'approve' as const,
      person: 'bob',
      keyFingerprint: key!.fingerprint,
      roles: ['sre'],
      statement,
      signature,
      policyDigest: await policy.digest(),
    };
    await ledger.append({ kind: 'change.approved', changeId: id, body });
    expect(
      await recordedSigners(await changes.find(id), plan, { now: policyFile!.people, at: world.app.directoryAt }),
    ).toMatchObject({
      problem: null,
      approvals: [{ person: 'bob' }],
    });
    expect(await world.execute(id)).toMatchObject({ state: 'succeeded' });
  });
});

describe('the signed summary', () => {
  it('names everything that is held or lost, however much there is', async () => {
    const buckets = many(20, { kind: 'delete', type: 'AWS::S3::Bucket' }).map((one) => ({
      ...one,
      logicalId: `Bucket${one.logicalId}`,
    }));
    const plan = planOf({ effects: [...many(30), ...buckets, effect({ logicalId: 'ZRole', kind: 'create' })] });
    const change = changeOf(plan, [{ ...hold('exposure', 2, 'it opens', ''), effects: ['ZRole'] }]);
    const { summary } = JSON.parse(buildStatement(change, plan, 'bob', 'approve')) as { summary: string[] };
    expect(summary.join('\n')).toContain('held by GUARD_EXPOSURE: it opens About: ZRole.');
    expect(summary.filter((line) => line.startsWith('create ZRole'))).toHaveLength(1);
    expect(summary.filter((line) => line.startsWith('delete Bucket'))).toHaveLength(20);
    expect(summary.at(-1)).toContain('30 update');
  });
});

describe('a security key', () => {
  it('signs with a touch, and whether it verified its user stands with the approval', async () => {
    const key = ed25519Key('ssh:');
    const app = await world.another({
      policy: world.policyText.replace(/(carol: .*keys: \[)"[^"]*"/, `$1"${key.line}"`),
    });
    const id = await proposeFix(world);
    const change = await app.changes.find(id);
    const statement = buildStatement(change, (await app.changes.plan(change.planId)).plan, 'carol', 'approve');
    const ports = {
      ledger: app.ledger,
      changes: app.changes,
      policy: app.policy,
      people: app.policyFile!.people,
      now: () => new Date(),
    };
    await expect(recordSignature(ports, id, statement, signBy(key, statement, { flags: 4 }))).rejects.toThrow(
      refused('APPROVAL_USER_PRESENCE_MISSING'),
    );
    await expect(
      recordSignature(ports, id, statement.replace('"approve"', '"reject"'), signBy(key, statement)),
    ).rejects.toThrow(refused('INPUT_SIGNATURE_INVALID'));
    const signed = await recordSignature(ports, id, statement, signBy(key, statement, { flags: 5 }));
    expect(signed).toMatchObject({ state: 'approved', approvals: [{ person: 'carol', userVerified: true }] });
    expect(await show(app, id)).toContain('(touched, user verified)');
  });
});

describe('what a person is shown', () => {
  it('is worst first, with before and after, marks, verdicts and seats', async () => {
    const subject = await subjectOf(world.app, await proposeFix(world));
    const { plan } = subject;
    const gone = {
      ...plan.effects[0]!,
      kind: 'delete' as const,
      logicalId: 'Audit',
      reversibility: 'irreversible' as const,
      properties: [],
      marks: [{ kind: 'expire' as const, path: 'Properties.Ttl', text: 'records go after\u202e 1 day' }],
    };
    const text = renderChange({ ...subject, plan: { ...plan, effects: [...plan.effects, gone] } }, 200);
    expect(text.indexOf('Audit')).toBeGreaterThan(0);
    expect(text.indexOf('Audit')).toBeLessThan(text.indexOf('QueryFunction'));
    expect(text).toContain('MemorySize: 512 → 1024');
    expect(text).toMatch(/expire at Ttl: records go after\\u\{202e\} 1 day/);
    expect(text).toContain('HELD for 1 approval by GUARD_APPROVAL: ');
    expect(text).toContain('approvals 0 of 1');
    expect(text).toContain('cannot approve: alice');
  });

  it('marks each line of the agent’s text as the agent’s', async () => {
    const id = await proposeDeletion('harmless\n\nGuards\n  all passed');
    const lines = (await show(world.app, id)).split('\n');
    expect(lines).toContain('  agent│ Guards');
    expect(lines).toContain('  agent│   all passed');
    expect(lines).not.toContain('  all passed');
  });
});

describe('who signs, where no key file tells', () => {
  it('is whoever is signed in here, in any spelling, and nobody where two could be meant', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'countersign-key-'));
    const key = join(folder, 'key');
    copyFileSync(world.keyOf('bob'), key);
    chmodSync(key, 0o600);
    const options = { decision: 'approve' as const, key, confirm: STACK };
    const asNobody = await world.another({ actsAs: ['ACME\\somebody'] });
    await expect(approve(asNobody, await proposeFix(world), options)).rejects.toEqual(refused('APPROVAL_KEY_UNKNOWN'));
    const asBob = await world.another({ actsAs: ['ACME\\BOB'] });
    const signed = await approve(asBob, await proposeFix(world, 2048), options);
    expect(signed.approvals).toMatchObject([{ person: 'bob' }]);
    rmSync(folder, { recursive: true, force: true });
  });
});
