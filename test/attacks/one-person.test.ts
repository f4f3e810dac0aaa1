/** What one person may decide alone, and every way to have more of it: solo mode and break-glass. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { guards } from '../../guards/index.ts';
import {
  BREAK_GLASS_NAMESPACE,
  buildOpening,
  buildReview,
  checkReview,
  openingFor,
  openReviews,
  REVIEW_NAMESPACE,
} from '../../src/approvals/break-glass.ts';
import { recordSignature } from '../../src/approvals/record.ts';
import { buildStatement } from '../../src/approvals/statement.ts';
import { checkReceipt, makeReceipt, receiptText } from '../../src/cli/audit-receipt.ts';
import { reportSince } from '../../src/cli/audit-report.ts';
import { auditVerify } from '../../src/cli/audit-verify.ts';
import { closeReview, recordOpening } from '../../src/cli/break-glass.ts';
import { show } from '../../src/cli/show.ts';
import type { App } from '../../src/compose.ts';
import { ensureLogKey, keyFileIn } from '../../src/ledger/log-key.ts';
import { parseVkey } from '../../src/ledger/note.ts';
import { checkPolicy } from '../../src/policy/check.ts';
import { parsePolicy } from '../../src/policy/load.ts';
import { ed25519Key, type HandMadeKey, signBy } from '../approvals/sshsig.ts';
import { DEV_STACK, openTestWorld, proposeFix, STACK, signatureBy, type TestWorld, withCloud } from '../world.ts';

const MINUTE = 60_000;
const refused = (code: string) => expect.objectContaining({ code });
let world: TestWorld;
let key: HandMadeKey;
beforeEach(async () => {
  world = await openTestWorld();
  key = ed25519Key('ssh:');
});
afterEach(() => world.close());

const later = (minutes: number) => () => new Date(Date.now() + minutes * MINUTE);
/** A cloud whose own clock is so far on, and a machine whose clock is. */
const clocks = async (cloud: number, machine: number): Promise<App> =>
  withCloud(await world.another({ now: later(machine) }), { cloudNow: later(cloud) }, later(machine));
async function approveBy(
  app: App,
  id: string,
  person: string,
  by: HandMadeKey,
  { flags = 5, now = () => new Date() } = {},
) {
  const change = await app.changes.find(id);
  const statement = buildStatement(change, (await app.changes.plan(change.planId)).plan, person, 'approve');
  const { ledger, changes, policy, policyFile } = app;
  const recorder = { ledger, changes, policy, people: policyFile!.people, now };
  return recordSignature(recorder, id, statement, signBy(by, statement, { flags }));
}
const receiptOf = async (app: App, id: string) => {
  const { vkey } = await ensureLogKey(world.home, keyFileIn(world.home), app.ledger);
  return checkReceipt(await makeReceipt(app, world.home, { change: id }), [parseVkey(vkey)]);
};

