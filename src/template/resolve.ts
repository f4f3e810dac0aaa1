/** A template with its functions evaluated against what is known. */
import { evaluate, evaluateCondition, type Scope, type Truth, type Use } from './evaluate.ts';
import { expandLoops } from './loops.ts';
import {
  isMapping,
  LANGUAGE_EXTENSIONS,
  type Mapping,
  member,
  type Template,
  transformsOf,
  UNRESOLVED,
} from './model.ts';
import { type ResolvedParameter, resolveParameters } from './parameters.ts';

export interface PseudoParameters {
  AccountId: string;
  Region: string;
  /** UNRESOLVED for a stack that does not exist yet. */
  StackId: string | typeof UNRESOLVED;
  StackName: string;
  Partition?: string;
  URLSuffix?: string;
  NotificationARNs?: string[];
}

export interface ResolveContext {
  /** Text by parameter name; what is missing falls back to the template's default. */
  parameters: Record<string, string>;
  pseudo: PseudoParameters;
  /** Values by export name. */
  exports?: Record<string, string>;
  /** What `Ref` of a resource answers; undefined when not known. */
  refOf?: (logicalId: string) => unknown;
  attributeOf?: (logicalId: string, attribute: string) => unknown;
  /** Availability zones by region. */
  zones?: Record<string, string[]>;
  /** The value behind an SSM-typed parameter, by parameter name. */
  ssmValueOf?: (parameterName: string) => string | undefined;
}

export interface ResolvedResource {
  logicalId: string;
  type: string;
  properties: Record<string, unknown>;
  metadata: Record<string, unknown> | undefined;
  /** As written: undefined, text, or UNRESOLVED. */
  deletionPolicy: unknown;
  updateReplacePolicy: unknown;
  dependsOn: string[];
  /** Will it exist? */
  condition: Truth;
  /** Logical ids that it needs first: DependsOn and every Ref, GetAtt and Sub. */
  references: string[];
  /** Which of its values come from where. */
  uses: Use[];
}

export interface ResolvedOutput {
  key: string;
  value: unknown;
  exportName: unknown;
  description: string | undefined;
  condition: Truth;
}

export interface ResolvedTemplate {
  resources: Map<string, ResolvedResource>;
  /** Without those whose condition is false. */
  outputs: Map<string, ResolvedOutput>;
  /** Values by export name, for the exports whose name is known. */
  exports: Map<string, unknown>;
  conditions: Map<string, Truth>;
  parameters: Map<string, ResolvedParameter>;
  /** Names of exports that the template imports, where known. */
  imports: string[];
  transforms: string[];
  hasTransform: boolean;
  /** `{{resolve:…}}`, which CloudFormation reads again at execution. */
  dynamicReferences: { logicalId: string; path: string; text: string }[];
  /** What CloudFormation would refuse the template for, in its words. */
  problems: string[];
}

/** One template and one context, evaluated piece by piece: for who needs some resources, or the same ones again. */
export interface Resolver {
  readonly template: Template;
  readonly parameters: Map<string, ResolvedParameter>;
  readonly problems: string[];
  readonly imports: string[];
  conditions(): Map<string, Truth>;
  logicalIds(): string[];
  resource(logicalId: string): ResolvedResource;
  outputs(): Map<string, ResolvedOutput>;
}

/** Evaluates the whole template once. */
export function resolveTemplate(template: Template, context: ResolveContext): ResolvedTemplate {
  const resolver = createResolver(template, context);
  const resources = new Map(resolver.logicalIds().map((id) => [id, resolver.resource(id)]));
  const outputs = resolver.outputs();
  const exports = new Map<string, unknown>();
  for (const { exportName, value } of outputs.values())
    if (typeof exportName === 'string') exports.set(exportName, value);
  const transforms = transformsOf(template);
  return {
    resources,
    outputs,
    exports,
    conditions: resolver.conditions(),
    parameters: resolver.parameters,
    imports: [...new Set(resolver.imports)],
    transforms,
    hasTransform: transforms.length > 0,
    dynamicReferences: [...resources.values()].flatMap(dynamicReferencesOf),
    problems: [...new Set(resolver.problems)],
  };
}

