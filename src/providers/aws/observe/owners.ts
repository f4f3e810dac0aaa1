/**
 * Stacks of this account and region that own what a change reaches outside its stack.
 *
 * Guarantees: a thing has an owner only where CloudFormation lists it by its physical id as a resource of the type that
 * the template asks for; of a nested stack the root counts, since that is what a policy names; each name is read once;
 * reading ends at a bound. No answer: not resolved.
 * Does not cover: things of other accounts and regions; a resource beyond the first hundred of its stack, which
 * CloudFormation does not tell.
 * Source: DescribeStackResources, AWS CloudFormation API Reference.
 */
import type { CloudFormationClient, StackResource } from '@aws-sdk/client-cloudformation';
import type { MarkContext } from '../knowledge/marks/finder.ts';
import { type Outside, outsideOf } from '../knowledge/marks/outside.ts';
import type { PlannerContext } from '../planners/context.ts';
import { saysMissing } from './ownership.ts';

const MOST_NAMES = 15;

/** @param ids of the resources that change. @returns name of the owning root stack, by the thing as a template names it. */
export async function readOwners(
  context: Pick<PlannerContext, 'cloudFormation' | 'elsewhere' | 'identity'>,
  ids: readonly string[],
  views: MarkContext,
): Promise<ReadonlyMap<string, string>> {
  const named = ids.flatMap((id) => outsideOf(views.before[id] ?? null, views.after[id] ?? null, views));
  const wanted = [...new Map(named.map((one) => [JSON.stringify(one), one])).values()]
    .filter((one) => isHere(one.id, context.identity))
    .slice(0, MOST_NAMES);
  const found = await Promise.all(
    wanted.map(async (thing) => {
      const read = ownerOf(context.cloudFormation, thing);
      const owner = await context.elsewhere.orUnread(`The owner of ${thing.id}`, read, undefined);
      return owner === undefined ? [] : [[thing.id, owner] as const];
    }),
  );
  return new Map(found.flat());
}

/** An ARN of another account or region names nothing that this CloudFormation knows. */
function isHere(id: string, { account, region }: PlannerContext['identity']): boolean {
  const [, there = '', whose = ''] = /^arn:[^:]*:[^:]*:([^:]*):([^:]*):/.exec(id) ?? [];
  return (there === '' || there === region) && (whose === '' || whose === account);
}

async function ownerOf(
  client: CloudFormationClient,
  { id, names, type, service }: Outside,
): Promise<string | undefined> {
  const isIt = ({ PhysicalResourceId = '', ResourceType = '', ResourceStatus }: StackResource) =>
    [id, ...names].includes(PhysicalResourceId) &&
    ResourceStatus?.startsWith('DELETE') !== true &&
    (type === undefined ? ResourceType.split('::')[1]?.toLowerCase() === service : ResourceType === type);
  for (const name of new Set([id, ...names])) {
    const resource = (await resourcesBeside(client, name)).find(isIt);
    if (resource?.StackId) return rootOf(client, resource.StackId);
  }
  return undefined;
}

async function resourcesBeside(client: CloudFormationClient, PhysicalResourceId: string): Promise<StackResource[]> {
  const { DescribeStackResourcesCommand } = await import('@aws-sdk/client-cloudformation');
  try {
    return (await client.send(new DescribeStackResourcesCommand({ PhysicalResourceId }))).StackResources ?? [];
  } catch (error) {
    if (saysMissing(error)) return [];
    throw error;
  }
}

async function rootOf(client: CloudFormationClient, StackName: string): Promise<string | undefined> {
  const { DescribeStacksCommand } = await import('@aws-sdk/client-cloudformation');
  const { Stacks: [stack] = [] } = await client.send(new DescribeStacksCommand({ StackName }));
  return stack?.RootId === undefined ? stack?.StackName : /:stack\/([^/]+)\//.exec(stack.RootId)?.[1];
}
