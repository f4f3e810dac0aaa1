/**
 * One table of cases, run by the real SDK clients against our sandbox and against moto, over HTTP. Where moto lets
 * through what AWS refuses, the case says so. Where moto is not installed its half is skipped, saying so; it fails
 * instead when COUNTERSIGN_TEST_REQUIRE names it.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isRequired } from '../needs.ts';
import { type Backend, hasMoto, openMotoBackend, openSandboxBackend } from './cloud-backends.ts';
import { INSTANCE_CASES } from './cloud-cases-instances.ts';
import { RULE_CASES } from './cloud-cases-rules.ts';
import { STACK_CASES } from './cloud-cases-stacks.ts';

const CASES = { ...INSTANCE_CASES, ...RULE_CASES, ...STACK_CASES };

describe.each([
  { name: 'the sandbox', open: openSandboxBackend, isHere: true },
  {
    name: hasMoto ? 'moto' : 'moto, which is not installed',
    open: openMotoBackend,
    isHere: hasMoto || isRequired('moto'),
  },
])('the contract of the cloud, by $name', ({ name, open, isHere }) => {
  if (!isHere) console.warn(`Skipped: the contract of the cloud, by ${name}.`);
  let cloud: Backend;
  beforeAll(async () => {
    cloud = await open();
  });
  afterAll(() => cloud?.close());
  it.skipIf(!isHere).each(Object.entries(CASES))('%s', async (_what, { run, answer, moto = answer }) => {
    expect(await run(cloud)).toEqual(name === 'moto' ? moto : answer);
  });
});
