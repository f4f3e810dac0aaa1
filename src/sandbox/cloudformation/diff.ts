/** What a change set says: the difference between a stack as it is and a template as it would be. */
import { type Knowledge, type Replacement, snapshotSupported } from '../../knowledge/index.ts';
import type { Value } from '../../template/parse.ts';
import { isUnresolved } from '../../template/resolve.ts';
import type { World } from '../world.ts';
import { inOrder, resolveFor } from './engine.ts';
import type { Stack, StackResource } from './model.ts';
import { replacementTruth } from './replacement-truths.ts';

export interface ResourceDiff {
  logicalId: string;
  action: 'Add' | 'Modify' | 'Remove';
  type: string;
  before?: StackResource;
  replacement: 'True' | 'False' | 'Conditional';
  properties: {
    name: string;
    before: Value | undefined;
    after: Value | undefined;
    recreation: 'Never' | 'Conditionally' | 'Always';
    dynamic: boolean;
    causingEntity?: string;
  }[];
  scope: string[];
  policyAction?: string;
}

const RECREATION: Record<Replacement, 'Never' | 'Conditionally' | 'Always'> = {
  never: 'Never',
  always: 'Always',
  conditional: 'Conditionally',
  unknown: 'Conditionally',
};

export function diffStack(
  world: World,
  knowledge: Knowledge,
  stack: Stack,
  target: { templateBody: string; parameters: Record<string, string>; tags: Record<string, string> },
): ResourceDiff[] {
  const after = resolveFor(world, stack, target);
  const diffs: ResourceDiff[] = [];
  const replaced = new Set<string>();
  for (const logicalId of inOrder(after.resources)) {
    const wanted = after.resources[logicalId]!;
    const before = stack.resources[logicalId];
    if (!before) {
      diffs.push({
        logicalId,
        action: 'Add',
        type: wanted.type,
        replacement: 'False',
        properties: [],
        scope: [],
      });
      continue;
    }
    const properties = changedProperties(
      knowledge,
      wanted.type,
      before.properties,
      wanted.properties,
      wanted.references.filter((id) => replaced.has(id)),
    );
    const scope = [
      ...(properties.length > 0 ? ['Properties'] : []),
      ...(JSON.stringify(before.metadata) === JSON.stringify(wanted.metadata) ? [] : ['Metadata']),
      ...(before.deletionPolicy === wanted.deletionPolicy ? [] : ['DeletionPolicy']),
      ...(before.updateReplacePolicy === wanted.updateReplacePolicy ? [] : ['UpdateReplacePolicy']),
      ...(tagsDiffer(stack.tags, target.tags) && knowledge.hasProperty(wanted.type, 'Tags') ? ['Tags'] : []),
    ];
    const retyped = before.type !== wanted.type;
    if (scope.length === 0 && !retyped) continue;
    const replacement =
      retyped || properties.some(({ recreation, dynamic }) => recreation === 'Always' && !dynamic)
        ? 'True'
        : properties.some(({ recreation }) => recreation !== 'Never')
          ? 'Conditional'
          : 'False';
    if (replacement !== 'False') replaced.add(logicalId);
    diffs.push({
      logicalId,
      action: 'Modify',
      type: wanted.type,
      before,
      replacement,
      properties,
      scope,
      ...(replacement === 'False' ? {} : { policyAction: replacePolicy(wanted.updateReplacePolicy, before.type) }),
    });
  }
  for (const [logicalId, before] of Object.entries(stack.resources)) {
    if (after.resources[logicalId]) continue;
    diffs.push({
      logicalId,
      action: 'Remove',
      type: before.type,
      before,
      replacement: 'False',
      properties: [],
      scope: [],
      policyAction: removePolicy(before.deletionPolicy, before.type),
    });
  }
  return diffs;
}

const tagsDiffer = (a: Record<string, string>, b: Record<string, string>) =>
  JSON.stringify(Object.entries(a).sort()) !== JSON.stringify(Object.entries(b).sort());

