/** A change that was carried out leads on to its way back: a plan of its own, or what is there where none can be. */
import { DescribeSecurityGroupsCommand, DescribeTagsCommand } from '@aws-sdk/client-ec2';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { show } from '../../../src/cli/show.ts';
import type { Change } from '../../../src/core/change.ts';
import type { WayBack } from '../../../src/core/way-back.ts';
import type { Stack } from '../../../src/sandbox/cloudformation/model.ts';
import { makeSecurityGroup } from '../../../src/sandbox/ec2/security-groups.ts';
import { addFault } from '../../../src/sandbox/faults.ts';
import { seedWorld } from '../../../src/sandbox/seed-file.ts';
import { type Ec2World, openEc2World } from './ec2-world.ts';

let world: Ec2World;
beforeEach(async () => {
  world = await openEc2World();
});
afterEach(() => world.close());

const DEV = 'shop-dev';
const planned = async (tool: string, input: object) => (await world.plan(tool, input)).answer.plan_id;
const done = async (tool: string, input: object, goal = 'configure') =>
  world.carryOut(await planned(tool, input), goal);
const next = async ({ id }: Pick<Change, 'id'>) =>
  (await world.call('describe_change', { change_id: id })).next as {
    if_the_user_wants_it_undone?: WayBack['calls'];
    cannot_be_undone?: string;
    undoing?: string;
  };
/** Carries out every call of the way back. */
async function takeBack(change: Pick<Change, 'id'>) {
  const calls = (await next(change)).if_the_user_wants_it_undone!;
  expect(calls.length).toBeGreaterThan(0);
  for (const { tool, input } of calls)
    expect(await done(tool, input)).toMatchObject({ state: 'succeeded', differs: [] });
}
const instance = () => world.instance('batch');
const tagsOf = async (id: string) => {
  const { Tags = [] } = await world.ec2.send(
    new DescribeTagsCommand({ Filters: [{ Name: 'resource-id', Values: [id] }] }),
  );
  return Object.fromEntries(Tags.map(({ Key, Value }) => [Key, Value]));
};

describe('of an instance', () => {
  it('a stop leads to a start, a start to a stop, another type to the type before', async () => {
    const ids = { instance_ids: [instance().id] };
    const stop = await done('plan_instance_action', { ...ids, action: 'stop' }, 'scale');
    await takeBack(stop);
    expect(instance().state).toBe('running');
    const resize = await done('plan_instance_type', { instance_id: instance().id, instance_type: 'm5.large' }, 'scale');
    await takeBack(resize);
    expect(instance()).toMatchObject({ type: 't3.large', state: 'running' });
  });

  it('a change of type that stopped halfway leads to what is left to take back', async () => {
    const plan = await planned('plan_instance_type', { instance_id: instance().id, instance_type: 'm5.large' });
    world.store.transact((inside) => addFault(inside, { kind: 'denied', operation: 'StartInstances', skip: 1 }));
    const change = await world.carryOut(plan, 'scale');
    expect(change.state).toBe('failed');
    expect((await next(change)).if_the_user_wants_it_undone).toEqual([
      { tool: 'plan_instance_type', input: { instance_id: instance().id, instance_type: 't3.large' } },
      { tool: 'plan_instance_action', input: { instance_ids: [instance().id], action: 'start' } },
    ]);
    await takeBack(change);
    expect(instance()).toMatchObject({ type: 't3.large', state: 'running' });
  });

  it('a termination has none, and its snapshots are named', async () => {
    const change = await done(
      'plan_instance_action',
      { instance_ids: [instance().id], action: 'terminate' },
      'clean_up',
    );
    const { if_the_user_wants_it_undone, cannot_be_undone } = await next(change);
    expect(if_the_user_wants_it_undone).toBeUndefined();
    expect(cannot_be_undone).toMatch(
      /^A terminated instance cannot be restored\. Snapshots of its volumes: snap-\w+\.$/,
    );
    expect((await show(world.app, change.id, 400)).replaceAll(/\s+/g, ' ')).toMatch(
      /CANNOT BE UNDONE A terminated instance cannot be restored\. Snapshots of its volumes: snap-\w+\./,
    );
  });

  it('that was never touched has none, and nothing is said of it', async () => {
    const plan = await planned('plan_instance_action', { instance_ids: [instance().id], action: 'stop' });
    world.store.transact((inside) => addFault(inside, { kind: 'denied', operation: 'StopInstances', skip: 1 }));
    const change = await world.carryOut(plan, 'scale');
    expect(change).toMatchObject({ state: 'failed' });
    expect(Object.keys(await next(change))).toEqual(['tell_user']);
  });
});

