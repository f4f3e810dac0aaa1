/** Evaluates a template's conditions and intrinsic functions. What cannot be known is UNRESOLVED, never a guess. */
import { CountersignError } from '../core/errors.ts';
import { isRecord, type Template, type Value } from './parse.ts';

/** Stands for a value that only the cloud, or the future, knows. */
export const UNRESOLVED = '\u{fffd}unresolved\u{fffd}';
const NO_VALUE = Symbol('AWS::NoValue');

export interface ResolveContext {
  parameters: Record<string, string>;
  pseudo: { AccountId: string; Region: string; StackId: string; StackName: string };
  exports?: Record<string, string>;
  refOf?: (logicalId: string) => Value | undefined;
  attributeOf?: (logicalId: string, attribute: string) => Value | undefined;
}

export interface ResolvedResource {
  logicalId: string;
  type: string;
  properties: Record<string, Value>;
  deletionPolicy: string;
  updateReplacePolicy: string;
  /** Logical ids that it refers to or depends on. */
  references: string[];
  metadata: Record<string, Value>;
}
export interface ResolvedTemplate {
  resources: Record<string, ResolvedResource>;
  outputs: Record<string, { value: string; exportName?: string }>;
  parameters: Record<string, string>;
  conditions: Record<string, boolean | 'unknown'>;
}

type Resolved = Value | typeof NO_VALUE;

export function resolveTemplate(template: Template, context: ResolveContext): ResolvedTemplate {
  const parameters = parameterValues(template, context.parameters);
  const evaluator = createEvaluator(template, { ...context, parameters });
  const resources: Record<string, ResolvedResource> = {};
  for (const [logicalId, resource] of Object.entries(template.Resources)) {
    if (resource.Condition && evaluator.condition(resource.Condition) === false) continue;
    const depends = resource.DependsOn === undefined ? [] : [resource.DependsOn].flat();
    const references = new Set(
      [...depends, ...referencesIn(resource.Properties ?? {})].filter((id) => id in template.Resources),
    );
    resources[logicalId] = {
      logicalId,
      type: resource.Type,
      properties: (evaluator.value(resource.Properties ?? {}) ?? {}) as Record<string, Value>,
      deletionPolicy: policyOf(evaluator.value(resource.DeletionPolicy ?? null), resource.Type),
      updateReplacePolicy: policyOf(evaluator.value(resource.UpdateReplacePolicy ?? null), ''),
      references: [...references],
      metadata: resource.Metadata ?? {},
    };
  }
  const outputs: ResolvedTemplate['outputs'] = {};
  for (const [name, output] of Object.entries(template.Outputs ?? {})) {
    if (output.Condition && evaluator.condition(output.Condition) === false) continue;
    const exportName = output.Export === undefined ? undefined : String(evaluator.value(output.Export.Name));
    outputs[name] = {
      value: String(evaluator.value(output.Value)),
      ...(exportName === undefined ? {} : { exportName }),
    };
  }
  const conditions = Object.fromEntries(
    Object.keys(template.Conditions ?? {}).map((name) => [name, evaluator.condition(name)]),
  );
  return { resources, outputs, parameters, conditions };
}

/** RDS clusters default to Snapshot; everything else to Delete. An unresolved policy is the worst: Delete. */
function policyOf(value: Value, type: string): string {
  if (typeof value === 'string' && value !== UNRESOLVED) return value;
  return type === 'AWS::RDS::DBCluster' ? 'Snapshot' : 'Delete';
}

/** @throws CountersignError INPUT_INVALID for missing or undeclared parameters. */
export function parameterValues(template: Template, given: Record<string, string>): Record<string, string> {
  const declared = template.Parameters ?? {};
  const undeclared = Object.keys(given).filter((name) => !(name in declared));
  if (undeclared.length > 0)
    throw new CountersignError(
      'INPUT_INVALID',
      `Parameters: [${undeclared.join(', ')}] do not exist in the template`,
      `Its parameters are: ${Object.keys(declared).join(', ') || 'none'}.`,
    );
  const values: Record<string, string> = {};
  const missing: string[] = [];
  for (const [name, parameter] of Object.entries(declared)) {
    const value =
      given[name] ??
      (parameter.Default === undefined || parameter.Default === null ? undefined : scalarText(parameter.Default));
    if (value === undefined) missing.push(name);
    else values[name] = value;
  }
  if (missing.length > 0)
    throw new CountersignError(
      'INPUT_INVALID',
      `Parameters: [${missing.join(', ')}] must have values`,
      'Give them in parameters.',
    );
  return values;
}

