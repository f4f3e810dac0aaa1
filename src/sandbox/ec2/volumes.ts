/** Volumes and their snapshots. */
import { type Operation, SandboxFault } from '../service.ts';
import type { World } from '../world.ts';
import { inRegion, listing } from './listing.ts';
import { findAll, type Instance, NOUNS, type Snapshot, type Volume } from './model.ts';
import { defaultSubnet } from './network.ts';
import { tagsIn } from './tags.ts';
import { write } from './writing.ts';

const SNAPSHOT_MILLISECONDS = 3000;

interface VolumeInUse {
  volume: Volume;
  attached?: { instanceId: string; device: string; deleteOnTermination: boolean };
}

/** The instances are read once, however many volumes there are. */
function volumesIn(world: World, region: string): VolumeInUse[] {
  const attached = new Map(
    inRegion<Instance>(world, 'instance', region).flatMap(({ id: instanceId, volumes }) =>
      volumes.map(({ id, ...disk }) => [id, { instanceId, ...disk }] as const),
    ),
  );
  return inRegion<Volume>(world, 'volume', region).map((volume) => {
    const use = attached.get(volume.id);
    return use ? { volume, attached: use } : { volume };
  });
}

const isDone = (world: World, snapshot: Snapshot) => snapshot.completeAt <= world.now();
const stateOf = (world: World, snapshot: Snapshot) => (isDone(world, snapshot) ? 'completed' : 'pending');

export const volumeOperations: Record<string, Operation> = {
  DescribeVolumes: listing<VolumeInUse>({
    items: (world, { region }) => volumesIn(world, region),
    idOf: ({ volume }) => volume.id,
    ids: { input: 'VolumeIds', ...NOUNS.volume },
    idsExcludePages: true,
    tags: ({ volume }) => volume.tags,
    filters: {
      'volume-id': ({ volume }) => [volume.id],
      status: ({ attached }) => [attached ? 'in-use' : 'available'],
      size: ({ volume }) => [String(volume.sizeGib)],
      encrypted: ({ volume }) => [String(volume.encrypted ?? false)],
      'attachment.instance-id': ({ attached }) => [attached?.instanceId],
      'attachment.device': ({ attached }) => [attached?.device],
    },
    output: 'Volumes',
    show: ({ volume, attached }, world) => ({
      VolumeId: volume.id,
      Size: volume.sizeGib,
      VolumeType: 'gp3',
      Encrypted: volume.encrypted ?? false,
      State: attached ? 'in-use' : 'available',
      AvailabilityZone: defaultSubnet(world, volume.region).availabilityZone,
      CreateTime: new Date(volume.createdAt),
      Tags: volume.tags,
      Attachments: attached
        ? [
            {
              InstanceId: attached.instanceId,
              VolumeId: volume.id,
              Device: attached.device,
              DeleteOnTermination: attached.deleteOnTermination,
              State: 'attached',
            },
          ]
        : [],
    }),
  }),
  DescribeSnapshots(world, input, caller) {
    // Every snapshot here is the caller's own: others' public ones are not simulated.
    const owners: string[] = input.OwnerIds ?? [];
    const isAsked = owners.length === 0 || owners.includes('self') || owners.includes(caller.account);
    return listing<Snapshot>({
      items: (inside, { region }) => (isAsked ? inRegion(inside, 'snapshot', region) : []),
      idOf: ({ id }) => id,
      ids: { input: 'SnapshotIds', ...NOUNS.snapshot },
      idsExcludePages: true,
      tags: ({ tags }) => tags,
      filters: {
        'snapshot-id': ({ id }) => [id],
        'volume-id': ({ volumeId }) => [volumeId],
        'owner-id': () => [caller.account],
        description: ({ description }) => [description],
        status: (snapshot, inside) => [stateOf(inside, snapshot)],
      },
      output: 'Snapshots',
      show: (snapshot, inside, { account }) => ({
        SnapshotId: snapshot.id,
        VolumeId: snapshot.volumeId,
        VolumeSize: snapshot.sizeGib,
        OwnerId: account,
        State: stateOf(inside, snapshot),
        Progress: isDone(inside, snapshot) ? '100%' : '40%',
        StartTime: new Date(snapshot.startedAt),
        ...(isDone(inside, snapshot) ? { CompletionTime: new Date(snapshot.completeAt) } : {}),
        Description: snapshot.description,
        Encrypted: false,
        Tags: snapshot.tags,
      }),
    })(world, input, caller);
  },
  CreateSnapshot: write(
    (world, input, { region }) => ({
      volume: findAll<Volume>(world, [input.VolumeId ?? ''], region, NOUNS.volume)[0]!,
      tags: tagsIn(input.TagSpecifications, 'snapshot'),
    }),
    (world, { volume, tags }, input, { region, account }) => {
      const snapshot: Snapshot = {
        id: world.newId('snap-'),
        region,
        volumeId: volume.id,
        sizeGib: volume.sizeGib,
        startedAt: world.now(),
        completeAt: world.now() + SNAPSHOT_MILLISECONDS * world.pace,
        description: input.Description ?? '',
        tags,
      };
      world.put('snapshot', snapshot.id, snapshot);
      return {
        SnapshotId: snapshot.id,
        VolumeId: volume.id,
        VolumeSize: volume.sizeGib,
        OwnerId: account,
        State: stateOf(world, snapshot),
        StartTime: new Date(snapshot.startedAt),
        Description: snapshot.description,
        Tags: tags,
      };
    },
  ),
  DeleteSnapshot: write(
    (world, input, { region }) => findAll<Snapshot>(world, [input.SnapshotId ?? ''], region, NOUNS.snapshot)[0]!,
    (world, { id }) => {
      world.remove('snapshot', id);
      return {};
    },
  ),
};

/** A snapshot that is complete, as a seed or a deletion under a Snapshot policy leaves it. */
export function makeSnapshot(
  world: World,
  spec: {
    id?: string | undefined;
    region: string;
    volumeId: string;
    sizeGib: number;
    tags?: Snapshot['tags'] | undefined;
    at?: number;
  },
): Snapshot {
  const at = spec.at ?? world.now();
  const snapshot: Snapshot = {
    id: spec.id ?? world.newId('snap-'),
    region: spec.region,
    volumeId: spec.volumeId,
    sizeGib: spec.sizeGib,
    startedAt: at,
    completeAt: at,
    description: '',
    tags: spec.tags ?? [],
  };
  if (snapshot.completeAt > world.now()) throw new SandboxFault('InvalidParameterValue', 'A snapshot is of the past.');
  world.put('snapshot', snapshot.id, snapshot);
  return snapshot;
}
