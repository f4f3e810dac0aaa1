/** Passkeys: made, enrolled, used and verified again; answers are made by hand, also those that no browser would give. */
import { createHash } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { beginEnrolment, finishEnrolment } from '../../src/approvals/passkey-enrolment.ts';
import {
  assertionOptions,
  signatureOfAssertion,
  verifyPasskeySignature,
} from '../../src/approvals/passkey-signature.ts';
import { recordSignature } from '../../src/approvals/record.ts';
import { relyingPartyOf } from '../../src/approvals/relying-party.ts';
import { buildStatement } from '../../src/approvals/statement.ts';
import { auditVerify } from '../../src/cli/audit-verify.ts';
import { show } from '../../src/cli/show.ts';
import type { App } from '../../src/compose.ts';
import { parseKey } from '../../src/people/key.ts';
import type { Person } from '../../src/people/person.ts';
import { openTestWorld, proposeFix, type TestWorld } from '../world.ts';
import { type Algorithm, type Authenticator, authenticator, enrolledLine, PAGE, type Said } from './authenticator.ts';

const refused = (code: string) => expect.objectContaining({ code });
const STATEMENT = '{"a":"statement"}';
const challengeOf = (statement: string) => createHash('sha256').update(statement).digest('base64url');
const person = (name: string, ...lines: string[]): Person => ({
  name,
  signsInAs: [],
  roles: [],
  keys: lines.map(parseKey),
});
const enrolled = enrolledLine;
const verify = (answer: unknown, people: readonly Person[], at: typeof PAGE | undefined = PAGE) =>
  verifyPasskeySignature(STATEMENT, signatureOfAssertion(answer), people, at);

describe('a passkey that is made', () => {
  it.each<Algorithm>(['ed25519', 'es256', 'rs256'])(
    'by %s becomes a line of the policy, and verifies',
    async (kind) => {
      const key = authenticator(kind);
      const line = await enrolled(key);
      expect(line).toMatch(new RegExp(`^passkey ${key.id} localhost single-device \\S+ \\S+$`));
      const bob = person('bob', line);
      const made = await verify(key.assert(challengeOf(STATEMENT)), [person('carol'), bob]);
      expect(made).toMatchObject({ person: { name: 'bob' }, userVerified: true, signCount: 0 });
      expect(made.fingerprint).toBe(bob.keys[0]!.fingerprint);
      expect(made.fingerprint).toMatch(/^passkey:SHA256:/);
    },
  );

  it('is asked for with what closes the browsers’ own openings', async () => {
    const known = authenticator();
    const bob = person('bob', await enrolled(known));
    const asked = await Promise.all([1, 2].map(() => beginEnrolment(bob, PAGE, new Date())));
    for (const { options } of asked)
      expect(options).toMatchObject({
        rp: { id: 'localhost' },
        pubKeyCredParams: [-8, -7, -257].map((alg) => ({ alg, type: 'public-key' })),
        authenticatorSelection: { userVerification: 'required' },
        excludeCredentials: [{ id: known.id }],
        attestation: 'none',
      });
    expect(new Set(asked.map(({ options }) => options.user.id)).size).toBe(2);
    expect(new Set(asked.map(({ options }) => options.challenge)).size).toBe(2);
  });

  it.each<[string, Said]>([
    ['in another site’s page', { client: { crossOrigin: true } }],
    ['in another site’s page that it names', { client: { crossOrigin: true, topOrigin: 'https://evil.example' } }],
    ['with a top page that it names', { client: { topOrigin: PAGE.origin } }],
    ['at another port', { origin: 'http://localhost:4712' }],
    ['for another host', { relyingParty: 'evil.example' }],
    ['for another question', { client: { challenge: challengeOf('another') } }],
    ['without verifying its user', { flags: 1 }],
    ['without a touch', { flags: 4 }],
    ['as an assertion', { client: { type: 'webauthn.get' } }],
  ])('%s is not enrolled', async (_where, said) => {
    await expect(enrolled(authenticator(), said)).rejects.toThrow(refused('INPUT_PASSKEY_INVALID'));
  });

  it('too late, or not at all, is not enrolled', async () => {
    const key = authenticator();
    const { options, enrolment } = await beginEnrolment(person('bob'), PAGE, new Date());
    const later = new Date(Date.now() + 301_000);
    await expect(finishEnrolment(enrolment, key.register(options.challenge), later)).rejects.toThrow(
      refused('INPUT_PASSKEY_INVALID'),
    );
    for (const answer of [undefined, {}, { id: 'x', response: { clientDataJSON: 'x' } }])
      await expect(finishEnrolment(enrolment, answer, new Date())).rejects.toThrow(refused('INPUT_PASSKEY_INVALID'));
  });
});

