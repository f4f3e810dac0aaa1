/** Who may sign, edited in the policy's own text; and what that does to what waits. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { offerKey, openOffers } from '../../src/approvals/offered-keys.ts';
import { beginEnrolment, finishEnrolment } from '../../src/approvals/passkey-enrolment.ts';
import { NAMESPACE } from '../../src/approvals/ssh-signature.ts';
import { approve } from '../../src/cli/approve.ts';
import type { Context } from '../../src/cli/command.ts';
import { peopleAdd } from '../../src/cli/commands/people-add.ts';
import { peopleEnroll } from '../../src/cli/commands/people-enroll.ts';
import { peopleRevoke } from '../../src/cli/commands/people-revoke.ts';
import { peopleRotate } from '../../src/cli/commands/people-rotate.ts';
import { createContext } from '../../src/cli/context.ts';
import { adoptionPorts } from '../../src/cli/policy-adopt.ts';
import { show } from '../../src/cli/show.ts';
import { parseKey } from '../../src/people/key.ts';
import { signPolicy, toSign } from '../../src/policy/adopt.ts';
import { peopleOfAllowedSigners } from '../../src/policy/allowed-signers.ts';
import { authenticator, PAGE } from '../approvals/authenticator.ts';
import { ed25519Key } from '../approvals/sshsig.ts';
import { openTestWorld, proposeFix, STACK, signatureBy, type TestWorld } from '../world.ts';

const refused = (code: string) => expect.objectContaining({ code });
let world: TestWorld;
let context: Context;
beforeEach(async () => {
  world = await openTestWorld();
  writeFileSync(file(), `# who may sign: ask bob\n${world.policyText.replace('people:\n', 'people: # all of us\n')}`);
  context = createContext({
    config: world.app.config,
    version: '0.0.0',
    sandboxed: true,
    width: 100,
    tell: () => undefined,
    note: () => undefined,
  });
});
afterEach(() => world.close());
const file = () => join(world.home, 'policy.yaml');
const text = () => readFileSync(file(), 'utf8');
const keyFile = (line: string) => {
  const path = join(world.home, 'new.pub');
  writeFileSync(path, `${line} a comment\n`);
  return path;
};
/** The proposal is signed by two people of the policy in force. */
async function signed() {
  const app = await world.another();
  for (const person of ['bob', 'carol'])
    await signPolicy(adoptionPorts(app), signatureBy(world.keyOf(person), (await toSign(app.ledger)).statement));
  return world.another();
}
const fingerprint = (person: string) => parseKey(world.publicKeyOf(person)).fingerprint;

