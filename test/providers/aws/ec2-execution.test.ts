import {
  AuthorizeSecurityGroupIngressCommand,
  CreateSnapshotCommand,
  DescribeSnapshotsCommand,
  DescribeVolumesCommand,
} from '@aws-sdk/client-ec2';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makeSecurityGroup } from '../../../src/sandbox/ec2/security-groups.ts';
import { addFault, type FaultRequest } from '../../../src/sandbox/faults.ts';
import { type Ec2World, openEc2World } from './ec2-world.ts';

let world: Ec2World;
beforeEach(async () => {
  world = await openEc2World();
});
afterEach(() => world.close());

const fault = (request: FaultRequest) => world.store.transact((inside) => addFault(inside, request));
const planned = async (tool: string, input: object) => (await world.plan(tool, input)).answer.plan_id;
const acting = (name: string, action: string) =>
  planned('plan_instance_action', { instance_ids: [world.instance(name).id], action });
const written = () => world.writes().map(({ operation }) => operation);
const snapshotsOf = async (volume: string) =>
  (await world.ec2.send(new DescribeSnapshotsCommand({ Filters: [{ Name: 'volume-id', Values: [volume] }] })))
    .Snapshots ?? [];

describe('each road of EC2 to its end', () => {
  it('terminates when the snapshots are complete', async () => {
    world.store.setPace(0.1);
    const volume = world.instance('batch').volumes[0]!.id;
    const planId = await acting('batch', 'terminate');
    expect(await world.carryOut(planId)).toMatchObject({ state: 'succeeded' });
    expect(written()).toEqual(['CreateSnapshot', 'TerminateInstances']);
    const [snapshot] = await snapshotsOf(volume);
    const terminated = world.store.calls().findLast(({ operation }) => operation === 'TerminateInstances')!;
    expect(snapshot).toMatchObject({ State: 'completed', Tags: [{ Key: 'countersign:plan' }] });
    expect(Date.parse(terminated.at)).toBeGreaterThanOrEqual(snapshot!.CompletionTime!.getTime());
    expect(world.instance('batch').state).toBe('terminated');
    await expect(world.ec2.send(new DescribeVolumesCommand({ VolumeIds: [volume] }))).rejects.toThrow();
  });

  it('gives a running instance another type: each step waits for the one before', async () => {
    world.store.setPace(0.2);
    const id = await planned('plan_instance_type', {
      instance_id: world.instance('batch').id,
      instance_type: 'm5.large',
    });
    expect(await world.carryOut(id, 'scale')).toMatchObject({ state: 'succeeded' });
    expect(written()).toEqual(['StopInstances', 'ModifyInstanceAttribute', 'StartInstances']);
    expect(world.instance('batch')).toMatchObject({ type: 'm5.large', state: 'running' });
  });

  it('stops, starts and reboots', async () => {
    expect(await world.carryOut(await acting('batch', 'reboot'), 'fix')).toMatchObject({ state: 'succeeded' });
    expect(await world.carryOut(await acting('batch', 'stop'), 'scale')).toMatchObject({ state: 'succeeded' });
    expect(world.instance('batch').state).toBe('stopped');
    expect(await world.carryOut(await acting('batch', 'start'), 'scale')).toMatchObject({ state: 'succeeded' });
    expect(world.instance('batch').state).toBe('running');
  });

  it('opens and closes a security group', async () => {
    const group_id = world.store.transact((inside) =>
      makeSecurityGroup(inside, { region: 'eu-west-1', name: 'app', description: 'd', tags: [] }),
    ).id;
    const rule = 'ingress tcp 443 10.0.0.0/8';
    const open = await planned('plan_security_group_rules', { group_id, authorize: [rule] });
    expect(await world.carryOut(open, 'configure')).toMatchObject({ state: 'succeeded' });
    const shown = await world.call('describe_security_groups', { group_ids: [group_id] });
    expect(shown).toMatchObject({ security_groups: [{ rules: [rule, 'egress all 0.0.0.0/0'], open_to_world: [] }] });
    const close = await planned('plan_security_group_rules', {
      group_id,
      authorize: ['ingress udp 53 sg-00000000 # dns'.replace('sg-00000000', group_id)],
      revoke: [rule, 'egress all 0.0.0.0/0'],
    });
    expect(await world.carryOut(close, 'configure')).toMatchObject({ state: 'succeeded' });
    expect(await world.call('describe_security_groups', { group_ids: [group_id] })).toMatchObject({
      security_groups: [{ rules: [`ingress udp 53 ${group_id}`] }],
    });
  });

  it('makes a snapshot of a volume, also of one that a stack owns', async () => {
    const owned = world.store.transact((inside) =>
      inside
        .list<{ tags: { Value: string }[]; volumes: { id: string }[] }>('instance')
        .find(({ tags }) => tags.some(({ Value }) => Value === 'cost-explorer-prod')),
    )!.volumes[0]!.id;
    const id = await planned('plan_snapshot', { volume_id: owned, description: 'before the migration' });
    expect(await world.carryOut(id, 'configure')).toMatchObject({ state: 'succeeded' });
    expect(await snapshotsOf(owned)).toMatchObject([{ State: 'completed', Description: 'before the migration' }]);
  });

  it('sets and removes tags', async () => {
    const [instance, volume] = [world.instance('batch'), world.instance('batch').volumes[0]!.id];
    const input = { resource_ids: [instance.id, volume], set: { team: 'a' }, remove: ['Name'] };
    expect(await world.carryOut(await planned('plan_tags', input), 'configure')).toMatchObject({ state: 'succeeded' });
    expect(written()).toEqual(['CreateTags', 'DeleteTags']);
    const [after] = (await world.ec2.send(new DescribeVolumesCommand({ VolumeIds: [volume] }))).Volumes!;
    expect(after!.Tags).toEqual([{ Key: 'team', Value: 'a' }]);
    expect(world.store.transact((inside) => inside.get<{ tags: object[] }>('instance', instance.id))!.tags).toEqual([
      { Key: 'team', Value: 'a' },
    ]);
  });
});