describe('an assertion', () => {
  let key: Authenticator;
  let bob: Person;
  beforeEach(async () => {
    key = authenticator();
    bob = person('bob', await enrolled(key));
  });

  it('is asked for over the statement, by this person’s passkeys of this host, and verifies its user', async () => {
    const elsewhere = (await enrolled(authenticator())).replace(' localhost ', ' guard.example ');
    const options = await assertionOptions(STATEMENT, person('bob', await enrolled(key), elsewhere), PAGE);
    expect(options).toMatchObject({
      challenge: challengeOf(STATEMENT),
      rpId: 'localhost',
      userVerification: 'required',
      allowCredentials: [{ id: key.id }],
    });
    await expect(assertionOptions(STATEMENT, person('dan', elsewhere), PAGE)).rejects.toThrow(
      refused('APPROVAL_KEY_UNKNOWN'),
    );
  });

  it.each<[string, Said, string]>([
    ['in another site’s page', { client: { crossOrigin: true } }, 'INPUT_SIGNATURE_INVALID'],
    ['in a page whose top is named', { client: { topOrigin: PAGE.origin } }, 'INPUT_SIGNATURE_INVALID'],
    ['at another port', { origin: 'http://localhost:4712' }, 'INPUT_SIGNATURE_INVALID'],
    ['on another host', { origin: 'https://evil.example', relyingParty: 'evil.example' }, 'INPUT_SIGNATURE_INVALID'],
    ['for another host', { relyingParty: 'evil.example' }, 'INPUT_SIGNATURE_INVALID'],
    ['over another statement', { client: { challenge: challengeOf('another') } }, 'INPUT_SIGNATURE_INVALID'],
    ['as a registration', { type: 'webauthn.create' }, 'INPUT_SIGNATURE_INVALID'],
    ['without a touch', { flags: 4 }, 'APPROVAL_USER_PRESENCE_MISSING'],
    ['without verifying its user', { flags: 1 }, 'APPROVAL_USER_VERIFICATION_MISSING'],
    ['by a passkey that can be copied since', { flags: 5 | 8 }, 'INPUT_SIGNATURE_INVALID'],
    ['under a credential that nobody has', { id: 'AAAA' }, 'APPROVAL_KEY_UNKNOWN'],
  ])('made %s is refused', async (_how, said, code) => {
    await expect(verify(key.assert(challengeOf(STATEMENT), said), [bob])).rejects.toThrow(refused(code));
  });

  it('under the credential of another person is refused', async () => {
    const other = authenticator();
    const carol = person('carol', await enrolled(other));
    await expect(verify(key.assert(challengeOf(STATEMENT), { id: other.id }), [bob, carol])).rejects.toThrow(
      refused('INPUT_SIGNATURE_INVALID'),
    );
  });

  it('with members that browsers add at random is taken', async () => {
    const said = { client: { other_keys_can_be_added_here: 'do not compare clientDataJSON against a template' } };
    expect(await verify(key.assert(challengeOf(STATEMENT), said), [bob])).toMatchObject({ person: { name: 'bob' } });
  });

  it.each<Algorithm>(['ed25519', 'es256', 'rs256'])('by %s is refused when any byte of it is another', async (kind) => {
    const other = authenticator(kind);
    const people = [person('bob', await enrolled(other))];
    const good = signatureOfAssertion(other.assert(challengeOf(STATEMENT)));
    expect(await verifyPasskeySignature(STATEMENT, good, people, PAGE)).toBeDefined();
    const parts = JSON.parse(good) as Record<string, string>;
    const altered: string[] = [];
    for (const part of ['authenticatorData', 'clientDataJSON', 'signature']) {
      const bytes = Buffer.from(parts[part]!, 'base64url');
      for (let at = 0; at < bytes.length; at += 1)
        for (const bit of [1, 128]) {
          const edited = Buffer.from(bytes);
          edited[at]! ^= bit;
          altered.push(JSON.stringify({ ...parts, [part]: edited.toString('base64url') }));
        }
      altered.push(JSON.stringify({ ...parts, [part]: Buffer.concat([bytes, Buffer.alloc(1)]).toString('base64url') }));
    }
    const text = Buffer.from(good);
    for (let at = 0; at < text.length; at += 1) {
      altered.push(
        Buffer.concat([text.subarray(0, at), Buffer.from([text[at]! ^ 1]), text.subarray(at + 1)]).toString(),
      );
      altered.push(Buffer.concat([text.subarray(0, at), Buffer.from(' '), text.subarray(at)]).toString());
    }
    const taken: string[] = [];
    for (const one of altered)
      await verifyPasskeySignature(STATEMENT, one, people, PAGE).then(
        () => taken.push(one),
        (error) => expect(error.code).toMatch(/^(?:INPUT_SIGNATURE_INVALID|APPROVAL_)/),
      );
    expect(taken).toEqual([]);
    for (let at = 0; at < STATEMENT.length; at += 1)
      await expect(
        verifyPasskeySignature(`${STATEMENT.slice(0, at)}~${STATEMENT.slice(at + 1)}`, good, people, PAGE),
      ).rejects.toThrow(refused('INPUT_SIGNATURE_INVALID'));
  });
});

