/** Drift: what somebody changed behind a stack's back, and what its detection says. */
import type { Value } from '../../providers/aws/template/parse.ts';
import { type Operation, pageOf, SandboxFault } from '../service.ts';
import type { World } from '../world.ts';
import { advanceStacks } from './engine.ts';
import { isIn, NESTED, type Place, putStack, requireStack, type Stack, type StackResource } from './model.ts';
import { knowledge } from './target.ts';
import { textOf } from './texts.ts';

interface Detection extends Place {
  id: string;
  stackId: string;
  doneAt: number;
  status: string;
  drifted: number;
}
const DETECTION_MILLISECONDS = 2_000;
const DRIFTS_PER_PAGE = 100;

function changeLive(world: World, stackId: string, logicalId: string, change: Partial<StackResource>): void {
  advanceStacks(world, knowledge);
  const stack = world.get<Stack>('stack', stackId);
  const resource = stack?.resources[logicalId];
  if (!stack || !resource) throw new SandboxFault('ValidationError', `${logicalId} of ${stackId} does not exist`);
  stack.resources[logicalId] = { ...resource, ...change, live: { ...resource.live, ...change.live } };
  putStack(world, stack);
}

/** Test control: a property changes in the live resource; the stack does not know. `null` takes it away. */
export function driftResource(world: World, stackId: string, logicalId: string, property: string, value: Value): void {
  changeLive(world, stackId, logicalId, { live: { [property]: value } });
}

/** Test control: the live resource is deleted; the stack does not know. */
export function deleteBehindStack(world: World, stackId: string, logicalId: string): void {
  changeLive(world, stackId, logicalId, { gone: true });
}

function differences({ properties, live = {} }: StackResource) {
  return Object.entries(live)
    .filter(([name, value]) => textOf(properties[name]) !== textOf(value))
    .map(([name, value]) => ({
      PropertyPath: `/${name}`,
      ExpectedValue: textOf(properties[name]),
      ActualValue: textOf(value),
      DifferenceType: value === null ? 'REMOVE' : properties[name] === undefined ? 'ADD' : 'NOT_EQUAL',
    }));
}

function statusOf(resource: StackResource): string {
  if (!resource.physicalId || resource.type === NESTED || !knowledge.isKnownType(resource.type)) return 'NOT_CHECKED';
  if (resource.gone) return 'DELETED';
  return differences(resource).length > 0 ? 'MODIFIED' : 'IN_SYNC';
}

function detect(world: World, stack: Stack, logicalIds: string[] | undefined): number {
  const at = world.now();
  const isDrifted = ({ drift }: StackResource) => drift?.status === 'MODIFIED' || drift?.status === 'DELETED';
  for (const [id, resource] of Object.entries(stack.resources))
    if (!logicalIds || logicalIds.includes(id))
      stack.resources[id] = { ...resource, drift: { status: statusOf(resource), at } };
  const drifted = Object.values(stack.resources).filter(isDrifted).length;
  stack.drift = { status: drifted > 0 ? 'DRIFTED' : 'IN_SYNC', at };
  putStack(world, stack);
  return drifted;
}

function showDrift(stack: Stack, resource: StackResource) {
  const gone = resource.drift?.status === 'DELETED';
  const actual = Object.fromEntries(
    Object.entries({ ...resource.properties, ...resource.live }).filter(([, value]) => value !== null),
  );
  return {
    StackId: stack.id,
    LogicalResourceId: resource.logicalId,
    PhysicalResourceId: resource.physicalId,
    ResourceType: resource.type,
    ExpectedProperties: JSON.stringify(resource.properties),
    ActualProperties: gone ? undefined : JSON.stringify(actual),
    PropertyDifferences: gone ? [] : differences(resource),
    StackResourceDriftStatus: resource.drift?.status,
    Timestamp: new Date(resource.drift?.at ?? 0),
  };
}

export const driftOperations: Record<string, Operation> = {
  DetectStackDrift(world, input, caller) {
    const stack = requireStack(world, input.StackName, caller);
    if (stack.operation || /^(?:REVIEW|DELETE)/.test(stack.status))
      throw new SandboxFault(
        'ValidationError',
        `Drift detection cannot be performed while the stack is in ${stack.status} state.`,
      );
    const drifted = detect(world, stack, input.LogicalResourceIds);
    const detection: Detection = {
      id: world.newId('drift-'),
      account: stack.account,
      region: stack.region,
      stackId: stack.id,
      doneAt: world.now() + DETECTION_MILLISECONDS * world.pace,
      status: drifted > 0 ? 'DRIFTED' : 'IN_SYNC',
      drifted,
    };
    world.put('drift_detection', detection.id, detection);
    return { StackDriftDetectionId: detection.id };
  },
  DescribeStackDriftDetectionStatus(world, input, caller) {
    const detection = world.get<Detection>('drift_detection', input.StackDriftDetectionId ?? '');
    if (!detection || !isIn(caller)(detection))
      throw new SandboxFault('ValidationError', `Drift detection ${input.StackDriftDetectionId} does not exist`);
    const isDone = world.now() >= detection.doneAt;
    return {
      StackId: detection.stackId,
      StackDriftDetectionId: detection.id,
      DetectionStatus: isDone ? 'DETECTION_COMPLETE' : 'DETECTION_IN_PROGRESS',
      ...(isDone ? { StackDriftStatus: detection.status, DriftedStackResourceCount: detection.drifted } : {}),
      Timestamp: new Date(detection.doneAt),
    };
  },
  DescribeStackResourceDrifts(world, input, caller) {
    const stack = requireStack(world, input.StackName, caller);
    const wanted: string[] = input.StackResourceDriftStatusFilters ?? [];
    const checked = Object.values(stack.resources).filter(
      ({ drift }) => drift && drift.status !== 'NOT_CHECKED' && (wanted.length === 0 || wanted.includes(drift.status)),
    );
    const { page, next } = pageOf(checked, input.NextToken, input.MaxResults ?? DRIFTS_PER_PAGE);
    return { StackResourceDrifts: page.map((resource) => showDrift(stack, resource)), NextToken: next };
  },
  DetectStackResourceDrift(world, input, caller) {
    const stack = requireStack(world, input.StackName, caller);
    if (!stack.resources[input.LogicalResourceId])
      throw new SandboxFault('ValidationError', `Resource ${input.LogicalResourceId} does not exist`);
    detect(world, stack, [input.LogicalResourceId]);
    return { StackResourceDrift: showDrift(stack, stack.resources[input.LogicalResourceId]!) };
  },
};
