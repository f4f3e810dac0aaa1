/** What the sandbox's EC2 keeps, and what happens to it by itself. */
import { createHash } from 'node:crypto';
import { SandboxFault } from '../service.ts';
import type { World } from '../world.ts';
import type { IpPermission } from './rules.ts';

export interface Tag {
  Key: string;
  Value: string;
}
export interface Instance {
  id: string;
  region: string;
  type: string;
  state: 'pending' | 'running' | 'stopping' | 'stopped' | 'shutting-down' | 'terminated';
  /** When `state` becomes `next` by itself, epoch milliseconds. */
  dueAt: number | null;
  next: Instance['state'] | null;
  launchedAt: number;
  terminationProtection: boolean;
  stopProtection: boolean;
  rootDeviceType: 'ebs' | 'instance-store';
  tags: Tag[];
  groupIds: string[];
  volumes: { id: string; device: string; deleteOnTermination: boolean }[];
}
export interface Volume {
  id: string;
  region: string;
  sizeGib: number;
  tags: Tag[];
  createdAt: number;
  encrypted?: boolean;
}
export interface Snapshot {
  id: string;
  region: string;
  volumeId: string;
  sizeGib?: number;
  startedAt: number;
  completeAt: number;
  description: string;
  tags: Tag[];
}
export interface SecurityGroup {
  id: string;
  region: string;
  name: string;
  description: string;
  tags: Tag[];
  /** The region's default VPC unless said. */
  vpcId?: string;
  ingress: IpPermission[];
  /** Everything, as EC2 gives a new group, unless said. */
  egress?: IpPermission[];
}

const SECONDS = 1000;
const NEXT: Partial<Record<Instance['state'], Instance['state']>> = {
  pending: 'running',
  stopping: 'stopped',
  'shutting-down': 'terminated',
};

/** Sets a state that moves on by itself after `seconds` × pace. */
export function enterState(world: World, instance: Instance, state: Instance['state'], seconds: number): void {
  const next = NEXT[state] ?? null;
  world.put<Instance>('instance', instance.id, {
    ...instance,
    state,
    next,
    dueAt: next ? world.now() + seconds * SECONDS * world.pace : null,
    ...(state === 'pending' ? { launchedAt: world.now() } : {}),
    ...(state === 'terminated' ? { volumes: [], groupIds: [] } : {}),
  });
}

export function advanceInstances(world: World): void {
  for (const instance of world.list<Instance>('instance')) {
    if (instance.dueAt === null || instance.next === null || instance.dueAt > world.now()) continue;
    if (instance.next === 'terminated') {
      for (const { id, deleteOnTermination } of instance.volumes) if (deleteOnTermination) world.remove('volume', id);
    }
    enterState(world, instance, instance.next, 0);
  }
}

/** `undefined` is as left out, so that callers can pass on what they were not given. */
export interface InstanceSpec {
  id?: string | undefined;
  region: string;
  type: string;
  tags: Tag[];
  groupIds?: string[] | undefined;
  protection?: boolean | undefined;
  stopProtection?: boolean | undefined;
  rootDeviceType?: Instance['rootDeviceType'] | undefined;
  extraVolumeGib?: number | undefined;
  state?: 'running' | 'stopped' | undefined;
  keepVolumes?: boolean | undefined;
  /** Instead of an 8 GiB root volume (and `extraVolumeGib`); the first is the root. */
  volumes?: { id?: string | undefined; sizeGib: number; keep?: boolean | undefined; tags?: Tag[] | undefined }[];
}

export function makeInstance(world: World, spec: InstanceSpec): Instance {
  const disks = spec.volumes ?? [
    { sizeGib: 8, keep: spec.keepVolumes },
    ...(spec.extraVolumeGib ? [{ sizeGib: spec.extraVolumeGib, keep: true }] : []),
  ];
  const volumes = disks.map((disk, index) => ({
    id: makeVolume(world, { region: spec.region, ...disk }).id,
    device: `/dev/xvd${String.fromCharCode(97 + index)}`,
    deleteOnTermination: disk.keep === undefined ? index === 0 : !disk.keep,
  }));
  const instance: Instance = {
    id: spec.id ?? world.newId('i-'),
    region: spec.region,
    type: spec.type,
    state: spec.state ?? 'running',
    dueAt: null,
    next: null,
    launchedAt: world.now(),
    terminationProtection: spec.protection ?? false,
    stopProtection: spec.stopProtection ?? false,
    rootDeviceType: spec.rootDeviceType ?? 'ebs',
    tags: spec.tags,
    groupIds: spec.groupIds ?? [],
    volumes,
  };
  world.put('instance', instance.id, instance);
  return instance;
}

export function makeVolume(
  world: World,
  spec: { id?: string | undefined; region: string; sizeGib: number; tags?: Tag[] | undefined; encrypted?: boolean },
): Volume {
  const volume: Volume = {
    id: spec.id ?? world.newId('vol-'),
    region: spec.region,
    sizeGib: spec.sizeGib,
    tags: spec.tags ?? [],
    createdAt: world.now(),
    ...(spec.encrypted === undefined ? {} : { encrypted: spec.encrypted }),
  };
  world.put('volume', volume.id, volume);
  return volume;
}

/** Ids, of what is not kept but follows from something else: the same for the same parts. */
export const derivedId = (prefix: string, ...parts: string[]): string =>
  `${prefix}${createHash('sha256').update(parts.join('\n')).digest('hex').slice(0, 17)}`;

/** How EC2 speaks of a kind. */
export interface Noun {
  kind: string;
  prefix: string;
  noun: string;
  malformed: string;
  notFound: string;
}
/** The codes are from memory; moto 5.2 has the same. */
export const NOUNS = {
  instance: {
    kind: 'instance',
    prefix: 'i-',
    noun: 'instance ID',
    malformed: 'InvalidInstanceID.Malformed',
    notFound: 'InvalidInstanceID.NotFound',
  },
  volume: {
    kind: 'volume',
    prefix: 'vol-',
    noun: 'volume',
    malformed: 'InvalidParameterValue',
    notFound: 'InvalidVolume.NotFound',
  },
  snapshot: {
    kind: 'snapshot',
    prefix: 'snap-',
    noun: 'snapshot',
    malformed: 'InvalidSnapshotID.Malformed',
    notFound: 'InvalidSnapshot.NotFound',
  },
  security_group: {
    kind: 'security_group',
    prefix: 'sg-',
    noun: 'security group',
    malformed: 'InvalidGroupId.Malformed',
    notFound: 'InvalidGroup.NotFound',
  },
} satisfies Record<string, Noun>;

export function refuseMalformed(id: string, { prefix, malformed }: Noun): void {
  if (!new RegExp(`^${prefix}[0-9a-f]{8,17}$`).test(id))
    throw new SandboxFault(malformed, `Invalid id: "${id}" (expecting "${prefix}...")`);
}

/** @throws SandboxFault as EC2 does for ids that are malformed, or not in this account and region. */
export function findAll<T extends { region: string }>(
  world: World,
  ids: readonly string[],
  region: string,
  noun: Noun,
): T[] {
  return ids.map((id) => {
    refuseMalformed(id, noun);
    const found = world.get<T>(noun.kind, id);
    if (!found || found.region !== region)
      throw new SandboxFault(noun.notFound, `The ${noun.noun} '${id}' does not exist`);
    return found;
  });
}

export const instancesById = (world: World, ids: readonly string[], region: string): Instance[] =>
  findAll<Instance>(world, ids, region, NOUNS.instance);