describe('of rules, tags and snapshots', () => {
  it('rules that were revoked are authorised, and the other way round', async () => {
    const group_id = world.store.transact((inside) =>
      makeSecurityGroup(inside, { region: 'eu-west-1', name: 'app', description: 'd', tags: [] }),
    ).id;
    const rules = async () => {
      const { SecurityGroups: [group] = [] } = await world.ec2.send(
        new DescribeSecurityGroupsCommand({ GroupIds: [group_id] }),
      );
      return JSON.stringify([group!.IpPermissions, group!.IpPermissionsEgress]);
    };
    await done('plan_security_group_rules', { group_id, authorize: ['ingress tcp 443 10.0.0.0/8'] });
    const before = await rules();
    const change = await done('plan_security_group_rules', {
      group_id,
      authorize: ['ingress udp 53 10.1.0.0/16'],
      revoke: ['ingress tcp 443 10.0.0.0/8'],
    });
    expect(await rules()).not.toBe(before);
    await takeBack(change);
    expect(await rules()).toBe(before);
  });

  it('tags of several resources go back to what each had', async () => {
    const [one, other] = [instance().id, world.instance('archive').id];
    await done('plan_tags', { resource_ids: [one], set: { team: 'a' } });
    const before = [await tagsOf(one), await tagsOf(other)];
    const change = await done('plan_tags', { resource_ids: [one, other], set: { team: 'b', tier: 'web' } });
    await takeBack(change);
    expect([await tagsOf(one), await tagsOf(other)]).toEqual(before);
  });

  it('of tags that were only set, since the removal was refused, the removal is not taken back', async () => {
    const plan = await planned('plan_tags', { resource_ids: [instance().id], set: { team: 'a' }, remove: ['Name'] });
    world.store.transact((inside) => addFault(inside, { kind: 'denied', operation: 'DeleteTags', skip: 1 }));
    const change = await world.carryOut(plan, 'configure');
    expect((await next(change)).if_the_user_wants_it_undone).toEqual([
      { tool: 'plan_tags', input: { resource_ids: [instance().id], remove: ['team'] } },
    ]);
  });

  it('a snapshot stays, by its id', async () => {
    const change = await done('plan_snapshot', { volume_id: instance().volumes[0]!.id });
    expect((await next(change)).cannot_be_undone).toMatch(
      /^A snapshot takes nothing away\. snap-\w+ stays until a person/,
    );
  });
});

