/** Evaluates conditions and intrinsic functions. What cannot be known is UNRESOLVED, never a guess. */
import { canonicalJson, type Json, sha256Hex } from '../../../core/digest.ts';
import { cidrBlocks } from './cidr.ts';
import { isRecord, type Template, type Value } from './parse.ts';
import {
  bounded,
  isUnresolved,
  MAX_TEXT,
  membership,
  NO_VALUE,
  ownOf,
  type Resolved,
  type StackOutput,
  scalarText,
  stackOutputOf,
  type Truth,
  typedParameter,
  UNRESOLVED,
  unknownAs,
} from './values.ts';

export { isUnresolved, type StackOutput, scalarText, type Truth, UNRESOLVED, unknownAs } from './values.ts';

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
  /** The value of an output of a stack, for `Fn::GetStackOutput`; without it such values are unresolved. */
  stackOutput?: (asked: StackOutput) => string | undefined;
  /** For people to read: what cannot be known stands as it is written (`unknownAs`), both branches of an `If` too. */
  keepsUnknown?: boolean;
  /**
   * For comparing: what the cloud works out stands as a token that is equal where the same function has the same
   * arguments. What may be another value behind equal words (a masked parameter) stays UNRESOLVED.
   */
  comparesUnknown?: boolean;
}

export interface Evaluator {
  condition(name: string): Truth;
  truth(expression: Value): Truth;
  /** AWS::NoValue at the top is null. */
  value(input: Value): Value;
}

/** Conditions that name each other. */
const MAX_CONDITIONS = 40;

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

  /** The expression of a condition with those that it names in place. */
  function expanded(expression: Value, depth = 0): Value {
    if (depth > MAX_CONDITIONS) return UNRESOLVED;
    if (Array.isArray(expression)) return expression.map((item) => expanded(item, depth + 1));
    if (!isRecord(expression)) return expression;
    const { Condition: named } = expression as Record<string, Value>;
    if (typeof named === 'string') return expanded(ownOf(template.Conditions, named) ?? null, depth + 1);
    return Object.fromEntries(
      Object.entries(expression).map(([key, inner]) =>
        key === 'Ref' || key === 'Fn::FindInMap' || key === 'Fn::Sub'
          ? [key, value({ [key]: inner as Value }) as Value]
          : [key, expanded(inner as Value, depth + 1)],
      ),
    );
  }

  function standIn(name: string, argument: Value): string {
    if (name === 'Ref') return UNRESOLVED;
    const list = Array.isArray(argument) ? argument : [argument];
    const parts =
      name === 'Fn::If'
        ? [expanded({ Condition: String(list[0]) }), ...list.slice(1).map((branch) => value(branch ?? null))]
        : value(argument);
    const text = canonicalJson(JSON.parse(JSON.stringify(parts === NO_VALUE ? null : parts)) as Json);
    return text.includes(UNRESOLVED) ? UNRESOLVED : unknownAs(`${name} ${sha256Hex(text).slice(0, 16)}`);
  }

  function intrinsic(name: string, argument: Value): Resolved {
    const result = worked(name, argument);
    if (context.comparesUnknown && result === UNRESOLVED) return standIn(name, argument);
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
      case 'Fn::GetStackOutput': {
        const asked = value(argument);
        if (isUnresolved(asked) || !isRecord(asked as Value)) return UNRESOLVED;
        return context.stackOutput?.(stackOutputOf(asked as Record<string, Value>)) ?? UNRESOLVED;
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