describe('the page’s own place', () => {
  it.each(['http://localhost:4711', 'http://localhost', 'https://guard.example', 'https://guard.example:8443'])(
    '%s can have passkeys',
    (origin) => expect(relyingPartyOf(origin)).toEqual({ id: new URL(origin).hostname, origin }),
  );
  it.each([
    ['an address', 'http://127.0.0.1:4711'],
    ['an address of six', 'http://[::1]:4711'],
    ['no https', 'http://guard.example'],
    ['a path', 'https://guard.example/review'],
    ['an ending of localhost', 'http://evil.localhost.example'],
    ['nothing', ''],
  ])('%s cannot', (_what, origin) => expect(() => relyingPartyOf(origin)).toThrow(refused('CONFIG_INVALID')));
});

describe('a line of the policy', () => {
  it.each([
    ['without its host', (line: string) => line.replace(' localhost ', ' ')],
    ['with an address as its host', (line: string) => line.replace(' localhost ', ' 127.0.0.1 ')],
    ['with a credential id of another form', (line: string) => line.replace(/^passkey \S+/, 'passkey a===')],
    ['with another kind of device', (line: string) => line.replace('single-device', 'some-device')],
    ['with a security key’s key', (line: string) => line.replace('ecdsa-sha2', 'sk-ecdsa-sha2')],
  ])('%s is no passkey', async (_what, edit) => {
    const line = await enrolled(authenticator());
    expect(() => parseKey(edit(line))).toThrow();
    expect(parseKey(`${line} of bob`).passkey).toBeDefined();
  });
});

