/**
 * Which secrets a value of a template would tell: NoEcho parameters, and secrets that it resolves, directly or through
 * an attribute that gives back a property of another resource.
 *
 * Never less than it tells: both branches of a condition count, and whatever a nested stack or a custom resource was
 * given may come back in its attributes.
 */
import { dynamicReferencesIn, referencesIn } from './inspect.ts';
import { isRecord, type Template, type Value } from './parse.ts';

/** @returns names to show: `DbPassword`, or `{{resolve:secretsmanager:…}}`; none twice. */
export function secretsIn(template: Template, value: Value | undefined, seen = new Set<string>()): string[] {
  const parameters = referencesIn(value).filter((name) => String(template.Parameters?.[name]?.NoEcho) === 'true');
  const resolved = dynamicReferencesIn(value)
    .filter(({ service }) => service !== 'ssm')
    .map(({ service, reference }) => `{{resolve:${service}:${reference.split(':', 1)[0]}…}}`);
  const through = attributesIn(value).flatMap(([id, attribute]) => {
    const resource = template.Resources[id];
    const key = `${id}.${attribute}`;
    if (!resource || seen.has(key)) return [];
    seen.add(key);
    const { Type, Properties = {} } = resource;
    const givesBackAll =
      /^Custom::|^AWS::CloudFormation::CustomResource$/.test(Type) ||
      (Type === 'AWS::CloudFormation::Stack' && attribute.startsWith('Outputs.'));
    return secretsIn(template, givesBackAll ? (Properties as Value) : Properties[attribute.split('.', 1)[0]!], seen);
  });
  return [...new Set([...parameters, ...resolved, ...through])].sort();
}

/** Every `[logicalId, attribute]` that a value names by GetAtt or Sub. */
function attributesIn(value: Value | undefined): [id: string, attribute: string][] {
  if (Array.isArray(value)) return value.flatMap(attributesIn);
  if (!isRecord(value)) return [];
  return Object.entries(value).flatMap(([key, inner]): [string, string][] => {
    const below = attributesIn(inner as Value);
    if (key === 'Fn::GetAtt') return [splitAtDot(Array.isArray(inner) ? inner.join('.') : String(inner)), ...below];
    if (key !== 'Fn::Sub') return below;
    const text = String(Array.isArray(inner) ? inner[0] : inner);
    const named = [...text.matchAll(/\$\{([^!}][^}]{0,150}\.[^}]{0,150})\}/g)].map(([, name = '']) =>
      splitAtDot(name.trim()),
    );
    return [...named, ...below];
  });
}

function splitAtDot(text: string): [string, string] {
  const dot = text.indexOf('.');
  return dot < 0 ? [text, ''] : [text.slice(0, dot), text.slice(dot + 1)];
}
