import {
  DescribeInstanceStatusCommand,
  DescribeInstancesCommand,
  type EC2Client,
  ModifyInstanceAttributeCommand,
  StartInstancesCommand,
  StopInstancesCommand,
  TerminateInstancesCommand,
} from '@aws-sdk/client-ec2';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ec2 as service } from '../../src/sandbox/ec2/index.ts';
import { type Endpoint, openEndpoint } from './endpoint.ts';

const [BATCH, BASTION, LOCAL] = ['i-0000000a', 'i-0000000b', 'i-0000000c'];
const GROUP = 'sg-0000000a';
let at: Endpoint;
let ec2: EC2Client;
beforeEach(() => {
  at = openEndpoint(
    {
      security_groups: [{ id: GROUP, name: 'web' }],
      instances: [
        {
          id: BATCH,
          name: 'batch',
          volumes: [{ id: 'vol-0000000a', size_gib: 8, snapshots: [{ id: 'snap-0000000a' }] }],
        },
        { id: BASTION, name: 'bastion', termination_protection: true, stop_protection: true },
        { id: LOCAL, name: 'local', type: 'i3.large', root_device: 'instance-store' },
      ],
    },
    1,
  );
  ec2 = at.ec2();
});
afterEach(() => at.close());

const later = (seconds: number) => at.store.advanceClock(seconds * 1000);
const all = async () => {
  const { Reservations = [] } = await ec2.send(new DescribeInstancesCommand({}));
  return Object.fromEntries(
    Reservations.flatMap(({ Instances = [] }) => Instances).map((instance) => [instance.InstanceId, instance]),
  );
};
const stateOf = async (id: string) => (await all())[id]?.State?.Name;
const stop = (...InstanceIds: string[]) => ec2.send(new StopInstancesCommand({ InstanceIds }));
const start = (...InstanceIds: string[]) => ec2.send(new StartInstancesCommand({ InstanceIds }));
const terminate = (...InstanceIds: string[]) => ec2.send(new TerminateInstancesCommand({ InstanceIds }));

describe('instances of the sandbox', () => {
  it('take their time: stopping is not stopped, and cannot be started', async () => {
    const before = (await all())[BATCH]?.LaunchTime;
    await stop(BATCH);
    expect(await stateOf(BATCH)).toBe('stopping');
    await expect(start(BATCH)).rejects.toMatchObject({ name: 'IncorrectInstanceState' });
    later(3);
    expect(await stateOf(BATCH)).toBe('stopped');
    await start(BATCH);
    expect(await stateOf(BATCH)).toBe('pending');
    later(3);
    expect(await stateOf(BATCH)).toBe('running');
    expect((await all())[BATCH]?.LaunchTime?.getTime()).toBeGreaterThan(before!.getTime());
  });
  it('are changed all or not at all', async () => {
    await expect(terminate(BATCH, BASTION)).rejects.toMatchObject({ name: 'OperationNotPermitted' });
    await expect(stop(BATCH, 'i-0000ffff')).rejects.toMatchObject({ name: 'InvalidInstanceID.NotFound' });
    expect(await stateOf(BATCH)).toBe('running');
  });
  it('with a root device in the instance store cannot be stopped', async () => {
    await expect(stop(LOCAL)).rejects.toMatchObject({ name: 'UnsupportedOperation' });
    expect((await terminate(LOCAL)).TerminatingInstances?.[0]?.CurrentState?.Name).toBe('shutting-down');
  });
  it('can be terminated twice, and have no volumes afterwards', async () => {
    await terminate(BATCH);
    later(3);
    const { TerminatingInstances } = await terminate(BATCH);
    expect(TerminatingInstances).toMatchObject([{ PreviousState: { Name: 'terminated' }, CurrentState: { Code: 48 } }]);
    expect((await all())[BATCH]?.BlockDeviceMappings ?? []).toEqual([]);
  });
  it('have a status while they run; others when asked for', async () => {
    await stop(BATCH);
    const ids = async (IncludeAllInstances: boolean) => {
      const { InstanceStatuses = [] } = await ec2.send(new DescribeInstanceStatusCommand({ IncludeAllInstances }));
      return InstanceStatuses.map(({ InstanceId, InstanceState }) => [InstanceId, InstanceState?.Name]);
    };
    expect(await ids(false)).toEqual([
      [BASTION, 'running'],
      [LOCAL, 'running'],
    ]);
    expect(await ids(true)).toContainEqual([BATCH, 'stopping']);
  });
  it.each([
    [{ InstanceType: { Value: 't9.huge' } }, 'InvalidInstanceAttributeValue'],
    [{ InstanceType: { Value: 't3.small' } }, 'IncorrectInstanceState'],
    [{ SourceDestCheck: { Value: false } }, 'InvalidParameterValue'],
    [{ Attribute: 'userData' as const, Value: 'x' }, 'InvalidParameterValue'],
    [{ DisableApiStop: { Value: false }, DisableApiTermination: { Value: false } }, 'InvalidParameterCombination'],
    [{}, 'InvalidParameterValue'],
  ])('refuses %o with %s', async (input, name) => {
    await expect(ec2.send(new ModifyInstanceAttributeCommand({ InstanceId: BASTION, ...input }))).rejects.toMatchObject(
      { name },
    );
  });
  it('can be terminated once the protection is lifted', async () => {
    await ec2.send(
      new ModifyInstanceAttributeCommand({ InstanceId: BASTION, DisableApiTermination: { Value: false } }),
    );
    expect((await terminate(BASTION)).TerminatingInstances).toHaveLength(1);
  });
  it.each([
    [{ InstanceIds: ['nonsense'] }, 'InvalidInstanceID.Malformed'],
    [{ InstanceIds: [BATCH], MaxResults: 5 }, 'InvalidParameterCombination'],
    [{ NextToken: 'x' }, 'InvalidNextToken'],
    [{ Filters: [{ Name: 'owner', Values: ['x'] }] }, 'InvalidParameterValue'],
  ])('are not described by %o: %s', async (input, name) => {
    await expect(ec2.send(new DescribeInstancesCommand(input))).rejects.toMatchObject({ name });
  });
  it('are found by every filter that is known, with wildcards', async () => {
    const found = async (Name: string, value: string) => {
      const { Reservations = [] } = await ec2.send(
        new DescribeInstancesCommand({ Filters: [{ Name, Values: [value] }] }),
      );
      return Reservations.map(({ Instances }) => Instances?.[0]?.InstanceId);
    };
    expect(await found('tag:Name', 'b*')).toEqual([BATCH, BASTION]);
    expect(await found('instance-type', 'i3.*')).toEqual([LOCAL]);
    expect(await found('block-device-mapping.volume-id', 'vol-0000000a')).toEqual([BATCH]);
    expect(await found('root-device-type', 'instance-store')).toEqual([LOCAL]);
    expect(await found('instance.group-id', GROUP)).toEqual([]);
  });
});

