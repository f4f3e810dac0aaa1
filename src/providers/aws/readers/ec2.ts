/** Reads EC2 for an agent, a page at a time. Its clients hold no permit. */
import type { Instance, SecurityGroup, Volume } from '@aws-sdk/client-ec2';
import { formatRule } from '../../../core/network-rule.ts';
import type { Page, Place } from '../../../core/ports.ts';
import {
  askingEc2,
  readGroupUsers,
  readInstances,
  readNewestSnapshots,
  readProtection,
  type SnapshotPoint,
} from '../observe/ec2.ts';
import { namedOwner, ownerText, tagsOf } from '../observe/ownership.ts';
import type { ContextFor, PlannerContext } from '../planners/context.ts';
import type { CloudReader, InstanceSummary, SecurityGroupSummary, VolumeSummary } from '../ports.ts';
import { openToWorld, rulesOf } from '../security-rules.ts';
import { inScope, type MayRead, mayReadResource } from './in-scope.ts';

type Query = { ids?: string[]; cursor?: string; limit: number };
/** EC2 pages hold at least 5; it takes ids or pages, not both. */
const pageOf = ({ ids, cursor, limit }: Query) => (ids ? {} : { MaxResults: Math.max(5, limit), NextToken: cursor });

function paged<T>(items: T[], next: string | undefined): Page<T> {
  return { items, ...(next ? { cursor: next } : {}) };
}

export function createEc2Reader(
  contextFor: ContextFor,
  mayRead: MayRead,
): Pick<CloudReader, 'instances' | 'securityGroups' | 'volumes'> {
  const reading = async <T>(place: Place, read: (context: PlannerContext) => Promise<T>): Promise<T> => {
    const context = await contextFor(place);
    return askingEc2(context, () => read(context));
  };
  return {
    instances: (place, query) => reading(place, (context) => listInstances(context, query, mayRead)),
    securityGroups: (place, query) => reading(place, (context) => listGroups(context, query, mayRead)),
    volumes: (place, query) => reading(place, (context) => listVolumes(context, query, mayRead)),
  };
}

/** Protections cost two reads for each instance: only of those that were named. */
async function listInstances(
  context: PlannerContext,
  query: Query & { tag?: string },
  mayRead: MayRead,
): Promise<Page<InstanceSummary>> {
  const { DescribeInstancesCommand } = await import('@aws-sdk/client-ec2');
  const [key = '', ...value] = (query.tag ?? '').split('=');
  const filter =
    value.length === 0 ? { Name: 'tag-key', Values: [key] } : { Name: `tag:${key}`, Values: [value.join('=')] };
  const answer = await context.ec2.send(
    new DescribeInstancesCommand({
      ...pageOf(query),
      ...(query.ids ? { InstanceIds: query.ids } : {}),
      ...(query.tag ? { Filters: [filter] } : {}),
    }),
  );
  const { items: found, ...left } = inScope(
    (answer.Reservations ?? []).flatMap(({ Instances = [] }) => Instances),
    query.ids !== undefined,
    ({ InstanceId: id = '', Tags }) => ({ id, readable: mayReadResource(mayRead, context.identity, id, tagsOf(Tags)) }),
  );
  const ids = query.ids ? found.map(({ InstanceId = '' }) => InstanceId) : [];
  const [termination, stop] = await Promise.all([
    readProtection(context, ids, 'disableApiTermination'),
    readProtection(context, ids, 'disableApiStop'),
  ]);
  const items = found.map((instance) => {
    const id = instance.InstanceId ?? '';
    const protections = [
      ...(termination.get(id) ? ['termination' as const] : []),
      ...(stop.get(id) ? ['stop' as const] : []),
    ];
    return { ...summariseInstance(instance), ...(query.ids ? { protections, tags: shownTags(instance.Tags) } : {}) };
  });
  return { ...paged(items, answer.NextToken), ...left };
}

const OF_AWS = /^aws:/;
/** What AWS itself tags is told as the owner. */
const shownTags = (tags: Instance['Tags']): Record<string, string> =>
  Object.fromEntries(Object.entries(tagsOf(tags)).filter(([key]) => !OF_AWS.test(key)));

function summariseInstance(instance: Instance): InstanceSummary {
  const tags = tagsOf(instance.Tags);
  return {
    instance_id: instance.InstanceId ?? '',
    name: tags.Name ?? '',
    state: instance.State?.Name ?? '',
    instance_type: instance.InstanceType ?? '',
    owner: ownerText(namedOwner(tags)),
    volumes: (instance.BlockDeviceMappings ?? []).map(({ Ebs }) => ({
      volume_id: Ebs?.VolumeId ?? '',
      deleted_with_instance: Ebs?.DeleteOnTermination ?? true,
    })),
  };
}

