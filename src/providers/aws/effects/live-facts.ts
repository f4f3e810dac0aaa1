/** Facts that decide conditional replacements: of live instances, asked once for a whole plan, and of the template. */

import type { ResourceChange } from '@aws-sdk/client-cloudformation';
import type { Instance } from '@aws-sdk/client-ec2';
import { type ConditionalRule, conditionalRule, type Fact } from '../knowledge/index.ts';
import type { MarkContext } from '../knowledge/marks/finder.ts';
import { allPages } from '../paging.ts';
import type { PlannerContext } from '../planners/context.ts';
import type { Replaces } from './properties.ts';

/** By logical id. A fact that is absent is not known. */
export type LiveFacts = ReadonlyMap<string, Partial<Record<Fact | 'compatible_type', boolean>>>;

const INSTANCE = 'AWS::EC2::Instance';

export async function factsFor(
  context: PlannerContext,
  changes: readonly ResourceChange[],
  views: MarkContext,
): Promise<LiveFacts> {
  const facts = new Map<string, Partial<Record<Fact | 'compatible_type', boolean>>>();
  const open = changes.filter(
    ({ Action, ResourceType = '', Details = [] }) =>
      Action === 'Modify' && Details.some(({ Target }) => conditionalRule(ResourceType, Target?.Name ?? '')),
  );
  for (const { LogicalResourceId: id = '' } of open) facts.set(id, { documented: true, ...policyFacts(views, id) });
  const instances = open.filter(
    ({ ResourceType, PhysicalResourceId }) => ResourceType === INSTANCE && PhysicalResourceId,
  );
  if (instances.length === 0) return facts;
  const live = await describeInstances(
    context,
    instances.map(({ PhysicalResourceId }) => PhysicalResourceId!),
  );
  const wanted = new Map(
    instances.map(({ LogicalResourceId: id = '' }) => [id, views.after[id]?.properties.InstanceType] as const),
  );
  const architectures = await architecturesOf(
    context,
    [...wanted.values()].filter((type): type is string => typeof type === 'string'),
  );
  for (const { LogicalResourceId: id = '', PhysicalResourceId = '' } of instances) {
    const instance = live.get(PhysicalResourceId);
    if (!instance) continue;
    const supported = architectures.get(String(wanted.get(id)));
    facts.set(id, {
      ...facts.get(id),
      ebs_backed: instance.RootDeviceType === 'ebs',
      in_vpc: instance.VpcId !== undefined,
      ...(supported && instance.Architecture ? { compatible_type: supported.includes(instance.Architecture) } : {}),
    });
  }
  return facts;
}

/** What the resource's UpdatePolicy says. No policy: CloudFormation's default, false. */
function policyFacts({ after }: MarkContext, id: string): Partial<Record<Fact, boolean>> {
  const policy = (after[id]?.updatePolicy ?? {}) as {
    AutoScalingReplacingUpdate?: { WillReplace?: unknown };
    UseOnlineResharding?: unknown;
    EnableVersionUpgrade?: unknown;
  };
  const isTrue = (value: unknown) => value === true || value === 'true';
  return {
    will_replace: isTrue(policy.AutoScalingReplacingUpdate?.WillReplace),
    online_resharding: isTrue(policy.UseOnlineResharding),
    version_upgrade: isTrue(policy.EnableVersionUpgrade),
  };
}

async function describeInstances({ ec2 }: PlannerContext, ids: string[]): Promise<Map<string, Instance>> {
  const { paginateDescribeInstances } = await import('@aws-sdk/client-ec2');
  const found = new Map<string, Instance>();
  // A filter, not InstanceIds: one id that is gone must not hide the others.
  const query = { Filters: [{ Name: 'instance-id', Values: ids }] };
  for await (const { Reservations = [] } of allPages(paginateDescribeInstances({ client: ec2 }, query)))
    for (const instance of Reservations.flatMap(({ Instances = [] }) => Instances))
      found.set(instance.InstanceId ?? '', instance);
  return found;
}

async function architecturesOf({ ec2 }: PlannerContext, types: string[]): Promise<Map<string, string[]>> {
  if (types.length === 0) return new Map();
  const { DescribeInstanceTypesCommand } = await import('@aws-sdk/client-ec2');
  const query = { Filters: [{ Name: 'instance-type', Values: [...new Set(types)] }] };
  const { InstanceTypes = [] } = await ec2.send(new DescribeInstanceTypesCommand(query));
  return new Map(
    InstanceTypes.map(({ InstanceType = '', ProcessorInfo }) => [
      InstanceType as string,
      (ProcessorInfo?.SupportedArchitectures ?? []) as string[],
    ]),
  );
}

/** A conditional verdict, decided where a fact can; an unknown fact leaves it conditional. */
export function decide(replaces: Replaces, change: ResourceChange, property: string, facts: LiveFacts): Replaces {
  if (replaces !== 'conditional') return replaces;
  const rule: ConditionalRule | undefined = conditionalRule(change.ResourceType ?? '', property);
  const known = facts.get(change.LogicalResourceId ?? '');
  const answer = rule && known?.[rule.fact];
  if (!rule || answer === undefined) return replaces;
  if (!answer) return rule.otherwise;
  if (rule.also === undefined) return rule.then;
  const also = known?.[rule.also];
  return also === undefined ? replaces : also ? rule.then : rule.otherwise;
}
