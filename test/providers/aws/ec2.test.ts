import {
  CreateStackCommand,
  DeleteStackCommand,
  DescribeStacksCommand,
  UpdateStackCommand,
} from '@aws-sdk/client-cloudformation';
import { CreateSnapshotCommand, DeleteSnapshotCommand, ModifyInstanceAttributeCommand } from '@aws-sdk/client-ec2';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { mintPlanningPermit } from '../../../src/core/permit.ts';
import { makeSecurityGroup } from '../../../src/sandbox/ec2/security-groups.ts';
import { type Ec2World, openEc2World } from './ec2-world.ts';

const permit = () => mintPlanningPermit('123456789012', 'eu-west-1');

let world: Ec2World;
beforeEach(async () => {
  world = await openEc2World();
});
afterEach(() => world.close());

const HOUR = 3_600_000;
const later = (milliseconds: number) => world.another({ now: () => new Date(Date.now() + milliseconds) });
const act = (name: string, action: string, app = world.app) =>
  world.plan('plan_instance_action', { instance_ids: [world.instance(name).id], action }, app);
const refusal = (tool: string, input: object) => world.call(tool, input);

describe('a plan to terminate', () => {
  it('makes tagged snapshots of the volumes that would go, and of no others, before it', async () => {
    const { plan } = await act('archive', 'terminate');
    const [root, kept] = world.instance('archive').volumes;
    expect(plan.calls.map(({ operation, input }) => [operation, input.VolumeId ?? input.InstanceIds])).toEqual([
      ['CreateSnapshot', root!.id],
      ['TerminateInstances', [world.instance('archive').id]],
    ]);
    expect(JSON.stringify(plan.calls)).not.toContain(kept!.id);
    expect(plan.calls[0]?.input.TagSpecifications).toEqual([
      {
        ResourceType: 'snapshot',
        Tags: [{ Key: 'countersign:plan', Value: expect.stringMatching(/^[0-9a-f]{16}\/snapshot1$/) }],
      },
    ]);
    expect(plan.effects).toMatchObject([
      { kind: 'delete', holds: 'data', reversibility: 'recoverable', retention: { effective: 'Snapshot' } },
    ]);
  });

  it('takes a completed snapshot of the last 24 h as the recovery point, and an older one not', async () => {
    const volume = world.instance('batch').volumes[0]!.id;
    const { SnapshotId } = await world.ec2.send(new CreateSnapshotCommand({ VolumeId: volume }));
    const recent = (await act('batch', 'terminate', await later(23 * HOUR))).plan;
    expect(recent.calls.map(({ operation }) => operation)).toEqual(['TerminateInstances']);
    expect(recent.effects[0]).toMatchObject({ recoveryPoint: { id: SnapshotId }, reversibility: 'recoverable' });
    const old = (await act('batch', 'terminate', await later(25 * HOUR))).plan;
    expect(old.calls.map(({ operation }) => operation)).toEqual(['CreateSnapshot', 'TerminateInstances']);
    expect(old.effects[0]).not.toHaveProperty('recoveryPoint');
  });

  it('computed again is the same plan, whatever snapshots were made since; without its recovery point it is not', async () => {
    const volume = world.instance('batch').volumes[0]!.id;
    const { SnapshotId } = await world.ec2.send(new CreateSnapshotCommand({ VolumeId: volume }));
    const standing = (await act('batch', 'terminate')).plan;
    const making = (await act('archive', 'terminate')).plan;
    for (const name of ['batch', 'archive'])
      await world.ec2.send(new CreateSnapshotCommand({ VolumeId: world.instance(name).volumes[0]!.id }));
    for (const plan of [standing, making]) {
      const { target, calls, effects, observed } = await world.app.cloud.recompute(plan, permit());
      expect({ target, calls, effects, observed }).toEqual({
        target: plan.target,
        calls: plan.calls,
        effects: plan.effects,
        observed: plan.observed,
      });
    }
    await world.ec2.send(new DeleteSnapshotCommand({ SnapshotId }));
    expect((await world.app.cloud.recompute(standing, permit())).calls).not.toEqual(standing.calls);
  });

  it('reads all its facts in one call each, but for the attribute that EC2 tells one at a time', async () => {
    world.operations();
    await world.plan('plan_instance_action', {
      instance_ids: ['batch', 'archive', 'bastion'].map((name) => world.instance(name).id),
      action: 'terminate',
    });
    const counts: Record<string, number> = {};
    for (const operation of world.operations()) counts[operation] = (counts[operation] ?? 0) + 1;
    expect(counts).toMatchObject({
      DescribeInstances: 1,
      DescribeInstanceTypes: 1,
      DescribeSnapshots: 1,
      DescribeInstanceAttribute: 3,
    });
  });

  it('is refused under termination protection', async () => {
    const { answer } = await act('bastion', 'terminate');
    expect(answer).toMatchObject({
      decision: 'denied',
      verdicts: expect.arrayContaining([expect.objectContaining({ code: 'GUARD_PROTECTION' })]),
    });
  });
});