async function listGroups(
  context: PlannerContext,
  query: Query & { vpcId?: string },
  mayRead: MayRead,
): Promise<Page<SecurityGroupSummary>> {
  const { DescribeSecurityGroupsCommand } = await import('@aws-sdk/client-ec2');
  const { SecurityGroups = [], NextToken } = await context.ec2.send(
    new DescribeSecurityGroupsCommand({
      ...pageOf(query),
      ...(query.ids ? { GroupIds: query.ids } : {}),
      ...(query.vpcId ? { Filters: [{ Name: 'vpc-id', Values: [query.vpcId] }] } : {}),
    }),
  );
  const { items: groups, ...left } = inScope(SecurityGroups, query.ids !== undefined, ({ GroupId: id = '', Tags }) => ({
    id,
    readable: mayReadResource(mayRead, context.identity, id, tagsOf(Tags)),
  }));
  const users = await readGroupUsers(
    context,
    groups.map(({ GroupId = '' }) => GroupId),
  );
  const items = groups.map((group) =>
    summariseGroup(group, users.get(group.GroupId ?? '') ?? [], query.ids === undefined),
  );
  return { ...paged(items, NextToken), ...left };
}

/** In a list: enough to see which group it is. What is open to the world is never left out. */
const RULES_LISTED = 3;
const USERS_LISTED = 2;

function summariseGroup(group: SecurityGroup, usedBy: string[], inList: boolean): SecurityGroupSummary {
  const rules = rulesOf(group);
  const [shownRules, shownUsers] = inList ? [RULES_LISTED, USERS_LISTED] : [rules.length, usedBy.length];
  return {
    group_id: group.GroupId ?? '',
    name: group.GroupName ?? '',
    vpc_id: group.VpcId ?? '',
    owner: ownerText(namedOwner(tagsOf(group.Tags))),
    rules: rules.slice(0, shownRules).map(formatRule),
    ...(rules.length > shownRules ? { more_rules: rules.length - shownRules } : {}),
    open_to_world: openToWorld(rules).map(formatRule),
    used_by: usedBy.slice(0, shownUsers),
    ...(usedBy.length > shownUsers ? { more_users: usedBy.length - shownUsers } : {}),
  };
}

async function listVolumes(
  context: PlannerContext,
  query: Query & { instanceId?: string },
  mayRead: MayRead,
): Promise<Page<VolumeSummary>> {
  const { DescribeVolumesCommand } = await import('@aws-sdk/client-ec2');
  const { Volumes = [], NextToken } = await context.ec2.send(
    new DescribeVolumesCommand({
      ...pageOf(query),
      ...(query.ids ? { VolumeIds: query.ids } : {}),
      ...(query.instanceId ? { Filters: [{ Name: 'attachment.instance-id', Values: [query.instanceId] }] } : {}),
    }),
  );
  const holders = [
    ...new Set(Volumes.flatMap(({ Attachments = [] }) => Attachments.map(({ InstanceId = '' }) => InstanceId))),
  ];
  const [snapshots, instances] = await Promise.all([
    readNewestSnapshots(
      context,
      Volumes.map(({ VolumeId = '' }) => VolumeId),
    ),
    holders.length > 0 ? readInstances(context, holders) : [],
  ]);
  const { items: volumes, ...left } = inScope(Volumes, query.ids !== undefined, (volume) => {
    const { VolumeId: id = '', Tags } = volume;
    const holder = tagsOf(holderOf(volume, instances)?.Tags);
    const tags = namedOwner(holder) ? holder : tagsOf(Tags);
    return { id, readable: mayReadResource(mayRead, context.identity, id, tags) };
  });
  const items = volumes.map((volume) => ({
    ...summariseVolume(volume, instances, snapshots.get(volume.VolumeId ?? '')),
    ...(query.ids ? { tags: shownTags(volume.Tags) } : {}),
  }));
  return { ...paged(items, NextToken), ...left };
}

const holderOf = ({ Attachments }: Volume, instances: Instance[]): Instance | undefined =>
  instances.find(({ InstanceId }) => InstanceId === Attachments?.[0]?.InstanceId);

function summariseVolume(volume: Volume, instances: Instance[], newest: SnapshotPoint | undefined): VolumeSummary {
  const holder = holderOf(volume, instances);
  const mapping = holder?.BlockDeviceMappings?.find(({ Ebs }) => Ebs?.VolumeId === volume.VolumeId)?.Ebs;
  return {
    volume_id: volume.VolumeId ?? '',
    state: volume.State ?? '',
    size_gib: volume.Size ?? 0,
    owner: ownerText(namedOwner(tagsOf(holder?.Tags)) ?? namedOwner(tagsOf(volume.Tags))),
    attached_to: (volume.Attachments ?? []).map(({ InstanceId = '', DeleteOnTermination }) => ({
      instance_id: InstanceId,
      deleted_with_instance: mapping?.DeleteOnTermination ?? DeleteOnTermination ?? true,
    })),
    newest_snapshot: newest ? { snapshot_id: newest.id, completed_at: newest.completedAt } : null,
  };
}
