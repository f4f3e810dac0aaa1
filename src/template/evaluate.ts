/** Evaluates intrinsic functions. What cannot be known is UNRESOLVED, and so is what depends on it: never a guess. */
import { canonicalJson } from '../core/digest.ts';
import { splitCidr } from './cidr.ts';
import { functionCall, isMapping, type Mapping, member, UNRESOLVED } from './model.ts';
import { attributeReference } from './yaml.ts';

export type Truth = boolean | 'unknown';

/** Where a value came from: what a change of a parameter or a resource would reach. */
export interface Use {
  /** `Properties.Environment.Variables.TABLE`, with list indexes as segments. */
  path: string;
  kind: 'parameter' | 'resource' | 'attribute' | 'import';
  name: string;
  attribute?: string;
}

/** What the functions may look at. `report` takes CloudFormation's words for what is wrong with the template. */
export interface Scope {
  refOf(name: string): unknown;
  attributeOf(logicalId: string, attribute: string): unknown;
  kindOf(name: string): 'parameter' | 'resource' | 'pseudo' | undefined;
  importOf(exportName: string): unknown;
  zonesOf(region: string): string[] | undefined;
  conditionOf(name: string): Truth;
  region: unknown;
  mappings: unknown;
  report(problem: string): void;
  use(use: Use): void;
}

/** `AWS::NoValue`: the member that has it is left out. */
const NO_VALUE = Symbol('no value');

export function evaluate(scope: Scope, value: unknown, path: string): unknown {
  const result = evaluateValue(scope, value, path);
  return result === NO_VALUE ? undefined : result;
}

function evaluateValue(scope: Scope, value: unknown, path: string): unknown {
  if (Array.isArray(value)) {
    return value
      .map((item, index) => evaluateValue(scope, item, `${path}.${index}`))
      .filter((item) => item !== NO_VALUE);
  }
  if (!isMapping(value)) return value;
  const call = functionCall(value);
  const run = call && member(FUNCTIONS, call.name);
  if (call && run) return (run as IntrinsicFunction)(scope, call.argument, path);
  const entries = Object.entries(value).map(
    ([key, item]) => [key, evaluateValue(scope, item, `${path}.${key}`)] as const,
  );
  return Object.fromEntries(entries.filter(([, item]) => item !== NO_VALUE));
}

type IntrinsicFunction = (scope: Scope, argument: unknown, path: string) => unknown;

/** Functions whose argument is a list with values that must all be known. */
function known(compute: (scope: Scope, ...values: unknown[]) => unknown): IntrinsicFunction {
  return (scope, argument, path) => {
    const values = evaluateValue(scope, Array.isArray(argument) ? argument : [argument], path) as unknown[];
    return values.some(hasUnresolved) ? UNRESOLVED : compute(scope, ...values);
  };
}

function asCondition(scope: Scope, argument: unknown, path: string, name: string): unknown {
  const truth = evaluateCondition(scope, { [name]: argument }, path);
  return truth === 'unknown' ? UNRESOLVED : truth;
}

const FUNCTIONS: Record<string, IntrinsicFunction> = {
  Ref: (scope, name, path) => reference(scope, String(name), path),
  'Fn::GetAtt': (scope, argument, path) => {
    const [logicalId, attribute] = (
      typeof argument === 'string' ? attributeReference(argument) : argument
    ) as unknown[];
    const name = evaluateValue(scope, attribute, path);
    return typeof name === 'string' ? attributeValue(scope, String(logicalId), name, path) : UNRESOLVED;
  },
  'Fn::Sub': substitute,
  'Fn::If': (scope, argument, path) => {
    if (!Array.isArray(argument) || argument.length !== 3) {
      scope.report('Template error: Fn::If requires a list argument with three elements');
      return UNRESOLVED;
    }
    const truth = scope.conditionOf(String(argument[0]));
    if (truth !== 'unknown') return evaluateValue(scope, argument[truth ? 1 : 2], path);
    const [then, otherwise] = [1, 2].map((branch) => evaluateValue(scope, argument[branch], path));
    const same = !hasUnresolved(then) && !hasUnresolved(otherwise) && sameValue(then, otherwise);
    return same ? then : UNRESOLVED;
  },
  'Fn::Join': known((_scope, separator, items) =>
    Array.isArray(items) ? items.map(textOf).join(textOf(separator)) : UNRESOLVED,
  ),
  'Fn::Select': (scope, argument, path) => {
    const [index, items] = evaluateValue(scope, argument, path) as unknown[];
    if (!Array.isArray(items) || hasUnresolved(index)) return UNRESOLVED;
    if (items[Number(index)] !== undefined) return items[Number(index)];
    scope.report(`Template error: Fn::Select cannot select nonexistent value at index ${textOf(index)}`);
    return UNRESOLVED;
  },
  'Fn::Split': known((_scope, separator, text) => textOf(text).split(textOf(separator))),
  'Fn::FindInMap': findInMap,
  'Fn::Base64': known((_scope, text) => Buffer.from(textOf(text), 'utf8').toString('base64')),
  'Fn::Cidr': known((scope, block, count, hostBits = 8) => {
    const blocks = splitCidr(textOf(block), Number(count), Number(hostBits));
    if (!blocks) scope.report('Template error: Fn::Cidr cannot split the block into that many parts');
    return blocks ?? UNRESOLVED;
  }),
  'Fn::GetAZs': known((scope, region) => {
    const name = region === '' || region === null ? scope.region : region;
    return typeof name === 'string' ? (scope.zonesOf(name) ?? UNRESOLVED) : UNRESOLVED;
  }),
  'Fn::ImportValue': (scope, argument, path) => {
    const name = evaluateValue(scope, argument, path);
    if (typeof name !== 'string') return UNRESOLVED;
    scope.use({ path, kind: 'import', name });
    return scope.importOf(name);
  },
  'Fn::Length': (scope, argument, path) => {
    const items = evaluateValue(scope, argument, path);
    return Array.isArray(items) ? items.length : UNRESOLVED;
  },
  'Fn::ToJsonString': (scope, argument, path) => {
    const value = evaluateValue(scope, argument, path);
    return hasUnresolved(value) ? UNRESOLVED : JSON.stringify(value);
  },
  'Fn::Transform': () => UNRESOLVED,
  'Fn::Equals': (scope, argument, path) => asCondition(scope, argument, path, 'Fn::Equals'),
  'Fn::And': (scope, argument, path) => asCondition(scope, argument, path, 'Fn::And'),
  'Fn::Or': (scope, argument, path) => asCondition(scope, argument, path, 'Fn::Or'),
  'Fn::Not': (scope, argument, path) => asCondition(scope, argument, path, 'Fn::Not'),
};

