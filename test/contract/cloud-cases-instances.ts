/** Instances, volumes, snapshots, tags: what both clouds must answer. */
import {
  CreateSnapshotCommand,
  CreateTagsCommand,
  DeleteSnapshotCommand,
  DeleteTagsCommand,
  DescribeInstanceAttributeCommand,
  DescribeInstancesCommand,
  DescribeInstanceTypesCommand,
  DescribeSnapshotsCommand,
  DescribeTagsCommand,
  DescribeVolumesCommand,
  ModifyInstanceAttributeCommand,
  RebootInstancesCommand,
  StartInstancesCommand,
  StopInstancesCommand,
  TerminateInstancesCommand,
} from '@aws-sdk/client-ec2';
import type { Backend } from './cloud-backends.ts';

export interface Case {
  /** Does it, and returns what is compared: no ids, no times. */
  run(cloud: Backend): Promise<unknown>;
  answer: unknown;
  /** What moto answers where it lets through what AWS refuses: kept, so that a moto that learns it is noticed. */
  moto?: unknown;
}

/** The code of a refusal; `accepted` when there was none. */
export const refusal = (sent: Promise<unknown>): Promise<string> =>
  sent.then(
    () => 'accepted',
    ({ name, Code }: { name: string; Code?: string }) => Code ?? name,
  );

const ABSENT = 'i-0123456789abcdef0';
const instanceOf = async ({ ec2 }: Backend, id: string) => {
  const { Reservations = [] } = await ec2.send(new DescribeInstancesCommand({ InstanceIds: [id] }));
  return Reservations[0]!.Instances![0]!;
};
const stateOf = async (cloud: Backend, id: string) => (await instanceOf(cloud, id)).State?.Name;
const protect = ({ ec2 }: Backend, InstanceId: string, which: 'DisableApiTermination' | 'DisableApiStop') =>
  ec2.send(new ModifyInstanceAttributeCommand({ InstanceId, [which]: { Value: true } }));
const tagsOf = async ({ ec2 }: Backend, id: string) => {
  const { Tags = [] } = await ec2.send(new DescribeTagsCommand({ Filters: [{ Name: 'resource-id', Values: [id] }] }));
  return Object.fromEntries(Tags.map(({ Key, Value }) => [Key, Value]));
};
const stopped = async (cloud: Backend) => {
  const id = await cloud.instance();
  await cloud.ec2.send(new StopInstancesCommand({ InstanceIds: [id] }));
  await cloud.settle();
  return id;
};

