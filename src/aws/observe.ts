/** Reads the state that a plan is judged against. */
import { createHmac } from 'node:crypto';
import type { CloudFormationClient, Stack, StackResourceSummary } from '@aws-sdk/client-cloudformation';
import type { EC2Client } from '@aws-sdk/client-ec2';
import { sha256Hex } from '../core/digest.ts';
import { CountersignError } from '../core/errors.ts';
import type { ObservedInstance, ObservedStack } from '../core/plan.ts';

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
        found.push({ stackId: StackId, deletedAt: DeletionTime.toISOString() });
    }
  }
  return found;
}

const INSTANCE_STORE_FAMILIES = /^(?:[a-z]+\d+[a-z]*d[a-z]*|i\d\w*|d\d\w*|h1|x1\w*|is4\w*|im4\w*)\./;

export async function observeInstances(client: EC2Client, ids: string[]): Promise<ObservedInstance[]> {
  const sdk = await import('@aws-sdk/client-ec2');
  const { Reservations = [] } = await client.send(new sdk.DescribeInstancesCommand({ InstanceIds: ids }));
  const instances = Reservations.flatMap(({ Instances = [] }) => Instances);
  const protectedBy = async (InstanceId: string, Attribute: 'disableApiTermination' | 'disableApiStop') => {
    const answer = await client.send(new sdk.DescribeInstanceAttributeCommand({ InstanceId, Attribute }));
    return (
      (Attribute === 'disableApiTermination' ? answer.DisableApiTermination : answer.DisableApiStop)?.Value ?? false
    );
  };
  return Promise.all(
    instances.map(async (instance): Promise<ObservedInstance> => {
      const id = instance.InstanceId ?? '';
      const tags = Object.fromEntries((instance.Tags ?? []).map(({ Key = '', Value = '' }) => [Key, Value]));
      const stack = tags['aws:cloudformation:stack-name'];
      const group = tags['aws:autoscaling:groupName'];
      const [terminationProtection, stopProtection, newest] = await Promise.all([
        protectedBy(id, 'disableApiTermination'),
        protectedBy(id, 'disableApiStop'),
        newestSnapshots(
          client,
          (instance.BlockDeviceMappings ?? []).map(({ Ebs }) => Ebs?.VolumeId ?? ''),
        ),
      ]);
      return {
        id,
        state: instance.State?.Name ?? 'unknown',
        instanceType: instance.InstanceType ?? 'unknown',
        terminationProtection,
        stopProtection,
        instanceStore:
          instance.RootDeviceType === 'instance-store' || INSTANCE_STORE_FAMILIES.test(instance.InstanceType ?? ''),
        owner: stack ? { kind: 'stack', name: stack } : group ? { kind: 'auto_scaling_group', name: group } : null,
        tags,
        volumes: (instance.BlockDeviceMappings ?? []).map(({ Ebs }) => ({
          id: Ebs?.VolumeId ?? '',
          deleteOnTermination: Ebs?.DeleteOnTermination ?? true,
          newestSnapshot: newest[Ebs?.VolumeId ?? ''] ?? null,
        })),
      };
    }),
  );
}

async function newestSnapshots(
  client: EC2Client,
  volumeIds: string[],
): Promise<Record<string, { id: string; completedAt: string }>> {
  if (volumeIds.length === 0) return {};
  const sdk = await import('@aws-sdk/client-ec2');
  const { Snapshots = [] } = await client.send(
    new sdk.DescribeSnapshotsCommand({ Filters: [{ Name: 'volume-id', Values: volumeIds }] }),
  );
  const newest: Record<string, { id: string; completedAt: string }> = {};
  for (const { SnapshotId = '', VolumeId = '', State, CompletionTime, StartTime } of Snapshots) {
    const completedAt = (CompletionTime ?? StartTime)?.toISOString() ?? '';
    if (State === 'completed' && completedAt > (newest[VolumeId]?.completedAt ?? ''))
      newest[VolumeId] = { id: SnapshotId, completedAt };
  }
  return newest;
}
