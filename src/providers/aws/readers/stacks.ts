/** Reads stacks for an agent: no more calls than the asked parts need. Its clients hold no permit. */

import type { CloudFormationClient, Stack, StackResourceSummary } from '@aws-sdk/client-cloudformation';
import type { Identity, PolicyPort } from '../../../core/ports.ts';
import { makeVisible, makeVisibleLine } from '../../../core/render-safe.ts';
import { askingAws } from '../errors.ts';
import { exportsOf, importersOf } from '../observe/exports.ts';
import { createSecretValues } from '../observe/secret-values.ts';
import { listResources, requireStack, tagsOf, templateOf } from '../observe/stack.ts';
import { allPages } from '../paging.ts';
import type { ContextFor } from '../planners/context.ts';
import type { CloudReader, StackPart } from '../ports.ts';
import { isMask, MASK, maskTemplate, maskText } from '../template/secrets.ts';
import { refuseReading } from './in-scope.ts';
import { pageThrough } from './pages.ts';

const RESOURCES_SHOWN = 35;
const EVENTS_SHOWN = 20;

export function createStackReader(
  contextFor: ContextFor,
  { environmentOf, mayRead }: Pick<PolicyPort, 'environmentOf' | 'mayRead'>,
): Pick<CloudReader, 'stacks' | 'stack'> {
  const environment = ({ account, region }: Identity, stack: Stack) =>
    environmentOf({ account, region, name: stack.StackName ?? '', tags: tagsOf(stack) });
  const isReadable = ({ account, region }: Identity, stack: Stack) =>
    mayRead({ kind: 'stack', account, region, name: stack.StackName ?? '', tags: tagsOf(stack) });
  return {
    stacks: (place, query) =>
      askingAws(async () => {
        const { cloudFormation, identity } = await contextFor(place);
        const { DescribeStacksCommand } = await import('@aws-sdk/client-cloudformation');
        let outOfScope = 0;
        const page = await pageThrough(
          async (NextToken) => {
            const { Stacks = [], NextToken: next } = await cloudFormation.send(
              new DescribeStacksCommand({ NextToken }),
            );
            const readable = Stacks.filter((stack) => isReadable(identity, stack));
            outOfScope += Stacks.length - readable.length;
            return { items: readable, next };
          },
          ({ StackName = '', StackStatus }) =>
            StackName.startsWith(query.namePrefix ?? '') && (!query.status || StackStatus === query.status),
          query,
        );
        return {
          ...page,
          ...(outOfScope > 0 ? { outOfScope } : {}),
          items: page.items.map((stack) => ({
            stack: stack.StackName ?? '',
            stack_id: stack.StackId ?? '',
            status: stack.StackStatus ?? '',
            updated_at: (stack.LastUpdatedTime ?? stack.CreationTime)?.toISOString() ?? '',
            environment: environment(identity, stack).environment,
          })),
        };
      }),
    stack: (place, name, { include, logicalIds, cursor = '0' }) =>
      askingAws(async () => {
        const { cloudFormation, identity } = await contextFor(place);
        // Asked at the same time: most parts need no more than the name.
        const asked = requireStack(cloudFormation, name);
        const wanted = { logicalIds, from: Number(cursor) };
        const [stack, ...parts] = await Promise.all([
          asked,
          ...[...new Set(include)].map((part) => PARTS[part](cloudFormation, name, asked, wanted)),
        ]);
        if (!isReadable(identity, stack)) refuseReading(stack.StackName ?? name);
        return {
          stack: stack.StackName,
          stack_id: stack.StackId,
          status: stack.StackStatus,
          ...(stack.StackStatusReason ? { status_reason: makeVisibleLine(stack.StackStatusReason) } : {}),
          ...environment(identity, stack),
          termination_protection: stack.EnableTerminationProtection ?? false,
          tags: tagsOf(stack),
          updated_at: (stack.LastUpdatedTime ?? stack.CreationTime)?.toISOString() ?? null,
          ...(stack.ParentId ? { owner: `nested in ${stack.ParentId}: plan the change there` } : {}),
          ...Object.assign({}, ...parts),
        };
      }),
  };
}

/** Resources and events of these logical ids (none: all); of the resources, those after the first `from`. */
interface Wanted {
  logicalIds: string[];
  from: number;
}
type ReadPart = (
  client: CloudFormationClient,
  name: string,
  stack: Promise<Stack>,
  wanted: Wanted,
) => Promise<Record<string, unknown>>;