describe('people', () => {
  it('add: a person, with comments kept, in force only when others have signed', async () => {
    const { line } = ed25519Key();
    const { text: told } = await peopleAdd.run(context, { name: 'dave', key: keyFile(line), role: ['sre'] });
    expect(told).toMatch(/Added dave\.\nProposed in .* 0 of 2 signatures/);
    expect(text()).toContain('# who may sign: ask bob');
    expect(text()).toContain('# all of us');
    expect(text()).not.toContain('a comment');
    const app = await world.another();
    expect(await app.policy.standing()).toBe('changed');
    const after = await signed();
    expect(await after.policy.standing()).toBe('adopted');
    expect(after.policyFile!.people.find(({ name }) => name === 'dave')).toMatchObject({ roles: ['sre'], keys: [{}] });
  });

  it('leave every other line as its author wrote it', async () => {
    const scope = '  - {account:   main, stacks: ["own-*"],  ids: [ "i-*" ]} # odd, and ours\n';
    writeFileSync(
      file(),
      text()
        .replace(' # all of us', '')
        .replace(/^scopes:.*\n/m, (line) => line + scope),
    );
    const before = text().split('\n');
    await peopleAdd.run(context, { name: 'dave', key: keyFile(ed25519Key().line), role: ['sre'] });
    expect(
      text()
        .split('\n')
        .filter((line) => !before.includes(line)),
    ).toEqual(['  dave:', '    roles:', '      - sre', '    keys:', expect.stringMatching(/^ {6}- ssh-ed25519 \S+$/)]);
    expect(before.filter((line) => !text().split('\n').includes(line))).toEqual([]);
  });

  it('name a file that is not there', async () => {
    for (const given of [{ from: '/no/such/file' }, { name: 'dave', key: '/no/such/file' }])
      await expect(peopleAdd.run(context, given)).rejects.toThrow(refused('INPUT_NOT_FOUND'));
    await expect(peopleAdd.run(context, { from: world.home })).rejects.toThrow(refused('INPUT_INVALID'));
  });

  it('refuse an edit that would make the policy invalid, and leave the file', async () => {
    const before = text();
    for (const run of [
      () => peopleAdd.run(context, { name: 'dave', key: keyFile(world.publicKeyOf('bob')) }),
      () => peopleAdd.run(context, { name: 'Not A Name' }),
      () => peopleEnroll.run(context, { name: 'carol', key: keyFile(world.publicKeyOf('bob')) }),
    ])
      await expect(run()).rejects.toThrow(refused('CONFIG_POLICY_INVALID'));
    await expect(peopleAdd.run(context, { name: 'bob' })).rejects.toThrow(refused('INPUT_INVALID'));
    await expect(peopleEnroll.run(context, { name: 'nobody', key: keyFile(ed25519Key().line) })).rejects.toThrow(
      refused('INPUT_NOT_FOUND'),
    );
    await expect(peopleRotate.run(context, { name: 'bob', key: keyFile(ed25519Key().line) })).rejects.toThrow(
      refused('INPUT_INVALID'),
    );
    await expect(peopleRevoke.run(context, { name: 'bob', fingerprint: 'SHA256:x' })).rejects.toThrow(
      refused('INPUT_NOT_FOUND'),
    );
    expect(text()).toBe(before);
  });

  it('enroll: a passkey that was offered, by its number', async () => {
    const { ledger, policyFile } = world.app;
    const people = policyFile!.people;
    const key = authenticator();
    const { options, enrolment } = await beginEnrolment(people[1]!, PAGE, new Date());
    const { line } = await finishEnrolment(enrolment, key.register(options.challenge), new Date());
    const offered = await offerKey({ ledger, people }, { person: 'bob', line, by: ['bob'] });
    await expect(offerKey({ ledger, people }, { person: 'nobody', line, by: [] })).rejects.toThrow(
      refused('INPUT_NOT_FOUND'),
    );
    await expect(
      offerKey({ ledger, people }, { person: 'carol', line: world.publicKeyOf('bob'), by: [] }),
    ).rejects.toThrow(refused('STATE_KEY_LISTED'));
    expect(await openOffers(ledger, people)).toMatchObject([{ seq: offered.seq, person: 'bob' }]);
    await expect(peopleEnroll.run(context, { name: 'carol' })).rejects.toThrow(refused('INPUT_NOT_FOUND'));
    await peopleEnroll.run(context, { name: 'bob', offer: offered.seq });
    const after = await signed();
    expect(after.policyFile!.people[1]!.keys.at(-1)).toMatchObject({ passkey: { credentialId: key.id } });
    expect(await openOffers(ledger, after.policyFile!.people)).toEqual([]);
  });

  it('enroll: a key for break-glass only', async () => {
    const { line } = ed25519Key('ssh:');
    await peopleEnroll.run(context, { name: 'carol', key: keyFile(line), breakGlass: true });
    expect((await signed()).policyFile!.people[2]).toMatchObject({
      keys: [{}],
      breakGlass: [{ type: 'sk-ssh-ed25519@openssh.com' }],
    });
  });

  it('rotate: the same person, another key', async () => {
    const { line } = ed25519Key();
    await peopleRotate.run(context, { name: 'bob', key: keyFile(line), fingerprint: fingerprint('bob') });
    const bob = (await signed()).policyFile!.people[1]!;
    expect(bob.keys.map((key) => key.fingerprint)).toEqual([parseKey(line).fingerprint, fingerprint('bob2')]);
    expect(bob.signsInAs).toEqual(['bob']);
  });

  it('revoke: names the approvals that count for nothing, and show says so once it is in force', async () => {
    writeFileSync(
      file(),
      text().replace('people:', 'seats: { production: { reversible: 2, recoverable: 2, irreversible: 2 } }\npeople:'),
    );
    const two = await world.another({ policy: text() });
    const id = await proposeFix(world);
    await approve(two, id, { decision: 'approve', key: world.keyOf('carol'), confirm: STACK });
    const { text: told } = await peopleRevoke.run(context, { name: 'carol', fingerprint: fingerprint('carol') });
    expect(told).toContain(`Once adopted, approvals of carol no longer count for: ${id}.`);
    expect(await show(two, id, 200)).toContain('approvals 1 of 2');
    const after = await signed();
    expect(await show(after, id, 200)).toContain('approvals 0 of 2');
    expect(await show(after, id, 200)).toContain('DOES NOT COUNT: the policy no longer lists this key');
    expect(after.policyFile!.people.map(({ name }) => name)).toEqual(['alice', 'bob', 'carol']);
  });
});

describe('allowed signers of OpenSSH', () => {
  const [one, other] = [ed25519Key().line, ed25519Key('ssh:').line];
  it('are people, by the name before the @', async () => {
    const signers = join(world.home, 'allowed_signers');
    writeFileSync(
      signers,
      `# the team\ndave@acme.com,dave@acme.example ${one} comment\n\neve.smith@acme.com namespaces="git,${NAMESPACE}" ${other}\n`,
    );
    const { text: told } = await peopleAdd.run(context, { from: signers });
    expect(told).toContain('Added dave, eve-smith.');
    const people = (await signed()).policyFile!.people;
    expect(people.slice(3)).toMatchObject([
      { name: 'dave', signsInAs: ['dave@acme.com', 'dave@acme.example'], keys: [{ type: 'ssh-ed25519' }] },
      { name: 'eve-smith', signsInAs: ['eve.smith@acme.com'], keys: [{ type: 'sk-ssh-ed25519@openssh.com' }] },
    ]);
  });

  it.each([
    ['a certificate authority', `dave cert-authority ${one}`],
    ['an end', `dave valid-before="20270101" ${one}`],
    ['a beginning', `dave namespaces="${NAMESPACE}",valid-after="20270101" ${one}`],
    ['another namespace', `dave namespaces="git" ${one}`],
    ['a pattern', `*@acme.com ${one}`],
    ['an exception', `!dave ${one}`],
    ['no key', 'dave'],
    ['a key that is none', 'dave ssh-ed25519 AAAA'],
    ['no name', `@acme.com ${one}`],
    ['a principal in quotes', `"dave" ${one}`],
  ])('with %s are refused, with the line', (_what, line) => {
    expect(() => peopleOfAllowedSigners(`# one\n${line}\n`, NAMESPACE)).toThrow(/^Line 2 of the allowed signers/);
  });
});