describe('of a stack', () => {
  const stack = () => world.store.transact((inside) => inside.list<Stack>('stack').find(({ name }) => name === DEV)!);
  const template = (delay: number, more = '') => `# a comment that is kept
Parameters:
  Size: { Type: Number, Default: 1 }
  Secret: { Type: String, NoEcho: true, Default: first-secret }
Resources:
  Q: { Type: AWS::SQS::Queue, Properties: { DelaySeconds: ${delay}, VisibilityTimeout: !Ref Size } }
${more}`;
  const QUEUE = '  Extra: { Type: AWS::SQS::Queue, Properties: { QueueName: user-data-password=hunter22 } }\n';
  beforeEach(() =>
    world.store.transact((inside) =>
      seedWorld(inside, {
        stacks: [{ name: DEV, template: template(1, QUEUE), parameters: { Size: '30' }, tags: { team: 'a' } }],
      }),
    ),
  );

  it('an update leads to the template, the parameters and the tags before it', async () => {
    const before = stack();
    const change = await done('plan_stack_update', {
      stack: DEV,
      template: template(2, QUEUE),
      parameters: { Size: '60' },
      tags: { team: 'b', tier: 'web' },
    });
    expect(stack()).toMatchObject({ tags: { team: 'b', tier: 'web' } });
    const told = await next(change);
    expect(told.if_the_user_wants_it_undone).toEqual([
      { tool: 'plan_stack_update', input: { stack: DEV, undo: change.id } },
    ]);
    await takeBack(change);
    const { templateBody, parameters, tags } = stack();
    expect({ templateBody, parameters, tags }).toEqual({
      templateBody: before.templateBody,
      parameters: before.parameters,
      tags: before.tags,
    });
  });

  const deployed = (templateBody: string) =>
    world.store.transact((inside) => inside.put<Stack>('stack', stack().id, { ...stack(), templateBody }));

  it('an update of a template that is too long for a call leads to what it says, without its layout', async () => {
    deployed(`${template(1, QUEUE)}${'# a line of comment\n'.repeat(3_000)}`);
    const change = await done('plan_stack_update', { stack: DEV, template: template(2, QUEUE) });
    const { answer, plan } = await world.plan('plan_stack_update', { stack: DEV, undo: change.id });
    expect(plan.notes.join(' ')).toContain('sent without its layout and comments');
    expect(await world.carryOut(answer.plan_id)).toMatchObject({ state: 'succeeded', differs: [] });
    expect(JSON.parse(stack().templateBody)).toMatchObject({ Resources: { Q: { Properties: { DelaySeconds: 1 } } } });
  });

  it('a template that is too long in any layout is asked of the user', async () => {
    deployed(`${template(1, QUEUE)}Metadata: { Long: ${'x'.repeat(60_000)} }\n`);
    const change = await done('plan_stack_update', { stack: DEV, template: template(2, QUEUE) });
    expect(await world.call('plan_stack_update', { stack: DEV, undo: change.id })).toMatchObject({
      code: 'INPUT_NEEDS_PACKAGING',
      message: expect.stringContaining(change.id),
      remedy: expect.stringContaining('version control'),
    });
  });

  it('is planned and judged like any other, and says what it cannot bring back', async () => {
    const change = await done('plan_stack_update', { stack: DEV, template: template(2) }, 'clean_up');
    expect((await next(change)).undoing).toBe('The contents of these are not restored: Extra.');
    await done('plan_stack_update', { stack: DEV, parameters: { Size: '61', Secret: 'second-secret' } });
    const { answer, plan } = await world.plan('plan_stack_update', { stack: DEV, undo: change.id });
    expect(answer.effects).toMatchObject({ counts: { create: 1, update: 2 } });
    expect(plan.notes.join(' ')).toContain(
      `The stack was changed again after ${change.id}: later changes are undone too.`,
    );
    expect(plan.notes.join(' ')).toContain('Secret: a NoEcho value cannot be read, so the present one stays.');
    expect(await world.carryOut(answer.plan_id)).toMatchObject({ state: 'succeeded' });
    expect(stack().parameters).toMatchObject({ Size: '30', Secret: 'second-secret' });
  });

  it('keeps the template sealed: its text is nowhere in the ledger, and a plan’s events name it', async () => {
    const change = await done('plan_stack_update', { stack: DEV, template: template(2, QUEUE) });
    const { readFileSync } = await import('node:fs');
    for (const file of ['ledger.db', 'ledger.db-wal'])
      expect(readFileSync(`${world.home}/${file}`).includes('hunter22')).toBe(false);
    const [made] = await world.app.ledger.events({ planId: change.planId, kinds: ['plan.made'] });
    const digest = String((made!.body as { before: string }).before);
    expect(await world.app.ledger.document(digest)).toEqual({ sealed: expect.any(String) });
  });

  it('refuses what cannot be undone: another stack, a change that did not run, and two sources at once', async () => {
    const change = await done('plan_stack_update', { stack: DEV, template: template(2, QUEUE) });
    const plan = await planned('plan_stack_update', { stack: DEV, template: template(3, QUEUE) });
    const open = await world.call('propose_change', { plan_id: plan, goal: 'configure', reason: 'a test' });
    for (const input of [
      { stack: 'cost-explorer-dev', undo: change.id },
      { stack: DEV, undo: String(open.change_id) },
      { stack: DEV, undo: change.id, set: [{ path: 'Resources.Q.Properties.DelaySeconds', value: 1 }] },
    ])
      expect(await world.call('plan_stack_update', input)).toMatchObject({ code: 'INPUT_INVALID' });
    expect(await world.call('plan_stack_update', { stack: DEV, undo: 'chg_none' })).toMatchObject({
      code: 'INPUT_NOT_FOUND',
    });
  });

  it('a failed update that CloudFormation took back needs none; one that is stuck leads to plan_stack_rollback', async () => {
    const bad = '  Bad: { Type: AWS::SQS::Queue, Metadata: { CountersignSandbox: { fail: the limit is reached } } }\n';
    const rolledBack = await done('plan_stack_update', {
      stack: DEV,
      template: template(2, QUEUE + bad),
    });
    expect(rolledBack).toMatchObject({ state: 'rolled_back' });
    expect((await next(rolledBack)).cannot_be_undone).toContain('there is nothing to undo');
    world.store.transact((inside) => {
      const found = inside.get<Stack>('stack', stack().id)!;
      inside.put('stack', found.id, { ...found, status: 'UPDATE_ROLLBACK_FAILED' });
    });
    expect(await world.call('plan_stack_update', { stack: DEV, parameters: { Size: '9' } })).toMatchObject({
      code: 'STATE_STACK_NOT_UPDATABLE',
      next: { tool: 'plan_stack_rollback', input: { stack: DEV } },
    });
  });

  it.each([
    ['UPDATE_IN_PROGRESS', 'plan_stack_update', /or cancel the update: plan_stack_rollback/],
    ['UPDATE_ROLLBACK_IN_PROGRESS', 'plan_stack_update', /If it fails, continue it: plan_stack_rollback/],
    ['UPDATE_ROLLBACK_IN_PROGRESS', 'plan_stack_rollback', /Wait until the rollback has ended/],
  ])('a stack in %s tells the way on, asked with %s', async (status, tool, remedy) => {
    world.store.transact((inside) => {
      const found = inside.get<Stack>('stack', stack().id)!;
      inside.put('stack', found.id, { ...found, status });
    });
    const input = tool === 'plan_stack_update' ? { stack: DEV, parameters: { Size: '9' } } : { stack: DEV };
    expect(await world.call(tool, input)).toMatchObject({
      code: 'STATE_STACK_BUSY',
      remedy: expect.stringMatching(remedy),
    });
  });

  it('a deletion has none, and what is kept is named', async () => {
    const change = await done('plan_stack_delete', { stack: DEV }, 'clean_up');
    expect(change.state).toBe('succeeded');
    expect((await next(change)).cannot_be_undone).toBe('A deleted stack cannot be restored.');
  });

  it('show tells a person the same, as a command', async () => {
    const change = await done('plan_stack_update', { stack: DEV, template: template(2, QUEUE) });
    expect((await show(world.app, change.id, 400)).replaceAll(/\s+/g, ' ')).toContain(
      `echo '{"stack":"${DEV}","undo":"${change.id}"}' | countersign --sandbox tool plan_stack_update --input -`,
    );
  });
});
