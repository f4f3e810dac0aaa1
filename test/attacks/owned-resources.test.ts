/**
 * Ways around `ownership`, and around who may change a stack (`change-set-only`, `plan-first`). The
 * pages that some name are named from memory of them.
 */
import { DeleteStackCommand, UpdateStackCommand } from '@aws-sdk/client-cloudformation';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Instance, SecurityGroup, Volume } from '../../src/sandbox/ec2/model.ts';
import { addFault } from '../../src/sandbox/faults.ts';
import { type AttackedWorld, expectRefused, openAttackedWorld } from './attempts.ts';

const MACHINE = `Resources:
  Machine:
    Type: AWS::EC2::Instance
    DeletionPolicy: Retain
    Properties: { ImageId: ami-0123456789abcdef0, InstanceType: t3.micro }
  Disk:
    Type: AWS::EC2::Volume
    DeletionPolicy: Retain
    Properties: { AvailabilityZone: eu-west-1a, Size: 10 }
  Wall:
    Type: AWS::EC2::SecurityGroup
    DeletionPolicy: Retain
    Properties: { GroupDescription: a wall }
  Bell:
    Type: AWS::SNS::Topic
`;
const CHILD = 'Resources:\n  Inbox:\n    Type: AWS::SQS::Queue\n';

let world: AttackedWorld;
beforeEach(async () => {
  world = await openAttackedWorld({
    stacks: [
      { name: 'machines-prod', template: MACHINE },
      { name: 'StackSet-base-0b0cf5c6-prod', template: CHILD },
    ],
    instances: [
      { name: 'alone', security_groups: [] },
      { name: 'grouped', auto_scaling_group: 'web' },
    ],
    security_groups: [{ name: 'lone-wall' }],
  });
});
afterEach(() => world.close());

const inside = <T>(run: (world: Parameters<Parameters<AttackedWorld['store']['transact']>[0]>[0]) => T) =>
  world.store.transact(run);
const instanceOf = (key: string, value: string) =>
  inside((all) =>
    all.list<Instance>('instance').find(({ tags }) => tags.some((tag) => tag.Key === key && tag.Value === value)),
  )!;
const alone = () => instanceOf('Name', 'alone').id;
const machine = () => instanceOf('aws:cloudformation:stack-name', 'machines-prod');
const of = <T extends { tags: { Key: string; Value: string }[] }>(kind: string) =>
  inside((all) => all.list<T>(kind).find(({ tags }) => tags.some(({ Value }) => Value === 'machines-prod')))!;
const rule = 'ingress tcp 443 10.0.0.0/8';

describe('what a stack owns is not changed past it', () => {
  it('by stop, terminate, another type, or tags', async () => {
    const instance_ids = [machine().id];
    for (const action of ['stop', 'reboot', 'terminate'])
      await expectRefused(world, 'ownership', 'plan_instance_action', { instance_ids, action });
    await expectRefused(world, 'ownership', 'plan_instance_type', {
      instance_id: machine().id,
      instance_type: 't3.large',
    });
    await expectRefused(world, 'ownership', 'plan_tags', { resource_ids: instance_ids, set: { Team: 'web' } });
  });

  it('by the rules or tags of its security group', async () => {
    const { id } = of<SecurityGroup>('security_group');
    await expectRefused(world, 'ownership', 'plan_security_group_rules', { group_id: id, authorize: [rule] });
    await expectRefused(world, 'ownership', 'plan_tags', { resource_ids: [id], set: { Team: 'web' } });
  });

  it('by the tags of its volume', async () => {
    const { id } = of<Volume>('volume');
    await expectRefused(world, 'ownership', 'plan_tags', { resource_ids: [id], set: { Team: 'web' } });
  });

  it('by the tags of a disk of its instance, which no template sets, without people', async () => {
    const resource_ids = [machine().volumes[0]!.id];
    expect(await world.verdict('ownership', 'plan_tags', { resource_ids, set: { Team: 'web' } })).toMatchObject({
      outcome: 'hold',
      seats: 1,
    });
    await expectRefused(world, 'ownership', 'plan_tags', {
      resource_ids: [...resource_ids, machine().id],
      set: { Team: 'web' },
    });
    await expectRefused(world, 'labels', 'plan_tags', { resource_ids, set: { environment: 'development' } });
  });

  it('among others that nobody owns', async () => {
    const instance_ids = [alone(), machine().id];
    await expectRefused(world, 'ownership', 'plan_instance_action', { instance_ids, action: 'stop' });
  });

  it('by an auto-scaling group’s instance', async () => {
    const instance_ids = [instanceOf('Name', 'grouped').id];
    await expectRefused(world, 'ownership', 'plan_instance_action', { instance_ids, action: 'terminate' });
  });

  it('by ids that are none, or hold several', async () => {
    const id = machine().id;
    for (const written of [`${alone()},${id}`, ` ${id}`, id.toUpperCase(), `${id}*`, 'i-*', '']) {
      const plan = await world.call('plan_instance_action', { instance_ids: [written], action: 'stop' });
      expect(plan.decision).not.toBe('pass');
      expect(plan.decision).not.toBe('needs_approval');
    }
    expect(world.writes()).toEqual([]);
  });

  it('while CloudFormation does not tell whether it still owns it', async () => {
    for (const operation of ['DescribeStackResource', 'DescribeStacks']) {
      inside((all) => addFault(all, { kind: 'denied', operation, times: 'always' }));
      const { outcome } = await world.verdict('ownership', 'plan_instance_action', {
        instance_ids: [machine().id],
        action: 'stop',
      });
      expect(outcome).toMatch(/^(?:deny|AWS_ACCESS_DENIED)$/);
    }
    expect(world.writes()).toEqual([]);
  });

  it('but a snapshot of its volume takes nothing away', async () => {
    const { outcome } = await world.verdict('ownership', 'plan_snapshot', { volume_id: machine().volumes[0]!.id });
    expect(outcome).toBe('pass');
  });
});

