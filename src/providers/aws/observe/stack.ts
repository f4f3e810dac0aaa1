/** Reads the state of a stack that a plan is judged against. */

import { createHmac } from 'node:crypto';
import type { CloudFormationClient, Stack, StackResourceSummary } from '@aws-sdk/client-cloudformation';
import { sha256Hex } from '../../../core/digest.ts';
import { CountersignError } from '../../../core/errors.ts';
import { bareRecord } from '../../../core/input-bounds.ts';
import type { ObservedStack } from '../observed.ts';
import { allPages } from '../paging.ts';
import { isMask } from '../template/secrets.ts';

export interface LiveStack {
  stack: Stack;
  /** As it was sent; `processed` differs where it has transforms. */
  template: string;
  processed: string;
  resources: StackResourceSummary[];
  /** As AWS tells them: NoEcho ones masked. */
  parameters: Record<string, string>;
  observed: ObservedStack;
}
const DAY_MILLISECONDS = 24 * 3_600_000;
const NEVER_COMPLETED = new Set([
  'REVIEW_IN_PROGRESS',
  'ROLLBACK_COMPLETE',
  'ROLLBACK_FAILED',
  'ROLLBACK_IN_PROGRESS',
  'CREATE_FAILED',
]);

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

/** Three reads at once, then one per export. `secretKey` keys the HMAC of masked parameters. */
export async function observeStack(client: CloudFormationClient, name: string, secretKey: string): Promise<LiveStack> {
  const asked = requireStack(client, name);
  const [stack, template, resources, importedExports] = await Promise.all([
    asked,
    templateOf(client, { StackName: name }, 'Original').catch(async (error) => {
      // A stack that only a change set made so far has no template of its own.
      if ((await asked).StackStatus === 'REVIEW_IN_PROGRESS') return '';
      throw error;
    }),
    listResources(client, name),
    asked.then((found) => importsOf(client, found)),
  ]);
  const id = stack.StackId!;
  const hasTransforms = /Transform/.test(template);
  const processed = hasTransforms ? await templateOf(client, { StackName: id }, 'Processed') : template;
  const parameters = bareRecord(
    Object.fromEntries(
      (stack.Parameters ?? []).map(({ ParameterKey = '', ParameterValue = '', ResolvedValue }) => [
        ParameterKey,
        ResolvedValue ?? ParameterValue,
      ]),
    ),
  );
  return {
    stack,
    template,
    processed,
    resources,
    parameters,
    observed: {
      stackId: id,
      stackName: stack.StackName!,
      status: stack.StackStatus ?? 'UNKNOWN',
      createdAt: stack.CreationTime?.toISOString() ?? '',
      updatedAt: stack.LastUpdatedTime?.toISOString() ?? null,
      templateDigest: `sha256:${sha256Hex(processed)}`,
      parameters: Object.fromEntries(
        Object.entries(parameters).map(([key, value]) => [key, isMask(value) ? hidden(key, stack, secretKey) : value]),
      ),
      tags: tagsOf(stack),
      terminationProtection: stack.EnableTerminationProtection ?? false,
      roleArn: stack.RoleARN ?? null,
      resourceCount: resources.length,
      neverCompleted: NEVER_COMPLETED.has(stack.StackStatus ?? ''),
      parentId: stack.ParentId ?? null,
      importedExports,
      recentlyDeleted: [],
    },
  };
}

/**
 * AWS never tells a NoEcho value, only that there is one; it can change only with an update of the stack. So its
 * stand-in is keyed to the stack's last update: another update, another stand-in.
 */
function hidden(key: string, stack: Stack, secretKey: string): string {
  const at = (stack.LastUpdatedTime ?? stack.CreationTime)?.toISOString() ?? '';
  return `hmac:${createHmac('sha256', secretKey).update(`${stack.StackId}/${key}@${at}`).digest('hex')}`;
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

/** Exports of the stack that others import. */
export async function importsOf(
  client: CloudFormationClient,
  { Outputs = [] }: Pick<Stack, 'Outputs'>,
): Promise<ObservedStack['importedExports']> {
  const { paginateListImports } = await import('@aws-sdk/client-cloudformation');
  const names = Outputs.flatMap(({ ExportName }) => (ExportName ? [ExportName] : []));
  const found = await Promise.all(
    names.map(async (name) => {
      try {
        const importers: string[] = [];
        for await (const { Imports = [] } of allPages(paginateListImports({ client }, { ExportName: name })))
          importers.push(...Imports);
        return { name, importers: importers.sort() };
      } catch (error) {
        if (/is not imported/.test((error as Error).message)) return { name, importers: [] };
        throw error;
      }
    }),
  );
  return found.filter(({ importers }) => importers.length > 0);
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
