/** Reads the state of EC2 resources that a plan is judged against, in as few calls as EC2 lets one. */

import type { Instance, InstanceTypeInfo, NetworkInterface, Volume } from '@aws-sdk/client-ec2';
import { CountersignError } from '../../../core/errors.ts';
import { askingAws } from '../errors.ts';
import type { ObservedInstance } from '../observed.ts';
import { inChunks, itemsOf } from '../paging.ts';
import type { PlannerContext } from '../planners/context.ts';
import { createOwnerLookup, tagsOf } from './ownership.ts';

type Reading = Pick<PlannerContext, 'ec2' | 'identity'>;
export interface SnapshotPoint {
  id: string;
  completedAt: string;
}
export interface LiveInstance {
  raw: Instance;
  observed: ObservedInstance;
}
/** Attributes can only be read one instance at a time: just the one that the plan depends on. */
export type ProtectionAttribute = 'disableApiTermination' | 'disableApiStop';

/** EC2's own filters take at most this many values. */
const FILTER_VALUES = 200;
const AT_ONCE = 10;

/** As `askingAws`; ids that are not there may be somewhere else. */
export async function askingEc2<T>({ identity }: Reading, run: () => Promise<T>): Promise<T> {
  try {
    return await askingAws(run);
  } catch (error) {
    if (!(error instanceof CountersignError) || error.code !== 'AWS_NOT_FOUND') throw error;
    throw new CountersignError(
      'AWS_NOT_FOUND',
      error.message,
      `Ids belong to one region and account; this looked in ${identity.region} of ${identity.account}. Name another region, or use the describe tools.`,
      { cause: error, next: error.next },
    );
  }
}

export async function readInstances({ ec2 }: Reading, ids: string[]): Promise<Instance[]> {
  const { DescribeInstancesCommand } = await import('@aws-sdk/client-ec2');
  const { Reservations = [] } = await ec2.send(new DescribeInstancesCommand({ InstanceIds: ids }));
  return Reservations.flatMap(({ Instances = [] }) => Instances);
}

export async function readInstanceTypes({ ec2 }: Reading, types: string[]): Promise<Map<string, InstanceTypeInfo>> {
  const { DescribeInstanceTypesCommand } = await import('@aws-sdk/client-ec2');
  const { InstanceTypes = [] } = await ec2.send(
    new DescribeInstanceTypesCommand({ InstanceTypes: [...new Set(types)] as never }),
  );
  return new Map(InstanceTypes.map((info) => [info.InstanceType ?? '', info]));
}

/** By instance id. */
export async function readProtection(
  { ec2 }: Reading,
  ids: readonly string[],
  Attribute: ProtectionAttribute,
): Promise<Map<string, boolean>> {
  const { DescribeInstanceAttributeCommand } = await import('@aws-sdk/client-ec2');
  const read = async (InstanceId: string): Promise<[string, boolean]> => {
    const answer = await ec2.send(new DescribeInstanceAttributeCommand({ InstanceId, Attribute }));
    const value = Attribute === 'disableApiStop' ? answer.DisableApiStop : answer.DisableApiTermination;
    return [InstanceId, value?.Value ?? false];
  };
  return new Map(await inChunks(ids, AT_ONCE, (chunk) => Promise.all(chunk.map(read))));
}

/**
 * @param wants which protection the plan depends on, and which snapshots of its volumes count.
 * @returns sorted by id.
 */
