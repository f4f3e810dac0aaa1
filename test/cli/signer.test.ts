/** Who signs a closing, a review, an opening or a policy: by the key that they name, and by no other word. */
import { writeFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { personFor, type SigningOptions, signerFrom } from '../../src/cli/signer.ts';
import type { App } from '../../src/compose.ts';
import { ed25519Key } from '../approvals/sshsig.ts';
import { openTestWorld, signatureBy, type TestWorld } from '../world.ts';

let world: TestWorld;
let app: App;
beforeAll(async () => {
  world = await openTestWorld();
  // A break-glass key is a security key: its public half is all that tells whose it is.
  const { line } = ed25519Key('ssh:');
  writeFileSync(glassKey(), 'in the security key');
  writeFileSync(`${glassKey()}.pub`, `${line}\n`);
  app = await world.another({
    policy: world.policyText.replace('roles: [data], ', `roles: [data], break_glass: ["${line}"], `),
  });
});
afterAll(() => world.close());

const glassKey = () => `${world.home}/glass`;
const nobodyHere = (options: SigningOptions) => signerFrom(app, options);

it('a named key says who its person is', async () => {
  expect((await nobodyHere({ key: world.keyOf('carol') })).person).toBe('carol');
  expect((await nobodyHere({ key: `${world.keyOf('bob')}.pub` })).person).toBe('bob');
  expect(await personFor(app, { key: world.keyOf('bob') })).toBe('bob');
});

it('a name beside it that is another’s is refused, and so is one that the policy lacks', async () => {
  const unknown = { code: 'APPROVAL_KEY_UNKNOWN' };
  await expect(nobodyHere({ key: world.keyOf('carol'), as: 'bob' })).rejects.toMatchObject(unknown);
  await expect(nobodyHere({ key: world.keyOf('carol'), as: 'eve' })).rejects.toMatchObject(unknown);
});

it('a signature that was made elsewhere names its person by its own key', async () => {
  const file = `${world.home}/elsewhere.sig`;
  writeFileSync(file, signatureBy(world.keyOf('bob'), 'a statement', 'countersign-closing@v1'));
  expect((await nobodyHere({ signature: file })).person).toBe('bob');
});

it('a key is for what the policy lists it for, and the refusal says for what that is', async () => {
  const notAllowed = (told: RegExp) => ({ code: 'APPROVAL_KEY_NOT_ALLOWED', message: expect.stringMatching(told) });
  await expect(nobodyHere({ key: glassKey() })).rejects.toMatchObject(
    notAllowed(/is a break-glass key of carol, which opens break-glass and approves, and signs nothing else/),
  );
  const opening = (key: string | undefined) => signerFrom(app, { key }, { purpose: 'break-glass' });
  expect((await opening(glassKey())).person).toBe('carol');
  await expect(opening(world.keyOf('bob'))).rejects.toMatchObject(notAllowed(/is a key of bob for everyday work/));
  await expect(opening(undefined)).rejects.toMatchObject({
    code: 'INPUT_INVALID',
    remedy: expect.stringContaining('a break-glass key is never looked for'),
  });
});
