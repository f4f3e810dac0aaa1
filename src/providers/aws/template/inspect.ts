/** What a template says about itself, without evaluating anything. */
import { isRecord, type Template, type Value } from './parse.ts';

/** Every logical id that a value names by Ref, GetAtt or Sub. */
export function referencesIn(value: Value | undefined): string[] {
  if (Array.isArray(value)) return value.flatMap(referencesIn);
  if (!isRecord(value)) return [];
  return Object.entries(value).flatMap(([key, inner]) => {
    if (key === 'Ref' && typeof inner === 'string') return [inner];
    if (key === 'Fn::GetAtt')
      return [String(Array.isArray(inner) ? inner[0] : String(inner).split('.')[0]), ...referencesIn(inner as Value)];
    if (key === 'Fn::Sub') {
      const [text, own] = Array.isArray(inner) ? inner : [inner];
      const names = [...String(text).matchAll(/\$\{([^!}][^}]{0,300})\}/g)].map(
        ([, name = '']) => name.trim().split('.')[0]!,
      );
      const bound = isRecord(own) ? Object.keys(own) : [];
      return [...names.filter((name) => !bound.includes(name)), ...referencesIn(own as Value | undefined)];
    }
    return referencesIn(inner as Value);
  });
}

/** Names of the conditions that `Fn::If` asks about, in a value. */
export function conditionsIn(value: Value | undefined): string[] {
  if (Array.isArray(value)) return value.flatMap(conditionsIn);
  if (!isRecord(value)) return [];
  return Object.entries(value).flatMap(([key, inner]) => [
    ...(key === 'Fn::If' && Array.isArray(inner) ? [String(inner[0])] : []),
    ...conditionsIn(inner as Value),
  ]);
}

/** What each call of an intrinsic function in a value is given, as written. */
export function argumentsOf(name: 'Fn::ImportValue' | 'Fn::GetStackOutput', value: Value | undefined): Value[] {
  if (Array.isArray(value)) return value.flatMap((item) => argumentsOf(name, item));
  if (!isRecord(value)) return [];
  return Object.entries(value).flatMap(([key, inner]) =>
    key === name ? [inner as Value] : argumentsOf(name, inner as Value),
  );
}

/**
 * The macros that CloudFormation would run for this template: the Transform section, then every `Fn::Transform`, and
 * `Transform` inside a part in the form of AWS::Include, each once. `AWS::LanguageExtensions` is among them: it runs
 * nobody's function. A macro without a plain name is `?`.
 */
export function transformsOf(template: Template): string[] {
  const { Transform, ...parts } = template;
  return [...new Set([...namesOf(Transform ?? []), ...nestedTransforms(parts as unknown as Value)])];
}

const namesOf = (transforms: Value): string[] =>
  [transforms].flat().map((item) => {
    const name = isRecord(item) ? item.Name : item;
    return typeof name === 'string' ? name : '?';
  });

function nestedTransforms(value: Value): string[] {
  if (Array.isArray(value)) return value.flatMap(nestedTransforms);
  if (!isRecord(value)) return [];
  return Object.entries(value).flatMap(([key, inner]) => [
    ...(key === 'Fn::Transform' || (key === 'Transform' && isMacroCall(inner)) ? namesOf(inner as Value) : []),
    ...nestedTransforms(inner as Value),
  ]);
}
const isMacroCall = (value: unknown) =>
  isRecord(value) &&
  typeof value.Name === 'string' &&
  Object.keys(value).every((key) => key === 'Name' || key === 'Parameters');

export interface DynamicReference {
  service: 'ssm' | 'ssm-secure' | 'secretsmanager';
  /** What stands after the service, as written. */
  reference: string;
  /** An SSM reference with a version, or a secret with a version id or stage: the same value at execution. */
  pinned: boolean;
}

/** Every `{{resolve:…}}` in a value: read by CloudFormation at execution, not when it is planned. */
export function dynamicReferencesIn(value: Value | undefined): DynamicReference[] {
  if (Array.isArray(value)) return value.flatMap(dynamicReferencesIn);
  if (isRecord(value)) return Object.values(value).flatMap((inner) => dynamicReferencesIn(inner as Value));
  if (typeof value !== 'string') return [];
  return [
    ...value.matchAll(/\{\{resolve:(ssm-secure|ssm|secretsmanager):((?:\$\{[^}]{0,300}\}|[^}]){0,2000})\}\}/g),
  ].map(([, service, reference = '']) => ({
    service: service as DynamicReference['service'],
    reference,
    pinned: service === 'secretsmanager' ? secretIsPinned(reference) : /:\d+$/.test(reference),
  }));
}

/** `secret-id:SecretString:json-key:version-stage:version-id`; an ARN has colons of its own. A stage moves. */
function secretIsPinned(reference: string): boolean {
  const parts = reference.replace(/^arn:[^:]*:secretsmanager:[^:]*:[^:]*:secret:/, '').split(':');
  return (parts[4] ?? '') !== '';
}

const NAMES = ['RoleName', 'UserName', 'GroupName', 'ManagedPolicyName', 'InstanceProfileName'];

/**
 * What `CreateChangeSet` is told where the caller says nothing. A nested stack may make roles, which only its own template
 * shows; its effects are judged like all others.
 *
 * SECURITY: a nested template's macros are not acknowledged for it: they would run before anybody has judged them.
 */
export function capabilitiesFor(template: Template): string[] {
  const isNested = Object.values(template.Resources).some(({ Type }) => Type === 'AWS::CloudFormation::Stack');
  const needed = requiredCapabilities(template);
  return isNested
    ? [...new Set(['CAPABILITY_NAMED_IAM', ...needed.filter((one) => one !== 'CAPABILITY_IAM')])]
    : needed;
}

/** @returns what this template alone needs. */
export function requiredCapabilities(template: Template): string[] {
  const made = Object.values(template.Resources);
  const iam = made.filter(({ Type }) => Type.startsWith('AWS::IAM::'));
  const named = iam.some(({ Properties }) => NAMES.some((key) => Properties?.[key] !== undefined));
  return [
    ...(named ? ['CAPABILITY_NAMED_IAM'] : iam.length > 0 ? ['CAPABILITY_IAM'] : []),
    ...(transformsOf(template).length > 0 ? ['CAPABILITY_AUTO_EXPAND'] : []),
  ];
}