export async function observeInstances(
  context: PlannerContext,
  ids: string[],
  wants: { protection?: ProtectionAttribute; snapshots?: (volumeIds: string[]) => Promise<Map<string, SnapshotPoint>> },
): Promise<LiveInstance[]> {
  const raw = await readInstances(context, ids);
  const ownerOf = createOwnerLookup(context.cloudFormation, context.now());
  const volumeIds = raw.flatMap(({ BlockDeviceMappings = [] }) =>
    BlockDeviceMappings.map(({ Ebs }) => Ebs?.VolumeId ?? ''),
  );
  const [types, isProtected, snapshots] = await Promise.all([
    readInstanceTypes(
      context,
      raw.map(({ InstanceType }) => String(InstanceType)),
    ),
    wants.protection ? readProtection(context, ids, wants.protection) : undefined,
    wants.snapshots?.(volumeIds),
  ]);
  const live = await Promise.all(
    raw.map(async (instance): Promise<LiveInstance> => {
      const id = instance.InstanceId ?? '';
      const tags = tagsOf(instance.Tags);
      const protection = (attribute: ProtectionAttribute) =>
        wants.protection === attribute ? (isProtected?.get(id) ?? true) : null;
      return {
        raw: instance,
        observed: {
          id,
          state: instance.State?.Name ?? 'unknown',
          instanceType: instance.InstanceType ?? 'unknown',
          terminationProtection: protection('disableApiTermination'),
          stopProtection: protection('disableApiStop'),
          instanceStore: hasInstanceStore(instance, types),
          owner: await ownerOf(id, tags),
          tags,
          volumes: (instance.BlockDeviceMappings ?? []).map(({ Ebs }) => ({
            id: Ebs?.VolumeId ?? '',
            deleteOnTermination: Ebs?.DeleteOnTermination ?? true,
            newestSnapshot: snapshots?.get(Ebs?.VolumeId ?? '') ?? null,
          })),
        },
      };
    }),
  );
  return live.sort((a, b) => (a.observed.id < b.observed.id ? -1 : 1));
}

/** A type that can have such disks is judged as having them; so is one that EC2 does not describe. */
export function hasInstanceStore(
  { RootDeviceType, InstanceType }: Instance,
  types: ReadonlyMap<string, InstanceTypeInfo>,
) {
  return RootDeviceType === 'instance-store' || (types.get(String(InstanceType))?.InstanceStorageSupported ?? true);
}

/** Completed snapshots of the account's own, newest of each volume. */
export async function readNewestSnapshots(
  { ec2 }: Reading,
  volumeIds: readonly string[],
): Promise<Map<string, SnapshotPoint>> {
  const { paginateDescribeSnapshots } = await import('@aws-sdk/client-ec2');
  const snapshots = await inChunks(volumeIds, FILTER_VALUES, (Values) =>
    itemsOf(
      paginateDescribeSnapshots(
        { client: ec2 },
        { OwnerIds: ['self'], Filters: [{ Name: 'volume-id', Values }], MaxResults: 1000 },
      ),
      ({ Snapshots }) => Snapshots,
    ),
  );
  const newest = new Map<string, SnapshotPoint>();
  for (const { SnapshotId: id = '', VolumeId = '', State, CompletionTime, StartTime } of snapshots) {
    // What a snapshot holds is the volume at its start.
    const completedAt = (StartTime ?? CompletionTime)?.toISOString() ?? '';
    if (State === 'completed' && completedAt > (newest.get(VolumeId)?.completedAt ?? ''))
      newest.set(VolumeId, { id, completedAt });
  }
  return newest;
}

export async function readVolumes({ ec2 }: Reading, ids: string[]): Promise<Volume[]> {
  const { DescribeVolumesCommand } = await import('@aws-sdk/client-ec2');
  return (await ec2.send(new DescribeVolumesCommand({ VolumeIds: ids }))).Volumes ?? [];
}

/** Who uses security groups: what their network interfaces belong to, by group id. */
export async function readGroupUsers({ ec2 }: Reading, groupIds: readonly string[]): Promise<Map<string, string[]>> {
  const { paginateDescribeNetworkInterfaces } = await import('@aws-sdk/client-ec2');
  const interfaces = await inChunks(groupIds, FILTER_VALUES, (Values) =>
    itemsOf(
      paginateDescribeNetworkInterfaces({ client: ec2 }, { Filters: [{ Name: 'group-id', Values }], MaxResults: 1000 }),
      ({ NetworkInterfaces }) => NetworkInterfaces,
    ),
  );
  const users = new Map<string, Set<string>>(groupIds.map((id) => [id, new Set()]));
  for (const found of interfaces)
    for (const { GroupId = '' } of found.Groups ?? []) users.get(GroupId)?.add(belongsTo(found));
  return new Map([...users].map(([id, names]) => [id, [...names].sort()]));
}

const belongsTo = ({ Attachment, Description, NetworkInterfaceId = '' }: NetworkInterface): string =>
  Attachment?.InstanceId ?? (Description || NetworkInterfaceId);
