/** The cloud's ports over the real SDK: reading, planning, recomputing, and one writing door for the executor. */
import type { Call } from '../core/call.ts';
import { CountersignError } from '../core/errors.ts';
import type { Permit } from '../core/permit.ts';
import type { Plan } from '../core/plan.ts';
import type { CloudPorts, InstanceSummary, Place, PolicyPort } from '../core/ports.ts';
import { loadKnowledge } from '../knowledge/index.ts';
import { type CloudSettings, cloudFormationClient, ec2Client, type Holder, stsClient } from './clients.ts';
import { askingAws } from './errors.ts';
import { observeStack } from './observe.ts';
import { planStackDelete, planStackUpdate, recomputePlan } from './planner.ts';
import type { PlannerContext } from './planner-context.ts';
import { planInstanceAction } from './planner-instances.ts';

export interface CloudOptions {
  settings(region?: string): CloudSettings;
  /** How plans name where they were made. */
  endpointName: string;
  secretKey: string;
  templateRoots: string[];
  environmentOf: PolicyPort['environmentOf'];
  now(): Date;
}

/** Only the executor is given this. */
export interface WritingDoor {
  send(call: Call, permit: Permit): Promise<Record<string, unknown>>;
  /** Resolves when the snapshot is complete; throws when it fails. */
  waitForSnapshot(snapshotId: string, region: string): Promise<void>;
  followStack(
    stackId: string,
    token: string,
    onEvent: (text: string) => void,
  ): Promise<{ status: string; reason: string }>;
}

export function createCloud(options: CloudOptions): CloudPorts & WritingDoor {
  const identities = new Map<string, Promise<{ account: string; arn: string; region: string }>>();
  const identity = ({ region }: Place) => {
    const settings = options.settings(region);
    const known = identities.get(settings.region);
    if (known) return known;
    const asked = askingAws(async () => {
      const { GetCallerIdentityCommand } = await import('@aws-sdk/client-sts');
      const client = await stsClient(settings, { account: '' });
      const { Account = '', Arn = '' } = await client.send(new GetCallerIdentityCommand({}));
      return { account: Account, arn: Arn, region: settings.region };
    });
    identities.set(settings.region, asked);
    asked.catch(() => identities.delete(settings.region));
    return asked;
  };
  const contextFor = async (place: Place, permit?: Permit): Promise<PlannerContext> => {
    const who = await identity(place);
    const holder: Holder = { account: who.account, ...(permit ? { permit } : {}) };
    const settings = options.settings(place.region);
    const [cloudFormation, ec2, knowledge] = await Promise.all([
      cloudFormationClient(settings, holder),
      ec2Client(settings, holder),
      loadKnowledge(),
    ]);
    return {
      cloudFormation,
      ec2,
      identity: who,
      knowledge,
      secretKey: options.secretKey,
      templateRoots: options.templateRoots,
      now: options.now,
    };
  };
  return {
    endpoint: async () => options.endpointName,
    identity,
    reader: createReader(contextFor, options),
    planner: (place, permit) => ({
      stackUpdate: async (request) => planStackUpdate(await contextFor(place, permit), request),
      stackDelete: async (stack) => planStackDelete(await contextFor(place, permit), stack),
      instanceAction: async (ids, action) => planInstanceAction(await contextFor(place, permit), ids, action),
    }),
    recompute: async (plan: Plan) => recomputePlan(await contextFor({ region: plan.target.region }), plan),
    async send(call, permit) {
      const settings = options.settings(call.region);
      const holder = { account: call.account, permit };
      const client =
        call.service === 'ec2' ? await ec2Client(settings, holder) : await cloudFormationClient(settings, holder);
      const sdk: Record<string, unknown> =
        call.service === 'ec2' ? await import('@aws-sdk/client-ec2') : await import('@aws-sdk/client-cloudformation');
      const Command = sdk[`${call.operation}Command`] as (new (input: unknown) => never) | undefined;
      if (!Command)
        throw new CountersignError('INTERNAL', `There is no call ${call.service}:${call.operation}.`, 'Report this.');
      return (
        (await (client as { send(command: never): Promise<Record<string, unknown>> }).send(new Command(call.input))) ??
        {}
      );
    },
    async waitForSnapshot(snapshotId, region) {
      const { ec2 } = await contextFor({ region });
      const { waitUntilSnapshotCompleted } = await import('@aws-sdk/client-ec2');
      await waitUntilSnapshotCompleted(
        { client: ec2, minDelay: 1, maxDelay: 15, maxWaitTime: 3_600 },
        { SnapshotIds: [snapshotId] },
      );
    },
    async followStack(stackId, token, onEvent) {
      const { cloudFormation } = await contextFor({ region: stackId.split(':')[3] });
      const { DescribeStacksCommand, DescribeStackEventsCommand } = await import('@aws-sdk/client-cloudformation');
      const seen = new Set<string>();
      for (let pauseMilliseconds = 200; ; pauseMilliseconds = Math.min(5_000, pauseMilliseconds * 1.3)) {
        const { Stacks: [stack] = [] } = await cloudFormation.send(new DescribeStacksCommand({ StackName: stackId }));
        const { StackEvents = [] } = await cloudFormation.send(new DescribeStackEventsCommand({ StackName: stackId }));
        for (const event of [...StackEvents].reverse()) {
          if (event.ClientRequestToken !== token || seen.has(event.EventId ?? '')) continue;
          seen.add(event.EventId ?? '');
          onEvent(`${event.ResourceStatus} ${event.LogicalResourceId} ${event.ResourceStatusReason ?? ''}`.trim());
        }
        const status = stack?.StackStatus ?? 'UNKNOWN';
        if (!/_IN_PROGRESS$/.test(status)) return { status, reason: stack?.StackStatusReason ?? '' };
        await new Promise((resolve) => setTimeout(resolve, pauseMilliseconds));
      }
    },
  };
}

function createReader(
  contextFor: (place: Place) => Promise<PlannerContext>,
  options: CloudOptions,
): CloudPorts['reader'] {
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
          environment: options.environmentOf({
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
  };
}
