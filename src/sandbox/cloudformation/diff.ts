/** The difference between a stack as it is and a template as it would be. */

import { isDefaultWritten, type Knowledge, snapshotSupported } from '../../providers/aws/knowledge/index.ts';
import type { Replacement } from '../../providers/aws/knowledge/replacement.ts';
import type { Value } from '../../providers/aws/template/parse.ts';
import type { ResolvedResource, Resolver } from '../../providers/aws/template/resolve.ts';
import { isUnresolved } from '../../providers/aws/template/resolve.ts';
import { SandboxFault } from '../service.ts';
import type { World } from '../world.ts';
import { mayChangeInPlace } from './attributes.ts';
import { NESTED, type Stack, type StackResource, type Target } from './model.ts';
import { inOrder } from './order.ts';
import { replacementTruth } from './replacement-truths.ts';
import { resolverFor } from './resolving.ts';
import { sorted, textOf } from './texts.ts';

/** Why a property changes, as a change set says it. */
export interface Cause {
  source: 'DirectModification' | 'ParameterReference' | 'ResourceReference' | 'ResourceAttribute' | 'Automatic';
  evaluation: 'Static' | 'Dynamic';
  entity?: string;
}
export interface PropertyDiff {
  name: string;
  before: Value | undefined;
  after: Value | undefined;
  recreation: Replacement;
  causes: Cause[];
}
export interface ResourceDiff {
  logicalId: string;
  action: 'Add' | 'Modify' | 'Remove';
  type: string;
  before?: StackResource;
  after?: ResolvedResource;
  replacement: 'True' | 'False' | 'Conditional';
  properties: PropertyDiff[];
  scope: string[];
  policyAction?: string;
}

export function diffStack(world: World, knowledge: Knowledge, stack: Stack, target: Target): ResourceDiff[] {
  /** Names of the properties that change in place, by logical id; and the attributes that are read of those. */
  const inPlace = new Map<string, string[]>();
  const read: string[] = [];
  const resolver = resolverFor(world, stack, target, stack.resources, (id, attribute) => {
    const isUnknown = mayChangeInPlace(stack.resources[id]?.type ?? '', attribute, inPlace.get(id));
    if (isUnknown) read.push(`${id}.${attribute}`);
    return isUnknown;
  });
  const after = Object.fromEntries(resolver.resourceIds.map((id) => [id, resolver.resource(id)]));
  const changedParameters = parametersThatDiffer(stack, resolver);
  const replaced = new Set<string>();
  const retagged = textOf(sorted(stack.tags)) !== textOf(sorted(target.tags));
  const diffs: ResourceDiff[] = [];
  for (const logicalId of inOrder(after)) {
    read.length = 0;
    // Once more, now that it is known what changes before it.
    const reads = after[logicalId]!.references.some((id) => inPlace.has(id));
    const wanted = reads ? resolver.resource(logicalId) : after[logicalId]!;
    const before = stack.resources[logicalId];
    if (!before?.physicalId) {
      const added = { logicalId, action: 'Add', type: wanted.type, after: wanted } as const;
      diffs.push({ ...added, replacement: 'False', properties: [], scope: [] });
      continue;
    }
    const diff = diffResource(knowledge, before, wanted, { changedParameters, replaced, retagged, read });
    if (!diff) continue;
    if (diff.replacement !== 'False') replaced.add(logicalId);
    else
      inPlace.set(
        logicalId,
        diff.properties.map(({ name }) => name),
      );
    diffs.push(diff);
  }
  for (const [logicalId, before] of Object.entries(stack.resources)) {
    if (after[logicalId]) continue;
    const removed = { logicalId, action: 'Remove', type: before.type, before } as const;
    const policyAction = removePolicy(before.deletionPolicy, before.type);
    diffs.push({ ...removed, replacement: 'False', properties: [], scope: [], policyAction });
  }
  return diffs;
}

/** Seen live (aws/aws-sam-cli#6786): a resource keeps its type; another one needs another logical id. */
export function refuseRetyped(world: World, stack: Stack, target: Target): void {
  const resolver = resolverFor(world, stack, target);
  const types = resolver.template.Resources;
  const retyped = resolver.resourceIds.filter((id) => {
    const before = stack.resources[id];
    return before?.physicalId && before.type !== types[id]?.Type;
  });
  if (retyped.length > 0)
    throw new SandboxFault(
      'ValidationError',
      `Update of resource type is not permitted. The new template modifies resource type of the following resources: [${retyped.join(', ')}]`,
    );
}