describe('what a stack let go lately is not either', () => {
  const stop = (id: string) => ['plan_instance_action', { instance_ids: [id], action: 'stop' }] as const;

  // aws-attribute-deletionpolicy: Retain keeps the resource when it leaves the template, or when its stack goes.
  it('where it left the template', async () => {
    const { id } = machine();
    await world.cloudFormation.send(
      new UpdateStackCommand({
        StackName: 'machines-prod',
        TemplateBody: 'Resources:\n  Bell:\n    Type: AWS::SNS::Topic\n',
      }),
    );
    const before = world.writes().length;
    expect(await world.verdict('ownership', ...stop(id))).toMatchObject({
      outcome: 'deny',
      message: expect.stringContaining('retained'),
    });
    expect(world.writes()).toHaveLength(before);
  });

  it('where its stack is gone, for 30 days', async () => {
    const { id } = machine();
    const wall = of<SecurityGroup>('security_group').id;
    await world.cloudFormation.send(new DeleteStackCommand({ StackName: 'machines-prod' }));
    const before = world.writes().length;
    expect(await world.verdict('ownership', ...stop(id))).toMatchObject({ outcome: 'deny' });
    const authorize = { group_id: wall, authorize: [rule] };
    expect(await world.verdict('ownership', 'plan_security_group_rules', authorize)).toMatchObject({ outcome: 'deny' });
    const later = await world.another({ now: () => new Date(Date.now() + 31 * 24 * 3_600_000) });
    expect(await world.verdict('ownership', ...stop(id), later)).toMatchObject({ outcome: 'pass' });
    expect(world.writes()).toHaveLength(before);
  });
});

describe('what goes along with what nobody owns', () => {
  it('is not a volume of a stack, attached to an instance that is terminated', async () => {
    // aws-resource-ec2-volumeattachment: a stack's volume may be attached to an instance from elsewhere.
    const disk = of<Volume>('volume');
    inside((all) => {
      const instance = all.get<Instance>('instance', alone())!;
      const held = { ...instance.volumes[0]!, id: disk.id, deviceName: '/dev/sdf', deleteOnTermination: true };
      all.put('instance', instance.id, { ...instance, volumes: [...instance.volumes, held] });
      all.put('volume', disk.id, { ...disk, attachedTo: instance.id });
    });
    await expectRefused(world, 'ownership', 'plan_instance_action', { instance_ids: [alone()], action: 'terminate' });
  });
});

/** Imports are not here: the sandbox has none, so `plan-first`'s refusal of them is seen in its vectors only. */
describe('a stack that another owns', () => {
  const parent = (url: string) => `Resources:
  Child:
    Type: AWS::CloudFormation::Stack
    Properties: { TemplateURL: '${url}' }
`;
  async function nest() {
    const url = 'https://templates.s3.eu-west-1.amazonaws.com/child.yaml';
    const { putTemplateObject } = await import('../../src/sandbox/facts.ts');
    const { seedWorld } = await import('../../src/sandbox/seed-file.ts');
    inside((all) => {
      putTemplateObject(all, url, CHILD);
      seedWorld(all, { stacks: [{ name: 'parent-prod', template: parent(url) }] });
    });
    const { resources } = (await world.call('describe_stack', { stack: 'parent-prod' })) as never as {
      resources: unknown;
    };
    return /arn:aws:cloudformation:[^"\s·]+/.exec(JSON.stringify(resources))![0];
  }

  it('is not changed, deleted or rolled back by its own name or ARN', async () => {
    const arn = await nest();
    const name = arn.split('/')[1]!;
    const app = await world.another({ policy: world.policyText.replace('"*-prod"', '"*"') });
    const set = [{ path: 'Resources.Inbox.Properties.VisibilityTimeout', value: 45 }];
    for (const stack of [arn, name])
      for (const [tool, input] of [
        ['plan_stack_update', { stack, set }],
        ['plan_stack_delete', { stack }],
        ['plan_stack_rollback', { stack }],
      ] as const)
        expect((await world.verdict('change-set-only', tool, input, app)).outcome).toMatch(
          /^(?:deny|GUARD_CHANGE_SET_ONLY$|STATE_NOTHING_TO_ROLL_BACK$)/,
        );
    expect(world.writes()).toEqual([]);
  });

  it('is not an instance of a StackSet', async () => {
    const stack = 'StackSet-base-0b0cf5c6-prod';
    const set = [{ path: 'Resources.Inbox.Properties.VisibilityTimeout', value: 45 }];
    await expectRefused(world, 'change-set-only', 'plan_stack_update', { stack, set });
    await expectRefused(world, 'change-set-only', 'plan_stack_delete', { stack });
  });
});