/** Three-valued: `unknown` where the answer depends on what is not known. */
export function evaluateCondition(scope: Scope, expression: unknown, path: string): Truth {
  const call = functionCall(expression);
  const items = Array.isArray(call?.argument) ? call.argument : [call?.argument];
  const parts = (): Truth[] => items.map((item) => evaluateCondition(scope, item, path));
  switch (call?.name) {
    case 'Condition':
      return scope.conditionOf(String(call.argument));
    case 'Fn::Equals': {
      const [left, right] = items.map((item) => evaluateValue(scope, item, path));
      return hasUnresolved(left) || hasUnresolved(right) ? 'unknown' : sameValue(left, right);
    }
    case 'Fn::Not': {
      const [part = 'unknown'] = parts();
      return part === 'unknown' ? part : !part;
    }
    case 'Fn::And': {
      const truths = parts();
      return truths.includes(false) ? false : truths.includes('unknown') ? 'unknown' : true;
    }
    case 'Fn::Or': {
      const truths = parts();
      return truths.includes(true) ? true : truths.includes('unknown') ? 'unknown' : false;
    }
    default:
      return 'unknown';
  }
}

function reference(scope: Scope, name: string, path: string): unknown {
  if (name === 'AWS::NoValue') return NO_VALUE;
  const kind = scope.kindOf(name);
  if (kind === undefined) {
    scope.report(`Template format error: Unresolved resource dependencies [${name}] in the template`);
    return UNRESOLVED;
  }
  if (kind !== 'pseudo') scope.use({ path, kind, name });
  return scope.refOf(name);
}

function attributeValue(scope: Scope, logicalId: string, attribute: string, path: string): unknown {
  if (scope.kindOf(logicalId) !== 'resource') {
    scope.report(`Template error: instance of Fn::GetAtt references undefined resource ${logicalId}`);
    return UNRESOLVED;
  }
  scope.use({ path, kind: 'attribute', name: logicalId, attribute });
  return scope.attributeOf(logicalId, attribute);
}

function substitute(scope: Scope, argument: unknown, path: string): unknown {
  const [template, variables] = Array.isArray(argument) ? argument : [argument, undefined];
  if (typeof template !== 'string') return UNRESOLVED;
  const locals = evaluateValue(scope, isMapping(variables) ? variables : {}, path) as Mapping;
  let complete = true;
  const text = template.replace(/\$\{([^}]*)\}/g, (_whole, inner: string) => {
    if (inner.startsWith('!')) return `\${${inner.slice(1)}}`;
    const name = inner.trim();
    const value = Object.hasOwn(locals, name) ? locals[name] : subValue(scope, name, path);
    if (hasUnresolved(value) || value === NO_VALUE) complete = false;
    return complete ? textOf(value) : '';
  });
  return complete ? text : UNRESOLVED;
}

function subValue(scope: Scope, name: string, path: string): unknown {
  const [logicalId = '', attribute] = attributeReference(name);
  return attribute === undefined
    ? reference(scope, name, path)
    : attributeValue(scope, logicalId, attribute, path);
}

function findInMap(scope: Scope, argument: unknown, path: string): unknown {
  const [map, first, second, options] = evaluateValue(scope, argument, path) as unknown[];
  if ([map, first, second].some(hasUnresolved)) return UNRESOLVED;
  const keys = [map, first, second].map(textOf) as [string, string, string];
  const row = member(scope.mappings, keys[0]);
  const found = member(member(row, keys[1]), keys[2]);
  if (found !== undefined) return evaluateValue(scope, found, path);
  if (isMapping(options) && Object.hasOwn(options, 'DefaultValue')) return options.DefaultValue;
  scope.report(`Template error: Unable to get mapping for ${keys.join('::')}`);
  return UNRESOLVED;
}

export function hasUnresolved(value: unknown): boolean {
  if (value === UNRESOLVED) return true;
  if (Array.isArray(value)) return value.some(hasUnresolved);
  return isMapping(value) && Object.values(value).some(hasUnresolved);
}

/** CloudFormation's view of scalars: `1` and `"1"`, `true` and `"true"` are the same. */
function sameValue(left: unknown, right: unknown): boolean {
  return canonicalJson(asText(left)) === canonicalJson(asText(right));
}

/** Every scalar as text; structures keep their shape. */
export function asText(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(asText);
  if (isMapping(value))
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, asText(item)]));
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : value;
}

function textOf(value: unknown): string {
  if (Array.isArray(value)) return value.map(textOf).join(',');
  return isMapping(value) ? JSON.stringify(value) : String(value ?? '');
}