describe('a plan to stop, start or reboot', () => {
  it('loses the instance store of a type that has one, and only then', async () => {
    const { id } = world.instance('archive');
    await world.ec2.send(new ModifyInstanceAttributeCommand({ InstanceId: id, InstanceType: { Value: 'm5d.large' } }));
    world.store.transact((inside) => inside.put('instance', id, { ...world.instance('archive'), state: 'running' }));
    expect((await act('archive', 'stop')).plan.effects).toMatchObject([
      { kind: 'stop', holds: 'data', reversibility: 'irreversible', interrupts: 'yes' },
    ]);
    expect((await act('batch', 'stop')).plan.effects).toMatchObject([{ kind: 'stop', reversibility: 'reversible' }]);
    expect((await act('archive', 'reboot')).plan.effects).toMatchObject([
      { kind: 'reboot', reversibility: 'reversible' },
    ]);
  });

  it('is refused under stop protection', async () => {
    const InstanceId = world.instance('batch').id;
    await world.ec2.send(new ModifyInstanceAttributeCommand({ InstanceId, DisableApiStop: { Value: true } }));
    expect((await act('batch', 'stop')).answer).toMatchObject({ decision: 'denied' });
    const resize = await world.plan('plan_instance_type', { instance_id: InstanceId, instance_type: 'm5.large' });
    expect(resize.answer).toMatchObject({ decision: 'denied' });
  });

  it('changes nothing where everything is so already, and acts only on the others', async () => {
    expect((await act('archive', 'stop')).answer).toMatchObject({ decision: 'no_change' });
    const both = ['archive', 'batch'].map((name) => world.instance(name).id);
    const { plan } = await world.plan('plan_instance_action', { instance_ids: both, action: 'stop' });
    expect(plan.calls.map(({ input }) => input.InstanceIds)).toEqual([[world.instance('batch').id]]);
    expect(plan.effects).toHaveLength(1);
  });

  it('says which state is in the way', async () => {
    const answer = await refusal('plan_instance_action', {
      instance_ids: [world.instance('archive').id],
      action: 'reboot',
    });
    expect(answer).toMatchObject({ code: 'INPUT_INVALID', message: expect.stringContaining('is stopped') });
  });
});

describe('a plan for another instance type', () => {
  it('stops, modifies and starts a running instance, and only modifies a stopped one', async () => {
    const resize = (name: string) =>
      world.plan('plan_instance_type', { instance_id: world.instance(name).id, instance_type: 'm5.large' });
    const running = await resize('batch');
    expect(running.plan.calls.map(({ operation }) => operation)).toEqual([
      'StopInstances',
      'ModifyInstanceAttribute',
      'StartInstances',
    ]);
    expect(running.plan.effects).toMatchObject([
      {
        kind: 'update',
        interrupts: 'yes',
        reversibility: 'reversible',
        size: 'm5.large',
        properties: [{ path: 'Properties.InstanceType', before: 't3.large', after: 'm5.large' }],
      },
    ]);
    expect(running.answer).toMatchObject({ decision: 'needs_approval', seats: { needed: 1 } });
    const stopped = await resize('archive');
    expect(stopped.plan.calls.map(({ operation }) => operation)).toEqual(['ModifyInstanceAttribute']);
    expect(stopped.plan.effects).toMatchObject([{ interrupts: 'no' }]);
  });

  it('is irreversible when the present type has an instance store', async () => {
    const { id } = world.instance('batch');
    world.store.transact((inside) => inside.put('instance', id, { ...world.instance('batch'), type: 'm5d.large' }));
    const { plan } = await world.plan('plan_instance_type', { instance_id: id, instance_type: 'm5.large' });
    expect(plan.effects).toMatchObject([{ kind: 'update', holds: 'data', reversibility: 'irreversible' }]);
  });

  it('refuses a type that is not there, and changes nothing for the one that it has', async () => {
    const instance_id = world.instance('batch').id;
    expect(await refusal('plan_instance_type', { instance_id, instance_type: 'm9.huge' })).toMatchObject({
      code: 'INPUT_INVALID',
      message: 'There is no instance type m9.huge in eu-west-1.',
    });
    const same = await world.plan('plan_instance_type', { instance_id, instance_type: 't3.large' });
    expect(same.answer).toMatchObject({ decision: 'no_change' });
  });
});

