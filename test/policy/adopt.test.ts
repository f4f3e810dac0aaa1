import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { guards } from '../../guards/index.ts';
import { approve } from '../../src/cli/approve.ts';
import { auditText, auditVerify } from '../../src/cli/audit-verify.ts';
import { adoptionPorts, adoptPolicy, proposedChanges, signProposal } from '../../src/cli/policy-adopt.ts';
import { proposedLoosening } from '../../src/cli/policy-loosened.ts';
import { show } from '../../src/cli/show.ts';
import { underPolicyOfNow } from '../../src/cli/under-policy.ts';
import type { App } from '../../src/compose.ts';
import { parseKey, passkeyLine } from '../../src/people/key.ts';
import { decidersOf, proposePolicy, signPolicy, toSign } from '../../src/policy/adopt.ts';
import { parsePolicy } from '../../src/policy/load.ts';
import { pinOf } from '../../src/policy/pin.ts';
import { openTestWorld, proposeFix, STACK, signatureBy, type TestWorld } from '../world.ts';

let world: TestWorld;
beforeEach(async () => {
  world = await openTestWorld();
});
afterEach(() => world.close());

const refused = (code: string) => expect.objectContaining({ code });
const edited = (text: string): Promise<App> => {
  const policyPath = join(world.home, 'edited.yaml');
  writeFileSync(policyPath, text);
  return world.another({ policyPath });
};
const milder = () =>
  world.policyText.replace(
    'people:',
    'seats: { production: { reversible: 0, recoverable: 0, irreversible: 0 } }\npeople:',
  );
const sign = async (app: App, person: string) =>
  signPolicy(adoptionPorts(app), signatureBy(world.keyOf(person), (await toSign(app.ledger)).statement));
const ownerKey = (person: string) => world.publicKeyOf(person);
const audited = () => auditVerify(world.home);

