import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createAnswers } from '../../src/cli/answer-calls.ts';
import { setHalt } from '../../src/cli/halt.ts';
import { readConfig } from '../../src/config.ts';
import { haltIn } from '../../src/core/folds.ts';
import { openTestWorld, STACK, type TestWorld } from '../world.ts';

let world: TestWorld;
beforeEach(async () => {
  world = await openTestWorld();
});
afterEach(() => world.close());

const serving = () => {
  const policy = join(world.home, 'policy.yaml');
  const config = { ...readConfig({ home: world.home, policy }), region: 'eu-west-1', sponsor: 'alice', actsAs: [] };
  const call = createAnswers({ ...config, logLevel: 'silent' }, true, 'test').call;
  return async (tool: string, input: unknown = {}) => {
    const answer = await call(tool, input, {} as never);
    return answer.ok ? answer.content : { ...answer.error };
  };
};
const fix = { stack: STACK, set: [{ path: 'Resources.QueryFunction.Properties.MemorySize', value: 1024 }] };
const freeze = '\nfreezes:\n  - { stacks: ["*"], from: 2020-01-01T00:00, to: 2099-01-01T00:00, reason: year end }\n';

describe('a running server', () => {
  it('tells a freeze that was adopted since it started', async () => {
    const call = serving();
    expect(await call('plan_stack_update', fix)).toMatchObject({ decision: 'needs_approval' });
    await world.another({ policy: world.policyText + freeze });
    expect(await call('describe_policy')).toMatchObject({
      policy: 'in force',
      freezes: [expect.stringContaining('year end')],
    });
    expect(JSON.stringify(await call('plan_stack_update', fix))).toContain('GUARD_FREEZE');
  });

  it('only plans under an edit that nobody adopted, and works on when it is taken back', async () => {
    const call = serving();
    const policy = join(world.home, 'policy.yaml');
    const plan = await call('plan_stack_update', fix);
    writeFileSync(policy, world.policyText.replace('roles: [dev]', 'roles: [dev, sre]'));
    expect(await call('describe_policy')).toMatchObject({ policy: expect.stringContaining('not adopted') });
    expect(await call('propose_change', { plan_id: plan.plan_id, goal: 'fix', reason: 'more memory' })).toMatchObject({
      code: 'CONFIG_POLICY_CHANGED',
    });
    writeFileSync(policy, 'version: nonsense');
    expect(await call('describe_policy')).toMatchObject({ code: 'CONFIG_POLICY_INVALID' });
    writeFileSync(policy, world.policyText);
    expect(await call('propose_change', { plan_id: plan.plan_id, goal: 'fix', reason: 'more memory' })).toMatchObject({
      decision: 'needs_approval',
    });
  });

  it('opens one app for calls that come together', async () => {
    const call = serving();
    const answers = await Promise.all([call('describe_policy'), call('describe_policy'), call('describe_stacks')]);
    for (const answer of answers) expect(answer).not.toHaveProperty('code');
  });
});

describe('halt', () => {
  it('names folder, accounts and policy, and makes no folder', async () => {
    const { text: said } = await setHalt({ home: world.home, actsAs: ['ann'] }, 'halted');
    for (const part of [world.home, 'main (123456789012)', world.app.policyFile!.digest]) expect(said).toContain(part);
    expect(await haltIn(world.app.ledger)).toBe('halted');
    const missing = join(world.home, 'not', 'there');
    await expect(setHalt({ home: missing, actsAs: [] }, 'halted')).rejects.toThrow(
      expect.objectContaining({ code: 'INPUT_NOT_FOUND' }),
    );
    await expect(setHalt({ home: missing, actsAs: [] }, 'resumed')).rejects.toThrow();
  });
});