describe('a plan of security group rules', () => {
  let group: string;
  beforeEach(() => {
    const web = { region: 'eu-west-1', description: 'd', tags: [] };
    const permission = (CidrIp: string, port: number) => ({
      IpProtocol: 'tcp',
      FromPort: port,
      ToPort: port,
      IpRanges: [{ CidrIp }],
    });
    world.store.transact((inside) => {
      makeSecurityGroup(inside, { ...web, name: 'web', ingress: [permission('0.0.0.0/0', 443)] });
      group = makeSecurityGroup(inside, {
        ...web,
        name: 'app',
        ingress: [permission('10.0.0.0/8', 80), permission('10.1.0.0/16', 22)],
      }).id;
      const batch = inside.get<object>('instance', world.instance('batch').id);
      inside.put('instance', world.instance('batch').id, { ...batch, groupIds: [group] });
    });
  });
  const rules = (authorize: string[], revoke: string[] = []) =>
    world.plan('plan_security_group_rules', { group_id: group, authorize, revoke });

  it('tells what is gained together with the rules that are there, and who uses the group', async () => {
    const { plan } = await rules(['ingress tcp 80 10.9.1.2/16', 'ingress tcp 8000-8080 192.168.1.0/24 # probes']);
    expect(plan.calls).toMatchObject([
      {
        operation: 'AuthorizeSecurityGroupIngress',
        input: {
          GroupId: group,
          IpPermissions: [
            { IpProtocol: 'tcp', FromPort: 80, ToPort: 80, IpRanges: [{ CidrIp: '10.9.0.0/16' }] },
            { FromPort: 8000, ToPort: 8080, IpRanges: [{ CidrIp: '192.168.1.0/24', Description: 'probes' }] },
          ],
        },
      },
    ]);
    expect(plan.effects[0]?.marks).toEqual([
      expect.objectContaining({
        kind: 'expose',
        network: { range: '192.168.1.0/24', protocol: 'tcp', fromPort: 8000, toPort: 8080 },
      }),
    ]);
    expect(plan.observed.resources).toMatchObject([
      { id: group, type: 'AWS::EC2::SecurityGroup', owner: null, facts: { usedBy: [world.instance('batch').id] } },
    ]);
    expect(plan.effects[0]?.why).toContain(world.instance('batch').id);
  });

  it('shows the world when two halves of it are opened one after the other', async () => {
    world.store.transact((inside) => {
      const known = inside.get<object>('security_group', group);
      const half = { IpProtocol: 'tcp', FromPort: 22, ToPort: 22, IpRanges: [{ CidrIp: '0.0.0.0/1' }] };
      inside.put('security_group', group, { ...known, ingress: [half] });
    });
    const { plan } = await rules(['ingress tcp 22 128.0.0.0/1']);
    expect(plan.effects[0]?.marks).toMatchObject([{ kind: 'expose', network: { range: '0.0.0.0/0', fromPort: 22 } }]);
  });

  it('lets nobody new in by a rule that names the group itself, open as it may be', async () => {
    const { plan } = await rules([`ingress all ${group}`]);
    expect(plan.effects[0]?.marks).toEqual([]);
  });
  it('tells of a group that is itself open what it is open to, and claims nothing more', async () => {
    const { plan } = await rules([`ingress tcp 9000 ${world.group('web').id}`]);
    expect(plan.effects[0]?.marks).toMatchObject([
      {
        kind: 'expose',
        network: { range: world.group('web').id },
        target: { id: world.group('web').id },
        text: expect.stringContaining('is itself open to 0.0.0.0/0'),
      },
    ]);
    expect(plan.effects[0]?.marks).toHaveLength(1);
  });

  it('marks what a revoked rule cuts, and nothing where another rule lets it through', async () => {
    const cut = await rules([], ['ingress tcp 22 10.1.0.0/16 # said otherwise']);
    expect(cut.plan.calls).toMatchObject([
      {
        operation: 'RevokeSecurityGroupIngress',
        input: {
          IpPermissions: [{ IpProtocol: 'tcp', FromPort: 22, ToPort: 22, IpRanges: [{ CidrIp: '10.1.0.0/16' }] }],
        },
      },
    ]);
    expect(JSON.stringify(cut.plan.calls)).not.toContain('said otherwise');
    expect(cut.plan.effects[0]?.marks).toMatchObject([
      { kind: 'disconnect', text: 'No longer allows tcp 22 from 10.1.0.0/16.' },
    ]);
    const replaced = await rules(['ingress tcp 22 10.0.0.0/8'], ['ingress tcp 22 10.1.0.0/16']);
    expect(replaced.plan.calls.map(({ operation }) => operation)).toEqual([
      'AuthorizeSecurityGroupIngress',
      'RevokeSecurityGroupIngress',
    ]);
    expect(replaced.plan.effects[0]?.marks.map(({ kind }) => kind)).toEqual(['expose']);
  });

  it('changes nothing for rules that are there, however they are written, and refuses to revoke those that are not', async () => {
    expect((await rules(['ingress 6 80 10.44.0.1/8'])).answer).toMatchObject({ decision: 'no_change' });
    expect(
      await refusal('plan_security_group_rules', { group_id: group, revoke: ['ingress tcp 81 10.0.0.0/8'] }),
    ).toMatchObject({ code: 'INPUT_NOT_FOUND', remedy: expect.stringContaining('describe_security_groups') });
    for (const line of [
      'tcp 80 10.0.0.0/8',
      'ingress tcp 10.0.0.0/8',
      'ingress tcp 99999 10.0.0.0/8',
      'ingress all 80 10.0.0.0/8',
    ])
      expect(await refusal('plan_security_group_rules', { group_id: group, authorize: [line] }), line).toMatchObject({
        code: 'INPUT_INVALID',
      });
  });
});

