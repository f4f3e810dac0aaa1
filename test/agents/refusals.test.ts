/** A call that is refused before there is a plan ends with the next call, or with words for the people: never with nothing. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { textOf } from '../../src/mcp/answer-text.ts';
import { seedWorld } from '../../src/sandbox/seed-file.ts';
import { DEV_STACK, openTestWorld, proposeFix, STACK, type TestWorld } from '../world.ts';

let world: TestWorld;
beforeEach(async () => {
  world = await openTestWorld();
  const policy = world.policyText.replace(
    'environment: production, execute',
    'environment: production, create: true, execute',
  );
  await world.another({ policy });
});
afterEach(() => world.close());

const jobs = 'Resources:\n  Jobs: { Type: AWS::SQS::Queue, Properties: { QueueName: jobs-taken } }\n';
const seedBroken = () =>
  world.store.transact((inside) =>
    seedWorld(inside, {
      stacks: [
        { name: 'jobs-prod', template: jobs },
        { name: 'broken-prod', template: jobs, status: 'ROLLBACK_COMPLETE' },
      ],
    }),
  );
const NOWHERE = 'i-0123456789abcdef0';
const text = async (tool: string, input: object) => textOf(await world.app.pipeline(tool, input));
const nextIn = (said: string) => JSON.parse(/^next: (.*)$/m.exec(said)?.[1] ?? 'null');

describe('a refusal before planning names the next call', () => {
  it.each<[string, string, object, object]>([
    ['no such stack', 'describe_stack', { stack: 'none-prod' }, { tool: 'describe_stacks', input: {} }],
    ['no such stack to change', 'plan_stack_update', { stack: 'none-prod' }, { tool: 'describe_stacks', input: {} }],
    [
      'no such instance',
      'plan_instance_action',
      { instance_ids: [NOWHERE], action: 'stop' },
      { tool: 'describe_instances', input: {} },
    ],
    [
      'no such volume',
      'plan_snapshot',
      { volume_id: 'vol-0123456789abcdef0' },
      { tool: 'describe_volumes', input: {} },
    ],
    [
      'no such group',
      'plan_security_group_rules',
      { group_id: 'sg-0123456789abcdef0', revoke: ['ingress tcp 22 0.0.0.0/0'] },
      { tool: 'describe_security_groups', input: {} },
    ],
    ['no such change', 'describe_change', { change_id: 'chg_none' }, { tool: 'describe_changes', input: {} }],
    [
      'nothing to roll back',
      'plan_stack_rollback',
      { stack: STACK },
      { tool: 'describe_stack', input: { stack: STACK, include: ['events'] } },
    ],
    [
      'a stack that exists',
      'plan_stack_create',
      { stack: STACK, template: jobs },
      { tool: 'plan_stack_update', input: { stack: STACK, template: '<the same template>' } },
    ],
    [
      'a field that is missing',
      'plan_instance_type',
      { instance_id: NOWHERE },
      { tool: 'plan_instance_type', input: { instance_id: NOWHERE, instance_type: '<instance_type>' } },
    ],
    [
      'a field that cannot be read',
      'plan_instance_action',
      { instance_ids: ['bastion'], action: 'stop', sure: true },
      { tool: 'plan_instance_action', input: { instance_ids: '<instance_ids>', action: 'stop' } },
    ],
  ])('%s', async (_name, tool, input, next) => {
    expect(nextIn(await text(tool, input))).toEqual(next);
  });

  it('a stack whose creation failed is deleted first, whatever was tried', async () => {
    seedBroken();
    const way = { tool: 'plan_stack_delete', input: { stack: 'broken-prod' } };
    expect(nextIn(await text('plan_stack_create', { stack: 'broken-prod', template: jobs }))).toEqual(way);
    expect(nextIn(await text('plan_stack_update', { stack: 'broken-prod', tags: { team: 'jobs' } }))).toEqual(way);
    expect(await world.call(way.tool, way.input)).toMatchObject({ decision: expect.stringMatching(/pass|approval/) });
  });

  it('a change that was decided is described, a plan that was proposed too', async () => {
    const change = await proposeFix(world);
    const { plan_id } = await world.call('describe_change', { change_id: change });
    const way = { tool: 'describe_change', input: { change_id: change } };
    expect(nextIn(await text('propose_change', { plan_id, goal: 'fix', reason: 'again' }))).toEqual(way);
    await world.call('withdraw_change', { change_id: change });
    expect(nextIn(await text('withdraw_change', { change_id: change }))).toEqual(way);
  });
});

describe('a refusal that only people can lift says what they do', () => {
  it.each<[string, string, object, RegExp]>([
    ['out of scope', 'plan_stack_delete', { stack: 'elsewhere' }, /^Do not pursue .* Ask the user .*scopes/],
    ['another region', 'plan_stack_delete', { stack: STACK, region: 'us-east-1' }, /^Do not pursue .* Ask the user/],
    ['an unknown account', 'plan_stack_delete', { stack: STACK, account: 'moon' }, /describe_policy|accounts/],
  ])('%s', async (_name, tool, input, ask) => {
    const next = nextIn(await text(tool, input));
    expect(next?.ask ?? JSON.stringify(next)).toMatch(ask);
  });

  it('a halt', async () => {
    await world.app.ledger.append({ kind: 'halted', body: { by: ['bob'], why: 'drill' } } as never);
    const next = nextIn(await text('plan_stack_delete', { stack: STACK }));
    expect(next.ask).toMatch(/^Do not pursue anything here\. A person has halted .* ask the user\./);
  });

  it('a policy that the folder has not adopted', async () => {
    const change = await world.call('plan_stack_update', {
      stack: DEV_STACK,
      set: [{ path: 'Resources.QueryFunction.Properties.MemorySize', value: 512 }],
    });
    writeFileSync(join(world.home, 'policy.yaml'), `${world.policyText}# edited\n`);
    const edited = await world.another();
    const answer = await edited.pipeline('propose_change', { plan_id: change.plan_id, goal: 'fix', reason: 'memory' });
    expect(nextIn(textOf(answer)).tell_user).toMatch(/countersign .*policy adopt/);
  });
});
