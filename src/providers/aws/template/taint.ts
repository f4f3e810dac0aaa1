/**
 * What a template makes of its secrets: NoEcho parameters, secrets that CloudFormation resolves, parameters that were
 * given one, exports that tell one.
 *
 * Guarantees, never less than it tells: follows Ref, GetAtt, Sub and all other functions by what they hold; both branches
 * of a condition count. An attribute tells the property of its name, and every one (with Ref) those that name the
 * resource; of a nested stack or a custom resource each tells whatever the resource was given. An import that is called
 * a secret is one. Each property is looked at once, whatever names whom.
 * Does not cover: what a nested stack makes of secrets of its own.
 */
import { matchesGlob } from '../../../core/glob.ts';
import { importPattern } from './import-names.ts';
import { dynamicReferencesIn } from './inspect.ts';
import { isRecord, type Template, type Value } from './parse.ts';
import { isSecretPath } from './secrets.ts';

export interface Taint {
  /** Names of the secrets that a value tells once it is worked out, to show: `DbPassword`, `{{resolve:secretsmanager:…}}`. */
  secretsOf(value: Value | undefined): string[];
  /** Does a value tell a secret, once it is worked out? */
  ofValue(value: Value | undefined): boolean;
  /**
   * Is what stands at a path below a resource made of a secret? Where the template has a function, all below it is as
   * that. A reference that CloudFormation resolves later, written there, is none yet.
   */
  at(logicalId: string, path: readonly string[]): boolean;
  /** Parameters of a nested stack that are given a secret. */
  givenTo(logicalId: string): ReadonlySet<string>;
}

export interface TaintedFrom {
  /** Parameters that were given a secret without being declared NoEcho. */
  given?: ReadonlySet<string>;
  /** Names of exports that are known to tell a secret. */
  exports?: ReadonlySet<string>;
  /** Values as they are told, for names that are made of them. */
  parameters?: Readonly<Record<string, string>>;
}

/** Their attributes are whatever their authors made of what they were given. */
const OPAQUE = /^(?:AWS::CloudFormation::(?:Stack|CustomResource|Macro)|AWS::Serverless::Application|Custom::.*)$/;
/** What stands in a physical name, and so in Ref, an ARN or an endpoint. */
const NAMES_IT = /^(?:.*Name|.*Id|.*Identifier|.*Prefix|Path)$/;
/** More secrets than this in one value are not told apart. */
const MOST_NAMED = 50;

/** What a value names: secrets themselves, those that are only resolved later, and properties of other resources. */
interface Direct {
  secrets: Set<string>;
  resolved: Set<string>;
  /** `Id.Property`, `Id#` (what names it), `Id` (all of it). */
  properties: Set<string>;
}

export function createTaint(template: Template, from: TaintedFrom = {}): Taint {
  const reader = createReader(template, from);
  let told: ReadonlyMap<string, ReadonlySet<string>> | undefined;
  const toldBy = (property: string): ReadonlySet<string> => {
    told ??= spread(template, reader);
    return told.get(property) ?? NONE;
  };
  const named = (value: Value | undefined, counts: 'all' | 'what is there already'): Set<string> => {
    const { secrets, resolved, properties } = reader(value);
    const through = [...properties].flatMap((property) => [...toldBy(property)]);
    return new Set([...secrets, ...(counts === 'all' ? resolved : NONE), ...through]);
  };
  const resourceAt = (id: string) => (Object.hasOwn(template.Resources, id) ? template.Resources[id] : undefined);

  return {
    secretsOf: (value) => [...named(value, 'all')].sort(),
    ofValue: (value) => named(value, 'all').size > 0,
    at(logicalId, path) {
      const resource = resourceAt(logicalId);
      if (!resource) return false;
      const { value, isWhole } = valueAt(resource as unknown as Value, path);
      // Of a mapping or list that is written out, each leaf is asked for by its own path.
      if (isWhole && (isRecord(value) || Array.isArray(value)) && !isCall(value)) return false;
      return named(value, 'what is there already').size > 0;
    },
    givenTo(logicalId) {
      const given = resourceAt(logicalId)?.Properties?.Parameters ?? {};
      return new Set(
        Object.entries(given).flatMap(([name, value]) => (named(value as Value, 'all').size > 0 ? [name] : [])),
      );
    },
  };
}

const NONE: ReadonlySet<string> = new Set();

type Reader = (value: Value | undefined) => Direct;

