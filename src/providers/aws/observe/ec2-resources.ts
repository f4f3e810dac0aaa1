/** Observes what is not an instance: volumes, security groups, snapshots, and anything that has tags. */
import type { SecurityGroup } from '@aws-sdk/client-ec2';
import type { ObservedResource } from '../observed.ts';
import type { PlannerContext } from '../planners/context.ts';
import { formatPermissions } from '../security-rules.ts';
import { readInstances, readVolumes } from './ec2.ts';
import { createOwnerLookup, namedOwner, tagsOf } from './ownership.ts';

/** The owner of an attached volume is its instance's; of one that several instances share, any of theirs. */
export async function observeVolumes(context: PlannerContext, ids: string[]): Promise<ObservedResource[]> {
  const volumes = await readVolumes(context, ids);
  const ownerOf = createOwnerLookup(context.cloudFormation, context.now());
  const attachedTo = volumes.flatMap(({ Attachments = [] }) =>
    Attachments.flatMap(({ InstanceId }) => InstanceId ?? []),
  );
  const instances = attachedTo.length > 0 ? await readInstances(context, [...new Set(attachedTo)].sort()) : [];
  return Promise.all(
    volumes.map(async ({ VolumeId: id = '', State, Size, Tags, Attachments = [] }) => {
      const holders = instances.filter((one) => Attachments.some(({ InstanceId }) => InstanceId === one.InstanceId));
      const owners = await Promise.all(holders.map((one) => ownerOf(one.InstanceId ?? '', tagsOf(one.Tags))));
      const owner = owners.find((one) => one !== null) ?? null;
      return {
        id,
        type: 'AWS::EC2::Volume',
        owner: owner ?? (await ownerOf(id, tagsOf(Tags))),
        tags: tagsOf(Tags),
        facts: {
          state: State ?? 'unknown',
          sizeGib: Size ?? 0,
          attachedTo: Attachments.map(({ InstanceId = '' }) => InstanceId).sort(),
        },
      };
    }),
  ).then(sorted);
}

/** Those of the volumes that a stack made itself: they may be attached to an instance that nobody owns. */
export async function observeOwnedVolumes(context: PlannerContext, ids: string[]): Promise<ObservedResource[]> {
  if (ids.length === 0) return [];
  const ownerOf = createOwnerLookup(context.cloudFormation, context.now());
  const volumes = await Promise.all(
    (await readVolumes(context, ids)).map(async ({ VolumeId: id = '', Tags }) => {
      const tags = tagsOf(Tags);
      return { id, type: 'AWS::EC2::Volume', owner: await ownerOf(id, tags), tags, facts: {} };
    }),
  );
  return sorted(volumes.filter(({ owner }) => owner !== null));
}

export async function readGroups({ ec2 }: Pick<PlannerContext, 'ec2'>, GroupIds: string[]): Promise<SecurityGroup[]> {
  const { DescribeSecurityGroupsCommand } = await import('@aws-sdk/client-ec2');
  return (await ec2.send(new DescribeSecurityGroupsCommand({ GroupIds }))).SecurityGroups ?? [];
}

export async function observeGroup(
  context: PlannerContext,
  group: SecurityGroup,
  usedBy: string[],
): Promise<ObservedResource> {
  const id = group.GroupId ?? '';
  const tags = tagsOf(group.Tags);
  return {
    id,
    type: 'AWS::EC2::SecurityGroup',
    owner: await createOwnerLookup(context.cloudFormation, context.now())(id, tags),
    tags,
    facts: { vpcId: group.VpcId ?? '', rules: formatPermissions(group), usedBy },
  };
}

/** The kinds whose tags may be planned, by the prefix of their ids. */
export const TAGGABLE = {
  'i-': 'AWS::EC2::Instance',
  'vol-': 'AWS::EC2::Volume',
  'sg-': 'AWS::EC2::SecurityGroup',
  'snap-': 'AWS::EC2::Snapshot',
} as const;
type Prefix = keyof typeof TAGGABLE;

/** A volume without an owner of its own is owned as a part of its instance: no stack's template sets its tags. */
function ownedThrough(volume: ObservedResource): ObservedResource {
  const { owner, tags, facts } = volume;
  const [holder] = facts.attachedTo as string[];
  if (owner === null || owner.released || namedOwner(tags) !== null || holder === undefined) return volume;
  return { ...volume, owner: { ...owner, through: holder } };
}

/** One read for each kind among the ids. */
export async function observeTagged(context: PlannerContext, ids: readonly string[]): Promise<ObservedResource[]> {
  const of = (prefix: Prefix) => ids.filter((id) => id.startsWith(prefix));
  const ownerOf = createOwnerLookup(context.cloudFormation, context.now());
  const plain = async (
    prefix: Prefix,
    read: (ids: string[]) => Promise<{ id: string; tags: Record<string, string> }[]>,
  ) => {
    const wanted = of(prefix);
    const found = wanted.length > 0 ? await read(wanted) : [];
    return Promise.all(
      found.map(async ({ id, tags }) => ({
        id,
        type: TAGGABLE[prefix],
        owner: await ownerOf(id, tags),
        tags,
        facts: {},
      })),
    );
  };
  const kinds = await Promise.all([
    plain('i-', async (wanted) =>
      (await readInstances(context, wanted)).map(({ InstanceId: id = '', Tags }) => ({ id, tags: tagsOf(Tags) })),
    ),
    of('vol-').length > 0 ? (await observeVolumes(context, of('vol-'))).map(ownedThrough) : [],
    plain('sg-', async (wanted) =>
      (await readGroups(context, wanted)).map(({ GroupId: id = '', Tags }) => ({ id, tags: tagsOf(Tags) })),
    ),
    plain('snap-', async (wanted) => {
      const { DescribeSnapshotsCommand } = await import('@aws-sdk/client-ec2');
      const { Snapshots = [] } = await context.ec2.send(new DescribeSnapshotsCommand({ SnapshotIds: wanted }));
      return Snapshots.map(({ SnapshotId: id = '', Tags }) => ({ id, tags: tagsOf(Tags) }));
    }),
  ]);
  return sorted(kinds.flat());
}

const sorted = (resources: ObservedResource[]) => resources.sort((a, b) => (a.id < b.id ? -1 : 1));