describe('a plan of tags', () => {
  it('says each tag before and after, and touches only what differs', async () => {
    const [batch, archive] = [world.instance('batch'), world.instance('archive')];
    const volume = batch.volumes[0]!.id;
    const { plan } = await world.plan('plan_tags', {
      resource_ids: [volume, batch.id, archive.id, batch.id],
      set: { Name: 'batch', team: 'a' },
      remove: ['gone'],
    });
    expect(plan.effects.map(({ type, physicalId, kind }) => [type, physicalId, kind])).toEqual(
      [
        ['AWS::EC2::Instance', archive.id, 'tag'],
        ['AWS::EC2::Instance', batch.id, 'tag'],
        ['AWS::EC2::Volume', volume, 'tag'],
      ].sort((a, b) => (a[1]! < b[1]! ? -1 : 1)),
    );
    expect(plan.effects.find(({ physicalId }) => physicalId === archive.id)?.properties).toEqual([
      { path: 'Tags.Name', before: 'archive', after: 'batch', replaces: 'never' },
      { path: 'Tags.team', after: 'a', replaces: 'never' },
    ]);
    expect(plan.effects.find(({ physicalId }) => physicalId === batch.id)?.properties).toHaveLength(1);
    expect(plan.calls.map(({ operation }) => operation)).toEqual(['CreateTags']);
    const same = await world.plan('plan_tags', { resource_ids: [batch.id], set: { Name: 'batch' }, remove: ['gone'] });
    expect(same.answer).toMatchObject({ decision: 'no_change' });
  });

  it('refuses AWS’s own tags, ours, tags that decide policy, and what has no tags here', async () => {
    const resource_ids = [world.instance('batch').id];
    for (const key of ['aws:cloudformation:stack-name', 'AWS:x', 'countersign:plan'])
      expect(await refusal('plan_tags', { resource_ids, set: { [key]: 'x' } }), key).toMatchObject({
        code: 'INPUT_INVALID',
      });
    expect(await refusal('plan_tags', { resource_ids, remove: ['aws:x'] })).toMatchObject({ code: 'INPUT_INVALID' });
    expect(await refusal('plan_tags', { resource_ids })).toMatchObject({ code: 'INPUT_INVALID' });
    expect(await refusal('plan_tags', { resource_ids: ['vpc-00000001'], set: { a: 'b' } })).toMatchObject({
      code: 'INPUT_INVALID',
    });
    const { answer } = await world.plan('plan_tags', { resource_ids, set: { environment: 'disposable' } });
    expect(answer).toMatchObject({
      decision: 'denied',
      verdicts: expect.arrayContaining([expect.objectContaining({ code: 'GUARD_LABELS' })]),
    });
  });
});

