/** The reason of a rejection: signed with it, told wherever the change is, and of nobody's making but who signed. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { recordSignature } from '../../src/approvals/record.ts';
import { buildStatement } from '../../src/approvals/statement.ts';
import { approve } from '../../src/cli/approve.ts';
import { checkReceipt, makeReceipt, receiptText } from '../../src/cli/audit-receipt.ts';
import { auditVerify } from '../../src/cli/audit-verify.ts';
import { bundleOf, openedFrom, signBundle } from '../../src/cli/bundle.ts';
import { show, showStatement } from '../../src/cli/show.ts';
import { ensureLogKey, keyFileIn } from '../../src/ledger/log-key.ts';
import { parseVkey } from '../../src/ledger/note.ts';
import { openTestWorld, proposeFix, signatureBy, type TestWorld } from '../world.ts';

const REASON = 'payments are frozen until Monday';
const NAMESPACE = 'countersign-approval@v1';
const refused = (code: string) => expect.objectContaining({ code });
let world: TestWorld;
beforeEach(async () => {
  world = await openTestWorld();
});
afterEach(() => world.close());

const reject = (id: string, more: object = {}) =>
  approve(world.app, id, { decision: 'reject', key: world.keyOf('bob'), reason: REASON, ...more });

describe('the reason of a rejection', () => {
  it('is signed, and told by show, to the agent, in the list and on the receipt', async () => {
    const id = await proposeFix(world);
    expect(await reject(id)).toMatchObject({ state: 'rejected' });
    const told = `rejected by bob, who wrote: ${REASON}`;
    expect(await show(world.app, id, 200)).toContain(told);
    expect(await world.call('describe_change', { change_id: id })).toMatchObject({ explanation: told });
    const { vkey } = await ensureLogKey(world.home, keyFileIn(world.home), world.app.ledger);
    const facts = await checkReceipt(await makeReceipt(world.app, world.home, { change: id }), [parseVkey(vkey)]);
    expect(facts.signatures).toMatchObject([{ decision: 'reject', person: 'bob', reason: REASON }]);
    expect(receiptText(facts)).toContain(`Reason: ${REASON}`);
    expect(await auditVerify(world.home)).toMatchObject({ ok: true, signatures: { good: 1 } });
  });

  it('may be left out, and is then signed as none', async () => {
    const id = await proposeFix(world);
    await reject(id, { reason: '  ' });
    const [event] = await world.app.ledger.events({ kinds: ['change.rejected'] });
    expect(JSON.parse((event!.body as { statement: string }).statement)).toMatchObject({ v: 3, reason: null });
    expect(await world.app.changes.find(id)).toMatchObject({ explanation: 'rejected by bob' });
  });

  it('is the one that was signed elsewhere, and no other that is told with the signature', async () => {
    const id = await proposeFix(world);
    const statement = await showStatement(world.app, id, 'bob', 'reject', REASON);
    const file = join(world.home, 'signature');
    writeFileSync(file, signatureBy(world.keyOf('bob'), statement, NAMESPACE));
    for (const reason of ['another reason', undefined])
      await expect(reject(id, { key: undefined, signature: file, reason })).rejects.toThrow(
        refused('INPUT_SIGNATURE_INVALID'),
      );
    await reject(id, { key: undefined, signature: file });
    expect(await world.app.changes.find(id)).toMatchObject({ explanation: expect.stringContaining(REASON) });
  });

  it('is signed over a bundle too', async () => {
    const id = await proposeFix(world);
    const file = join(world.home, 'change.bundle');
    writeFileSync(file, await bundleOf(world.app, id));
    const made = await signBundle(await openedFrom(file), {
      decision: 'reject',
      key: world.keyOf('bob'),
      reason: REASON,
    });
    const signature = join(world.home, 'signature');
    writeFileSync(signature, made.signature);
    await reject(id, { key: undefined, signature });
    expect(await world.app.changes.find(id)).toMatchObject({ state: 'rejected' });
  });

  it.each([
    ['hides something', 'looks\u202e fine'],
    ['is a book', 'x'.repeat(501)],
  ])('that %s is refused, before and after it is signed', async (_what, reason) => {
    const id = await proposeFix(world);
    await expect(reject(id, { reason })).rejects.toThrow(refused('INPUT_INVALID'));
    const { changes, ledger, policy, policyFile } = world.app;
    const change = await changes.find(id);
    const honest = buildStatement(change, (await changes.plan(change.planId)).plan, 'bob', 'reject', { reason: 'x' });
    const altered = honest.replace('"reason":"x"', `"reason":${JSON.stringify(reason)}`);
    const recorder = { ledger, changes, policy, people: policyFile!.people, now: () => new Date() };
    const signed = signatureBy(world.keyOf('bob'), altered, NAMESPACE);
    await expect(recordSignature(recorder, id, altered, signed)).rejects.toThrow(refused('APPROVAL_WRONG_STATEMENT'));
    expect((await changes.find(id)).state).toBe('pending');
  });

  it('is not one of an approval', async () => {
    const id = await proposeFix(world);
    const change = await world.app.changes.find(id);
    const { plan } = await world.app.changes.plan(change.planId);
    expect(() => buildStatement(change, plan, 'bob', 'approve', { reason: REASON })).toThrow(refused('INPUT_INVALID'));
  });

  it('was in no statement of version 2, which verifies where it was recorded, and is not taken any more', async () => {
    const id = await proposeFix(world);
    const { changes, ledger, policy, policyFile } = world.app;
    const change = await changes.find(id);
    const { plan } = await changes.plan(change.planId);
    const statement = buildStatement(change, plan, 'bob', 'reject', { version: 2 });
    expect(Object.keys(JSON.parse(statement))).not.toContain('reason');
    const signature = signatureBy(world.keyOf('bob'), statement, NAMESPACE);
    const recorder = { ledger, changes, policy, people: policyFile!.people, now: () => new Date() };
    await expect(recordSignature(recorder, id, statement, signature)).rejects.toThrow(
      refused('APPROVAL_WRONG_STATEMENT'),
    );
    const [key] = policyFile!.people.find(({ name }) => name === 'bob')!.keys;
    await ledger.append({
      kind: 'change.rejected',
      changeId: id,
      body: {
        decision: 'reject',
        person: 'bob',
        keyFingerprint: key!.fingerprint,
        roles: ['sre'],
        statement,
        signature,
        policyDigest: await policy.digest(),
      },
    });
    expect(await auditVerify(world.home)).toMatchObject({ ok: true, signatures: { good: 1 } });
    expect(await changes.find(id)).toMatchObject({ state: 'rejected', explanation: 'rejected by bob' });
  });
});

describe('over a person’s own ssh key', () => {
  it('the reason is the rest of the line, in the statement and beside the signature', async () => {
    const id = await proposeFix(world);
    const { ssh } = await import('../../src/cli/commands/ssh.ts');
    const said = async (command: string) => {
      const context = {
        config: { ...world.app.config, sshOriginalCommand: command },
        withApp: (use: (app: typeof world.app) => unknown) => use(world.app),
        withFolder: (use: (app: typeof world.app) => unknown) => use(world.app),
        tell: () => undefined,
        note: () => undefined,
      };
      return ssh.run(context as never, { person: 'bob' });
    };
    const { text } = await said(`countersign show ${id} --statement --reject --reason ${REASON}`);
    expect(JSON.parse(text)).toMatchObject({ decision: 'reject', person: 'bob', reason: REASON });
    await expect(said(`countersign approve ${id} --signature - --reason ${REASON}`)).rejects.toThrow(
      refused('INPUT_INVALID'),
    );
    await expect(said(`countersign reject ${id} --reason`)).rejects.toThrow(refused('INPUT_INVALID'));
  });
});
