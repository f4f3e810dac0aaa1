/** A template with parameters, conditions and functions worked out. */
import { CountersignError } from '../../../core/errors.ts';
import { bareRecord } from '../../../core/input-bounds.ts';
import { createEvaluator, type ResolveContext } from './evaluate.ts';
import { argumentsOf, conditionsIn, referencesIn, transformsOf } from './inspect.ts';
import { expandLoops } from './loops.ts';
import { parameterValues } from './parameters.ts';
import { isRecord, type Template, type TemplateResource, type Value } from './parse.ts';
import { isUnresolved, type StackOutput, scalarText, stackOutputOf, type Truth, UNRESOLVED } from './values.ts';

export type { ResolveContext } from './evaluate.ts';
export { capabilitiesFor, dynamicReferencesIn, referencesIn, requiredCapabilities, transformsOf } from './inspect.ts';
export { parameterFaults, parameterValues } from './parameters.ts';
export { isUnresolved, UNRESOLVED } from './values.ts';

export interface ResolvedResource {
  logicalId: string;
  type: string;
  properties: Record<string, Value>;
  deletionPolicy: string;
  updateReplacePolicy: string;
  /** Logical ids that it refers to or depends on. */
  references: string[];
  /** What each property names by Ref, GetAtt or Sub: resources, parameters and pseudo parameters. */
  propertyReferences: Record<string, string[]>;
  metadata: Record<string, Value>;
}
export interface ResolvedTemplate {
  resources: Record<string, ResolvedResource>;
  outputs: Record<string, { value: string; exportName?: string }>;
  parameters: Record<string, string>;
  conditions: Record<string, Truth>;
  /** What Rules assert and these parameters do not satisfy, in the template's own words. */
  failedRules: string[];
}

/** Resolves part by part, so that one resource of a big template does not cost the others. */
export interface Resolver {
  template: Template;
  parameters: Record<string, string>;
  /** Those that conditions leave out are not among them; one whose condition is unknown is. */
  resourceIds: string[];
  resource(logicalId: string): ResolvedResource;
  outputs(): ResolvedTemplate['outputs'];
  /** Names of the exports that a resource, or without an id every resource and output, imports. */
  imports(logicalId?: string): string[];
  /** Outputs of other stacks that every resource and output asks for. */
  stackOutputs(): StackOutput[];
  /** Any value of this template. */
  evaluate(value: Value): Value;
  conditions(): ResolvedTemplate['conditions'];
  failedRules(): string[];
}

export function resolveTemplate(template: Template, context: ResolveContext): ResolvedTemplate {
  const resolver = createResolver(template, context);
  return {
    resources: bareRecord(Object.fromEntries(resolver.resourceIds.map((id) => [id, resolver.resource(id)]))),
    outputs: resolver.outputs(),
    parameters: resolver.parameters,
    conditions: resolver.conditions(),
    failedRules: resolver.failedRules(),
  };
}

/** @throws CountersignError INPUT_INVALID as parameterValues, INPUT_TEMPLATE_INVALID for loops and dangling names. */
// biome-ignore lint/complexity/noExcessiveLinesPerFunction: one closure over one template; its functions are short.
export function createResolver(written: Template, context: ResolveContext): Resolver {
  const parameters = parameterValues(written, context.parameters);
  const full = { ...context, parameters };
  const template = expandLoops(written, full);
  refuseDanglingNames(template);
  const evaluator = createEvaluator(template, full);
  const isLeftOut = (condition: string | undefined) =>
    condition !== undefined && evaluator.condition(condition) === false;
  /** Without the branches that a known condition does not take: nothing in them is asked for. */
  const taken = (value: Value | undefined): Value | undefined => {
    if (Array.isArray(value)) return value.map((item) => taken(item) ?? null);
    if (!isRecord(value)) return value;
    const branches = value['Fn::If'];
    const holds = Array.isArray(branches) ? evaluator.condition(String(branches[0])) : 'unknown';
    if (Array.isArray(branches) && holds !== 'unknown') return taken((holds ? branches[1] : branches[2]) as Value);
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, taken(inner as Value) ?? null]));
  };
  const outputsTaken = () =>
    Object.entries(template.Outputs ?? {}).filter(([, { Condition }]) => !isLeftOut(Condition));
  const partsOf = (logicalId?: string) =>
    [
      ...(logicalId === undefined ? resourceIds : [logicalId]).map((id) => template.Resources[id]?.Properties),
      ...(logicalId === undefined ? outputsTaken().map(([, { Value: value }]) => value) : []),
    ].map(taken);
  const resourceIds = Object.entries(template.Resources).flatMap(([id, { Condition }]) =>
    isLeftOut(Condition) ? [] : [id],
  );
  return {
    template,
    parameters,
    resourceIds,
    resource(logicalId) {
      const resource = template.Resources[logicalId]!;
      const properties = resource.Properties ?? {};
      return {
        logicalId,
        type: resource.Type,
        properties: (evaluator.value(properties) ?? {}) as Record<string, Value>,
        deletionPolicy: policyOf(evaluator.value(resource.DeletionPolicy ?? null), defaultDeletionPolicy(resource)),
        updateReplacePolicy: policyOf(evaluator.value(resource.UpdateReplacePolicy ?? null), 'Delete'),
        references: dependenciesOf(template, resource),
        propertyReferences: Object.fromEntries(
          Object.entries(properties).map(([name, value]) => [name, [...new Set(referencesIn(value))]]),
        ),
        metadata: (evaluator.value(resource.Metadata ?? {}) ?? {}) as Record<string, Value>,
      };
    },
    outputs: () =>
      Object.fromEntries(
        outputsTaken().map(([name, { Value: value, Export }]) => [
          name,
          {
            value: scalarText(evaluator.value(value ?? null)),
            ...(Export === undefined ? {} : { exportName: scalarText(evaluator.value(Export.Name)) }),
          },
        ]),
      ),
    evaluate: evaluator.value,
    imports(logicalId) {
      const names = partsOf(logicalId).flatMap((part) => argumentsOf('Fn::ImportValue', part));
      return [...new Set(names.map((name) => scalarText(evaluator.value(name))))];
    },
    stackOutputs: () =>
      partsOf()
        .flatMap((part) => argumentsOf('Fn::GetStackOutput', part))
        .map((asked) => evaluator.value(asked))
        .flatMap((asked) => (isRecord(asked) && !isUnresolved(asked) ? [stackOutputOf(asked as never)] : [])),
    conditions: () =>
      Object.fromEntries(Object.keys(template.Conditions ?? {}).map((name) => [name, evaluator.condition(name)])),
    failedRules: () =>
      Object.entries(template.Rules ?? {}).flatMap(([name, rule]) => {
        if (!isRecord(rule)) return [];
        if (rule.RuleCondition !== undefined && evaluator.truth(rule.RuleCondition as Value) !== true) return [];
        return ((rule.Assertions ?? []) as Record<string, Value>[])
          .filter(({ Assert: assert = null }) => evaluator.truth(assert) === false)
          .map(({ AssertDescription: said }) => `${scalarText(said ?? 'Assertion failed')} (rule ${name})`);
      }),
  };
}

