/**
 * Who owns an EC2 resource, read from the `aws:` tags that only AWS can set.
 *
 * A resource that a stack kept at its deletion, or let go, still has the stack's tags: it counts as `released` for
 * 30 days. When a living stack let it go is not known: that is released too. Doubt is ownership.
 */

import type { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { bareRecord } from '../../../core/input-bounds.ts';
import type { Owner } from '../../../core/subject.ts';

export type Tags = Record<string, string>;
export const tagsOf = (tags: readonly { Key?: string | undefined; Value?: string | undefined }[] | undefined): Tags =>
  bareRecord(Object.fromEntries((tags ?? []).map(({ Key = '', Value = '' }) => [Key, Value])));

const RELEASED_MILLISECONDS = 30 * 24 * 3_600_000;
type Fate = 'lives' | 'forgotten' | { deletedAt: Date | undefined };

/** The owner that the tags name, whether or not it still is one. No reads. */
export function namedOwner(tags: Tags): Owner | null {
  const group = tags['aws:autoscaling:groupName'];
  const stack = tags['aws:cloudformation:stack-name'];
  if (group) return { kind: 'auto_scaling_group', name: group };
  return stack ? { kind: 'stack', name: stack } : null;
}

export const ownerText = (owner: Owner | null): string =>
  owner ? `${owner.kind.replaceAll('_', ' ')} ${owner.name}${owner.released ? ' (released)' : ''}` : 'none';

/** One read per stack, and one per resource of a stack that lives. */
export function createOwnerLookup(client: CloudFormationClient, now: Date) {
  const fates = new Map<string, Promise<Fate>>();
  const fateOf = (stackId: string): Promise<Fate> => {
    const known = fates.get(stackId) ?? readFate(client, stackId);
    fates.set(stackId, known);
    return known;
  };
  return async (id: string, tags: Tags): Promise<Owner | null> => {
    const named = namedOwner(tags);
    const stackId = tags['aws:cloudformation:stack-id'];
    if (named?.kind !== 'stack' || !stackId) return named;
    const fate = await fateOf(stackId);
    if (fate === 'forgotten') return null;
    const released = { ...named, released: true };
    if (fate !== 'lives') {
      const isLongAgo = fate.deletedAt && now.getTime() - fate.deletedAt.getTime() > RELEASED_MILLISECONDS;
      return isLongAgo ? null : released;
    }
    return (await isListed(client, stackId, tags['aws:cloudformation:logical-id'], id)) ? named : released;
  };
}

/** CloudFormation describes deleted stacks by id for 90 days; after that it says that there is none. */
async function readFate(client: CloudFormationClient, stackId: string): Promise<Fate> {
  const { DescribeStacksCommand } = await import('@aws-sdk/client-cloudformation');
  try {
    const { Stacks: [stack] = [] } = await client.send(new DescribeStacksCommand({ StackName: stackId }));
    return stack?.StackStatus === 'DELETE_COMPLETE' ? { deletedAt: stack.DeletionTime } : 'lives';
  } catch (error) {
    return saysMissing(error) ? 'forgotten' : 'lives';
  }
}

async function isListed(client: CloudFormationClient, stackId: string, logicalId: string | undefined, id: string) {
  if (logicalId === undefined) return true;
  const { DescribeStackResourceCommand } = await import('@aws-sdk/client-cloudformation');
  try {
    const { StackResourceDetail: found } = await client.send(
      new DescribeStackResourceCommand({ StackName: stackId, LogicalResourceId: logicalId }),
    );
    return found?.PhysicalResourceId === id && found.ResourceStatus !== 'DELETE_SKIPPED';
  } catch (error) {
    return !saysMissing(error);
  }
}

export const saysMissing = (error: unknown) => /does not exist/.test(String((error as Error).message));
