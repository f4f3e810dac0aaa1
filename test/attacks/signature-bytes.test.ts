/** Somebody with the ledger's file alters one byte of a signature, or what stands beside it, and makes the tree fit. */
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BREAK_GLASS_NAMESPACE, buildOpening, buildReview, openReviews } from '../../src/approvals/break-glass.ts';
import { buildClosing } from '../../src/approvals/closing.ts';
import { signatureOfAssertion } from '../../src/approvals/passkey-signature.ts';
import { approve } from '../../src/cli/approve.ts';
import { SIGNED_KINDS } from '../../src/cli/audit-signatures.ts';
import { auditText, auditVerify } from '../../src/cli/audit-verify.ts';
import { closeReview, recordOpening, recordReview } from '../../src/cli/break-glass.ts';
import { closeChange } from '../../src/cli/close.ts';
import type { App } from '../../src/compose.ts';
import { EVENT_BODIES, type LedgerEvent } from '../../src/core/events.ts';
import { addFault } from '../../src/sandbox/faults.ts';
import { authenticator, enrolledLine, PAGE } from '../approvals/authenticator.ts';
import { ed25519Key, signBy } from '../approvals/sshsig.ts';
import { rewriteLedger } from '../ledger/rewrite.ts';
import { openTestWorld, proposeFix, type TestWorld } from '../world.ts';
import { signedByAll } from './attempts.ts';

const MINUTE = 60_000;
let world: TestWorld;
let app: App;
let copies: string;
/** One event of each kind and key, as it was recorded. */
let signed: { name: string; event: LedgerEvent }[];