/** What it names directly, by DependsOn, or in the conditions' untaken branches too: as CloudFormation orders them. */
function dependenciesOf(template: Template, resource: TemplateResource): string[] {
  const depends = resource.DependsOn === undefined ? [] : [resource.DependsOn].flat();
  const named = [...depends, ...referencesIn(resource.Properties ?? {})];
  return [...new Set(named)].filter((id) => id in template.Resources);
}

/** Checked once: whoever read a template does not change it. */
const sound = new WeakSet<Template>();

/** @throws CountersignError INPUT_TEMPLATE_INVALID. A macro may make what is named: such templates are not checked. */
function refuseDanglingNames(template: Template): void {
  if (sound.has(template)) return;
  if (transformsOf(template).some((name) => name !== 'AWS::LanguageExtensions')) return;
  const known = (name: string) =>
    name.startsWith('AWS::') || name in template.Resources || Object.hasOwn(template.Parameters ?? {}, name);
  const parts = [
    ...Object.values(template.Resources).flatMap(({ Properties, DependsOn }) => [
      ...referencesIn(Properties ?? {}),
      ...[DependsOn ?? []].flat(),
    ]),
    ...Object.values(template.Outputs ?? {}).flatMap(({ Value: value, Export }) => [
      ...referencesIn(value),
      ...referencesIn(Export as Value | undefined),
    ]),
  ];
  const dangling = [...new Set(parts)].filter((name) => !known(name));
  if (dangling.length > 0)
    throw new CountersignError(
      'INPUT_TEMPLATE_INVALID',
      `Unresolved resource dependencies [${dangling.join(', ')}] in the template`,
      'Declare them, or fix the names.',
    );
  const asked = [
    ...Object.values(template.Resources).flatMap(({ Condition, Properties }) => [
      ...(Condition === undefined ? [] : [Condition]),
      ...conditionsIn(Properties ?? {}),
    ]),
    ...Object.values(template.Outputs ?? {}).flatMap(({ Condition }) => (Condition === undefined ? [] : [Condition])),
  ];
  const undefinedConditions = [...new Set(asked)].filter((name) => !Object.hasOwn(template.Conditions ?? {}, name));
  if (undefinedConditions.length > 0)
    throw new CountersignError(
      'INPUT_TEMPLATE_INVALID',
      `Unresolved condition dependency [${undefinedConditions.join(', ')}] in the template`,
      'Define it in Conditions.',
    );
  sound.add(template);
}

/** AWS CloudFormation User Guide, "DeletionPolicy attribute": two RDS types default to Snapshot, all else to Delete. */
function defaultDeletionPolicy({ Type, Properties }: TemplateResource): string {
  const isOwnDatabase = Type === 'AWS::RDS::DBInstance' && Properties?.DBClusterIdentifier === undefined;
  return Type === 'AWS::RDS::DBCluster' || isOwnDatabase ? 'Snapshot' : 'Delete';
}

/** A policy that cannot be known is the worst: Delete. */
function policyOf(value: Value, byDefault: string): string {
  if (typeof value !== 'string') return byDefault;
  return value.includes(UNRESOLVED) ? 'Delete' : value;
}