export function createResolver(source: Template, context: ResolveContext): Resolver {
  const parameters = resolveParameters(source, context.parameters, context.ssmValueOf);
  const problems: string[] = [];
  const imports: string[] = [];
  const truths = new Map<string, Truth>();
  const pseudo = pseudoValues(context.pseudo);
  let template = source;
  let uses: Use[] = [];
  /** What is wrong in a resource that will not exist does no harm. */
  let muted = false;

  const conditionOf = (name: string): Truth => {
    const known = truths.get(name);
    if (known !== undefined) return known;
    const expression = member(template.Conditions, name);
    if (expression === undefined) {
      scope.report(`Template format error: Unresolved condition dependency ${name} in the template`);
      return 'unknown';
    }
    truths.set(name, 'unknown'); // a condition that needs itself stays unknown
    const truth = evaluateCondition(scope, expression, `Conditions.${name}`);
    truths.set(name, truth);
    return truth;
  };

  const scope: Scope = {
    refOf: (name) => {
      const parameter = parameters.get(name);
      if (parameter) return parameter.value;
      return Object.hasOwn(pseudo, name) ? pseudo[name] : orUnresolved(context.refOf?.(name));
    },
    attributeOf: (logicalId, attribute) => orUnresolved(context.attributeOf?.(logicalId, attribute)),
    kindOf: (name) => {
      if (parameters.has(name)) return 'parameter';
      if (Object.hasOwn(pseudo, name)) return 'pseudo';
      return member(template.Resources, name) === undefined ? undefined : 'resource';
    },
    importOf: (name) => orUnresolved(member(context.exports, name)),
    zonesOf: (region) => member(context.zones, region) as string[] | undefined,
    conditionOf,
    region: context.pseudo.Region,
    mappings: template.Mappings,
    report: (problem) => {
      if (!muted) problems.push(problem);
    },
    use: (use) => {
      uses.push(use);
      if (use.kind === 'import' && !muted) imports.push(use.name);
    },
  };

  if (transformsOf(source).includes(LANGUAGE_EXTENSIONS)) {
    const itemsOf = (collection: unknown): string[] | undefined => {
      const items = evaluate(
        scope,
        Array.isArray(collection) ? collection : [collection],
        'Fn::ForEach',
      ) as unknown[];
      const flat = items.flat();
      return flat.includes(UNRESOLVED) ? undefined : flat.map(String);
    };
    const unknownLoop = (name: string): void =>
      scope.report(`Template error: the collection of Fn::ForEach::${name} cannot be resolved`);
    const { Conditions, Resources, Outputs } = source;
    template = {
      ...source,
      ...(expandLoops({ Conditions, Resources, Outputs }, itemsOf, unknownLoop) as Partial<Template>),
    };
  }

  const truthOf = (condition: unknown): Truth =>
    typeof condition === 'string' ? conditionOf(condition) : true;

  const resource = (logicalId: string): ResolvedResource => {
    const source = template.Resources[logicalId];
    if (!source) throw new Error(`the template has no resource ${logicalId}`);
    const condition = truthOf(source.Condition);
    uses = [];
    muted = condition === false;
    const valueOf = (part: unknown, path: string): unknown => evaluate(scope, part, path);
    const dependsOn = [source.DependsOn ?? []].flat();
    const resolved = {
      logicalId,
      type: source.Type,
      properties: (valueOf(source.Properties ?? {}, 'Properties') ?? {}) as Mapping,
      metadata: valueOf(source.Metadata, 'Metadata') as Mapping | undefined,
      deletionPolicy: valueOf(source.DeletionPolicy, 'DeletionPolicy'),
      updateReplacePolicy: valueOf(source.UpdateReplacePolicy, 'UpdateReplacePolicy'),
      dependsOn,
      condition,
    };
    for (const id of dependsOn) {
      if (scope.kindOf(id) !== 'resource') {
        scope.report(
          `Template format error: Unresolved resource dependencies [${id}] in the Resources block of the template`,
        );
      }
    }
    muted = false;
    const referenced = uses
      .filter(({ kind }) => kind === 'resource' || kind === 'attribute')
      .map(({ name }) => name);
    const references = [...new Set([...dependsOn, ...referenced])].filter((id) => id !== logicalId);
    return { ...resolved, references, uses };
  };

  const outputs = (): Map<string, ResolvedOutput> => {
    const found = new Map<string, ResolvedOutput>();
    for (const [key, output] of Object.entries(template.Outputs ?? {})) {
      if (!isMapping(output) || key.startsWith('Fn::')) continue;
      const condition = truthOf(output.Condition);
      if (condition === false) continue;
      const value = evaluate(scope, output.Value, `Outputs.${key}.Value`);
      const exportName = evaluate(scope, output.Export?.Name, `Outputs.${key}.Export.Name`);
      found.set(key, { key, value, exportName, description: output.Description, condition });
    }
    return found;
  };

  return {
    template,
    parameters,
    problems,
    imports,
    conditions: () =>
      new Map(Object.keys(template.Conditions ?? {}).map((name) => [name, conditionOf(name)])),
    logicalIds: () => Object.keys(template.Resources).filter((id) => !id.startsWith('Fn::')),
    resource,
    outputs,
  };
}

function orUnresolved(value: unknown): unknown {
  return value === undefined ? UNRESOLVED : value;
}

function pseudoValues(pseudo: PseudoParameters): Mapping {
  const china = pseudo.Region.startsWith('cn-');
  const gov = pseudo.Region.startsWith('us-gov-');
  return {
    'AWS::AccountId': pseudo.AccountId,
    'AWS::Region': pseudo.Region,
    'AWS::StackId': pseudo.StackId,
    'AWS::StackName': pseudo.StackName,
    'AWS::Partition': pseudo.Partition ?? (china ? 'aws-cn' : gov ? 'aws-us-gov' : 'aws'),
    'AWS::URLSuffix': pseudo.URLSuffix ?? (china ? 'amazonaws.com.cn' : 'amazonaws.com'),
    'AWS::NotificationARNs': pseudo.NotificationARNs ?? [],
    'AWS::NoValue': undefined,
  };
}

function dynamicReferencesOf({
  logicalId,
  properties,
  metadata,
}: ResolvedResource): ResolvedTemplate['dynamicReferences'] {
  const found: ResolvedTemplate['dynamicReferences'] = [];
  const visit = (value: unknown, path: string): void => {
    if (typeof value === 'string') {
      for (const [text] of value.matchAll(/\{\{resolve:[^}]*\}\}/g)) found.push({ logicalId, path, text });
    } else if (Array.isArray(value)) value.forEach((item, index) => visit(item, `${path}.${index}`));
    else if (isMapping(value)) for (const [key, item] of Object.entries(value)) visit(item, `${path}.${key}`);
  };
  visit(properties, 'Properties');
  visit(metadata, 'Metadata');
  return found;
}
