/** Single reads of stacks. */

import type { CloudFormationClient, Stack, StackResourceSummary } from '@aws-sdk/client-cloudformation';
import { CountersignError } from '../../../core/errors.ts';
import { bareRecord } from '../../../core/input-bounds.ts';
import type { ObservedStack } from '../observed.ts';
import { allPages } from '../paging.ts';

const DAY_MILLISECONDS = 24 * 3_600_000;
export async function findStack(client: CloudFormationClient, name: string): Promise<Stack | undefined> {
  const { DescribeStacksCommand } = await import('@aws-sdk/client-cloudformation');
  try {
    return (await client.send(new DescribeStacksCommand({ StackName: name }))).Stacks?.[0];
  } catch (error) {
    if (/does not exist/.test((error as Error).message)) return undefined;
    throw error;
  }
}

export async function requireStack(client: CloudFormationClient, name: string): Promise<Stack> {
  const stack = await findStack(client, name);
  if (stack?.StackId && stack.StackName) return stack;
  throw new CountersignError(
    'AWS_NOT_FOUND',
    `There is no stack ${name}.`,
    {
      agent: 'List the stacks with describe_stacks.',
      person: 'List the stacks with: aws cloudformation list-stacks.',
    },
    { next: { tool: 'describe_stacks', input: {} } },
  );
}

export function tagsOf({ Tags = [] }: Pick<Stack, 'Tags'>): Record<string, string> {
  return bareRecord(Object.fromEntries(Tags.map(({ Key = '', Value = '' }) => [Key, Value])));
}

/** @param of a stack, or a change set by ARN. */
export async function templateOf(
  client: CloudFormationClient,
  of: { StackName?: string; ChangeSetName?: string },
  stage: 'Original' | 'Processed',
): Promise<string> {
  const { GetTemplateCommand } = await import('@aws-sdk/client-cloudformation');
  return (await client.send(new GetTemplateCommand({ ...of, TemplateStage: stage }))).TemplateBody ?? '';
}

export async function listResources(client: CloudFormationClient, stackId: string): Promise<StackResourceSummary[]> {
  const { paginateListStackResources } = await import('@aws-sdk/client-cloudformation');
  const found: StackResourceSummary[] = [];
  for await (const page of allPages(paginateListStackResources({ client }, { StackName: stackId })))
    found.push(...(page.StackResourceSummaries ?? []).filter((r) => r.ResourceStatus !== 'DELETE_COMPLETE'));
  return found;
}

/** Stacks of this name that were deleted within 24 h, from the cloud's own list. */
export async function deletedLately(
  client: CloudFormationClient,
  name: string,
  now: Date,
): Promise<ObservedStack['recentlyDeleted']> {
  const { paginateListStacks } = await import('@aws-sdk/client-cloudformation');
  const since = now.getTime() - DAY_MILLISECONDS;
  const found: { stackId: string; deletedAt: string }[] = [];
  for await (const page of allPages(paginateListStacks({ client }, { StackStatusFilter: ['DELETE_COMPLETE'] })))
    for (const { StackName, StackId = '', DeletionTime } of page.StackSummaries ?? [])
      if (StackName === name && DeletionTime && DeletionTime.getTime() > since)
        found.push({ stackId: StackId, deletedAt: DeletionTime.toISOString() });
  return Promise.all(
    found.map(async (deleted) =>
      (await everCompleted(client, deleted.stackId)) ? deleted : { ...deleted, neverCompleted: true },
    ),
  );
}

/** Its events stay readable by id. INVARIANT: without a whole history it counts as completed. */
async function everCompleted(client: CloudFormationClient, StackId: string): Promise<boolean> {
  const sdk = await import('@aws-sdk/client-cloudformation');
  let sawItsStart = false;
  for await (const page of allPages(sdk.paginateDescribeStackEvents({ client }, { StackName: StackId })))
    for (const { PhysicalResourceId, ResourceStatus } of page.StackEvents ?? []) {
      if (PhysicalResourceId !== StackId) continue;
      if (ResourceStatus === 'CREATE_COMPLETE' || ResourceStatus?.startsWith('UPDATE_')) return true;
      // The SDK's list of statuses lacks REVIEW_IN_PROGRESS; a stack that a CREATE change set began starts with it.
      if (/^(?:CREATE|REVIEW)_IN_PROGRESS$/.test(String(ResourceStatus))) sawItsStart = true;
    }
  return !sawItsStart;
}

/**
 * Logical ids of what was created since the stack was last in a state that it can go back to: what a rollback deletes.
 *
 * INVARIANT: without an event of such a state everything that was created counts.
 */
export async function madeSinceStable(client: CloudFormationClient, StackName: string): Promise<Set<string>> {
  const sdk = await import('@aws-sdk/client-cloudformation');
  const made = new Set<string>();
  for await (const page of allPages(sdk.paginateDescribeStackEvents({ client }, { StackName })))
    for (const { PhysicalResourceId, StackId, LogicalResourceId = '', ResourceStatus = '' } of page.StackEvents ?? []) {
      const isStack = PhysicalResourceId === StackId;
      if (isStack && /^(?:CREATE|UPDATE|UPDATE_ROLLBACK|IMPORT)_COMPLETE$/.test(ResourceStatus)) return made;
      if (!isStack && ResourceStatus.startsWith('CREATE_')) made.add(LogicalResourceId);
    }
  return made;
}