export const INSTANCE_CASES: Record<string, Case> = {
  'finds instances by a filter of their ids, and tells no error for one that is not there': {
    async run(cloud) {
      const ids = [await cloud.instance(), await cloud.instance()];
      const Filters = [{ Name: 'instance-id', Values: [...ids, ABSENT] }];
      const { Reservations = [] } = await cloud.ec2.send(new DescribeInstancesCommand({ Filters }));
      const found = Reservations.flatMap(({ Instances = [] }) => Instances.map(({ InstanceId }) => InstanceId));
      return found.sort().join() === [...ids].sort().join();
    },
    answer: true,
  },
  'tells the tags of several resources at once': {
    async run(cloud) {
      const ids = [await cloud.instance([{ Key: 'team', Value: 'a' }]), await cloud.volume()];
      await cloud.ec2.send(new CreateTagsCommand({ Resources: [ids[1]!], Tags: [{ Key: 'team', Value: 'b' }] }));
      const { Tags = [] } = await cloud.ec2.send(
        new DescribeTagsCommand({ Filters: [{ Name: 'resource-id', Values: ids }] }),
      );
      return Tags.map(({ ResourceId = '', Key, Value }) => [ids.indexOf(ResourceId), Key, Value]).sort();
    },
    answer: [
      [0, 'team', 'a'],
      [1, 'team', 'b'],
    ],
  },
  'stops, starts and terminates, each from the state before': {
    async run(cloud) {
      const id = await cloud.instance();
      const InstanceIds = [id];
      const seen: unknown[] = [];
      const { StoppingInstances } = await cloud.ec2.send(new StopInstancesCommand({ InstanceIds }));
      await cloud.settle();
      seen.push(StoppingInstances?.[0]?.PreviousState?.Name, await stateOf(cloud, id));
      const { StartingInstances } = await cloud.ec2.send(new StartInstancesCommand({ InstanceIds }));
      await cloud.settle();
      seen.push(StartingInstances?.[0]?.PreviousState?.Name, await stateOf(cloud, id));
      const { TerminatingInstances } = await cloud.ec2.send(new TerminateInstancesCommand({ InstanceIds }));
      await cloud.settle();
      seen.push(TerminatingInstances?.[0]?.PreviousState?.Name, await stateOf(cloud, id));
      return seen;
    },
    answer: ['running', 'stopped', 'stopped', 'running', 'running', 'terminated'],
  },
  'reboots what runs, and leaves it running': {
    async run(cloud) {
      const id = await cloud.instance();
      await cloud.ec2.send(new RebootInstancesCommand({ InstanceIds: [id] }));
      await cloud.settle();
      return stateOf(cloud, id);
    },
    answer: 'running',
  },
  'refuses to start what is terminated': {
    async run(cloud) {
      const id = await cloud.instance();
      await cloud.ec2.send(new TerminateInstancesCommand({ InstanceIds: [id] }));
      await cloud.settle();
      return refusal(cloud.ec2.send(new StartInstancesCommand({ InstanceIds: [id] })));
    },
    answer: 'IncorrectInstanceState',
    moto: 'accepted',
  },
  'refuses to terminate what is protected, and leaves it running': {
    async run(cloud) {
      const id = await cloud.instance();
      await protect(cloud, id, 'DisableApiTermination');
      const refused = await refusal(cloud.ec2.send(new TerminateInstancesCommand({ InstanceIds: [id] })));
      await cloud.settle();
      return [refused, await stateOf(cloud, id)];
    },
    answer: ['OperationNotPermitted', 'running'],
  },
  'refuses to stop what is protected from it, and leaves it running': {
    async run(cloud) {
      const id = await cloud.instance();
      await protect(cloud, id, 'DisableApiStop');
      const refused = await refusal(cloud.ec2.send(new StopInstancesCommand({ InstanceIds: [id] })));
      await cloud.settle();
      return [refused, await stateOf(cloud, id)];
    },
    answer: ['OperationNotPermitted', 'running'],
  },
  'shows protections and type as attributes': {
    async run(cloud) {
      const InstanceId = await cloud.instance();
      await protect(cloud, InstanceId, 'DisableApiTermination');
      const [termination, stop, type] = await Promise.all(
        (['disableApiTermination', 'disableApiStop', 'instanceType'] as const).map((Attribute) =>
          cloud.ec2.send(new DescribeInstanceAttributeCommand({ InstanceId, Attribute })),
        ),
      );
      return [termination?.DisableApiTermination?.Value, stop?.DisableApiStop?.Value, type?.InstanceType?.Value];
    },
    answer: [true, false, 't3.micro'],
  },
  'changes the type of what is stopped, and only then': {
    async run(cloud) {
      const change = (InstanceId: string) =>
        refusal(
          cloud.ec2.send(new ModifyInstanceAttributeCommand({ InstanceId, InstanceType: { Value: 't3.small' } })),
        );
      const running = await change(await cloud.instance());
      const id = await stopped(cloud);
      return [running, await change(id), (await instanceOf(cloud, id)).InstanceType];
    },
    answer: ['IncorrectInstanceState', 'accepted', 't3.small'],
    moto: ['accepted', 'accepted', 't3.small'],
  },
  'does not know an instance that is not there': {
    run: async ({ ec2 }) => [
      await refusal(ec2.send(new DescribeInstancesCommand({ InstanceIds: [ABSENT] }))),
      await refusal(ec2.send(new StopInstancesCommand({ InstanceIds: [ABSENT] }))),
      await refusal(ec2.send(new TerminateInstancesCommand({ InstanceIds: [ABSENT] }))),
    ],
    answer: ['InvalidInstanceID.NotFound', 'InvalidInstanceID.NotFound', 'InvalidInstanceID.NotFound'],
  },
  'answers a dry run without effect': {
    async run(cloud) {
      const id = await cloud.instance();
      const volume = await cloud.volume();
      const input = { InstanceIds: [id], DryRun: true };
      const answers = [
        await refusal(cloud.ec2.send(new StopInstancesCommand(input))),
        await refusal(cloud.ec2.send(new RebootInstancesCommand(input))),
        await refusal(cloud.ec2.send(new TerminateInstancesCommand(input))),
        await refusal(cloud.ec2.send(new CreateSnapshotCommand({ VolumeId: volume, DryRun: true }))),
        await refusal(
          cloud.ec2.send(new CreateTagsCommand({ Resources: [id], Tags: [{ Key: 'a', Value: 'b' }], DryRun: true })),
        ),
      ];
      await cloud.settle();
      return [new Set(answers), await stateOf(cloud, id), await tagsOf(cloud, id)];
    },
    answer: [new Set(['DryRunOperation']), 'running', {}],
  },
  'finds instances by tag and by state, in pages': {
    async run(cloud) {
      const tags = [{ Key: 'pool', Value: 'paged' }];
      for (let count = 0; count < 7; count += 1) await cloud.instance(tags);
      const Filters = [
        { Name: 'tag:pool', Values: ['paged'] },
        { Name: 'instance-state-name', Values: ['running'] },
      ];
      const first = await cloud.ec2.send(new DescribeInstancesCommand({ Filters, MaxResults: 5 }));
      const second = await cloud.ec2.send(
        new DescribeInstancesCommand({ Filters, MaxResults: 5, NextToken: first.NextToken }),
      );
      return [first.Reservations?.length, second.Reservations?.length, second.NextToken ?? 'the end'];
    },
    answer: [5, 2, 'the end'],
  },
  'shows the volumes of an instance, and which of them go with it': {
    async run(cloud) {
      const id = await cloud.instance();
      const { BlockDeviceMappings = [] } = await instanceOf(cloud, id);
      const ids = BlockDeviceMappings.map(({ Ebs }) => Ebs!.VolumeId!);
      const { Volumes = [] } = await cloud.ec2.send(
        new DescribeVolumesCommand({ Filters: [{ Name: 'attachment.instance-id', Values: [id] }] }),
      );
      await cloud.ec2.send(new TerminateInstancesCommand({ InstanceIds: [id] }));
      await cloud.settle();
      const left = await Promise.all(
        ids.map((volume) => refusal(cloud.ec2.send(new DescribeVolumesCommand({ VolumeIds: [volume] })))),
      );
      return [
        BlockDeviceMappings.map(({ Ebs }) => Ebs?.DeleteOnTermination),
        Volumes.map(({ State, Size }) => [State, Size]),
        left,
      ];
    },
    answer: [
      [true, false],
      [
        ['in-use', 8],
        ['in-use', 10],
      ],
      ['InvalidVolume.NotFound', 'accepted'],
    ],
  },
  'takes a snapshot, finds it by its volume, and deletes it': {
    async run(cloud) {
      const VolumeId = await cloud.volume();
      const { SnapshotId = '' } = await cloud.ec2.send(
        new CreateSnapshotCommand({
          VolumeId,
          Description: 'before',
          TagSpecifications: [{ ResourceType: 'snapshot', Tags: [{ Key: 'change', Value: 'chg-1' }] }],
        }),
      );
      await cloud.settle();
      const { Snapshots = [] } = await cloud.ec2.send(
        new DescribeSnapshotsCommand({ OwnerIds: ['self'], Filters: [{ Name: 'volume-id', Values: [VolumeId] }] }),
      );
      const shown = Snapshots.map(({ State, VolumeSize, Description, Tags }) => [State, VolumeSize, Description, Tags]);
      await cloud.ec2.send(new DeleteSnapshotCommand({ SnapshotId }));
      return [shown, await refusal(cloud.ec2.send(new DescribeSnapshotsCommand({ SnapshotIds: [SnapshotId] })))];
    },
    answer: [[['completed', 10, 'before', [{ Key: 'change', Value: 'chg-1' }]]], 'InvalidSnapshot.NotFound'],
  },
  'does not know a volume or a snapshot that is not there': {
    run: async ({ ec2 }) => [
      await refusal(ec2.send(new DescribeVolumesCommand({ VolumeIds: ['vol-0123456789abcdef0'] }))),
      await refusal(ec2.send(new DescribeSnapshotsCommand({ SnapshotIds: ['snap-0123456789abcdef0'] }))),
      await refusal(ec2.send(new DeleteSnapshotCommand({ SnapshotId: 'snap-0123456789abcdef0' }))),
    ],
    answer: ['InvalidVolume.NotFound', 'InvalidSnapshot.NotFound', 'InvalidSnapshot.NotFound'],
  },
  'refuses a snapshot of a volume that is not there': {
    run: ({ ec2 }) => refusal(ec2.send(new CreateSnapshotCommand({ VolumeId: 'vol-0123456789abcdef0' }))),
    answer: 'InvalidVolume.NotFound',
  },
  'sets, overwrites and removes tags; a tag whose value is another stays': {
    async run(cloud) {
      const id = await cloud.instance();
      const Resources = [id];
      const put = (Key: string, Value: string) =>
        cloud.ec2.send(new CreateTagsCommand({ Resources, Tags: [{ Key, Value }] }));
      await put('a', '1');
      await put('b', '1');
      await put('c', '1');
      await put('a', '2');
      await cloud.ec2.send(new DeleteTagsCommand({ Resources, Tags: [{ Key: 'b' }, { Key: 'c', Value: 'other' }] }));
      return tagsOf(cloud, id);
    },
    answer: { a: '2', c: '1' },
  },
  'refuses tags that are AWS’s own, and ids that are nothing': {
    async run({ ec2, instance }) {
      const Tags = [{ Key: 'aws:cloudformation:stack-name', Value: 'x' }];
      return [
        await refusal(ec2.send(new CreateTagsCommand({ Resources: [await instance()], Tags }))),
        await refusal(ec2.send(new CreateTagsCommand({ Resources: [ABSENT], Tags: [{ Key: 'a', Value: 'b' }] }))),
      ];
    },
    answer: ['InvalidParameterValue', 'InvalidInstanceID.NotFound'],
    moto: ['accepted', 'accepted'],
  },
  'knows instance types, and which have an instance store': {
    async run({ ec2 }) {
      const { InstanceTypes = [] } = await ec2.send(
        new DescribeInstanceTypesCommand({ InstanceTypes: ['t3.micro', 'm5d.large', 'i3.large', 'm6g.large'] }),
      );
      return InstanceTypes.map(({ InstanceType, InstanceStorageSupported, VCpuInfo, MemoryInfo, ProcessorInfo }) =>
        [
          InstanceType,
          InstanceStorageSupported,
          VCpuInfo?.DefaultVCpus,
          MemoryInfo?.SizeInMiB,
          ProcessorInfo?.SupportedArchitectures,
        ].join(' '),
      ).sort();
    },
    answer: [
      'i3.large true 2 15616 x86_64',
      'm5d.large true 2 8192 x86_64',
      'm6g.large false 2 8192 arm64',
      't3.micro false 2 1024 x86_64',
    ],
  },
};
