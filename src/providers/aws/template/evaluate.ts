/** Evaluates conditions and intrinsic functions. What cannot be known is UNRESOLVED, never a guess. */
import { cidrBlocks } from './cidr.ts';
import { isRecord, type Template, type Value } from './parse.ts';

/** Stands for a value that only the cloud, or the future, knows. */
export const UNRESOLVED = '\u{fffd}unresolved\u{fffd}';
const NO_VALUE = Symbol('AWS::NoValue');
type Resolved = Value | typeof NO_VALUE;
export type Truth = boolean | 'unknown';

export interface ResolveContext {
  parameters: Record<string, string>;
  pseudo: { AccountId: string; Region: string; StackId: string; StackName: string; NotificationARNs?: string[] };
  exports?: Record<string, string>;
  refOf?: (logicalId: string) => Value | undefined;
  attributeOf?: (logicalId: string, attribute: string) => Value | undefined;
  /** The value behind a parameter of an `AWS::SSM::Parameter::Value<…>` type; without it such values are unresolved. */
  ssmParameter?: (name: string) => string | undefined;
  /** Zones of a region, in order; without it Fn::GetAZs is unresolved. */
  zonesOf?: (region: string) => string[];
  /** For people to read: what cannot be known stands as it is written (`unknownAs`), both branches of an `If` too. */
  keepsUnknown?: boolean;
}

/** Begins what stands as written because its value is not known. */
const UNKNOWN_MARK = '\u{27e6}?';
export const unknownAs = (written: string): string => `${UNKNOWN_MARK}${written}\u{27e7}`;

export interface Evaluator {
  condition(name: string): Truth;
  truth(expression: Value): Truth;
  /** AWS::NoValue at the top is null. */
  value(input: Value): Value;
}

/** No property takes more: what is longer (functions nested to double each other) is not worked out. */
const MAX_TEXT = 500_000;

const ownOf = <T>(record: Record<string, T> | undefined, key: string): T | undefined =>
  isRecord(record) && Object.hasOwn(record, key) ? record[key] : undefined;

const isListType = (type: string) => type === 'CommaDelimitedList' || type.startsWith('List<');
const SSM_VALUE = /^AWS::SSM::Parameter::Value<(.+)>$/;

/** A parameter's text as its type makes it: a list, the value behind an SSM name, or the text. */
function typedParameter(type: string, text: string, ssmParameter?: ResolveContext['ssmParameter']): Value {
  const inner = SSM_VALUE.exec(type)?.[1];
  const behind = inner === undefined ? text : ssmParameter?.(text);
  if (behind === undefined) return UNRESOLVED;
  return isListType(inner ?? type) ? behind.split(',').map((item) => item.trim()) : behind;
}

