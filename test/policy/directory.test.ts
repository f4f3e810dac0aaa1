import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { adoptedAsWritten } from '../../src/policy/directory.ts';
import { openTestWorld, type TestWorld } from '../world.ts';

const RULE = '@id("a") @message("b") forbid (principal, action == Action::"delete", resource);\n';
let world: TestWorld;
let path: string;
const file = (name: string, text: string) => writeFileSync(join(world.home, name), text);
beforeEach(async () => {
  world = await openTestWorld();
  path = join(world.home, 'policy.yaml');
});
afterEach(() => world.close());

const withRules = async () => {
  file('one.cedar', RULE);
  const app = await world.another({ policy: `${world.policyText}rules: ["*.cedar"]\n` });
  return { app, seen: () => adoptedAsWritten(app.ledger, path) };
};

it('takes the people of the adopted text, and the digest that its pin names', async () => {
  const { app, seen } = await withRules();
  const adopted = (await seen())!;
  expect(adopted.people).toEqual(app.policyFile!.people);
  expect(await adopted.policy.digest()).toBe(await app.policy.digest());
  await expect(adopted.policy.mustBeInForce()).resolves.toBeUndefined();
});

it.each([
  ['a policy that differs in a space', () => file('policy.yaml', `${world.policyText}rules: [ "*.cedar"]\n`)],
  [
    'a person more',
    () => file('policy.yaml', `${world.policyText.replace('  carol:', '  dave: {}\n  carol:')}rules: ["*.cedar"]\n`),
  ],
  ['a rule that was edited', () => file('one.cedar', RULE.replace('delete', 'create'))],
  ['a rule more', () => file('two.cedar', RULE.replace('"a"', '"c"'))],
  ['a file that is gone', () => (path = join(world.home, 'gone.yaml'))],
])('is not asked of %s: the whole policy says what that is', async (_what, edit) => {
  const { seen } = await withRules();
  expect(await seen()).toBeDefined();
  edit();
  expect(await seen()).toBeUndefined();
});

it('ends with its pin: a policy that is adopted meanwhile signs nothing under the one before', async () => {
  const { app, seen } = await withRules();
  const before = (await seen())!;
  await world.another({ policy: `${world.policyText}rules: ["*.cedar"]\nread: all\n` });
  await expect(app.ledger.transact((tx) => before.policy.mustBeInForce(tx))).rejects.toMatchObject({
    code: 'CONFIG_POLICY_CHANGED',
  });
});