describe('a later policy', () => {
  it('is in force when two people of the policy before it have signed it, and not before', async () => {
    const app = await edited(milder());
    expect(await proposePolicy(adoptionPorts(app), app.policyFile!)).toMatchObject({ state: 'proposed', needed: 2 });
    expect(await sign(app, 'bob')).toMatchObject({ state: 'proposed', signers: ['bob'] });
    await expect(sign(app, 'bob2')).rejects.toThrow(refused('STATE_ALREADY_SIGNED'));
    await expect(sign(app, 'stranger')).rejects.toThrow(refused('APPROVAL_KEY_UNKNOWN'));
    expect(await app.policy.standing()).toBe('changed');
    expect(await sign(app, 'carol')).toMatchObject({
      state: 'adopted',
      pin: { level: 'signatures', signers: ['bob', 'carol'] },
    });
    expect(await app.policy.standing()).toBe('adopted');
    expect(await audited()).toMatchObject({ ok: true });
  });

  it('is not signed by a key that only it lists', async () => {
    const app = await edited(
      world.policyText.replace(ownerKey('carol'), ownerKey('alice')).replace(ownerKey('alice'), ownerKey('carol')),
    );
    await proposePolicy(adoptionPorts(app), app.policyFile!);
    expect(await sign(app, 'carol')).toMatchObject({ signers: ['carol'] });
    const stranger = await edited(`${world.policyText}  dave: { keys: ["${ownerKey('stranger')}"] }\n`);
    await proposePolicy(adoptionPorts(stranger), stranger.policyFile!);
    await expect(sign(stranger, 'stranger')).rejects.toThrow(refused('APPROVAL_KEY_UNKNOWN'));
  });

  it('is not decided by the sponsor of an open change, and can be once that change is withdrawn', async () => {
    const change_id = await proposeFix(world);
    const app = await edited(milder());
    await proposePolicy(adoptionPorts(app), app.policyFile!);
    await expect(sign(app, 'alice')).rejects.toThrow(refused('APPROVAL_SPONSOR_EXCLUDED'));
    await sign(app, 'bob');
    expect((await pinOf(app.ledger))?.digest).toBe(world.app.policyFile!.digest);
    await world.call('withdraw_change', { change_id });
    expect(await sign(app, 'alice')).toMatchObject({ state: 'adopted' });
  });

  it('asks for the threshold of the owners’ keys where the policy before it has owners', async () => {
    const owned = `${world.policyText}owners: { threshold: 2, keys: ["${ownerKey('stranger')}", "${ownerKey('carol')}", "${ownerKey('alice')}"] }\n`;
    await world.another({ policy: owned });
    const app = await edited(owned.replace('threshold: 2', 'threshold: 1'));
    await proposePolicy(adoptionPorts(app), app.policyFile!);
    await expect(sign(app, 'bob')).rejects.toThrow(refused('APPROVAL_KEY_UNKNOWN'));
    expect(await sign(app, 'stranger')).toMatchObject({ state: 'proposed', needed: 2 });
    expect(await sign(app, 'carol')).toMatchObject({ state: 'adopted' });
  });

  it('takes no signature of another folder, another text or an earlier time', async () => {
    const first = await edited(milder());
    await proposePolicy(adoptionPorts(first), first.policyFile!);
    const early = signatureBy(world.keyOf('bob'), (await toSign(first.ledger)).statement);
    const asApproval = signatureBy(
      world.keyOf('bob'),
      (await toSign(first.ledger)).statement,
      'countersign-approval@v1',
    );
    await expect(signPolicy(adoptionPorts(first), asApproval)).rejects.toThrow(refused('INPUT_SIGNATURE_INVALID'));
    await sign(first, 'bob');
    await sign(first, 'carol');
    const back = await edited(world.policyText);
    await proposePolicy(adoptionPorts(back), back.policyFile!);
    await sign(back, 'bob');
    await sign(back, 'carol');
    const again = await edited(milder());
    await proposePolicy(adoptionPorts(again), again.policyFile!);
    await expect(signPolicy(adoptionPorts(again), early)).rejects.toThrow(refused('INPUT_SIGNATURE_INVALID'));
  });

  it('is one person’s to decide where one has a key, and is labelled L0', async () => {
    const alone = world.policyText.replace(/ {2}(?:bob|carol): .*\n/g, '');
    await world.another({ policy: alone });
    const app = await edited(alone.replace('roles: [dev]', 'roles: [dev, sre]'));
    const told: string[] = [];
    const print = (text: string) => void told.push(text);
    expect(await adoptPolicy(app, {}, print)).toMatchObject({ adoption: { state: 'proposed', needed: 1 } });
    const adopted = await adoptPolicy(app, { key: world.keyOf('alice') }, print);
    expect(adopted).toMatchObject({ adoption: { state: 'adopted', pin: { level: 'L0', signers: ['alice'] } } });
    expect(told.join('\n')).toMatch(/\+ {3}alice: .*sre/);
    expect(adopted.text).toContain('L0');
    expect(await audited()).toMatchObject({ ok: true });
  });

  it('is shown line by line to whoever signs it', async () => {
    const app = await edited(milder());
    await proposePolicy(adoptionPorts(app), app.policyFile!);
    expect(await proposedChanges(app)).toContain('+ seats: { production: { reversible: 0');
  });

  it('is the same one with other comments', async () => {
    const app = await edited(`# a comment\n${world.policyText}`);
    expect(await app.policy.standing()).toBe('adopted');
    const id = await proposeFix(world);
    expect(await approve(app, id, { decision: 'approve', key: world.keyOf('bob'), confirm: STACK })).toMatchObject({
      state: 'approved',
    });
  });
});

describe('an open change', () => {
  const stricter = () =>
    world.policyText.replace(
      'people:',
      'seats: { production: { reversible: 2, recoverable: 2, irreversible: 2 } }\npeople:',
    );

  it('is judged again by the policy of now: it says what it would need, and is not signed or executed as it is', async () => {
    const pending = await proposeFix(world);
    const signed = await proposeFix(world, 2048);
    await approve(world.app, signed, { decision: 'approve', key: world.keyOf('bob'), confirm: STACK });
    const app = await world.another({ policy: stricter() });
    expect(await underPolicyOfNow(app, pending)).toMatchObject({ asks: expect.stringContaining('2 approvals') });
    await expect(
      approve(app, pending, { decision: 'approve', key: world.keyOf('bob'), confirm: STACK }),
    ).rejects.toEqual(refused('STATE_STALE'));
    expect((await app.changes.find(pending)).state).toBe('pending');
    await expect(world.execute(signed, app)).rejects.toEqual(refused('STATE_STALE'));
    expect(world.writes()).toEqual([]);
  });

  it('keeps its signatures when the new policy changes nothing for it', async () => {
    const id = await proposeFix(world);
    await approve(world.app, id, { decision: 'approve', key: world.keyOf('bob'), confirm: STACK });
    const app = await world.another({ policy: world.policyText.replace('roles: [dev]', 'roles: [dev, lead]') });
    expect(await show(app, id)).not.toMatch(/NOT GOOD|not checked: no policy|policy of now/);
    expect(await world.execute(id, app)).toMatchObject({ state: 'succeeded' });
    expect(await audited()).toMatchObject({ ok: true, signatures: { good: 1, notChecked: 0 } });
  });
});