// biome-ignore lint/complexity/noExcessiveLinesPerFunction: one closure over one template; a case for each intrinsic function.
export function createEvaluator(template: Template, context: ResolveContext): Evaluator {
  const known = new Map<string, Truth>();

  function condition(name: string): Truth {
    const cached = known.get(name);
    if (cached !== undefined) return cached;
    known.set(name, 'unknown'); // a condition that refers to itself stays unknown
    const result = truth(template.Conditions?.[name] ?? null);
    known.set(name, result);
    return result;
  }

  function truth(expression: Value): Truth {
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
      case 'Fn::Contains':
      case 'Fn::EachMemberEquals':
      case 'Fn::EachMemberIn':
        return membership(key, value(list[0] ?? []), value(list[1] ?? null));
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
    const { pseudo } = context;
    if (name === 'AWS::NoValue') return NO_VALUE;
    if (name === 'AWS::Partition')
      return pseudo.Region.startsWith('cn-') ? 'aws-cn' : pseudo.Region.startsWith('us-gov-') ? 'aws-us-gov' : 'aws';
    if (name === 'AWS::URLSuffix') return pseudo.Region.startsWith('cn-') ? 'amazonaws.com.cn' : 'amazonaws.com';
    if (name === 'AWS::NotificationARNs') return pseudo.NotificationARNs ?? [];
    if (name.startsWith('AWS::')) return pseudo[name.slice(5) as 'Region'] ?? UNRESOLVED;
    const type = template.Parameters?.[name]?.Type;
    if (type !== undefined) {
      const text = ownOf(context.parameters, name);
      return text === undefined ? UNRESOLVED : typedParameter(type, text, context.ssmParameter);
    }
    return context.refOf?.(name) ?? UNRESOLVED;
  }

  const attribute = (logicalId: string, name: string): Resolved => context.attributeOf?.(logicalId, name) ?? UNRESOLVED;

  function sub(argument: Value): string {
    const text = Array.isArray(argument) ? String(argument[0]) : String(argument);
    const own = Array.isArray(argument) && isRecord(argument[1]) ? (argument[1] as Record<string, Value>) : {};
    // Each name is worked out once: values that name a variable twice, nested, would double with each level.
    const known = new Map<string, string>();
    const textOf = (key: string): string => {
      if (Object.hasOwn(own, key)) return scalarText(value(own[key] as Value));
      const dot = key.indexOf('.');
      return scalarText(dot < 0 ? ref(key) : attribute(key.slice(0, dot), key.slice(dot + 1)));
    };
    let made = text.length;
    const result = text.replaceAll(/\$\{(!?)([^}]{1,300})\}/g, (_all, literal: string, name: string) => {
      if (literal) return `\${${name}}`;
      const key = name.trim();
      const found = known.get(key) ?? textOf(key);
      known.set(key, found);
      made += found.length;
      return made > MAX_TEXT ? '' : found;
    });
    return made > MAX_TEXT ? UNRESOLVED : result;
  }

  /** The keys may themselves be unresolved: then so is what they find. */
  function findInMap(list: Value[]): Resolved {
    const keys = list.slice(0, 3).map((item) => value(item));
    const fallback = isRecord(list[3]) ? (list[3] as Record<string, Value>).DefaultValue : undefined;
    if (keys.some(isUnresolved)) return UNRESOLVED;
    const [map = '', top = '', second = ''] = keys.map(scalarText);
    const mappings = template.Mappings as Record<string, Record<string, Record<string, Value>>> | undefined;
    const found = ownOf(ownOf(ownOf(mappings, map), top), second);
    return found ?? (fallback === undefined ? UNRESOLVED : value(fallback));
  }

  function intrinsic(name: string, argument: Value): Resolved {
    const result = worked(name, argument);
    if (!context.keepsUnknown || result !== UNRESOLVED) return result;
    if (name === 'Ref') return unknownAs(scalarText(argument));
    const inner =
      name === 'Fn::If' && Array.isArray(argument) ? [argument[0]!, ...argument.slice(1).map(value)] : value(argument);
    return { [unknownAs(name)]: inner === NO_VALUE ? null : (inner as Value) };
  }

  function worked(name: string, argument: Value): Resolved {
    const list = Array.isArray(argument) ? argument : [argument];
    switch (name) {
      case 'Ref':
        return ref(scalarText(value(argument)));
      case 'Fn::GetAtt': {
        const [id, ...rest] = Array.isArray(argument) ? argument : String(argument).split('.');
        return attribute(
          scalarText(value(id as Value)),
          rest.map((part) => scalarText(value(part as Value))).join('.'),
        );
      }
      case 'Fn::Sub':
        return sub(argument);
      case 'Fn::If': {
        const holds = condition(String(list[0]));
        return holds === 'unknown' ? UNRESOLVED : value((holds ? list[1] : list[2]) ?? null);
      }
      case 'Fn::Join': {
        const items = value(list[1] ?? []);
        return Array.isArray(items) ? bounded(items.map(scalarText).join(String(list[0]))) : UNRESOLVED;
      }
      case 'Fn::Select': {
        const items = value(list[1] ?? []);
        const index = value(list[0] ?? 0);
        if (!Array.isArray(items) || isUnresolved(index)) return UNRESOLVED;
        return items[Number(scalarText(index))] ?? UNRESOLVED;
      }
      case 'Fn::Split': {
        const text = value(list[1] ?? '');
        return isUnresolved(text) ? UNRESOLVED : scalarText(text).split(String(list[0]));
      }
      case 'Fn::FindInMap':
        return findInMap(list);
      case 'Fn::Base64': {
        const text = value(argument);
        if (isUnresolved(text) && !context.keepsUnknown) return UNRESOLVED;
        return bounded(Buffer.from(scalarText(text)).toString('base64'));
      }
      case 'Fn::Cidr': {
        const [block, count, bits = 8]: Resolved[] = list.map((item) => value(item));
        if (isUnresolved(block) || isUnresolved(count) || isUnresolved(bits)) return UNRESOLVED;
        return cidrBlocks(scalarText(block), Number(scalarText(count)), Number(scalarText(bits))) ?? UNRESOLVED;
      }
      case 'Fn::GetAZs': {
        const region = value(argument);
        if (isUnresolved(region)) return UNRESOLVED;
        return context.zonesOf?.(scalarText(region) || context.pseudo.Region) ?? UNRESOLVED;
      }
      case 'Fn::ImportValue': {
        const exported = value(argument);
        return isUnresolved(exported) ? UNRESOLVED : (context.exports?.[scalarText(exported)] ?? UNRESOLVED);
      }
      case 'Fn::Length': {
        const items = value(argument);
        return Array.isArray(items) ? items.length : UNRESOLVED;
      }
      case 'Fn::ToJsonString': {
        const whole = value(argument);
        return isUnresolved(whole) && !context.keepsUnknown ? UNRESOLVED : bounded(JSON.stringify(whole));
      }
      // A macro, or a function of tomorrow.
      case 'Fn::Transform':
        return UNRESOLVED;
      default: {
        const holds = truth({ [name]: argument });
        return holds === 'unknown' ? UNRESOLVED : holds;
      }
    }
  }

  return {
    condition,
    truth,
    value: (input) => {
      const resolved = value(input);
      return resolved === NO_VALUE ? null : resolved;
    },
  };
}

const bounded = (text: string): string => (text.length > MAX_TEXT ? UNRESOLVED : text);

/** The rule functions: is a value in a list, or every value of a list. */
function membership(name: string, members: Resolved, wanted: Resolved): Truth {
  if (isUnresolved(members) || isUnresolved(wanted)) return 'unknown';
  const texts = (input: Resolved) => (Array.isArray(input) ? input : [input]).map((item) => scalarText(item as Value));
  const [own, other] = [texts(members), texts(wanted)];
  if (name === 'Fn::Contains') return own.includes(other[0] ?? '');
  return name === 'Fn::EachMemberIn'
    ? own.every((item) => other.includes(item))
    : own.every((item) => item === other[0]);
}

export function scalarText(value: Resolved | undefined): string {
  if (value === NO_VALUE || value === undefined || value === null) return '';
  if (Array.isArray(value) && value.every((item) => typeof item !== 'object')) return value.join(',');
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

/** Is any part of this value unknown? */
export function isUnresolved(value: Resolved | undefined): boolean {
  if (value === undefined || value === NO_VALUE) return false;
  const text = JSON.stringify(value) ?? '';
  return text.includes(UNRESOLVED) || text.includes(UNKNOWN_MARK);
}
