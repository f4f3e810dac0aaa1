/** The sandbox's EC2: instances, volumes, snapshots, tags, groups; DryRun on every write. */

import { glob } from '../../core/glob.ts';
import { type Operation, pageOf, SandboxFault, type Service } from '../service.ts';
import type { World } from '../world.ts';
import {
  advanceInstances,
  type Instance,
  instancesById,
  type SecurityGroup,
  type Snapshot,
  type Tag,
  type Volume,
} from './model.ts';
import { STATE_CODES, transition } from './transitions.ts';

const INSTANCE_STORE_FAMILIES = /^(?:i3|i4i|i7i|d3|m5d|c5d|r5d|m6id|c6id|r6id|m7gd)\./;

type Filter = { Name: string; Values: string[] };
const KNOWN_FILTERS =
  /^(?:tag:.+|tag-key|instance-id|instance-state-name|instance\.group-id|volume-id|snapshot-id|group-id|group-name)$/;

/** Every filter must match one of its values. */
function matches(filters: Filter[] | undefined, valuesOf: (name: string) => string[]): boolean {
  const unknown = filters?.find(({ Name }) => !KNOWN_FILTERS.test(Name));
  if (unknown)
    throw new SandboxFault('InvalidParameterValue', `The sandbox does not know the filter '${unknown.Name}'`);
  return (filters ?? []).every(({ Name, Values }) =>
    Values.some((wanted) => valuesOf(Name).some((value) => glob(wanted).test(value))),
  );
}
const tagValues = (tags: Tag[], name: string): string[] =>
  name === 'tag-key'
    ? tags.map(({ Key }) => Key)
    : name.startsWith('tag:')
      ? tags.filter(({ Key }) => Key === name.slice(4)).map(({ Value }) => Value)
      : [];

function describeInstance(instance: Instance) {
  return {
    InstanceId: instance.id,
    InstanceType: instance.type,
    ImageId: 'ami-0123456789abcdef0',
    State: { Code: STATE_CODES[instance.state], Name: instance.state },
    LaunchTime: new Date(instance.launchedAt),
    RootDeviceType: instance.rootDeviceType,
    RootDeviceName: '/dev/xvda',
    Placement: { AvailabilityZone: `${instance.region}a` },
    Tags: instance.tags,
    SecurityGroups: instance.groupIds.map((GroupId) => ({ GroupId, GroupName: GroupId })),
    BlockDeviceMappings: instance.volumes.map(({ id, device, deleteOnTermination }) => ({
      DeviceName: device,
      Ebs: { VolumeId: id, DeleteOnTermination: deleteOnTermination, Status: 'attached' },
    })),
  };
}

/** EC2 answers a dry run after checking permission and ids, before any effect. */
const write =
  (operation: Operation): Operation =>
  (world, input, caller) => {
    if (input.DryRun === true) {
      instancesById(world, input.InstanceIds ?? [], caller.region);
      throw new SandboxFault('DryRunOperation', 'Request would have succeeded, but DryRun flag is set.', 412);
    }
    return operation(world, input, caller);
  };

const describe =
  <T extends { region: string; tags: Tag[] }>(
    kind: string,
    idOf: (item: T) => string,
    idsKey: string,
    notFound: string,
    valuesOf: (item: T, name: string) => string[],
    key: string,
    show: (item: T, world: World) => unknown,
  ): Operation =>
  (world, input, caller) => {
    const ids = input[idsKey] as string[] | undefined;
    const all = world.list<T>(kind).filter(({ region }) => region === caller.region);
    const missing = ids?.find((id) => !all.some((item) => idOf(item) === id));
    if (missing) throw new SandboxFault(notFound, `The ID '${missing}' does not exist`);
    const found = all.filter(
      (item) =>
        (!ids?.length || ids.includes(idOf(item))) &&
        matches(input.Filters, (name) => [...valuesOf(item, name), ...tagValues(item.tags, name)]),
    );
    const { page, next } = pageOf(found, input.NextToken, input.MaxResults ?? 1000);
    return { [key]: page.map((item) => show(item, world)), NextToken: next };
  };