describe('DryRun', () => {
  const permission = [{ IpProtocol: 'tcp', FromPort: 1, ToPort: 1, IpRanges: [{ CidrIp: '10.0.0.0/8' }] }];
  const tags = { Resources: [BATCH], Tags: [{ Key: 'a', Value: 'b' }] };
  const WRITES: Record<string, Record<string, unknown>> = {
    StartInstances: { InstanceIds: [BATCH] },
    StopInstances: { InstanceIds: [BATCH] },
    RebootInstances: { InstanceIds: [BATCH] },
    // Permission only: a protection is not looked at.
    TerminateInstances: { InstanceIds: [BASTION] },
    ModifyInstanceAttribute: { InstanceId: BATCH, InstanceType: { Value: 't3.small' } },
    CreateSnapshot: { VolumeId: 'vol-0000000a' },
    DeleteSnapshot: { SnapshotId: 'snap-0000000a' },
    CreateTags: tags,
    DeleteTags: tags,
    AuthorizeSecurityGroupIngress: { GroupId: GROUP, IpPermissions: permission },
    AuthorizeSecurityGroupEgress: { GroupId: GROUP, IpPermissions: permission },
    RevokeSecurityGroupIngress: { GroupId: GROUP, IpPermissions: permission },
    RevokeSecurityGroupEgress: { GroupId: GROUP, IpPermissions: permission },
  };
  const everything = () =>
    at.store.transact((world) => ['instance', 'volume', 'snapshot', 'security_group'].map((kind) => world.list(kind)));

  it.each(Object.keys(service.operations).filter((operation) => !operation.startsWith('Describe')))(
    'of %s answers DryRunOperation, and changes nothing',
    async (operation) => {
      const sdk: Record<string, unknown> = await import('@aws-sdk/client-ec2');
      const Command = sdk[`${operation}Command`] as new (input: unknown) => never;
      const before = everything();
      await expect(ec2.send(new Command({ ...WRITES[operation], DryRun: true }))).rejects.toMatchObject({
        name: 'DryRunOperation',
        $metadata: { httpStatusCode: 412 },
      });
      expect(everything()).toEqual(before);
    },
  );
  it('says so when what is named is not there', async () => {
    await expect(
      ec2.send(new StopInstancesCommand({ InstanceIds: ['i-0000ffff'], DryRun: true })),
    ).rejects.toMatchObject({ name: 'InvalidInstanceID.NotFound' });
  });
});