function diffResource(
  knowledge: Knowledge,
  before: StackResource,
  wanted: ResolvedResource,
  around: { changedParameters: Set<string>; replaced: Set<string>; retagged: boolean; read: string[] },
): ResourceDiff | undefined {
  const properties = changedProperties(knowledge, before, wanted, around);
  const differs = (a: unknown, b: unknown) => textOf(a) !== textOf(b);
  const scope = [
    ...(properties.some(({ name }) => name !== 'Tags') ? ['Properties'] : []),
    ...(differs(before.metadata, wanted.metadata) ? ['Metadata'] : []),
    ...(before.deletionPolicy === wanted.deletionPolicy ? [] : ['DeletionPolicy']),
    ...(before.updateReplacePolicy === wanted.updateReplacePolicy ? [] : ['UpdateReplacePolicy']),
    ...((around.retagged && knowledge.hasProperty(wanted.type, 'Tags')) || properties.some(isTags) ? ['Tags'] : []),
  ];
  // Every nested stack is looked at in every update: what is inside is not compared here.
  if (scope.length === 0 && wanted.type !== NESTED) return undefined;
  const replacement = replacementOf(properties);
  return {
    logicalId: before.logicalId,
    action: 'Modify',
    type: wanted.type,
    before,
    after: wanted,
    replacement,
    properties,
    scope: scope.length > 0 ? scope : ['Properties'],
    ...(replacement === 'False' ? {} : { policyAction: replacePolicy(wanted.updateReplacePolicy, before.type) }),
  };
}
const isTags = ({ name }: PropertyDiff) => name === 'Tags';

/** User Guide, "Change set": Always and Static is True; Always and only Dynamic, or Conditionally, is Conditional. */
function replacementOf(properties: PropertyDiff[]): ResourceDiff['replacement'] {
  const certain = properties.some(
    ({ recreation, causes }) => recreation === 'always' && causes.some(({ evaluation }) => evaluation === 'Static'),
  );
  if (certain) return 'True';
  return properties.some(({ recreation }) => recreation !== 'never') ? 'Conditional' : 'False';
}

function changedProperties(
  knowledge: Knowledge,
  before: StackResource,
  wanted: ResolvedResource,
  { changedParameters, replaced, read }: { changedParameters: Set<string>; replaced: Set<string>; read: string[] },
): PropertyDiff[] {
  const names = [...new Set([...Object.keys(before.properties), ...Object.keys(wanted.properties)])].sort();
  return names.flatMap((name): PropertyDiff[] => {
    const [was, is] = [before.properties[name], wanted.properties[name]];
    const named = wanted.propertyReferences[name] ?? [];
    const source = named.find((id) => replaced.has(id));
    const differs = textOf(was) !== textOf(is);
    if (!differs && source === undefined) return [];
    const attributes = isUnresolved(is)
      ? [...new Set(read)].filter((entity) => named.includes(entity.split('.')[0] ?? ''))
      : [];
    const parameters = named.filter((id) => changedParameters.has(id));
    const direct = parameters.length > 0 || isUnresolved(is) ? 'Dynamic' : 'Static';
    const causes: Cause[] = [
      ...parameters.map((entity): Cause => ({ source: 'ParameterReference', evaluation: 'Static', entity })),
      ...(source ? [{ source: 'ResourceReference', evaluation: 'Dynamic', entity: source } as const] : []),
      ...attributes.map((entity): Cause => ({ source: 'ResourceAttribute', evaluation: 'Dynamic', entity })),
      ...(differs && !source && attributes.length === 0
        ? [{ source: 'DirectModification', evaluation: direct } as const]
        : []),
    ];
    return [{ name, before: was, after: is, causes, recreation: recreationOf(knowledge, wanted.type, name, was, is) }];
  });
}

function parametersThatDiffer(stack: Stack, { parameters }: Resolver): Set<string> {
  return new Set(Object.keys(parameters).filter((name) => stack.parameters[name] !== parameters[name]));
}

const ORDER: Replacement[] = ['never', 'unknown', 'conditional', 'always'];

/** The documentation's word first; else the index, by the parts that differ: their own rule counts. */
export function recreationOf(
  knowledge: Knowledge,
  type: string,
  name: string,
  before: Value | undefined,
  after: Value | undefined,
): Replacement {
  // User Guide, AWS::CloudFormation::Stack: "An update never causes a nested stack to be replaced."
  if (type === NESTED || isDefaultWritten(type, name, before, after)) return 'never';
  const truth = replacementTruth(type, name);
  if (truth) return truth;
  return leavesThatDiffer(name, before, after)
    .map(({ path }) => knowledge.replacementOf(type, path))
    .reduce<Replacement>((worst, next) => (ORDER.indexOf(next) > ORDER.indexOf(worst) ? next : worst), 'never');
}

export interface Leaf {
  path: string;
  before: Value | undefined;
  after: Value | undefined;
}
/** Descends through mappings only: what a list's item becomes is not told apart. */
export function leavesThatDiffer(path: string, before: Value | undefined, after: Value | undefined): Leaf[] {
  const isMap = (value: unknown): value is Record<string, Value> =>
    value !== null && typeof value === 'object' && !Array.isArray(value);
  if (!isMap(before) || !isMap(after)) return [{ path, before, after }];
  return [...new Set([...Object.keys(before), ...Object.keys(after)])]
    .filter((key) => textOf(before[key]) !== textOf(after[key]))
    .flatMap((key) => leavesThatDiffer(`${path}.${key}`, before[key], after[key]));
}

function replacePolicy(policy: string, type: string): string {
  if (policy === 'Retain') return 'ReplaceAndRetain';
  return policy === 'Snapshot' && snapshotSupported(type) ? 'ReplaceAndSnapshot' : 'ReplaceAndDelete';
}
function removePolicy(policy: string, type: string): string {
  if (policy === 'Retain') return 'Retain';
  return policy === 'Snapshot' && snapshotSupported(type) ? 'Snapshot' : 'Delete';
}