/** Every logical id that a value names by Ref, GetAtt or Sub. */
export function referencesIn(value: Value | undefined): string[] {
  if (Array.isArray(value)) return value.flatMap(referencesIn);
  if (!isRecord(value)) return [];
  return Object.entries(value).flatMap(([key, inner]) => {
    if (key === 'Ref' && typeof inner === 'string') return [inner];
    if (key === 'Fn::GetAtt') return [String(Array.isArray(inner) ? inner[0] : String(inner).split('.')[0])];
    if (key === 'Fn::Sub') {
      const text = Array.isArray(inner) ? String(inner[0]) : String(inner);
      const own = [...text.matchAll(/\$\{([A-Za-z0-9]+)(?:\.[^}]+)?\}/g)].map(([, name]) => name ?? '');
      return [...own, ...(Array.isArray(inner) ? referencesIn(inner[1] as Value) : [])];
    }
    return referencesIn(inner as Value);
  });
}

function createEvaluator(template: Template, context: ResolveContext) {
  const known = new Map<string, boolean | 'unknown'>();

  function condition(name: string): boolean | 'unknown' {
    const cached = known.get(name);
    if (cached !== undefined) return cached;
    known.set(name, 'unknown'); // a condition that refers to itself stays unknown
    const result = truth(template.Conditions?.[name] ?? null);
    known.set(name, result);
    return result;
  }

  function truth(expression: Value): boolean | 'unknown' {
    if (!isRecord(expression)) return expression === null ? 'unknown' : expression === true || expression === 'true';
    const [[key, argument] = ['', null]] = Object.entries(expression) as [string, Value][];
    const list = Array.isArray(argument) ? argument : [argument];
    switch (key) {
      case 'Condition':
        return condition(String(argument));
      case 'Fn::Equals': {
        const [a, b] = list.map((item) => value(item));
        return isUnresolved(a) || isUnresolved(b) ? 'unknown' : scalarText(a) === scalarText(b);
      }
      case 'Fn::Not': {
        const inner = truth(list[0] ?? null);
        return inner === 'unknown' ? inner : !inner;
      }
      case 'Fn::And':
      case 'Fn::Or': {
        const results = list.map(truth);
        const decisive = key === 'Fn::Or';
        if (results.includes(decisive)) return decisive;
        return results.includes('unknown') ? 'unknown' : !decisive;
      }
      default:
        return 'unknown';
    }
  }

  function value(input: Value): Resolved {
    if (Array.isArray(input)) return input.map(value).filter((item): item is Value => item !== NO_VALUE);
    if (!isRecord(input)) return input;
    const entries = Object.entries(input) as [string, Value][];
    const [first] = entries;
    if (entries.length === 1 && first && (first[0] === 'Ref' || first[0].startsWith('Fn::')))
      return intrinsic(first[0], first[1]);
    return Object.fromEntries(
      entries
        .map(([key, item]) => [key, value(item)] as const)
        .filter((entry): entry is [string, Value] => entry[1] !== NO_VALUE),
    );
  }

  function ref(name: string): Resolved {
    if (name === 'AWS::NoValue') return NO_VALUE;
    if (name === 'AWS::Partition') return context.pseudo.Region.startsWith('cn-') ? 'aws-cn' : 'aws';
    if (name === 'AWS::URLSuffix')
      return context.pseudo.Region.startsWith('cn-') ? 'amazonaws.com.cn' : 'amazonaws.com';
    if (name === 'AWS::NotificationARNs') return [];
    if (name.startsWith('AWS::')) return context.pseudo[name.slice(5) as 'Region'] ?? UNRESOLVED;
    const type = template.Parameters?.[name]?.Type;
    if (type !== undefined) {
      const text = context.parameters[name];
      if (text === undefined || type.startsWith('AWS::SSM::Parameter::Value')) return UNRESOLVED;
      return type === 'CommaDelimitedList' || type.startsWith('List<')
        ? text.split(',').map((item) => item.trim())
        : text;
    }
    return context.refOf?.(name) ?? UNRESOLVED;
  }

  const attribute = (logicalId: string, name: string): Resolved => context.attributeOf?.(logicalId, name) ?? UNRESOLVED;

  function sub(argument: Value): string {
    const text = Array.isArray(argument) ? String(argument[0]) : String(argument);
    const own = Array.isArray(argument) && isRecord(argument[1]) ? (argument[1] as Record<string, Value>) : {};
    return text.replaceAll(/\$\{(!?)([^}]+)\}/g, (_all, literal: string, name: string) => {
      if (literal) return `\${${name}}`;
      const key = name.trim();
      if (key in own) return scalarText(value(own[key] as Value));
      const dot = key.indexOf('.');
      return scalarText(dot < 0 ? ref(key) : attribute(key.slice(0, dot), key.slice(dot + 1)));
    });
  }

  function intrinsic(name: string, argument: Value): Resolved {
    const list = Array.isArray(argument) ? argument : [argument];
    switch (name) {
      case 'Ref':
        return ref(String(argument));
      case 'Fn::GetAtt': {
        const [id, ...rest] = Array.isArray(argument) ? argument : String(argument).split('.');
        return attribute(String(id), rest.map((part) => scalarText(value(part as Value))).join('.'));
      }
      case 'Fn::Sub':
        return sub(argument);
      case 'Fn::If': {
        const holds = condition(String(list[0]));
        return holds === 'unknown' ? UNRESOLVED : value((holds ? list[1] : list[2]) ?? null);
      }
      case 'Fn::Join': {
        const items = value(list[1] ?? []);
        return Array.isArray(items) ? items.map(scalarText).join(String(list[0])) : UNRESOLVED;
      }
      case 'Fn::Select': {
        const items = value(list[1] ?? []);
        return Array.isArray(items) ? (items[Number(scalarText(value(list[0] ?? 0)))] ?? UNRESOLVED) : UNRESOLVED;
      }
      case 'Fn::Split': {
        const text = value(list[1] ?? '');
        return isUnresolved(text) ? UNRESOLVED : scalarText(text).split(String(list[0]));
      }
      case 'Fn::FindInMap': {
        const [map = '', top = '', second = ''] = list.slice(0, 3).map((item) => scalarText(value(item)));
        const found = (template.Mappings as Record<string, Record<string, Record<string, Value>>> | undefined)?.[map]?.[
          top
        ]?.[second];
        const fallback = isRecord(list[3]) ? (list[3] as Record<string, Value>).DefaultValue : undefined;
        return found ?? (fallback === undefined ? UNRESOLVED : value(fallback));
      }
      case 'Fn::Base64': {
        const text = value(argument);
        return isUnresolved(text) ? UNRESOLVED : Buffer.from(scalarText(text)).toString('base64');
      }
      case 'Fn::GetAZs': {
        const region = scalarText(value(argument)) || context.pseudo.Region;
        return ['a', 'b', 'c'].map((zone) => `${region}${zone}`);
      }
      case 'Fn::ImportValue':
        return context.exports?.[scalarText(value(argument))] ?? UNRESOLVED;
      case 'Fn::Length': {
        const items = value(argument);
        return Array.isArray(items) ? items.length : UNRESOLVED;
      }
      case 'Fn::ToJsonString':
        return scalarText(value(argument));
      default: {
        const holds = truth({ [name]: argument });
        return holds === 'unknown' ? UNRESOLVED : holds;
      }
    }
  }

  return {
    condition,
    value: (input: Value): Value => {
      const resolved = value(input);
      return resolved === NO_VALUE ? null : resolved;
    },
  };
}

function scalarText(value: Resolved | undefined): string {
  if (value === NO_VALUE || value === undefined || value === null) return '';
  if (Array.isArray(value) && value.every((item) => typeof item !== 'object')) return value.join(',');
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

/** Is any part of this value unknown? */
export function isUnresolved(value: Resolved | undefined): boolean {
  return value !== undefined && value !== NO_VALUE && JSON.stringify(value).includes(UNRESOLVED);
}

/** @returns what `CreateChangeSet` must be told, by need. */
export function requiredCapabilities(template: Template): string[] {
  const iam = Object.values(template.Resources).filter(({ Type }) => Type.startsWith('AWS::IAM::'));
  const named = iam.some(({ Properties }) =>
    ['RoleName', 'UserName', 'GroupName', 'ManagedPolicyName', 'InstanceProfileName'].some(
      (key) => Properties?.[key] !== undefined,
    ),
  );
  return [
    ...(named ? ['CAPABILITY_NAMED_IAM'] : iam.length > 0 ? ['CAPABILITY_IAM'] : []),
    ...(template.Transform ? ['CAPABILITY_AUTO_EXPAND'] : []),
  ];
}
