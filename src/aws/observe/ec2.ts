/** Reads the state of EC2 resources that a plan is judged against. */
import type { EC2Client } from '@aws-sdk/client-ec2';
import type { ObservedInstance } from '../../core/plan.ts';

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