/** By hand and by page: closings and reviews take either kind of key. */
async function everySignature(): Promise<void> {
  const glass = ed25519Key('ssh:');
  const passkey = authenticator('es256');
  const line = await enrolledLine(passkey);
  app = await world.another({
    policy: world.policyText
      .replace('keys: ["', `break_glass: ["${glass.line}"], keys: ["`)
      .replace(/( {2}carol: .*keys: \[)/, `$1"${line}", `),
  });
  const byPasskey = (statement: string) => signatureOfAssertion(passkey.assert(challengeOf(statement), {}));
  await approve(app, await proposeFix(world, 640), {
    decision: 'reject',
    key: world.keyOf('bob'),
    reason: 'payments are frozen until Monday',
  });
  const from = new Date();
  for (const how of ['key', 'passkey'] as const) {
    const id = await proposeFix(world, how === 'key' ? 700 : 701);
    const { target } = await app.changes.find(id);
    const until = new Date(from.getTime() + 20 * MINUTE).toISOString();
    const opening = { target, person: 'alice', reason: 'down', from: from.toISOString(), until };
    const about = { ledger: await app.ledger.origin(), people: app.policyFile!.people, now: from };
    const statement = buildOpening(about.ledger, opening);
    await recordOpening(app, opening, signBy(glass, statement, { flags: 5, namespace: BREAK_GLASS_NAMESPACE }), about);
    const [open] = await openReviews(app.ledger);
    if (how === 'key') await closeReview(app, open!.seq, { key: world.keyOf('bob'), reason: 'it was needed' });
    else {
      const review = buildReview(about.ledger, open!, 'carol', 'it was needed');
      const made = { person: 'carol', findings: 'it was needed', signature: byPasskey(review) };
      await recordReview(app, open!, made, PAGE);
    }
    await world.call('withdraw_change', { change_id: id });
  }
  for (const how of ['key', 'passkey'] as const) {
    const id = await signedByAll(world, app, await proposeFix(world, how === 'key' ? 800 : 801));
    world.store.transact((inside) => addFault(inside, { kind: 'drop_after', operation: 'ExecuteChangeSet' }));
    expect(await world.execute(id, app)).toMatchObject({ state: 'unknown' });
    world.age(17);
    if (how === 'key') await closeChange(app, id, { reason: 'I looked', key: world.keyOf('bob') });
    else {
      const statement = buildClosing(await app.changes.find(id), 'carol', 'I looked');
      await app.executor.close(id, { statement, signature: byPasskey(statement), page: PAGE });
    }
  }
}
const challengeOf = (statement: string) => createHash('sha256').update(statement).digest('base64url');

beforeAll(async () => {
  world = await openTestWorld();
  copies = mkdtempSync(join(tmpdir(), 'countersign-rewritten-'));
  await everySignature();
  const events = await app.ledger.events({ kinds: SIGNED_KINDS });
  const nameOf = ({ kind, body }: LedgerEvent) =>
    `${kind} by ${String((body as { keyFingerprint: string }).keyFingerprint).startsWith('passkey') ? 'a passkey' : 'an OpenSSH key'}`;
  signed = [...new Map(events.map((event) => [nameOf(event), event])).entries()].map(([name, event]) => ({
    name,
    event,
  }));
}, 120_000);
afterAll(() => {
  world.close();
  rmSync(copies, { recursive: true, force: true });
});

const verified = (alter: (event: LedgerEvent) => LedgerEvent) => {
  const into = join(copies, 'home');
  rewriteLedger(world.home, into, alter);
  return auditVerify(into);
};
const withBody =
  (seq: number, body: (of: Record<string, unknown>) => Record<string, unknown>) =>
  (event: LedgerEvent): LedgerEvent =>
    event.seq === seq ? { ...event, body: body({ ...(event.body as object) }) } : event;

describe('a ledger that is rewritten whole', () => {
  it('with nothing altered verifies, with every signature in it', async () => {
    const report = await verified((event) => event);
    expect(report).toMatchObject({ ok: true, signatures: { good: 3, notChecked: 0, others: 8, problems: [] } });
    expect(auditText(report)).toContain('Signatures of policies, break-glass and closings: 8 good.');
  });

  it('has a check for every kind of event that carries a signature, and this test an event of each', () => {
    const carrying = Object.entries(EVENT_BODIES)
      .filter(([, body]) => 'signature' in body.shape)
      .map(([kind]) => kind);
    expect([...SIGNED_KINDS].sort()).toEqual(carrying.sort());
    expect([...new Set(signed.map(({ event }) => event.kind))].sort()).toEqual(carrying);
    expect(signed.filter(({ name }) => name.endsWith('a passkey')).map(({ event }) => event.kind)).toEqual([
      'glass.reviewed',
      'change.closed',
    ]);
  });

  it('is refused for any byte of any signature', async () => {
    for (const { name, event } of signed) {
      const { signature } = event.body as { signature: string };
      for (let at = 0; at < signature.length; at += 41) {
        const other = signature[at] === 'A' ? 'B' : 'A';
        const altered = signature.slice(0, at) + other + signature.slice(at + 1);
        const report = await verified(withBody(event.seq, (body) => ({ ...body, signature: altered })));
        expect([name, at, report]).toMatchObject([name, at, { ok: false, problem: 'signature', seq: event.seq }]);
      }
    }
  }, 240_000);

  it.each([
    ['its line ends', (text: string) => text.replace('\n', ' ')],
    ['a blank at its end', (text: string) => `${text} `],
    ['nothing left of it', () => ''],
  ])(
    'is refused for a signature with %s another',
    async (_what, alter) => {
      for (const { name, event } of signed) {
        const body = (of: Record<string, unknown>) => ({ ...of, signature: alter(String(of.signature)) });
        if (body(event.body as never).signature === (event.body as { signature: string }).signature) continue;
        expect([name, await verified(withBody(event.seq, body))]).toMatchObject([
          name,
          { ok: false, problem: 'signature', seq: event.seq },
        ]);
      }
    },
    120_000,
  );

  it('is refused for whatever is told beside a signature', async () => {
    const told = ['statement', 'keyFingerprint', 'person', 'by', 'decider', 'findings', 'reason', 'until', 'why'];
    for (const { name, event } of signed)
      for (const field of told) {
        const { [field]: was } = event.body as Record<string, unknown>;
        if (typeof was !== 'string') continue;
        const other =
          field === 'until' ? new Date(Date.parse(was) - 1_000).toISOString() : was.replace(/\w(?=\W*$)/, '0');
        expect(other, `${name} ${field}`).not.toBe(was);
        const report = await verified(withBody(event.seq, (body) => ({ ...body, [field]: other })));
        expect([name, field, report]).toMatchObject([name, field, { ok: false, problem: 'signature', seq: event.seq }]);
      }
  }, 120_000);

  it('is refused for a closing that nobody signed, and a review of what was never opened', async () => {
    const closing = signed.find(({ event }) => event.kind === 'change.closed')!.event;
    const unsigned = withBody(closing.seq, ({ why, by }) => ({ why, by }));
    expect(await verified(unsigned)).toMatchObject({ ok: false, problem: 'signature', seq: closing.seq });
    const review = signed.find(({ event }) => event.kind === 'glass.reviewed')!.event;
    const other = withBody(review.seq, (body) => ({ ...body, opened: 1 }));
    expect(await verified(other)).toMatchObject({ ok: false, problem: 'signature', seq: review.seq });
  });

  it('is refused for another reason of a rejection', async () => {
    const { event } = signed.find((one) => one.event.kind === 'change.rejected')!;
    const milder = (body: Record<string, unknown>) => ({
      ...body,
      statement: String(body.statement).replace('payments are frozen until Monday', 'not needed any more'),
    });
    expect(await verified(withBody(event.seq, milder))).toMatchObject({ ok: false, problem: 'signature' });
  });
});
