/** What an approval must prove: one model for keys in software, security keys and passkeys. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { recordSignature } from '../../src/approvals/record.ts';
import { buildStatement } from '../../src/approvals/statement.ts';
import { whoMayApprove } from '../../src/approvals/who-may.ts';
import { approve } from '../../src/cli/approve.ts';
import { show } from '../../src/cli/show.ts';
import type { App } from '../../src/compose.ts';
import { openTestWorld, proposeFix, STACK, type TestWorld } from '../world.ts';
import { ecdsaKey, ed25519Key, type HandMadeKey, signBy } from './sshsig.ts';

let world: TestWorld;
let keys: Record<'bob' | 'carol', HandMadeKey>;
beforeEach(async () => {
  world = await openTestWorld();
  keys = {
    bob: ed25519Key('ssh:'),
    carol: ecdsaKey('nistp256', 'sk-ecdsa-sha2-nistp256@openssh.com', 'ssh:'),
  };
});
afterEach(() => world.close());

const refused = (code: string) => expect.objectContaining({ code });
/** bob and carol have a security key besides. */
const policyWith = (seats: string, { people = world.policyText } = {}) =>
  (['bob', 'carol'] as const)
    .reduce((text, name) => text.replace(new RegExp(`(  ${name}: .*keys: \\[)`), `$1"${keys[name].line}", `), people)
    .replace('people:', `seats: { production: { reversible: 1, recoverable: 2, irreversible: 2, ${seats} } }\npeople:`);

async function sign(app: App, id: string, name: 'bob' | 'carol', flags: number) {
  const change = await app.changes.find(id);
  const statement = buildStatement(change, (await app.changes.plan(change.planId)).plan, name, 'approve');
  const { ledger, changes, policy, policyFile } = app;
  const recorder = { ledger, changes, policy, people: policyFile!.people, now: () => new Date() };
  return recordSignature(recorder, id, statement, signBy(keys[name], statement, { flags }));
}
const bySoftware = (app: App, id: string, decision: 'approve' | 'reject' = 'approve') =>
  approve(app, id, { decision, key: world.keyOf('bob'), confirm: STACK });

describe('a policy that asks for a touch', () => {
  it('takes no approval by a key in software, and says so; a rejection it takes', async () => {
    const app = await world.another({ policy: policyWith('proof: touch') });
    const id = await proposeFix(world);
    expect((await app.changes.find(id)).proof).toBe('touch');
    await expect(bySoftware(app, id)).rejects.toThrow(refused('APPROVAL_KEY_NOT_ALLOWED'));
    expect((await app.changes.find(id)).approvals).toEqual([]);
    expect(await show(app, id, 200)).toContain('needs 1 approval with a security key or passkey');
    expect(await sign(app, id, 'bob', 1)).toMatchObject({ state: 'approved' });
    expect(await show(app, id, 200)).toMatch(/bob signed .* \(touched\)/);
    expect(await world.execute(id, app)).toMatchObject({ state: 'succeeded' });
    expect(await bySoftware(app, await proposeFix(world, 2048), 'reject')).toMatchObject({ state: 'rejected' });
  });

  it('can ask for it of one kind of change alone', async () => {
    const app = await world.another({
      policy: policyWith('irreversible: { seats: 2, proof: verified }').replace(' irreversible: 2,', ''),
    });
    const id = await proposeFix(world);
    expect((await app.changes.find(id)).proof).toBeUndefined();
    expect(await bySoftware(app, id)).toMatchObject({ state: 'approved' });
    expect(await show(app, id, 200)).toMatch(/bob signed .* with the software key SHA256/);
  });

  it('that came since is asked again before executing', async () => {
    const id = await proposeFix(world);
    await bySoftware(world.app, id);
    const app = await world.another({ policy: policyWith('proof: touch') });
    await expect(world.execute(id, app)).rejects.toEqual(refused('STATE_STALE'));
    const waiting = await proposeFix(world, 2048);
    const verified = await world.another({ policy: policyWith('proof: verified') });
    await expect(sign(verified, waiting, 'bob', 1)).rejects.toThrow(refused('APPROVAL_USER_VERIFICATION_MISSING'));
    expect(world.writes()).toEqual([]);
  });

  it('is not got round by a record that claims more than the signature proves', async () => {
    const app = await world.another({ policy: policyWith('proof: touch') });
    const id = await proposeFix(world);
    const change = await app.changes.find(id);
    const statement = buildStatement(change, (await app.changes.plan(change.planId)).plan, 'bob', 'approve');
    const { signWithSshKeygen } = await import('../../src/approvals/ssh-keygen.ts');
    await app.ledger.append({
      kind: 'change.approved',
      changeId: id,
      body: {
        decision: 'approve',
        person: 'bob',
        keyFingerprint: app.policyFile!.people[1]!.keys[1]!.fingerprint,
        roles: ['sre'],
        statement,
        signature: await signWithSshKeygen(statement, world.keyOf('bob')),
        userVerified: true,
        policyDigest: await app.policy.digest(),
      },
    });
    expect(await show(app, id)).toMatch(/NOT GOOD/);
    await expect(world.execute(id, app)).rejects.toEqual(refused('STATE_STALE'));
    expect(world.writes()).toEqual([]);
  });
});