describe('on the road', () => {
  let world: TestWorld;
  let app: App;
  let keys: { bob: Authenticator; carol: Authenticator };
  beforeEach(async () => {
    world = await openTestWorld();
    keys = { bob: authenticator('es256'), carol: authenticator('ed25519') };
    let policy = world.policyText;
    for (const name of ['bob', 'carol'] as const)
      policy = policy.replace(new RegExp(`(  ${name}: .*keys: \\[)`), `$1"${await enrolled(keys[name])}", `);
    app = await world.another({ policy });
  });
  afterEach(() => world.close());

  const sign = async (
    id: string,
    name: 'bob' | 'carol',
    {
      said = {} as Said,
      by = name,
      decision = 'approve' as 'approve' | 'reject',
      page = PAGE as typeof PAGE | null,
    } = {},
  ) => {
    const change = await app.changes.find(id);
    const statement = buildStatement(change, (await app.changes.plan(change.planId)).plan, name, decision);
    const options = await assertionOptions(statement, app.policyFile!.people.find((one) => one.name === by)!, PAGE);
    const signature = signatureOfAssertion(keys[by].assert(options.challenge, said));
    const { ledger, changes, policy, policyFile } = app;
    const recorder = {
      ledger,
      changes,
      policy,
      people: policyFile!.people,
      now: () => new Date(),
      relyingParty: page ?? undefined,
    };
    return recordSignature(recorder, id, statement, signature);
  };

  it('approves, executes, and is verified again by show, audit verify and the executor', async () => {
    const id = await proposeFix(world);
    expect(await sign(id, 'bob')).toMatchObject({
      state: 'approved',
      approvals: [{ person: 'bob', userVerified: true, keyFingerprint: expect.stringMatching(/^passkey:SHA256:/) }],
    });
    expect(await show(app, id, 200)).toMatch(/bob signed .* with passkey:SHA256:\S+ \(touched, user verified\)/);
    expect(await world.execute(id, app)).toMatchObject({ state: 'succeeded' });
    expect(await auditVerify(world.home)).toMatchObject({ ok: true, signatures: { good: 1 } });
  });

  it('rejects', async () => {
    const id = await proposeFix(world);
    expect(await sign(id, 'carol', { decision: 'reject' })).toMatchObject({ state: 'rejected' });
    expect(await auditVerify(world.home)).toMatchObject({ ok: true, signatures: { good: 1 } });
  });

  it('is no way for the wrong person, change, page or time', async () => {
    const id = await proposeFix(world);
    await expect(sign(id, 'bob', { by: 'carol' })).rejects.toThrow(refused('APPROVAL_WRONG_STATEMENT'));
    await expect(sign(id, 'bob', { page: null })).rejects.toThrow(refused('INPUT_SIGNATURE_INVALID'));
    await expect(sign(id, 'bob', { said: { origin: 'http://localhost:1' } })).rejects.toThrow(
      refused('INPUT_SIGNATURE_INVALID'),
    );
    const other = await app.changes.find(await proposeFix(world, 2048));
    const statement = buildStatement(other, (await app.changes.plan(other.planId)).plan, 'bob', 'approve');
    const elsewhere = signatureOfAssertion(keys.bob.assert(challengeOf(statement)));
    const { ledger, changes, policy, policyFile } = app;
    const recorder = { ledger, changes, policy, people: policyFile!.people, now: () => new Date(), relyingParty: PAGE };
    await expect(recordSignature(recorder, id, statement, elsewhere)).rejects.toThrow(
      refused('APPROVAL_WRONG_STATEMENT'),
    );
    const late = { ...recorder, now: () => new Date(Date.now() + 9 * 3_600_000) };
    await expect(recordSignature(late, other.id, statement, elsewhere)).rejects.toThrow(refused('APPROVAL_EXPIRED'));
    await recordSignature(recorder, other.id, statement, elsewhere);
    await expect(recordSignature(recorder, other.id, statement, elsewhere)).rejects.toThrow(
      refused('STATE_ALREADY_SIGNED'),
    );
    expect((await app.changes.find(id)).approvals).toEqual([]);
  });

  it('that counts must count up, and one that began to count must go on', async () => {
    await sign(await proposeFix(world, 640), 'bob', { said: { signCount: 7 } });
    for (const signCount of [7, 6, 0])
      await expect(sign(await proposeFix(world, 768 + signCount), 'bob', { said: { signCount } })).rejects.toThrow(
        refused('INPUT_SIGNATURE_INVALID'),
      );
    expect(await sign(await proposeFix(world, 896), 'bob', { said: { signCount: 8 } })).toMatchObject({
      state: 'approved',
    });
    await sign(await proposeFix(world, 1_024), 'carol');
    expect(await sign(await proposeFix(world, 1_152), 'carol')).toMatchObject({ state: 'approved' });
  });

  it('whose key is gone from the policy is stale, and an edited record is not good', async () => {
    const id = await proposeFix(world);
    const signed = await sign(id, 'bob');
    const { at: _at, seq: _seq, ...good } = signed.approvals[0]!;
    const without = await world.another({ policy: world.policyText });
    await expect(world.execute(id, without)).rejects.toEqual(refused('STATE_STALE'));
    const next = await proposeFix(world, 2_048);
    const forged = { ...good, signCount: 3 };
    await world.app.ledger.append({ kind: 'change.approved', changeId: next, body: forged });
    expect(await show(world.app, next)).toMatch(/NOT GOOD/);
    expect(await auditVerify(world.home)).toMatchObject({ ok: false, problem: 'signature' });
  });
});
