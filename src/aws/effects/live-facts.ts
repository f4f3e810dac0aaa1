/** Facts about live resources that decide conditional replacements. Asked once for all resources of a plan. */
import type { ResourceChange } from '@aws-sdk/client-cloudformation';
import { conditionalRule } from '../../knowledge/index.ts';
import type { PlannerContext } from '../planners/context.ts';
import type { Replaces } from './properties.ts';

/** By physical id: is the instance's root device an EBS volume? Absent: not known. */
export type LiveFacts = ReadonlyMap<string, { ebs_backed: boolean }>;

export async function liveFactsFor(context: PlannerContext, changes: readonly ResourceChange[]): Promise<LiveFacts> {
  const ids = changes
    .filter(
      ({ ResourceType = '', Details = [] }) =>
        ResourceType === 'AWS::EC2::Instance' &&
        Details.some(({ Target }) => conditionalRule(ResourceType, Target?.Name ?? '') !== undefined),
    )
    .flatMap(({ PhysicalResourceId }) => (PhysicalResourceId ? [PhysicalResourceId] : []));
  if (ids.length === 0) return new Map();
  const { paginateDescribeInstances } = await import('@aws-sdk/client-ec2');
  const facts = new Map<string, { ebs_backed: boolean }>();
  // A filter, not InstanceIds: one id that is gone must not hide the others.
  for await (const page of paginateDescribeInstances(
    { client: context.ec2 },
    { Filters: [{ Name: 'instance-id', Values: ids }] },
  ))
    for (const { InstanceId = '', RootDeviceType } of (page.Reservations ?? []).flatMap(
      ({ Instances = [] }) => Instances,
    ))
      if (RootDeviceType) facts.set(InstanceId, { ebs_backed: RootDeviceType === 'ebs' });
  return facts;
}

/** A conditional verdict, decided where a live fact can. */
export function decide(replaces: Replaces, change: ResourceChange, property: string, facts: LiveFacts): Replaces {
  if (replaces !== 'conditional') return replaces;
  const rule = conditionalRule(change.ResourceType ?? '', property);
  const known = facts.get(change.PhysicalResourceId ?? '');
  if (!rule || !known) return replaces;
  return known[rule.fact] ? rule.then : rule.otherwise;
}