const PARTS: Record<StackPart, ReadPart> = {
  async resources(client, name, _stack, { logicalIds, from }) {
    const all = await listResources(client, name);
    const wanted = all.filter((r) => logicalIds.length === 0 || logicalIds.includes(r.LogicalResourceId ?? ''));
    const next = from + RESOURCES_SHOWN;
    const more = wanted.length - next;
    return {
      resource_count: all.length,
      resources: wanted.slice(from, next).map(describeResource),
      ...(more > 0 ? { more_resources: more, ...typesOf(wanted), cursor: String(next) } : {}),
    };
  },
  async outputs(client, _name, asked) {
    const stack = await asked;
    const { Outputs = [] } = stack;
    // SECURITY: CloudFormation masks NoEcho parameters, and none of the outputs that tell them.
    const isSecret = Outputs.length === 0 ? () => false : await createSecretValues(client).outputsOf(stack);
    const shown = (key: string, value: string) =>
      isSecret(key) ? MASK : makeVisibleLine(maskText(`Outputs.${key}.Value`, value));
    return {
      outputs: Outputs.map(({ OutputKey = '', OutputValue = '', ExportName }) => ({
        key: OutputKey,
        value: shown(OutputKey, OutputValue),
        ...(ExportName ? { export: ExportName } : {}),
      })),
    };
  },
  async parameters(client, _name, asked) {
    const stack = await asked;
    const { Parameters = [] } = stack;
    const given = await createSecretValues(client).givenTo(stack);
    return {
      parameters: Object.fromEntries(
        Parameters.map(({ ParameterKey = '', ParameterValue = '', ResolvedValue }) => [
          ParameterKey,
          isMask(ParameterValue)
            ? 'NoEcho: kept if you leave it out'
            : given.has(ParameterKey)
              ? MASK
              : makeVisibleLine(maskText(`Parameters.${ParameterKey}.Default`, ResolvedValue ?? ParameterValue)),
        ]),
      ),
    };
  },
  async events(client, name, _stack, { logicalIds }) {
    const { DescribeStackEventsCommand } = await import('@aws-sdk/client-cloudformation');
    const { StackEvents = [] } = await client.send(new DescribeStackEventsCommand({ StackName: name }));
    return {
      events: StackEvents.filter((e) => logicalIds.length === 0 || logicalIds.includes(e.LogicalResourceId ?? ''))
        .slice(0, EVENTS_SHOWN)
        .map((e) =>
          makeVisibleLine(
            `${e.Timestamp?.toISOString()} ${e.LogicalResourceId} ${e.ResourceStatus} ${e.ResourceStatusReason ?? ''}`,
          ),
        ),
    };
  },
  async template(client, name) {
    const text = await templateOf(client, { StackName: name }, 'Original');
    return { template: makeVisible(maskTemplate(text), Number.POSITIVE_INFINITY) };
  },
  /** What the last detection found, and how old that is: detecting anew is not a read. */
  async drift(client, _name, stack) {
    const { DriftInformation, StackId } = await stack;
    const checkedAt = DriftInformation?.LastCheckTimestamp;
    if (!checkedAt) return { drift: { status: 'NOT_CHECKED', checked_at: null } };
    const { paginateDescribeStackResourceDrifts } = await import('@aws-sdk/client-cloudformation');
    const drifted: string[] = [];
    for await (const { StackResourceDrifts = [] } of allPages(
      paginateDescribeStackResourceDrifts(
        { client },
        { StackName: StackId, StackResourceDriftStatusFilters: ['MODIFIED', 'DELETED'] },
      ),
    ))
      for (const { LogicalResourceId, StackResourceDriftStatus, PropertyDifferences = [] } of StackResourceDrifts)
        drifted.push(
          `${LogicalResourceId} ${StackResourceDriftStatus} ${PropertyDifferences.map(({ PropertyPath }) => PropertyPath).join(', ')}`.trim(),
        );
    return {
      drift: {
        status: DriftInformation?.StackDriftStatus,
        checked_at: checkedAt.toISOString(),
        age_minutes: Math.round((Date.now() - checkedAt.getTime()) / 60_000),
        drifted: drifted.map((line) => makeVisibleLine(line, 200)),
      },
    };
  },
  async dependents(client, _name, stack) {
    return { dependents: await importersOf(client, exportsOf(await stack)) };
  },
};

function describeResource(r: StackResourceSummary) {
  const drifted = r.DriftInformation?.StackResourceDriftStatus === 'MODIFIED' ? ' DRIFTED' : '';
  return {
    logical_id: r.LogicalResourceId,
    type: r.ResourceType,
    physical_id: r.PhysicalResourceId,
    status: `${r.ResourceStatus}${drifted}`,
  };
}

function typesOf(resources: readonly StackResourceSummary[]) {
  const types: Record<string, number> = {};
  for (const { ResourceType = '' } of resources) types[ResourceType] = (types[ResourceType] ?? 0) + 1;
  return { types };
}
