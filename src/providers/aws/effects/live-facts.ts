/** Facts that decide conditional replacements: of live instances, asked once for a whole plan, and of the template. */

import type { ResourceChange } from '@aws-sdk/client-cloudformation';
import type { Instance } from '@aws-sdk/client-ec2';
import type { Json } from '../../../core/digest.ts';
import { type ConditionalRule, conditionalRule, type Fact } from '../knowledge/index.ts';
import type { MarkContext } from '../knowledge/marks/finder.ts';
import { isMembers, listOf } from '../knowledge/marks/read.ts';
import { allPages } from '../paging.ts';
import type { PlannerContext } from '../planners/context.ts';
import type { Replaces } from './properties.ts';

/** By logical id. A fact that is absent is not known. */
type Known = Partial<Record<Fact | 'compatible_type' | 'rolls_from_zero', boolean>>;
export type LiveFacts = ReadonlyMap<string, Known>;

const INSTANCE = 'AWS::EC2::Instance';

export async function factsFor(
  context: PlannerContext,
  changes: readonly ResourceChange[],
  views: MarkContext,
): Promise<LiveFacts> {
  const facts = new Map<string, Known>();
  const open = changes.filter(
    ({ Action, ResourceType = '', Details = [] }) =>
      Action === 'Modify' && Details.some(({ Target }) => conditionalRule(ResourceType, Target?.Name ?? '')),
  );
  for (const { LogicalResourceId: id = '' } of open)
    facts.set(id, { documented: true, ...policyFacts(views, id), ...definitionFacts(views, id) });
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

/**
 * What the resource's UpdatePolicy says. No policy: CloudFormation's default, false; a value that is not known: the
 * worst. `rolls_from_zero`: a rolling update may leave no instance in service (MinInstancesInService, by default 0).
 */
function policyFacts({ after, isUnknown }: MarkContext, id: string): Known {
  const at = (...path: string[]): Json | undefined => {
    let value: Json | undefined = after[id]?.updatePolicy;
    for (const name of path) {
      if (typeof value === 'string' && isUnknown(value)) return value;
      value = isMembers(value) ? value[name] : undefined;
    }
    return value;
  };
  const is = (worst: boolean, value: Json | undefined) =>
    isUnknown(value) ? worst : String(value).toLowerCase() === 'true';
  const rolling = at('AutoScalingRollingUpdate');
  const kept = at('AutoScalingRollingUpdate', 'MinInstancesInService') ?? 0;
  return {
    will_replace: is(true, at('AutoScalingReplacingUpdate', 'WillReplace')),
    online_resharding: is(false, at('UseOnlineResharding')),
    version_upgrade: is(false, at('EnableVersionUpgrade')),
    rolls_from_zero: rolling !== undefined && rolling !== null && !(Number(kept) > 0),
  };
}

/** What the two templates say of a resource that exists. A side that cannot be read decides nothing. */
function definitionFacts({ before, after, isUnknown }: MarkContext, id: string): Known {
  const [was, is] = [before[id]?.properties, after[id]?.properties];
  if (!was || !is) return {};
  const known = (name: string) => !isUnknown(was[name]) && !isUnknown(is[name]);
  const typed = ({ AttributeDefinitions = [] }: Record<string, Json>) =>
    new Map(
      listOf(AttributeDefinitions)
        .filter(isMembers)
        .map((one) => [one.AttributeName, one.AttributeType] as const),
    );
  const kept = typed(is);
  return {
    ...(known('AttributeDefinitions')
      ? { attribute_retyped: [...typed(was)].some(([name, type]) => kept.has(name) && kept.get(name) !== type) }
      : {}),
    vpc_given_or_taken: ((was.VPCOptions ?? null) === null) !== ((is.VPCOptions ?? null) === null),
    in_db_security_groups: isUnknown(is.DBSecurityGroups) || listOf(is.DBSecurityGroups).length > 0,
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