describe('what was written past the commands', () => {
  const forged: [string, (body: Record<string, unknown>) => Record<string, unknown>, RegExp][] = [
    [
      'under a policy that was not in force',
      (body) => ({ ...body, policyDigest: `sha256:${'0'.repeat(64)}` }),
      /had not adopted/,
    ],
    ['under no policy', ({ policyDigest: _, ...body }) => body, /does not name a policy/],
    ['in another person’s name', (body) => ({ ...body, person: 'carol' }), /is not a key of carol/],
  ];
  it.each(forged)('is not called good by show, audit verify or execute: %s', async (_what, forge, why) => {
    const id = await proposeFix(world);
    const signed = await approve(world.app, id, { decision: 'approve', key: world.keyOf('bob'), confirm: STACK });
    const { at: _at, seq: _seq, ...good } = signed.approvals[0]!;
    await world.app.ledger.append({ kind: 'change.approved', changeId: id, body: forge(good as never) as never });
    expect(await show(world.app, id)).toMatch(/NOT GOOD/);
    expect(await audited()).toMatchObject({ ok: false, problem: 'signature', message: expect.stringMatching(why) });
    await expect(world.execute(id)).rejects.toEqual(refused('STATE_STALE'));
    expect(world.writes()).toEqual([]);
  });

  it('is a pin that its people did not sign: audit verify names it', async () => {
    const { ledger } = world.app;
    const pin = (await pinOf(ledger))!;
    const text = await ledger.putDocument({ policy: milder(), rules: {} });
    await ledger.append({
      kind: 'policy.adopted',
      body: {
        digest: `sha256:${'1'.repeat(64)}`,
        text,
        by: ['x'],
        level: 'L0',
        previous: pin.seq,
        proposal: null,
        signers: [],
      },
    });
    expect(await audited()).toMatchObject({ ok: false, problem: 'signature', seq: pin.seq + 1 });
  });

  it('is not complained of where an older version wrote it, before a policy was adopted', async () => {
    const id = await proposeFix(world);
    await approve(world.app, id, { decision: 'approve', key: world.keyOf('bob'), confirm: STACK });
    const old = mkdtempSync(join(tmpdir(), 'countersign-old-'));
    try {
      const before = await world.another({ home: old, policyPath: undefined });
      for (const { kind, changeId, planId, body } of await world.app.ledger.events()) {
        if (!/^(?:plan|change)\./.test(kind)) continue;
        // Neither was written then.
        const { policyDigest: _, before: _sealed, ...rest } = body as Record<string, never>;
        const document = (rest as { document?: string }).document;
        const plan = document === undefined ? undefined : await world.app.ledger.document(document);
        const picture = (plan as { pictureDigest?: string } | undefined)?.pictureDigest;
        if (plan) await before.ledger.putDocument(plan);
        if (picture) await before.ledger.putDocument((await world.app.ledger.document(picture))!);
        await before.ledger.append({
          kind,
          body: rest,
          ...(changeId ? { changeId } : {}),
          ...(planId ? { planId } : {}),
        });
      }
      expect(await show(before, id)).toContain('not checked: no policy');
      const report = await auditVerify(old);
      expect(report).toMatchObject({ ok: true, signatures: { good: 0, notChecked: 1 } });
      expect(auditText(report)).toContain('1 not checked');
    } finally {
      rmSync(old, { recursive: true, force: true });
    }
  });
});

