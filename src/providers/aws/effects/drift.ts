/** Live values that an update would silently overwrite: what the last drift detection found on what is changed. */
import type { CloudFormationClient, PropertyDifference } from '@aws-sdk/client-cloudformation';
import type { Effect } from '../../../core/effect.ts';
import type { Mark } from '../../../core/mark.ts';
import { makeVisibleLine } from '../../../core/render-safe.ts';
import type { LiveStack } from '../observe/live-stack.ts';
import { type LeafContext, maskText } from '../template/secrets.ts';
import type { Taint } from '../template/taint.ts';

/** One read, and only where a resource that the plan updates is known to have drifted. */
export async function markDrift(
  client: CloudFormationClient,
  live: LiveStack,
  effects: readonly Effect[],
  prefix: string,
  taint: Taint | undefined,
): Promise<Effect[]> {
  const drifted = new Set(
    live.resources
      .filter(({ DriftInformation }) => DriftInformation?.StackResourceDriftStatus === 'MODIFIED')
      .map(({ LogicalResourceId = '' }) => prefix + LogicalResourceId),
  );
  const isOverwritten = ({ kind, logicalId = '' }: Effect) =>
    drifted.has(logicalId) && kind !== 'create' && kind !== 'delete';
  if (!effects.some(isOverwritten)) return [...effects];
  const { DescribeStackResourceDriftsCommand } = await import('@aws-sdk/client-cloudformation');
  const { StackResourceDrifts = [] } = await client.send(
    new DescribeStackResourceDriftsCommand({
      StackName: live.observed.stackId,
      StackResourceDriftStatusFilters: ['MODIFIED'],
    }),
  );
  return effects.map((effect) => {
    if (!isOverwritten(effect)) return effect;
    const drift = StackResourceDrifts.find(({ LogicalResourceId }) => prefix + LogicalResourceId === effect.logicalId);
    const id = (effect.logicalId ?? '').slice(prefix.length);
    const context = { isTainted: (path: readonly string[]) => taint?.at(id, path) === true };
    const found = drift?.PropertyDifferences ?? [];
    return { ...effect, marks: [...effect.marks, ...found.map((difference) => overwriteMark(difference, context))] };
  });
}

function overwriteMark(
  { PropertyPath = '', ExpectedValue = '', ActualValue = '' }: PropertyDifference,
  context: LeafContext,
): Mark {
  const path = PropertyPath.replace(/^\//, '').replaceAll('/', '.');
  const shown = (value: string) => makeVisibleLine(maskText(`Properties.${path}`, value, context), 80);
  return {
    kind: 'overwrite',
    path: `Properties.${path}`,
    text: `${path} was changed outside CloudFormation to ${shown(ActualValue)}; the template says ${shown(ExpectedValue)}.`,
  };
}