function createReader({ Resources, Parameters = {} }: Template, from: TaintedFrom): Reader {
  const { given = NONE, exports = NONE, parameters = {} } = from;
  const exported = [...exports];

  function ofName(name: string, into: Direct): void {
    const [id, attribute] = splitAtDot(name);
    const parameter = Object.hasOwn(Parameters, id) ? Parameters[id] : undefined;
    if (given.has(id) || String(parameter?.NoEcho) === 'true') into.secrets.add(id);
    else if (parameter) addResolved(parameters[id] ?? (parameter.Default as Value), into);
    const resource = Object.hasOwn(Resources, id) ? Resources[id] : undefined;
    if (!resource) return;
    if (OPAQUE.test(resource.Type)) {
      into.properties.add(id);
      return;
    }
    into.properties.add(`${id}#`);
    if (attribute !== '') into.properties.add(`${id}.${attribute.split('.', 1)[0]}`);
  }

  function ofImport(name: Value, into: Direct): void {
    const pattern = importPattern(name, parameters);
    const known = exported.find((one) => matchesGlob(pattern, one));
    if (known !== undefined || isSecretPath(pattern.split(/[:/*]/).at(-1) ?? ''))
      into.secrets.add(`the export ${known ?? pattern}`);
  }

  function ofAttribute(inner: Value, into: Direct): void {
    const [id = '', ...attribute] = Array.isArray(inner) ? inner : [String(inner)];
    if (attribute.every((part) => typeof part === 'string' || typeof part === 'number')) {
      ofName([id, ...attribute].map(String).join('.'), into);
      return;
    }
    // Which one it is, is worked out: any.
    into.properties.add(String(id));
    collect(attribute, into);
  }

  function ofSub(inner: Value, into: Direct): void {
    const [text, own] = Array.isArray(inner) ? inner : [inner];
    for (const [, name = ''] of String(text).matchAll(/\$\{([^!}][^}]{0,300})\}/g))
      if (!(isRecord(own) && Object.hasOwn(own, name.trim()))) ofName(name.trim(), into);
    addResolved(text, into);
    collect(own, into);
  }

  function collect(value: Value | undefined, into: Direct): void {
    if (Array.isArray(value)) for (const item of value) collect(item, into);
    else if (!isRecord(value)) addResolved(value, into);
    if (!isRecord(value)) return;
    for (const [key, inner] of Object.entries(value as Record<string, Value>)) {
      if (key === 'Ref') ofName(String(inner), into);
      else if (key === 'Fn::GetAtt') ofAttribute(inner, into);
      else if (key === 'Fn::Sub') ofSub(inner, into);
      else {
        if (key === 'Fn::ImportValue') ofImport(inner, into);
        if (key === 'Fn::GetStackOutput' && isRecord(inner)) ofImport((inner.OutputName ?? '') as Value, into);
        collect(inner, into);
      }
    }
  }

  return (value) => {
    const into: Direct = { secrets: new Set(), resolved: new Set(), properties: new Set() };
    collect(value, into);
    return into;
  };
}

/** What CloudFormation reads of a plain parameter of Systems Manager is no secret. */
function addResolved(value: Value | undefined, { resolved }: Direct): void {
  if (typeof value !== 'string' || !value.includes('{{resolve:')) return;
  for (const { service, reference } of dynamicReferencesIn(value))
    if (service !== 'ssm') resolved.add(`{{resolve:${service}:${reference.split(':', 1)[0]}…}}`);
}

/** From every property that tells a secret to all that name it, however long the way and whatever the circles. */
function spread({ Resources }: Template, reader: Reader): ReadonlyMap<string, ReadonlySet<string>> {
  const told = new Map<string, Set<string>>();
  const namedBy = new Map<string, string[]>();
  const open: string[] = [];
  const tell = (property: string, secrets: Iterable<string>): void => {
    const known = told.get(property) ?? new Set();
    const before = known.size;
    for (const secret of secrets) if (known.size < MOST_NAMED) known.add(secret);
    told.set(property, known);
    if (known.size > before) open.push(property);
  };
  const link = (property: string, by: string): void => {
    const known = namedBy.get(property);
    if (known) known.push(by);
    else namedBy.set(property, [by]);
  };
  for (const [id, { Properties = {} }] of Object.entries(Resources))
    for (const [name, value] of Object.entries(Properties)) {
      const property = `${id}.${name}`;
      const { secrets, resolved, properties } = reader(value as Value);
      for (const one of properties) link(one, property);
      link(property, id);
      if (NAMES_IT.test(name)) link(property, `${id}#`);
      tell(property, [...secrets, ...resolved]);
    }
  for (let next = open.pop(); next !== undefined; next = open.pop())
    for (const by of namedBy.get(next) ?? []) tell(by, told.get(next) ?? NONE);
  return told;
}

function splitAtDot(text: string): [id: string, attribute: string] {
  const dot = text.indexOf('.');
  return dot < 0 ? [text, ''] : [text.slice(0, dot), text.slice(dot + 1)];
}

const isCall = (value: Value | undefined): boolean =>
  isRecord(value) && Object.keys(value).length === 1 && /^(?:Ref|Fn::.*)$/.test(Object.keys(value)[0]!);

/** As deep as the template is written out; `isWhole`: the path was followed to its end. */
function valueAt(from: Value, path: readonly string[]): { value: Value | undefined; isWhole: boolean } {
  let value: Value | undefined = from;
  for (const part of path) {
    if (isCall(value) || value === null || typeof value !== 'object') return { value, isWhole: false };
    const holder = value as Record<string, Value>;
    value = Object.hasOwn(holder, part) ? holder[part] : undefined;
  }
  return { value, isWhole: true };
}