describe('before the first call leaves', () => {
  it('each call is tried with DryRun', async () => {
    await world.carryOut(await acting('batch', 'terminate'));
    const calls = world.store.calls().filter(({ class: kind }) => kind === 'write' || kind === 'plan');
    expect(calls.map(({ operation, dryRun }) => [operation, dryRun ?? false])).toEqual([
      ['CreateSnapshot', true],
      ['TerminateInstances', true],
      ['CreateSnapshot', false],
      ['TerminateInstances', false],
    ]);
  });

  it('a permission that is missing for the last refuses, and nothing was done', async () => {
    const planId = await acting('batch', 'terminate');
    fault({ kind: 'denied', operation: 'TerminateInstances' });
    await expect(world.carryOut(planId)).rejects.toMatchObject(
      code: 'AWS_ACCESS_DENIED',
      message: expect.stringMatching(/^ec2:TerminateInstances: .*not authorized/),
      remedy: expect.stringMatching(/^Nothing was done, and the change stays approved until/),);
    expect(written()).toEqual([]);
  });

  it('a connection that breaks while trying refuses, and nothing was done', async () => {
    const planId = await acting('batch', 'stop');
    fault({ kind: 'drop_before', operation: 'StopInstances', times: 'always' });
    await expect(world.carryOut(planId, 'scale')).rejects.toMatchObject({ code: 'AWS_UNREACHABLE' });
    expect(world.instance('batch').state).toBe('running');
  });

  it('what has changed since the plan was signed makes it stale', async () => {
    const group_id = world.store.transact((inside) =>
      makeSecurityGroup(inside, { region: 'eu-west-1', name: 'app', description: 'd', tags: [] }),
    ).id;
    const planId = await planned('plan_security_group_rules', { group_id, authorize: ['ingress tcp 80 10.0.0.0/8'] });
    const IpPermissions = [{ IpProtocol: 'tcp', FromPort: 22, ToPort: 22, IpRanges: [{ CidrIp: '0.0.0.0/0' }] }];
    await world.ec2.send(new AuthorizeSecurityGroupIngressCommand({ GroupId: group_id, IpPermissions }));
    await expect(world.carryOut(planId, 'configure')).rejects.toMatchObject({ code: 'STATE_STALE' });
    expect(written()).toEqual(['AuthorizeSecurityGroupIngress']);
  });
});

describe('an answer that was lost', () => {
  it('of a snapshot is found again by its tag, and the snapshot is not made twice', async () => {
    const volume = world.instance('batch').volumes[0]!.id;
    await world.ec2.send(new CreateSnapshotCommand({ VolumeId: world.instance('archive').volumes[0]!.id }));
    const planId = await planned('plan_snapshot', { volume_id: volume });
    fault({ kind: 'drop_after', operation: 'CreateSnapshot', skip: 1 });
    expect(await world.carryOut(planId, 'configure')).toMatchObject({ state: 'succeeded' });
    expect(await snapshotsOf(volume)).toHaveLength(1);
  });

  it('of a snapshot that was not made is unknown, and nothing after it is done', async () => {
    const planId = await acting('batch', 'terminate');
    fault({ kind: 'drop_before', operation: 'CreateSnapshot', skip: 1 });
    expect(await world.carryOut(planId)).toMatchObject({
      state: 'unknown',
      outcome: { calls: [{ step: 'snapshot1', outcome: 'unknown' }] },
    });
    expect(world.instance('batch').state).toBe('running');
  });

  it('of any other call is unknown, and the call is not repeated', async () => {
    const planId = await acting('batch', 'stop');
    fault({ kind: 'drop_after', operation: 'StopInstances', skip: 1 });
    expect(await world.carryOut(planId, 'scale')).toMatchObject({ state: 'unknown' });
    expect(written()).toEqual(['StopInstances']);
  });
});
