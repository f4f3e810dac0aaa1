/**
 * What a template makes of its secrets: a NoEcho parameter, and whatever is made of one.
 *
 * Guarantees: follows Ref, Sub, Join and all other functions by what they hold; an attribute is as secret as the property
 * of its name; what a nested stack or a custom resource returns is secret if it was given a secret, and so is an output
 * or an import that is called one. Each resource is looked at once, whatever names whom.
 * Does not cover: what another stack's export holds under a name that does not say so.
 */
import { isRecord, type Template, type Value } from './parse.ts';
import { isSecretPath } from './secrets.ts';

export interface Taint {
  /** Is a value, as written, made of a secret? */
  ofValue(value: Value | undefined): boolean;
  /** Is what stands at a path below a resource? Where the template has a function, all below it is as that. */
  at(logicalId: string, path: readonly string[]): boolean;
  /** Parameters of a nested stack that are given a secret. */
  givenTo(logicalId: string): ReadonlySet<string>;
}

/** Their attributes are whatever their authors made of what they were given. */
const OPAQUE = /^(?:AWS::CloudFormation::(?:Stack|CustomResource|Macro)|AWS::Serverless::Application|Custom::.*)$/;

/** @param alsoSecret parameters that were given a secret without being declared NoEcho. */
export function createTaint(template: Template, alsoSecret: ReadonlySet<string> = new Set()): Taint {
  const { Resources, Parameters = {} } = template;
  const isSecretParameter = (name: string) =>
    alsoSecret.has(name) || (Object.hasOwn(Parameters, name) && String(Parameters[name]?.NoEcho) === 'true');
  const attributes = new Map<string, boolean>();

  function attribute(logicalId: string, name: string): boolean {
    const key = `${logicalId}.${name}`;
    const known = attributes.get(key);
    if (known !== undefined) return known;
    attributes.set(key, false); // a circle gives nothing by itself
    const resource = Object.hasOwn(Resources, logicalId) ? Resources[logicalId] : undefined;
    const properties = resource?.Properties ?? {};
    const secret =
      resource !== undefined &&
      (OPAQUE.test(resource.Type) ? isTainted(properties) : isTainted(valueAt(properties, name.split('.')).value));
    attributes.set(key, secret);
    return secret;
  }

  const named = (name: string): boolean => {
    const dot = name.indexOf('.');
    return dot < 0 ? isSecretParameter(name) : attribute(name.slice(0, dot), name.slice(dot + 1));
  };

  function isTainted(value: Value | undefined): boolean {
    if (Array.isArray(value)) return value.some(isTainted);
    if (!isRecord(value)) return false;
    return Object.entries(value as Record<string, Value>).some(([key, inner]) => {
      if (key === 'Ref') return named(String(inner));
      if (key === 'Fn::GetAtt') return named(Array.isArray(inner) ? inner.map(String).join('.') : String(inner));
      if (key === 'Fn::ImportValue' && typeof inner === 'string') return isSecretPath(inner.split(/[:/]/).at(-1) ?? '');
      if (key === 'Fn::Sub') {
        const [text, own] = Array.isArray(inner) ? inner : [inner];
        const names = [...String(text).matchAll(/\$\{([^!}][^}]{0,300})\}/g)].map(([, name = '']) => name.trim());
        return names.some((name) => !(isRecord(own) && Object.hasOwn(own, name)) && named(name)) || isTainted(own);
      }
      return isTainted(inner);
    });
  }

  return {
    ofValue: isTainted,
    at(logicalId, path) {
      const resource = Object.hasOwn(Resources, logicalId) ? Resources[logicalId] : undefined;
      if (!resource) return false;
      const { value, isWhole } = valueAt(resource as unknown as Value, path);
      // Of a mapping or list that is written out, each leaf is asked for by its own path.
      return isWhole && (isRecord(value) || Array.isArray(value)) && !isCall(value) ? false : isTainted(value);
    },
    givenTo(logicalId) {
      const given = (Object.hasOwn(Resources, logicalId) && Resources[logicalId]?.Properties?.Parameters) || {};
      return new Set(Object.entries(given).flatMap(([name, value]) => (isTainted(value as Value) ? [name] : [])));
    },
  };
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
