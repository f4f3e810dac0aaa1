/** Reads stacks for an agent. Its clients hold no permit. */
import type { CloudReader, PolicyPort } from '../../core/ports.ts';
import { askingAws } from '../errors.ts';
import { observeStack } from '../observe/stack.ts';
import type { ContextFor } from '../planners/context.ts';

export function createStackReader(
  contextFor: ContextFor,
  environmentOf: PolicyPort['environmentOf'],
): Pick<CloudReader, 'stacks' | 'stack'> {
  return {
    stacks: (place, query) =>
      askingAws(async () => {
        const { cloudFormation, identity } = await contextFor(place);
        const { DescribeStacksCommand } = await import('@aws-sdk/client-cloudformation');
        const { Stacks = [], NextToken } = await cloudFormation.send(
          new DescribeStacksCommand(query.cursor ? { NextToken: query.cursor } : {}),
        );
        const items = Stacks.filter(
          ({ StackName = '', StackStatus }) =>
            StackName.startsWith(query.namePrefix ?? '') && (!query.status || StackStatus === query.status),
        ).map((stack) => ({
          stack: stack.StackName ?? '',
          stack_id: stack.StackId ?? '',
          status: stack.StackStatus ?? '',
          updated_at: (stack.LastUpdatedTime ?? stack.CreationTime)?.toISOString() ?? '',
          environment: environmentOf({
            account: identity.account,
            region: identity.region,
            name: stack.StackName ?? '',
            tags: {},
          }),
        }));
        return { items, ...(NextToken ? { cursor: NextToken } : {}) };
      }),
    stack: (place, name, include, logicalIds) =>
      askingAws(async () => {
        const { cloudFormation, secretKey } = await contextFor(place);
        const { stack, template, resources: all, observed } = await observeStack(cloudFormation, name, secretKey);
        const { DescribeStackEventsCommand } = await import('@aws-sdk/client-cloudformation');
        const wants = (part: string) => include.includes(part as never);
        const resources = wants('resources')
          ? all.filter(
              ({ LogicalResourceId }) => logicalIds.length === 0 || logicalIds.includes(LogicalResourceId ?? ''),
            )
          : [];
        const events = wants('events')
          ? (
              (await cloudFormation.send(new DescribeStackEventsCommand({ StackName: observed.stackId })))
                .StackEvents ?? []
            ).slice(0, 20)
          : [];
        return {
          stack: observed.stackName,
          stack_id: observed.stackId,
          status: observed.status,
          status_reason: stack.StackStatusReason ?? null,
          termination_protection: observed.terminationProtection,
          tags: observed.tags,
          resource_count: observed.resourceCount,
          ...(wants('resources')
            ? {
                resources: resources.map((r) => ({
                  logical_id: r.LogicalResourceId,
                  type: r.ResourceType,
                  physical_id: r.PhysicalResourceId,
                  status: r.ResourceStatus,
                })),
              }
            : {}),
          ...(wants('parameters')
            ? {
                parameters: Object.fromEntries(
                  Object.entries(observed.parameters).map(([key, value]) => [
                    key,
                    value.startsWith('hmac:') ? '****' : value,
                  ]),
                ),
              }
            : {}),
          ...(wants('outputs')
            ? {
                outputs: (stack.Outputs ?? []).map(({ OutputKey, OutputValue, ExportName }) => ({
                  key: OutputKey,
                  value: OutputValue,
                  export: ExportName,
                })),
              }
            : {}),
          ...(wants('dependents') ? { dependents: observed.importedExports } : {}),
          ...(wants('template') ? { template } : {}),
          ...(wants('events')
            ? {
                events: events.map((e) => ({
                  at: e.Timestamp?.toISOString(),
                  logical_id: e.LogicalResourceId,
                  status: e.ResourceStatus,
                  reason: e.ResourceStatusReason,
                })),
              }
            : {}),
        };
      }),
  };
}
