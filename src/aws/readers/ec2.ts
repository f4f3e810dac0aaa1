/** Reads EC2 for an agent. Its clients hold no permit. */
import type { CloudReader, InstanceSummary } from '../../core/ports.ts';
import { askingAws } from '../errors.ts';
import type { ContextFor } from '../planners/context.ts';

export function createEc2Reader(contextFor: ContextFor): Pick<CloudReader, 'instances' | 'securityGroups' | 'volumes'> {
  return {
    instances: (place, query) =>
      askingAws(async () => {
        const { ec2 } = await contextFor(place);
        const { DescribeInstancesCommand } = await import('@aws-sdk/client-ec2');
        const [key = '', value] = (query.tag ?? '').split('=');
        const filters = query.tag
          ? [value === undefined ? { Name: 'tag-key', Values: [key] } : { Name: `tag:${key}`, Values: [value] }]
          : undefined;
        const answer = await ec2.send(
          new DescribeInstancesCommand(
            query.ids
              ? { InstanceIds: query.ids }
              : { MaxResults: Math.max(5, query.limit), NextToken: query.cursor, Filters: filters },
          ),
        );
        const items = (answer.Reservations ?? [])
          .flatMap(({ Instances = [] }) => Instances)
          .map((instance): InstanceSummary => {
            const tag = (name: string) => instance.Tags?.find(({ Key }) => Key === name)?.Value;
            return {
              instance_id: instance.InstanceId ?? '',
              name: tag('Name') ?? '',
              state: instance.State?.Name ?? '',
              instance_type: instance.InstanceType ?? '',
              owner: tag('aws:cloudformation:stack-name') ?? tag('aws:autoscaling:groupName') ?? 'nobody',
              volumes: (instance.BlockDeviceMappings ?? []).map(({ Ebs }) => ({
                volume_id: Ebs?.VolumeId ?? '',
                deleted_with_instance: Ebs?.DeleteOnTermination ?? true,
              })),
            };
          });
        return { items, ...(answer.NextToken ? { cursor: answer.NextToken } : {}) };
      }),
  } as CloudReader;
}