describe('solo mode', () => {
  const solo = (wait = '30m') =>
    world.policyText
      .replace(/ {2}(?:bob|carol): .*\n/g, '')
      .replace(/(alice: .*keys: \[)"[^"]*"/, `$1"${key.line}", "${world.publicKeyOf('alice')}"`)
      .concat(`solo: { wait: ${wait} }\n`);

  it('lets the sponsor approve alone, by a touch, and waits; it is labelled wherever it is told', async () => {
    const app = await world.another({ policy: solo() });
    const id = await proposeFix(world);
    expect(await app.changes.find(id)).toMatchObject({
      onePerson: { person: 'alice', waitSeconds: 1800 },
      proof: 'touch',
    });
    const signed = await approveBy(app, id, 'alice', key);
    expect(signed).toMatchObject({ state: 'approved', executeFrom: expect.any(String) });
    await expect(world.execute(id, app)).rejects.toMatchObject({
      code: 'STATE_COOLING_OFF',
      remedyForPeople: `Then run: countersign --sandbox execute ${id}`,
    });
    expect(world.writes()).toEqual([]);
    expect(await show(app, id, 200)).toMatch(
      /One person \(solo mode\): alice approves alone, and the change waits 30 minutes/,
    );
    expect(await show(app, id, 200)).toContain('waits: ');
    expect(await world.call('describe_change', { change_id: id })).toMatchObject({
      one_person: expect.stringContaining('one person (solo mode)'),
    });
    const after = await clocks(31, 31);
    expect(await world.execute(id, after)).toMatchObject({ state: 'succeeded' });
    const receipt = await receiptOf(app, id);
    expect(receiptText(receipt)).toContain('ONE PERSON: one person (solo mode): alice');
    expect(await reportSince(app, new Date(0))).toMatchObject([{ one_person: expect.stringContaining('solo mode') }]);
    expect(await auditVerify(world.home)).toMatchObject({ ok: true });
  });

  it('does not wait less when the clock of this machine is set forward: the cloud’s is asked', async () => {
    const app = await world.another({ policy: solo() });
    const id = await proposeFix(world);
    await approveBy(app, id, 'alice', key);
    await expect(world.execute(id, await world.another({ now: later(31) }))).rejects.toEqual(
      refused('STATE_COOLING_OFF'),
    );
    await expect(world.execute(id, await clocks(31, 0))).rejects.toEqual(refused('STATE_COOLING_OFF'));
    expect(world.writes()).toEqual([]);
  });

  it('does not wait less when the clock was set back to sign', async () => {
    const app = await world.another({ policy: solo() });
    const id = await proposeFix(world);
    const back = await world.another({ now: later(-40) });
    await approveBy(back, id, 'alice', key, { now: later(-40) });
    const { executeFrom } = await app.changes.find(id);
    expect(Date.parse(executeFrom!)).toBeGreaterThan(Date.now() + 29 * MINUTE);
    await expect(world.execute(id, app)).rejects.toEqual(refused('STATE_COOLING_OFF'));
  });

  it('does not wait less when a record says so', async () => {
    const app = await world.another({ policy: solo() });
    const id = await proposeFix(world);
    const { approvals } = await approveBy(app, id, 'alice', key);
    const { at: _at, seq: _seq, ...body } = approvals[0]!;
    const other = await proposeFix(world, 2048);
    const change = await app.changes.find(other);
    const statement = buildStatement(change, (await app.changes.plan(change.planId)).plan, 'alice', 'approve');
    await app.ledger.append({
      kind: 'change.approved',
      changeId: other,
      body: {
        ...body,
        statement,
        signature: signBy(key, statement, { flags: 5 }),
        executeFrom: new Date(0).toISOString(),
      },
    });
    await expect(world.execute(other, app)).rejects.toEqual(refused('STATE_COOLING_OFF'));
  });

  it.each([
    ['there are several people', () => severalPeople(), /no longer lets alice approve alone/],
    ['it waits longer', () => solo('2h'), /now requires a wait of 120 minutes after one person/],
  ])('gives nothing any more once by the policy of now %s', async (_what, policy, why) => {
    const app = await world.another({ policy: solo() });
    const [signed, waiting] = [await proposeFix(world), await proposeFix(world, 2048)];
    await approveBy(app, signed, 'alice', key);
    const now = await world.another({ policy: policy(), now: later(31) });
    const after = withCloud(now, { cloudNow: later(31) }, later(31));
    expect(await show(now, waiting, 200)).toMatch(why);
    const { approve } = await import('../../src/cli/approve.ts');
    await expect(
      approve(now, waiting, { decision: 'approve', key: world.keyOf('alice'), confirm: STACK }),
    ).rejects.toThrow(refused('STATE_STALE'));
    await expect(world.execute(signed, after)).rejects.toThrow(why);
    expect(await app.changes.find(signed)).toMatchObject({ state: 'stale' });
    expect(world.writes()).toEqual([]);
  });
  const severalPeople = () => world.policyText.replace(/(alice: .*keys: \[)/, `$1"${key.line}", `);

  it('counts on where the policy of now asks for no more', async () => {
    const app = await world.another({ policy: solo() });
    const id = await proposeFix(world);
    await approveBy(app, id, 'alice', key);
    const now = await world.another({ policy: solo('10m'), now: later(31) });
    const after = withCloud(now, { cloudNow: later(31) }, later(31));
    expect(await world.execute(id, after)).toMatchObject({ state: 'succeeded' });
  });

  it('takes no key in software, and no signature without a touch', async () => {
    const app = await world.another({ policy: solo() });
    const id = await proposeFix(world);
    await expect(approveBy(app, id, 'alice', key, { flags: 0 })).rejects.toThrow(
      refused('APPROVAL_USER_PRESENCE_MISSING'),
    );
    const { approve } = await import('../../src/cli/approve.ts');
    await expect(approve(app, id, { decision: 'approve', key: world.keyOf('alice'), confirm: STACK })).rejects.toThrow(
      refused('APPROVAL_KEY_NOT_ALLOWED'),
    );
  });

  it('is refused by the policy with several people, a software key only, or too short a wait', () => {
    const parse = (text: string) => () => parsePolicy(text, 'policy.yaml', guards);
    expect(parse(`${world.policyText}solo: {}\n`)).toThrow(/solo mode is for one person; the policy lists 3 people/);
    expect(parse(solo().replace(`"${key.line}", `, ''))).toThrow(/a security key or passkey/);
    expect(parse(solo('9m'))).toThrow(/10m to 24h/);
    expect(parse(solo('25h'))).toThrow(/10m to 24h/);
    expect(parse(solo('10m'))).not.toThrow();
  });

  it('is not said by policy check to leave changes that can never be approved', async () => {
    const policy = parsePolicy(solo(), 'policy.yaml', guards);
    const about = { policy, guards, now: new Date(), isKnownType: () => true, isKnownService: () => true };
    expect(checkPolicy(about).filter(({ message }) => message.includes('ever be approved'))).toEqual([]);
  });

  it('outside of it a sponsor approves nothing, with whatever key', async () => {
    const app = await world.another({
      policy: world.policyText.replace(/(alice: .*keys: \[)/, `$1"${key.line}", `),
    });
    const id = await proposeFix(world);
    await expect(approveBy(app, id, 'alice', key)).rejects.toThrow(refused('APPROVAL_SPONSOR_EXCLUDED'));
  });
});

describe('break-glass', () => {
  let app: App;
  beforeEach(async () => {
    app = await world.another({ policy: withGlass() });
  });
  const withGlass = (text = world.policyText) =>
    text
      .replace('keys: ["', `break_glass: ["${key.line}"], keys: ["`)
      .replace('environment: development, execute: by_command', 'environment: development, execute: by_runner');

  async function open(
    id: string,
    more: Record<string, unknown> = {},
    { by = key, flags = 5, at = app, now = new Date() } = {},
  ) {
    const { target } = await at.changes.find(id);
    const stated = {
      target,
      person: 'alice',
      reason: 'payments are down',
      from: now.toISOString(),
      until: new Date(now.getTime() + 30 * MINUTE).toISOString(),
      ...more,
    };
    const statement = buildOpening(await at.ledger.origin(), stated);
    const signature = signBy(by, statement, { flags, namespace: BREAK_GLASS_NAMESPACE });
    return recordOpening(at, stated, signature, {
      ledger: await at.ledger.origin(),
      people: at.policyFile!.people,
      now,
    });
  }

  it('lets one person approve a change of that stack alone, is labelled, and leaves a review', async () => {
    const id = await proposeFix(world);
    const { seq } = await open(id);
    expect(await approveBy(app, id, 'alice', key)).toMatchObject({ state: 'approved' });
    expect(await show(app, id, 200)).toMatch(/Break-glass: alice alone, until .*; its review must be closed/);
    expect(await world.call('describe_change', { change_id: id })).toMatchObject({
      one_person: expect.stringContaining('break-glass: alice alone'),
    });
    expect(await world.execute(id, app)).toMatchObject({ state: 'succeeded' });
    expect(receiptText(await receiptOf(app, id))).toContain('ONE PERSON: break-glass: alice alone');
    expect(await auditVerify(world.home)).toMatchObject({ ok: true, signatures: { good: 1 } });
    expect((await openReviews(app.ledger)).map((one) => one.seq)).toEqual([seq]);
  });

  it.each<[string, object, object, string]>([
    ['without a reason', { reason: ' ' }, {}, 'INPUT_INVALID'],
    ['with a reason that hides something', { reason: 'down\u202e' }, {}, 'INPUT_INVALID'],
    ['for more than 30 minutes', { until: new Date(Date.now() + 31 * MINUTE).toISOString() }, {}, 'INPUT_INVALID'],
    ['for a later time', { from: later(5)().toISOString(), until: later(20)().toISOString() }, {}, 'INPUT_INVALID'],
    ['in the name of another person', { person: 'bob' }, {}, 'APPROVAL_KEY_UNKNOWN'],
    ['by a key that nobody has', {}, { by: ed25519Key('ssh:') }, 'APPROVAL_KEY_UNKNOWN'],
    ['without a touch', {}, { flags: 4 }, 'APPROVAL_USER_PRESENCE_MISSING'],
  ])('%s is not opened', async (_how, stated, how, code) => {
    const id = await proposeFix(world);
    await expect(open(id, stated as Record<string, unknown>, how)).rejects.toThrow(refused(code));
    expect(await openReviews(app.ledger)).toEqual([]);
  });

  it('is not opened by a key of everyday work', async () => {
    const { execFileSync } = await import('node:child_process');
    const id = await proposeFix(world);
    const { target } = await app.changes.find(id);
    const now = new Date();
    const stated = { target, person: 'bob', reason: 'x', from: now.toISOString(), until: later(10)().toISOString() };
    const statement = buildOpening(await app.ledger.origin(), stated);
    const signature = execFileSync(
      'ssh-keygen',
      ['-Y', 'sign', '-q', '-n', BREAK_GLASS_NAMESPACE, '-f', world.keyOf('bob')],
      {
        input: statement,
        encoding: 'utf8',
      },
    );
    const about = { ledger: await app.ledger.origin(), people: app.policyFile!.people, now };
    await expect(recordOpening(app, stated, signature, about)).rejects.toThrow(refused('APPROVAL_KEY_NOT_ALLOWED'));
  });

  it('approves nothing before it is opened, on another stack, or after it ended', async () => {
    const id = await proposeFix(world);
    await expect(approveBy(app, id, 'alice', key)).rejects.toThrow(refused('APPROVAL_GLASS_NOT_BROKEN'));
    const elsewhere = await proposeFix(world, 1024, DEV_STACK);
    await open(elsewhere);
    await expect(approveBy(app, id, 'alice', key)).rejects.toThrow(refused('APPROVAL_GLASS_NOT_BROKEN'));
    await open(id, { until: later(10)().toISOString() });
    await expect(approveBy(app, id, 'alice', key, { now: later(11) })).rejects.toThrow(
      refused('APPROVAL_GLASS_NOT_BROKEN'),
    );
    expect((await app.changes.find(id)).approvals).toEqual([]);
  });

  it('executes nothing after it ended, also when the clock of this machine is set back', async () => {
    const id = await proposeFix(world);
    await open(id, { until: later(10)().toISOString() });
    await approveBy(app, id, 'alice', key);
    await expect(world.execute(id, await world.another({ now: later(11) }))).rejects.toEqual(
      refused('STATE_CHANGE_EXPIRED'),
    );
    await expect(world.execute(id, await clocks(11, 0))).rejects.toEqual(refused('STATE_CHANGE_EXPIRED'));
    expect(world.writes()).toEqual([]);
  });

  it('is not longer, or of another stack, than what was signed, whatever a record says', async () => {
    const id = await proposeFix(world);
    const opening = await open(id, { until: later(10)().toISOString() });
    const { approvals } = await approveBy(app, id, 'alice', key);
    const { at: _at, seq: _seq, ...body } = approvals[0]!;
    const forge = async (memory: number, stack: string, brokenGlass: { opened: number; until: string }) => {
      const other = await proposeFix(world, memory, stack);
      const change = await app.changes.find(other);
      const statement = buildStatement(change, (await app.changes.plan(change.planId)).plan, 'alice', 'approve');
      const signature = signBy(key, statement, { flags: 5 });
      await app.ledger.append({
        kind: 'change.approved',
        changeId: other,
        body: { ...body, statement, signature, brokenGlass },
      });
      return other;
    };
    const { seq: opened } = opening;
    const { until } = opening.body;
    await world.call('withdraw_change', { change_id: id });
    for (const [memory, stack, glass] of [
      [2048, STACK, { opened, until: later(55)().toISOString() }],
      [2049, STACK, { opened: 1, until }],
      [2050, DEV_STACK, { opened, until }],
    ] as const) {
      const other = await forge(memory, stack, glass);
      await expect(world.execute(other, app), stack).rejects.toEqual(refused('STATE_STALE'));
      await world.call('withdraw_change', { change_id: other });
    }
    expect(world.writes()).toEqual([]);
  });

  it('is of the stack that was named in what was signed: of no other by its ids, and of no resource by its name', async () => {
    const id = await proposeFix(world);
    const { body: opened } = await open(id);
    const { approvals } = await approveBy(app, id, 'alice', key);
    const { at: _at, seq: _seq, ...body } = approvals[0]!;
    const other = await proposeFix(world, 2050, DEV_STACK);
    const change = await app.changes.find(other);
    const forged = await app.ledger.append({
      kind: 'glass.broken',
      body: { ...opened, target: { ...opened.target, ids: change.target.ids } },
    });
    await expect(approveBy(app, other, 'alice', key)).rejects.toThrow(refused('APPROVAL_GLASS_NOT_BROKEN'));
    const statement = buildStatement(change, (await app.changes.plan(change.planId)).plan, 'alice', 'approve');
    const signature = signBy(key, statement, { flags: 5 });
    const brokenGlass = { opened: forged.seq, until: opened.until };
    await app.ledger.append({
      kind: 'change.approved',
      changeId: other,
      body: { ...body, statement, signature, brokenGlass },
    });
    await expect(world.execute(other, app)).rejects.toEqual(refused('STATE_STALE'));
    expect(world.writes()).toEqual([]);
    const resource = { ...opened.target, kind: 'resources' as const, ids: [] };
    expect(await openingFor(app.ledger, resource, 'alice', new Date())).toBeUndefined();
    expect(await openingFor(app.ledger, opened.target, 'alice', new Date())).toBeDefined();
  });

  it('of which the opening was written past the commands is named by audit verify', async () => {
    const id = await proposeFix(world);
    const { body } = await open(id);
    await app.ledger.append({ kind: 'glass.broken', body: { ...body, until: later(300)().toISOString() } });
    expect(await auditVerify(world.home)).toMatchObject({ ok: false, problem: 'signature' });
  });

  it('has a key that is used for nothing else: everyday work, owners, another person or kind are refused', () => {
    const parse = (text: string) => () => parsePolicy(text, 'policy.yaml', guards);
    const software = world.publicKeyOf('stranger');
    expect(parse(withGlass())).not.toThrow();
    expect(parse(withGlass().replace('roles: [sre], keys: [', `roles: [sre], keys: ["${key.line}", `))).toThrow(
      /belongs to bob already: a break-glass key is used for nothing else/,
    );
    expect(parse(withGlass().replace('roles: [sre], ', `roles: [sre], break_glass: ["${key.line}"], `))).toThrow(
      /belongs to/,
    );
    expect(parse(withGlass().replace(key.line, software))).toThrow(/must be a security key/);
    expect(parse(`${withGlass()}owners: { threshold: 1, keys: ["${key.line}"] }\n`)).toThrow(/is a break-glass key/);
  });

  it('rejects nothing, and gives no everyday approval', async () => {
    const id = await proposeFix(world);
    await open(id);
    const change = await app.changes.find(id);
    const statement = buildStatement(change, (await app.changes.plan(change.planId)).plan, 'alice', 'reject');
    const { ledger, changes, policy, policyFile } = app;
    const recorder = { ledger, changes, policy, people: policyFile!.people, now: () => new Date() };
    await expect(recordSignature(recorder, id, statement, signBy(key, statement, { flags: 5 }))).rejects.toThrow(
      refused('APPROVAL_KEY_NOT_ALLOWED'),
    );
  });

  it('blocks what runs unattended until another person has signed its review', async () => {
    const small = await proposeFix(world, 1024, DEV_STACK);
    await expect(app.executor.run(await prodFix(), undefined, { unattended: true })).rejects.toEqual(
      refused('INPUT_INVALID'),
    );
    const { seq } = await open(await proposeFix(world, 4096));
    await expect(app.executor.run(small, undefined, { unattended: true })).rejects.toEqual(
      refused('STATE_REVIEW_OPEN'),
    );
    expect(world.writes()).toEqual([]);
    const [opening] = await openReviews(app.ledger);
    const about = { ledger: await app.ledger.origin(), people: app.policyFile!.people };
    const reviewBy = (person: string) => {
      const statement = buildReview(about.ledger, opening!, person, 'seen');
      return { person, findings: 'seen', signature: signBy(ed25519Key(), statement, { namespace: REVIEW_NAMESPACE }) };
    };
    await expect(checkReview(opening!, reviewBy('bob'), about)).rejects.toThrow(refused('APPROVAL_KEY_UNKNOWN'));
    await expect(closeReview(app, seq, { key: world.keyOf('alice'), reason: 'fine' })).rejects.toThrow(
      refused('APPROVAL_SPONSOR_EXCLUDED'),
    );
    // Somebody else who has a passkey alone is another person too.
    const withPasskeys = about.people.map((person) =>
      person.name === 'alice'
        ? person
        : {
            ...person,
            keys: person.keys.map((one) => ({
              ...one,
              passkey: { credentialId: 'AA', relyingParty: 'localhost', device: 'single-device' as const },
            })),
          },
    );
    const own = buildReview(about.ledger, opening!, 'alice', 'fine');
    const signature = signatureBy(world.keyOf('alice'), own, REVIEW_NAMESPACE);
    const alone = about.people.filter(({ name }) => name === 'alice');
    const review = { person: 'alice', findings: 'fine', signature };
    await expect(checkReview(opening!, review, { ...about, people: withPasskeys })).rejects.toThrow(
      refused('APPROVAL_SPONSOR_EXCLUDED'),
    );
    expect(await checkReview(opening!, review, { ...about, people: alone })).toMatchObject({ statement: own });
    await expect(closeReview(app, seq, { key: world.keyOf('bob'), reason: ' ' })).rejects.toThrow(
      refused('INPUT_INVALID'),
    );
    await expect(closeReview(app, seq, { key: world.keyOf('stranger'), reason: 'x' })).rejects.toThrow(
      refused('APPROVAL_KEY_UNKNOWN'),
    );
    await closeReview(app, seq, { key: world.keyOf('bob'), reason: 'it was needed' });
    await expect(closeReview(app, seq, { key: world.keyOf('bob'), reason: 'again' })).rejects.toThrow(
      refused('INPUT_NOT_FOUND'),
    );
    expect(await app.executor.run(small, undefined, { unattended: true })).toMatchObject({ state: 'succeeded' });
    expect(await auditVerify(world.home)).toMatchObject({ ok: true });
  });

  const prodFix = async () => {
    const id = await proposeFix(world);
    const { approve } = await import('../../src/cli/approve.ts');
    await approve(app, id, { decision: 'approve', key: world.keyOf('bob'), confirm: STACK });
    return id;
  };
});