describe('what a proposed policy loosens', () => {
  const told = async (text: string) => {
    const app = await edited(text);
    await proposePolicy(adoptionPorts(app), app.policyFile!);
    return proposedLoosening(app);
  };

  it('is said before it is signed: who may newly sign, what needs less, and what of the past would have passed', async () => {
    const { plan_id: denied } = await world.call('plan_stack_delete', { stack: STACK });
    const id = await proposeFix(world);
    const said = await told(
      `${milder().replace('roles: [dev]', 'roles: [dev, data]')}  dave: { keys: ["${ownerKey('stranger')}"] }\n`,
    );
    expect(said).toMatch(/dave could newly sign with the software key SHA256:/);
    expect(said).toContain('alice would newly have the role data.');
    expect(said).toContain('production, irreversible: 0 approvals would suffice; it needs 2.');
    expect(said).toMatch(/In the last 30 days, 1 of 3 decisions would have been milder:/);
    expect(said).toContain(`1 approval → pass: ${STACK} (${id})`);
    expect(said).not.toContain(String(denied));
  });

  it('names owners and proofs', async () => {
    const owned = `${world.policyText}owners: { threshold: 2, keys: ["${ownerKey('carol')}", "${ownerKey('alice')}"] }\nseats: { production: { reversible: 1, recoverable: 2, irreversible: 2, proof: touch } }\n`;
    await world.another({ policy: owned });
    const said = await told(
      owned
        .replace('threshold: 2', 'threshold: 1')
        .replace(', proof: touch', '')
        .replace('keys: ["', `keys: ["${ownerKey('stranger')}", "`),
    );
    expect(said).toContain("The owners' threshold would be 1; it is 2.");
    expect(said).toContain('production, reversible: an approval by less (software key) would suffice.');
    expect(await told(world.policyText)).toContain('The policy would have no owners');
  });

  it('names those whom a token newly makes a sponsor', async () => {
    const claimed = `${world.policyText}sign_in: { issuer: https://login.example.com, claim: email }\n`;
    const said = await told(claimed.replace('signs_in_as: [alice]', 'signs_in_as: ["https://login.example.com#bob"]'));
    expect(said).toContain('The claim email of a token would name people, besides issuer and subject.');
    expect(said).toContain('Agents that sign in as https://login.example.com#bob would work for alice.');
    await world.another({ policy: claimed });
    const other = await told(claimed.replace('login.example.com', 'login.example.org'));
    expect(other).toContain(
      'Tokens of https://login.example.org would name people, and not those of https://login.example.com.',
    );
    expect(await told(world.policyText)).toContain('Tokens of any identity provider that the server is started with');
  });

  it('is none where the policy is stricter, and is read from the ledger, not from the file', async () => {
    await proposeFix(world);
    const stricter = world.policyText.replace(
      'people:',
      'seats: { production: { reversible: 2, recoverable: 2, irreversible: 2 } }\npeople:',
    );
    const app = await edited(stricter);
    await proposePolicy(adoptionPorts(app), app.policyFile!);
    writeFileSync(join(world.home, 'edited.yaml'), milder());
    const said = await proposedLoosening(app);
    expect(said).toContain('none of who may sign and what needs approval.');
    expect(said).toMatch(/none of \d decisions? would have been milder/);
  });

  it('is refused where the proposal names another policy than its text: signers would see one and bind the other', async () => {
    const shown = await edited(`${world.policyText}# a comment\n`.replace('roles: [sre]', 'roles: [sre, ops]'));
    await proposePolicy(adoptionPorts(shown), shown.policyFile!);
    const { proposal } = await toSign(shown.ledger);
    const { seq: _seq, ...body } = proposal;
    const bound = await edited(milder());
    await bound.ledger.append({ kind: 'policy.proposed', body: { ...body, digest: bound.policyFile!.digest } });
    await expect(proposedLoosening(bound)).rejects.toMatchObject({ code: 'LEDGER_TAMPERED' });
    const signing = signProposal(bound, { key: world.keyOf('bob') }, () => undefined);
    await expect(signing).rejects.toMatchObject({ code: 'LEDGER_TAMPERED' });
    expect(await bound.ledger.events({ kinds: ['policy.signed'] })).toEqual([]);
  });
});

describe('people with passkeys', () => {
  const passkey = (id: string) =>
    passkeyLine(
      { credentialId: id, relyingParty: 'localhost', device: 'single-device' },
      generateKeyPairSync('ed25519').publicKey.export({ format: 'jwk' }),
    );
  const people = (...each: string[][]) =>
    each.map((lines, index) => ({ name: `p${index}`, signsInAs: [], roles: [], keys: lines.map(parseKey) }));

  it('leave the next policy to no fewer people, and never to anybody', () => {
    const ssh = ownerKey('bob');
    const thresholds = [
      people([]),
      people([ssh]),
      people([passkey('AA')]),
      people([ssh], [passkey('AA')]),
      people([passkey('AA')], [passkey('AQ')], []),
      people([ssh, passkey('AA')], [ownerKey('carol')], [passkey('AQ')]),
    ].map((all) => decidersOf({ owners: null, people: all }, []).threshold);
    expect(thresholds).toEqual([0, 1, 1, 2, 2, 2]);
  });

  it.each([
    ['one', (line: string) => `  alice: { keys: ["${line}"] }\n`, /give 1 person an OpenSSH key/],
    [
      'one beside one with a key',
      (line: string) => `  alice: { keys: ["${line}"] }\n  bob: { keys: ["${ownerKey('bob')}"] }\n`,
      /give 2 people an OpenSSH key/,
    ],
  ])('alone are no team that could sign the next policy: %s', (_who, listed, why) => {
    const [before] = world.policyText.split(/^people:/m);
    const text = `${before}people:\n${listed(passkey('AA'))}`;
    const parse = (policy: string) => () => parsePolicy(policy, 'policy.yaml', guards);
    expect(parse(text)).toThrow(why);
    expect(parse(`${text}owners: { threshold: 1, keys: ["${ownerKey('carol')}"] }\n`)).not.toThrow();
  });
});