describe('a policy that asks that users are verified', () => {
  it.each([1, 5])('with the flags %i', async (flags) => {
    const app = await world.another({ policy: policyWith('proof: verified') });
    const id = await proposeFix(world);
    if (flags === 1)
      await expect(sign(app, id, 'carol', flags)).rejects.toThrow(refused('APPROVAL_USER_VERIFICATION_MISSING'));
    else expect(await sign(app, id, 'carol', flags)).toMatchObject({ state: 'approved' });
  });

  it('says who may, and why another may not', async () => {
    const dan = `  dan: { keys: ["${world.publicKeyOf('stranger')}"] }\n  eve: {}\n`;
    const app = await world.another({ policy: policyWith('proof: touch', { people: world.policyText + dan }) });
    const id = await proposeFix(world);
    const told = () => app.changes.find(id).then((change) => whoMayApprove(change, app.policyFile!.people));
    expect((await told()).map(({ person, may, why }) => [person, may, why?.replace(/^\w+ /, '')])).toEqual([
      ['alice', false, expect.stringContaining('sponsors this change')],
      ['bob', true, undefined],
      ['carol', true, undefined],
      ['dan', false, expect.stringContaining('with a security key or passkey')],
      ['eve', false, 'has no key in the policy.'],
    ]);
    await sign(app, id, 'bob', 1);
    expect((await told()).every(({ may }) => !may)).toBe(true);
  });
});

describe('an approval by a key that was revoked since', () => {
  const two = () =>
    world.policyText.replace(
      'people:',
      'seats: { production: { reversible: 2, recoverable: 2, irreversible: 2 } }\npeople:',
    );
  const revoked = () => two().replace(`, "${world.publicKeyOf('bob2')}"`, '');
  it('counts for nothing, says so, and its person can sign again with another key', async () => {
    const app = await world.another({ policy: two() });
    const id = await proposeFix(world);
    await approve(app, id, { decision: 'approve', key: world.keyOf('bob2'), as: 'bob', confirm: STACK });
    const after = await world.another({ policy: revoked() });
    expect(await show(after, id, 200)).toMatch(/approvals 0 of 2/);
    expect(await show(after, id, 200)).toMatch(/bob signed .*DOES NOT COUNT: the policy no longer lists this key/);
    expect(await approve(after, id, { decision: 'approve', key: world.keyOf('carol'), confirm: STACK })).toMatchObject({
      state: 'pending',
    });
    await expect(world.execute(id, after)).rejects.toEqual(refused('STATE_CHANGE_NOT_APPROVED'));
    expect(await approve(after, id, { decision: 'approve', key: world.keyOf('bob'), confirm: STACK })).toMatchObject({
      state: 'approved',
    });
    expect(await world.execute(id, after)).toMatchObject({ state: 'succeeded' });
  });

  it('makes a change that it had filled stale', async () => {
    const id = await proposeFix(world);
    await approve(world.app, id, { decision: 'approve', key: world.keyOf('bob2'), as: 'bob', confirm: STACK });
    const after = await world.another({ policy: world.policyText.replace(`, "${world.publicKeyOf('bob2')}"`, '') });
    await expect(world.execute(id, after)).rejects.toEqual(refused('STATE_STALE'));
    expect(world.writes()).toEqual([]);
  });
});