const taggable = ['instance', 'volume', 'snapshot', 'security_group'];
function retag(world: World, ids: string[], change: (tags: Tag[]) => Tag[]): void {
  for (const id of ids) {
    const kind = taggable.find((name) => world.get(name, id) !== undefined);
    if (!kind) throw new SandboxFault('InvalidID', `The ID '${id}' is not valid`);
    const item = world.get<{ tags: Tag[] }>(kind, id)!;
    world.put(kind, id, { ...item, tags: change(item.tags) });
  }
}

const operations: Record<string, Operation> = {
  DescribeInstances(world, input, caller) {
    const ids = input.InstanceIds as string[] | undefined;
    if (ids?.length) instancesById(world, ids, caller.region);
    const found = world
      .list<Instance>('instance')
      .filter((instance) => instance.region === caller.region && (!ids?.length || ids.includes(instance.id)))
      .filter((instance) =>
        matches(input.Filters, (name) => [
          ...tagValues(instance.tags, name),
          ...(name === 'instance-id' ? [instance.id] : []),
          ...(name === 'instance-state-name' ? [instance.state] : []),
          ...(name === 'instance.group-id' ? instance.groupIds : []),
        ]),
      );
    const { page, next } = pageOf(found, input.NextToken, input.MaxResults ?? 1000);
    return {
      Reservations: page.map((instance) => ({
        ReservationId: `r-${instance.id.slice(2)}`,
        OwnerId: world.account,
        Instances: [describeInstance(instance)],
      })),
      NextToken: next,
    };
  },
  DescribeInstanceAttribute(world, input, caller) {
    const [instance] = instancesById(world, [input.InstanceId], caller.region);
    const base = { InstanceId: instance!.id };
    switch (input.Attribute) {
      case 'disableApiTermination':
        return { ...base, DisableApiTermination: { Value: instance!.terminationProtection } };
      case 'disableApiStop':
        return { ...base, DisableApiStop: { Value: instance!.stopProtection } };
      case 'instanceType':
        return { ...base, InstanceType: { Value: instance!.type } };
      default:
        throw new SandboxFault('InvalidParameterValue', `The sandbox does not know the attribute ${input.Attribute}`);
    }
  },
  DescribeVolumes: describe<Volume>(
    'volume',
    ({ id }) => id,
    'VolumeIds',
    'InvalidVolume.NotFound',
    ({ id }, name) => (name === 'volume-id' ? [id] : []),
    'Volumes',
    (volume, world) => {
      const owner = world.list<Instance>('instance').find(({ volumes }) => volumes.some(({ id }) => id === volume.id));
      return {
        VolumeId: volume.id,
        Size: volume.sizeGib,
        State: owner ? 'in-use' : 'available',
        CreateTime: new Date(volume.createdAt),
        Tags: volume.tags,
        Attachments: owner ? [{ InstanceId: owner.id, VolumeId: volume.id, State: 'attached' }] : [],
      };
    },
  ),
  DescribeSnapshots: describe<Snapshot>(
    'snapshot',
    ({ id }) => id,
    'SnapshotIds',
    'InvalidSnapshot.NotFound',
    ({ id, volumeId }, name) => (name === 'snapshot-id' ? [id] : name === 'volume-id' ? [volumeId] : []),
    'Snapshots',
    (snapshot, world) => {
      const done = snapshot.completeAt <= world.now();
      return {
        SnapshotId: snapshot.id,
        VolumeId: snapshot.volumeId,
        State: done ? 'completed' : 'pending',
        Progress: done ? '100%' : '40%',
        StartTime: new Date(snapshot.startedAt),
        ...(done ? { CompletionTime: new Date(snapshot.completeAt) } : {}),
        Description: snapshot.description,
        Tags: snapshot.tags,
      };
    },
  ),
  DescribeSecurityGroups: describe<SecurityGroup>(
    'security_group',
    ({ id }) => id,
    'GroupIds',
    'InvalidGroup.NotFound',
    ({ id, name: groupName }, name) => (name === 'group-id' ? [id] : name === 'group-name' ? [groupName] : []),
    'SecurityGroups',
    (group) => ({
      GroupId: group.id,
      GroupName: group.name,
      Description: group.description,
      Tags: group.tags,
      IpPermissions: group.ingress,
    }),
  ),
  DescribeInstanceTypes: (_world, input) => ({
    InstanceTypes: (input.InstanceTypes ?? []).map((InstanceType: string) => ({
      InstanceType,
      InstanceStorageSupported: INSTANCE_STORE_FAMILIES.test(InstanceType),
    })),
  }),
  StartInstances: write(
    transition({
      from: ['stopped', 'running', 'pending'],
      to: 'pending',
      seconds: 2,
      key: 'StartingInstances',
    }),
  ),
  StopInstances: write(
    transition({
      from: ['running', 'pending', 'stopped', 'stopping'],
      to: 'stopping',
      seconds: 2,
      key: 'StoppingInstances',
      protectedBy: 'stopProtection',
    }),
  ),
  RebootInstances: write((world, input, caller) => {
    for (const { id, state } of instancesById(world, input.InstanceIds ?? [], caller.region))
      if (state !== 'running') throw new SandboxFault('IncorrectInstanceState', `The instance '${id}' is not running.`);
    return {};
  }),
  TerminateInstances: write(
    transition({
      from: ['pending', 'running', 'stopping', 'stopped', 'shutting-down', 'terminated'],
      to: 'shutting-down',
      seconds: 2,
      key: 'TerminatingInstances',
      protectedBy: 'terminationProtection',
    }),
  ),
  ModifyInstanceAttribute: write((world, input, caller) => {
    const [instance] = instancesById(world, [input.InstanceId], caller.region);
    // Two spellings of one request: InstanceType={Value: …}, and Attribute=instanceType with Value=….
    const given = (attribute: string, member: string) =>
      input[member]?.Value ?? (input.Attribute === attribute ? input.Value : undefined);
    const type = given('instanceType', 'InstanceType');
    const termination = given('disableApiTermination', 'DisableApiTermination');
    const stop = given('disableApiStop', 'DisableApiStop');
    if ([type, termination, stop].every((value) => value === undefined))
      throw new SandboxFault('InvalidParameterValue', 'The sandbox does not change this attribute.');
    if (type !== undefined && instance!.state !== 'stopped')
      throw new SandboxFault(
        'IncorrectInstanceState',
        `The instance '${input.InstanceId}' is not in the 'stopped' state.`,
      );
    world.put('instance', instance!.id, {
      ...instance,
      ...(type === undefined ? {} : { type }),
      ...(termination === undefined ? {} : { terminationProtection: String(termination) === 'true' }),
      ...(stop === undefined ? {} : { stopProtection: String(stop) === 'true' }),
    });
    return {};
  }),
  CreateSnapshot: write((world, input, caller) => {
    const volume = world.get<Volume>('volume', input.VolumeId);
    if (!volume || volume.region !== caller.region)
      throw new SandboxFault('InvalidVolume.NotFound', `The volume '${input.VolumeId}' does not exist.`);
    const snapshot: Snapshot = {
      id: world.newId('snap-'),
      region: caller.region,
      volumeId: volume.id,
      startedAt: world.now(),
      completeAt: world.now() + 3000 * world.pace,
      description: input.Description ?? '',
      tags: (input.TagSpecifications ?? []).flatMap((spec: { Tags?: Tag[] }) => spec.Tags ?? []),
    };
    world.put('snapshot', snapshot.id, snapshot);
    return {
      SnapshotId: snapshot.id,
      VolumeId: volume.id,
      State: world.pace === 0 ? 'completed' : 'pending',
      StartTime: new Date(snapshot.startedAt),
      VolumeSize: volume.sizeGib,
      Tags: snapshot.tags,
    };
  }),
  CreateTags: write((world, input) => {
    const given: Tag[] = input.Tags ?? [];
    retag(world, input.Resources ?? [], (tags) => [
      ...tags.filter(({ Key }) => !given.some((tag) => tag.Key === Key)),
      ...given,
    ]);
    return {};
  }),
  DeleteTags: write((world, input) => {
    const gone: Tag[] = input.Tags ?? [];
    retag(world, input.Resources ?? [], (tags) => tags.filter(({ Key }) => !gone.some((tag) => tag.Key === Key)));
    return {};
  }),
};

export const ec2: Service = { operations, advance: advanceInstances };
