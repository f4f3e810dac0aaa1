/** Reads the state that a plan is judged against. */
import { createHmac } from 'node:crypto';
import type { CloudFormationClient, Stack, StackResourceSummary } from '@aws-sdk/client-cloudformation';
import { sha256Hex } from '../../core/digest.ts';
import { CountersignError } from '../../core/errors.ts';
import type { ObservedStack } from '../../core/plan.ts';

export interface LiveStack {
  stack: Stack;
  template: string;
  resources: StackResourceSummary[];
  observed: ObservedStack;
}
const DAY_MILLISECONDS = 24 * 3_600_000;
const NEVER_COMPLETED = new Set(['REVIEW_IN_PROGRESS', 'ROLLBACK_COMPLETE', 'ROLLBACK_FAILED', 'CREATE_FAILED']);

/** Three reads, plus one per export. `secretKey` keys the HMAC of masked parameters. */
export async function observeStack(client: CloudFormationClient, name: string, secretKey: string): Promise<LiveStack> {
  const sdk = await import('@aws-sdk/client-cloudformation');
  const { Stacks: [stack] = [] } = await client.send(new sdk.DescribeStacksCommand({ StackName: name }));
  if (!stack?.StackId || !stack.StackName)
    throw new CountersignError('AWS_NOT_FOUND', `There is no stack ${name}.`, 'describe_stacks lists what is there.');
  const [template, resources, importedExports, recentlyDeleted] = await Promise.all([
    client
      .send(new sdk.GetTemplateCommand({ StackName: stack.StackId, TemplateStage: 'Original' }))
      .then(({ TemplateBody }) => TemplateBody ?? ''),
    listResources(client, stack.StackId),
    importsOf(client, stack),
    deletedLately(client, stack.StackName),
  ]);
  const observed: ObservedStack = {
    stackId: stack.StackId,
    stackName: stack.StackName,
    status: stack.StackStatus ?? 'UNKNOWN',
    createdAt: stack.CreationTime?.toISOString() ?? '',
    updatedAt: stack.LastUpdatedTime?.toISOString() ?? null,
    templateDigest: `sha256:${sha256Hex(template)}`,
    parameters: Object.fromEntries(
      (stack.Parameters ?? []).map(({ ParameterKey = '', ParameterValue = '' }) => [
        ParameterKey,
        /^\*+$/.test(ParameterValue)
          ? `hmac:${createHmac('sha256', secretKey).update(`${ParameterKey}=${ParameterValue}`).digest('hex')}`
          : ParameterValue,
      ]),
    ),
    tags: Object.fromEntries((stack.Tags ?? []).map(({ Key = '', Value = '' }) => [Key, Value])),
    terminationProtection: stack.EnableTerminationProtection ?? false,
    roleArn: stack.RoleARN ?? null,
    resourceCount: resources.length,
    neverCompleted: NEVER_COMPLETED.has(stack.StackStatus ?? ''),
    parentId: stack.ParentId ?? null,
    importedExports,
    recentlyDeleted,
  };
  return { stack, template, resources, observed };
}

async function listResources(client: CloudFormationClient, stackId: string) {
  const sdk = await import('@aws-sdk/client-cloudformation');
  const found: StackResourceSummary[] = [];
  for await (const page of sdk.paginateListStackResources({ client }, { StackName: stackId }))
    found.push(...(page.StackResourceSummaries ?? []));
  return found;
}

async function importsOf(client: CloudFormationClient, stack: Stack): Promise<ObservedStack['importedExports']> {
  const sdk = await import('@aws-sdk/client-cloudformation');
  const names = (stack.Outputs ?? []).flatMap(({ ExportName }) => (ExportName ? [ExportName] : []));
  const found = await Promise.all(
    names.map(async (name) => {
      try {
        const { Imports } = await client.send(new sdk.ListImportsCommand({ ExportName: name }));
        return { name, importers: [...(Imports ?? [])].sort() };
      } catch (error) {
        if (/is not imported/.test((error as Error).message)) return { name, importers: [] };
        throw error;
      }
    }),
  );
  return found.filter(({ importers }) => importers.length > 0);
}

async function deletedLately(client: CloudFormationClient, name: string): Promise<ObservedStack['recentlyDeleted']> {
  const sdk = await import('@aws-sdk/client-cloudformation');
  const found: ObservedStack['recentlyDeleted'] = [];
  const since = Date.now() - DAY_MILLISECONDS;
  for await (const page of sdk.paginateListStacks({ client }, { StackStatusFilter: ['DELETE_COMPLETE'] })) {
    for (const { StackName, StackId = '', DeletionTime } of page.StackSummaries ?? []) {
      if (StackName === name && DeletionTime && DeletionTime.getTime() > since)
        found.push({
          stackId: StackId,
          deletedAt: DeletionTime.toISOString(),
          ...((await everCompleted(client, StackId)) ? {} : { neverCompleted: true }),
        });
    }
  }
  return found;
}

/** Its events stay readable by id. INVARIANT: without a whole history it counts as completed. */
async function everCompleted(client: CloudFormationClient, StackId: string): Promise<boolean> {
  const sdk = await import('@aws-sdk/client-cloudformation');
  let sawItsStart = false;
  for await (const page of sdk.paginateDescribeStackEvents({ client }, { StackName: StackId }))
    for (const { PhysicalResourceId, ResourceStatus } of page.StackEvents ?? []) {
      if (PhysicalResourceId !== StackId) continue;
      if (ResourceStatus === 'CREATE_COMPLETE' || ResourceStatus?.startsWith('UPDATE_')) return true;
      // The SDK's list of statuses lacks REVIEW_IN_PROGRESS; a stack that a CREATE change set began starts with it.
      if (/^(?:CREATE|REVIEW)_IN_PROGRESS$/.test(String(ResourceStatus))) sawItsStart = true;
    }
  return !sawItsStart;
}
