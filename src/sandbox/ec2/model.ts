/** What the sandbox's EC2 keeps. */
import { SandboxFault } from '../service.ts';
import type { World } from '../world.ts';

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
}
export interface Snapshot {
  id: string;
  region: string;
  volumeId: string;
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
  ingress: Record<string, unknown>[];
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

export function makeInstance(
  world: World,
  spec: {
    region: string;
    type: string;
    tags: Tag[];
    groupIds?: string[];
    protection?: boolean;
    extraVolumeGib?: number;
    state?: 'running' | 'stopped';
    keepVolumes?: boolean;
  },
): Instance {
  const volumes = [8, ...(spec.extraVolumeGib ? [spec.extraVolumeGib] : [])].map((sizeGib, index) => {
    const volume: Volume = {
      id: world.newId('vol-'),
      region: spec.region,
      sizeGib,
      tags: [],
      createdAt: world.now(),
    };
    world.put('volume', volume.id, volume);
    return {
      id: volume.id,
      device: `/dev/xvd${'abc'[index]}`,
      deleteOnTermination: index === 0 && !spec.keepVolumes,
    };
  });
  const instance: Instance = {
    id: world.newId('i-'),
    region: spec.region,
    type: spec.type,
    state: spec.state ?? 'running',
    dueAt: null,
    next: null,
    launchedAt: world.now(),
    terminationProtection: spec.protection ?? false,
    stopProtection: false,
    rootDeviceType: 'ebs',
    tags: spec.tags,
    groupIds: spec.groupIds ?? [],
    volumes,
  };
  world.put('instance', instance.id, instance);
  return instance;
}

/** @throws SandboxFault as EC2 does for ids that are malformed or not there. */
export function instancesById(world: World, ids: string[], region: string): Instance[] {
  return ids.map((id) => {
    if (!/^i-[0-9a-f]{8,17}$/.test(id)) throw new SandboxFault('InvalidInstanceID.Malformed', `Invalid id: "${id}"`);
    const instance = world.get<Instance>('instance', id);
    if (!instance || instance.region !== region)
      throw new SandboxFault('InvalidInstanceID.NotFound', `The instance ID '${id}' does not exist`);
    return instance;
  });
}