describe('the owner of what a plan touches', () => {
  const template = (kept: boolean) =>
    JSON.stringify({
      Resources: {
        Topic: { Type: 'AWS::SNS::Topic' },
        ...(kept
          ? {
              Worker: {
                Type: 'AWS::EC2::Instance',
                DeletionPolicy: 'Retain',
                Properties: { InstanceType: 't3.micro', Tags: [{ Key: 'Name', Value: 'kept' }] },
              },
            }
          : {}),
      },
    });
  const ownerOf = async (app = world.app) => (await act('kept', 'stop', app)).plan.subject.resources[0]?.owner;
  beforeEach(async () => {
    await world.cloudFormation.send(new CreateStackCommand({ StackName: 'kept-prod', TemplateBody: template(true) }));
    // The sandbox moves a stack on at the next request.
    await world.cloudFormation.send(new DescribeStacksCommand({ StackName: 'kept-prod' }));
  });

  it('is the stack, and plans on it are refused', async () => {
    expect(await ownerOf()).toEqual({ kind: 'stack', name: 'kept-prod' });
    expect((await act('kept', 'stop')).answer).toMatchObject({
      decision: 'denied',
      verdicts: expect.arrayContaining([expect.objectContaining({ code: 'GUARD_OWNERSHIP' })]),
    });
  });

  it('is a stack that let it go, for 30 days after its deletion', async () => {
    await world.cloudFormation.send(new DeleteStackCommand({ StackName: 'kept-prod' }));
    expect(await ownerOf()).toEqual({ kind: 'stack', name: 'kept-prod', released: true });
    expect(await ownerOf(await later(29 * 24 * HOUR))).toMatchObject({ released: true });
    expect(await ownerOf(await later(31 * 24 * HOUR))).toBeNull();
  });

  it('is a stack that goes on without it', async () => {
    await world.cloudFormation.send(new UpdateStackCommand({ StackName: 'kept-prod', TemplateBody: template(false) }));
    expect(await ownerOf()).toEqual({ kind: 'stack', name: 'kept-prod', released: true });
  });

  it('is the instance’s for its volume, and the stack’s for its security group', async () => {
    const volume_id = world.instance('kept').volumes[0]!.id;
    const snapshot = await world.plan('plan_snapshot', { volume_id });
    expect(snapshot.plan.observed.resources).toMatchObject([
      { id: volume_id, owner: { kind: 'stack', name: 'kept-prod' } },
    ]);
    const rules = await world.plan('plan_security_group_rules', {
      group_id: world.group('cost-explorer-prod').id,
      authorize: ['ingress tcp 80 10.0.0.0/8'],
    });
    expect(rules.plan.observed.resources).toMatchObject([{ owner: { kind: 'stack', name: 'cost-explorer-prod' } }]);
  });

  it('is an auto-scaling group before the stack that made the group', async () => {
    const kept = world.instance('kept');
    world.store.transact((inside) =>
      inside.put('instance', kept.id, {
        ...kept,
        tags: [...kept.tags, { Key: 'aws:autoscaling:groupName', Value: 'fleet' }],
      }),
    );
    expect(await ownerOf()).toEqual({ kind: 'auto_scaling_group', name: 'fleet' });
  });
});