function changedProperties(
  knowledge: Knowledge,
  type: string,
  before: Record<string, Value>,
  after: Record<string, Value>,
  replacedReferences: string[],
): ResourceDiff['properties'] {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort();
  return names.flatMap((name) => {
    const dependsOnReplaced = replacedReferences.find((id) => mentions(after[name], id, before[name]));
    const differs = JSON.stringify(before[name] ?? null) !== JSON.stringify(after[name] ?? null);
    if (!differs && dependsOnReplaced === undefined) return [];
    const dynamic = dependsOnReplaced !== undefined || isUnresolved(after[name]);
    return [
      {
        name,
        before: before[name],
        after: after[name],
        recreation:
          RECREATION[replacementTruth(type, name) ?? deepest(knowledge, type, name, before[name], after[name])],
        dynamic,
        ...(dependsOnReplaced === undefined ? {} : { causingEntity: dependsOnReplaced }),
      },
    ];
  });
}

/** A property that refers to a replaced resource carries that resource's physical id or a value made from it. */
function mentions(after: Value | undefined, logicalId: string, before: Value | undefined): boolean {
  return (
    JSON.stringify(after ?? '').includes(`-${logicalId}-`) || JSON.stringify(before ?? '').includes(`-${logicalId}-`)
  );
}

/** Where only a nested part differs, that part's own rule counts. */
function deepest(
  knowledge: Knowledge,
  type: string,
  path: string,
  before: Value | undefined,
  after: Value | undefined,
): Replacement {
  const isMap = (value: unknown): value is Record<string, Value> =>
    value !== null && typeof value === 'object' && !Array.isArray(value);
  if (!isMap(before) || !isMap(after)) return knowledge.replacementOf(type, path);
  const order: Replacement[] = ['never', 'unknown', 'conditional', 'always'];
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])].filter(
    (name) => JSON.stringify(before[name]) !== JSON.stringify(after[name]),
  );
  return names
    .map((name) => deepest(knowledge, type, `${path}.${name}`, before[name], after[name]))
    .reduce<Replacement>((worst, next) => (order.indexOf(next) > order.indexOf(worst) ? next : worst), 'never');
}

function replacePolicy(policy: string, type: string): string {
  if (policy === 'Retain') return 'ReplaceAndRetain';
  return policy === 'Snapshot' && snapshotSupported(type) ? 'ReplaceAndSnapshot' : 'ReplaceAndDelete';
}
function removePolicy(policy: string, type: string): string {
  if (policy === 'Retain') return 'Retain';
  return policy === 'Snapshot' && snapshotSupported(type) ? 'Snapshot' : 'Delete';
}

export function showChange(diff: ResourceDiff, withValues: boolean): Record<string, unknown> {
  const text = (value: Value | undefined) =>
    value === undefined ? undefined : typeof value === 'string' ? value : JSON.stringify(value);
  return {
    Type: 'Resource',
    ResourceChange: {
      Action: diff.action,
      LogicalResourceId: diff.logicalId,
      ResourceType: diff.type,
      Scope: diff.scope,
      ...(diff.before ? { PhysicalResourceId: diff.before.physicalId } : {}),
      ...(diff.action === 'Modify' ? { Replacement: diff.replacement } : {}),
      ...(diff.policyAction ? { PolicyAction: diff.policyAction } : {}),
      Details: [
        ...diff.properties.map((property) => ({
          ChangeSource: property.causingEntity ? 'ResourceReference' : 'DirectModification',
          ...(property.causingEntity ? { CausingEntity: property.causingEntity } : {}),
          Evaluation: property.dynamic ? 'Dynamic' : 'Static',
          Target: {
            Attribute: 'Properties',
            Name: property.name,
            RequiresRecreation: property.recreation,
            Path: `/Properties/${property.name}`,
            AttributeChangeType:
              property.before === undefined ? 'Add' : property.after === undefined ? 'Remove' : 'Modify',
            ...(withValues ? { BeforeValue: text(property.before), AfterValue: text(property.after) } : {}),
          },
        })),
        ...diff.scope
          .filter((attribute) => attribute !== 'Properties')
          .map((attribute) => ({
            ChangeSource: 'DirectModification',
            Evaluation: 'Static',
            Target: { Attribute: attribute, RequiresRecreation: 'Never' },
          })),
      ],
    },
  };
}
