import {
  CreateSnapshotCommand,
  CreateTagsCommand,
  DeleteTagsCommand,
  DescribeInstanceTypesCommand,
  DescribeSnapshotsCommand,
  DescribeTagsCommand,
  DescribeVolumesCommand,
  type EC2Client,
  paginateDescribeTags,
} from '@aws-sdk/client-ec2';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Endpoint, openEndpoint } from './endpoint.ts';

const [DATA, SPARE] = ['vol-0000000a', 'vol-0000000b'];
const OWN = { 'aws:cloudformation:stack-name': 'orders-prod' };
let at: Endpoint;
let ec2: EC2Client;
beforeEach(() => {
  at = openEndpoint(
    {
      instances: [{ id: 'i-0000000a', tags: OWN, volumes: [{ size_gib: 8 }, { id: DATA, size_gib: 100, keep: true }] }],
      volumes: [{ id: SPARE, size_gib: 20, tags: { Name: 'spare' }, snapshots: [{ age_hours: 48 }, { age_hours: 1 }] }],
    },
    1,
  );
  ec2 = at.ec2();
});
afterEach(() => at.close());

const tagsOf = async (id: string) => {
  const { Tags = [] } = await ec2.send(new DescribeTagsCommand({ Filters: [{ Name: 'resource-id', Values: [id] }] }));
  return Object.fromEntries(Tags.map(({ Key, Value }) => [Key, Value]));
};
const numbered = (from: number, count: number) =>
  Array.from({ length: count }, (_, index) => ({ Key: `k${from + index}`, Value: 'v' }));

describe('volumes and snapshots of the sandbox', () => {
  it('say what they are attached to, and whether they go with it', async () => {
    const { Volumes = [] } = await ec2.send(new DescribeVolumesCommand({ VolumeIds: [DATA, SPARE] }));
    expect(Volumes).toMatchObject([
      { State: 'in-use', Attachments: [{ InstanceId: 'i-0000000a', Device: '/dev/xvdb', DeleteOnTermination: false }] },
      { State: 'available', Size: 20, Tags: [{ Key: 'Name', Value: 'spare' }] },
    ]);
  });
  it('are pending until they are completed, in the time of the sandbox', async () => {
    const { SnapshotId = '', State } = await ec2.send(new CreateSnapshotCommand({ VolumeId: DATA }));
    const shown = async () =>
      (await ec2.send(new DescribeSnapshotsCommand({ SnapshotIds: [SnapshotId] }))).Snapshots?.[0];
    expect([State, (await shown())?.State, (await shown())?.CompletionTime]).toEqual(['pending', 'pending', undefined]);
    at.store.advanceClock(4_000);
    expect(await shown()).toMatchObject({ State: 'completed', Progress: '100%', CompletionTime: expect.any(Date) });
  });
  it('keep the age that a seed gives them', async () => {
    const { Snapshots = [] } = await ec2.send(new DescribeSnapshotsCommand({ OwnerIds: ['self'] }));
    const [old, young] = Snapshots.map(({ StartTime }) => StartTime!.getTime());
    expect(young! - old!).toBe(47 * 3_600_000);
    expect((await ec2.send(new DescribeSnapshotsCommand({ OwnerIds: ['amazon'] }))).Snapshots ?? []).toEqual([]);
  });
  it('refuse tags of another resource type in a request that makes a snapshot', async () => {
    const TagSpecifications = [{ ResourceType: 'volume' as const, Tags: [{ Key: 'a', Value: 'b' }] }];
    await expect(ec2.send(new CreateSnapshotCommand({ VolumeId: DATA, TagSpecifications }))).rejects.toMatchObject({
      name: 'InvalidParameterValue',
    });
  });
});

describe('tags of the sandbox', () => {
  it('of AWS are neither set nor removed, and stay when all others go', async () => {
    const Resources = ['i-0000000a'];
    const Tags = [{ Key: 'aws:cloudformation:stack-name', Value: 'mine' }];
    await expect(ec2.send(new CreateTagsCommand({ Resources, Tags }))).rejects.toMatchObject({
      name: 'InvalidParameterValue',
    });
    await expect(ec2.send(new DeleteTagsCommand({ Resources, Tags }))).rejects.toMatchObject({
      name: 'InvalidParameterValue',
    });
    await ec2.send(new CreateTagsCommand({ Resources, Tags: [{ Key: 'a', Value: 'b' }] }));
    await ec2.send(new DeleteTagsCommand({ Resources }));
    expect(await tagsOf('i-0000000a')).toEqual(OWN);
  });
  it('are set on several resources or on none', async () => {
    const Tags = [{ Key: 'a', Value: 'b' }];
    await expect(ec2.send(new CreateTagsCommand({ Resources: [SPARE, 'vol-0000ffff'], Tags }))).rejects.toMatchObject({
      name: 'InvalidVolume.NotFound',
    });
    expect(await tagsOf(SPARE)).toEqual({ Name: 'spare' });
    await ec2.send(new CreateTagsCommand({ Resources: [SPARE, DATA], Tags }));
    expect([await tagsOf(SPARE), await tagsOf(DATA)]).toEqual([{ Name: 'spare', a: 'b' }, { a: 'b' }]);
  });
  it('are at most fifty, AWS’s own apart', async () => {
    const Resources = ['i-0000000a'];
    await ec2.send(new CreateTagsCommand({ Resources, Tags: numbered(0, 50) }));
    await expect(ec2.send(new CreateTagsCommand({ Resources, Tags: numbered(50, 1) }))).rejects.toMatchObject({
      name: 'TagLimitExceeded',
    });
  });
  it('are listed in pages', async () => {
    await ec2.send(new CreateTagsCommand({ Resources: [DATA], Tags: numbered(0, 12) }));
    const pages: number[] = [];
    const input = { Filters: [{ Name: 'resource-id', Values: [DATA] }] };
    for await (const { Tags = [] } of paginateDescribeTags({ client: ec2, pageSize: 5 }, input))
      pages.push(Tags.length);
    expect(pages).toEqual([5, 5, 2]);
  });
});

describe('instance types of the sandbox', () => {
  it('that do not exist are refused', async () => {
    await expect(
      ec2.send(new DescribeInstanceTypesCommand({ InstanceTypes: ['t3.micro' as never, 't9.huge' as never] })),
    ).rejects.toMatchObject({ name: 'InvalidInstanceType', message: expect.stringContaining('[t9.huge]') });
  });
  it('are complete: each has processors, memory and an architecture', async () => {
    const { InstanceTypes = [], NextToken } = await ec2.send(new DescribeInstanceTypesCommand({}));
    expect([InstanceTypes.length, NextToken]).toEqual([100, '100']);
    for (const { InstanceType, VCpuInfo, MemoryInfo } of InstanceTypes) {
      expect(VCpuInfo?.DefaultVCpus, InstanceType).toBeGreaterThan(0);
      expect(MemoryInfo?.SizeInMiB, InstanceType).toBeGreaterThan(0);
    }
  });
});
