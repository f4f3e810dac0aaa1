/**
 * What CloudFormation refuses in a template's own grammar, whatever the resources are: sections, attributes, parameters,
 * outputs, mappings, limits, attributes that Fn::GetAtt names, policy documents.
 *
 * Source: AWS CloudFormation User Guide, "Template sections", "Resource attribute reference", "CloudFormation quotas"; IAM
 * User Guide, "IAM JSON policy elements reference".
 */
import { functionFaults } from './function-faults.ts';
import { referencesIn } from './inspect.ts';
import { isRecord, type Template, type Value } from './parse.ts';

const SECTIONS =
  'AWSTemplateFormatVersion Description Metadata Parameters Rules Mappings Conditions Transform Hooks Resources Outputs'.split(
    ' ',
  );
const ATTRIBUTES =
  'Type Properties DependsOn Condition Metadata CreationPolicy DeletionPolicy UpdatePolicy UpdateReplacePolicy Version'.split(
    ' ',
  );
const OF_PARAMETER =
  'Type Default NoEcho Description AllowedValues AllowedPattern ConstraintDescription MinLength MaxLength MinValue MaxValue'.split(
    ' ',
  );
const OF_OUTPUT = ['Value', 'Description', 'Export', 'Condition'];
const POLICIES: Record<string, readonly string[]> = {
  DeletionPolicy: ['Delete', 'Retain', 'Snapshot', 'RetainExceptOnCreate'],
  UpdateReplacePolicy: ['Delete', 'Retain', 'Snapshot'],
};
const MOST = { Parameters: 200, Mappings: 200, Resources: 500, Outputs: 200 } as const;
const MAX_NAME = 255;
const MAX_DESCRIPTION_BYTES = 1024;
const PARAMETER_TYPE =
  /^(?:String|Number|List<Number>|CommaDelimitedList|AWS::SSM::Parameter::(?:Name|Value<.+>)|(?:List<)?AWS::(?:EC2|Route53)::[\w:.]+>?)$/;

export interface Known {
  /** Names for Fn::GetAtt; undefined: of a type whose attributes are not known, or are its own. */
  attributesOf(type: string): readonly string[] | undefined;
  isKnownType(type: string): boolean;
  snapshotSupported(type: string): boolean;
}

/** Each fault in one sentence, without its full stop. */
export function faultsOfTemplate(template: Template, known: Known): string[] {
  return [
    ...sectionFaults(template),
    ...Object.entries(template.Parameters ?? {}).flatMap(([name, one]) =>
      parameterFaults(name, one as unknown as Record<string, Value>),
    ),
    ...Object.entries(template.Mappings ?? {}).flatMap(mappingFaults),
    ...Object.entries(template.Resources).flatMap(([id, resource]) =>
      resourceFaults(id, resource as unknown as Record<string, Value>, known),
    ),
    ...Object.entries(template.Outputs ?? {}).flatMap(([name, one]) =>
      outputFaults(name, one as unknown as Record<string, Value>),
    ),
    ...functionFaults(template),
    ...attributeFaults(template, known),
    ...cycleFaults(template),
  ];
}

/** `Loops` is our own place for Fn::ForEach. */
function sectionFaults({ Loops: _, ...template }: Template): string[] {
  const { AWSTemplateFormatVersion: version, Description } = template as Record<string, unknown>;
  const unknown = Object.keys(template).filter((name) => !SECTIONS.includes(name));
  // `Globals` is of the transform that removes it.
  const sections = unknown.filter((name) => name !== 'Globals' || template.Transform === undefined);
  return [
    ...sections.map((name) => `${name} is no section of a template`),
    ...(version === undefined || String(version).startsWith('2010-09-09')
      ? []
      : [`AWSTemplateFormatVersion is ${String(version).slice(0, 40)}, and must be 2010-09-09`]),
    ...(typeof Description === 'string' && Buffer.byteLength(Description) > MAX_DESCRIPTION_BYTES
      ? [`Description has ${Buffer.byteLength(Description)} bytes; at most ${MAX_DESCRIPTION_BYTES}`]
      : []),
    ...(Description === undefined || typeof Description === 'string' ? [] : ['Description must be a text']),
    ...Object.entries(MOST).flatMap(([name, most]) => {
      const entries = Object.keys((template as unknown as Record<string, object | undefined>)[name] ?? {});
      return [
        ...(entries.length > most ? [`${name} has ${entries.length} entries; at most ${most}`] : []),
        ...entries
          .filter((key) => !/^[A-Za-z0-9]+$/.test(key) || key.length > MAX_NAME)
          .map((key) => `${name}.${key.slice(0, 60)}: a name has up to ${MAX_NAME} letters and digits`),
      ];
    }),
  ];
}

function parameterFaults(name: string, parameter: Record<string, Value>): string[] {
  const { Type, Default, AllowedValues } = parameter;
  const at = `Parameters.${name}`;
  const allowed = Array.isArray(AllowedValues) ? AllowedValues.map(String) : undefined;
  return [
    ...unknownKeys(parameter, OF_PARAMETER, at),
    ...(PARAMETER_TYPE.test(String(Type))
      ? []
      : [`${at}.Type: ${String(Type).slice(0, 60)} is no type of a parameter`]),
    ...(isRecord(Default) ? [`${at}.Default must be a plain value`] : []),
    ...(AllowedValues === undefined || allowed ? [] : [`${at}.AllowedValues must be a list`]),
    ...(allowed &&
    Default !== undefined &&
    !isRecord(Default) &&
    Type === 'String' &&
    !allowed.includes(String(Default))
      ? [`${at}.Default is none of its AllowedValues`]
      : []),
    ...(Type === 'Number' && Default !== undefined && !Number.isFinite(Number(Default))
      ? [`${at}.Default is no number`]
      : []),
  ];
}

function mappingFaults([name, mapping]: [string, Value]): string[] {
  if (name.startsWith('Fn::')) return [];
  if (!isRecord(mapping)) return [`Mappings.${name} must be an object`];
  return Object.entries(mapping).flatMap(([key, inner]) =>
    isRecord(inner) || key.startsWith('Fn::') ? [] : [`Mappings.${name}.${key} must be an object`],
  );
}

function resourceFaults(id: string, resource: Record<string, Value>, known: Known): string[] {
  const type = String(resource.Type);
  const policies = Object.entries(POLICIES).flatMap(([name, words]) => {
    const said = resource[name];
    if (typeof said !== 'string') return said === undefined || isRecord(said) ? [] : [`${id}.${name} must be a text`];
    if (!words.includes(said)) return [`${id}.${name} is ${said.slice(0, 40)}, and must be one of ${words.join(', ')}`];
    return said === 'Snapshot' && known.isKnownType(type) && !known.snapshotSupported(type)
      ? [`${id}.${name} is Snapshot, and ${type} has no snapshots`]
      : [];
  });
  const isOfAws = /^(?:AWS|Alexa|AMZN)::/.test(type);
  return [
    ...unknownKeys(resource, ATTRIBUTES, id),
    ...(isOfAws && !known.isKnownType(type) && !type.startsWith('AWS::Serverless::')
      ? [`${id}.Type: ${type.slice(0, 80)} is not known here; the name may be misspelt, or newer than the tables`]
      : []),
    ...(resource.Condition === undefined || typeof resource.Condition === 'string'
      ? []
      : [`${id}.Condition must be the name of a condition`]),
    ...policies,
  ];
}

function outputFaults(name: string, output: Record<string, Value>): string[] {
  const at = `Outputs.${name}`;
  const { Value: value, Export } = output;
  return [
    ...unknownKeys(output, OF_OUTPUT, at),
    ...(value === undefined || value === null ? [`${at} has no Value`] : []),
    ...(Array.isArray(value) || (isRecord(value) && !isFunction(value)) ? [`${at}.Value must be a text`] : []),
    ...(Export !== undefined && !(isRecord(Export) && Export.Name !== undefined) ? [`${at}.Export has no Name`] : []),
  ];
}

const isFunction = (value: Record<string, unknown>): boolean => {
  const keys = Object.keys(value);
  return keys.length === 1 && (keys[0] === 'Ref' || keys[0] === 'Condition' || keys[0]!.startsWith('Fn::'));
};

const unknownKeys = (value: object, known: readonly string[], at: string): string[] =>
  Object.keys(value)
    .filter((key) => !known.includes(key) && !key.startsWith('Fn::'))
    .map((key) => `${at}.${key.slice(0, 60)} is not known to CloudFormation; known are ${known.join(', ')}`);

interface Named {
  id: string;
  attribute: string;
}

/** Attributes that Fn::GetAtt or Fn::Sub asks of resources of the template, each once. */
function attributesIn(value: unknown): Named[] {
  if (Array.isArray(value)) return value.flatMap(attributesIn);
  if (!isRecord(value)) return [];
  return Object.entries(value).flatMap(([key, inner]) => {
    if (key === 'Fn::GetAtt') {
      const [id, ...rest] = Array.isArray(inner) ? inner : String(inner).split('.');
      return rest.every((part) => typeof part === 'string') ? [{ id: String(id), attribute: rest.join('.') }] : [];
    }
    if (key !== 'Fn::Sub') return attributesIn(inner);
    const [text, own] = Array.isArray(inner) ? inner : [inner];
    const named = [...String(text).matchAll(/\$\{([A-Za-z0-9]+)\.([A-Za-z0-9.]{1,200})\}/g)]
      .filter(([, id, attribute]) => !(isRecord(own) && Object.hasOwn(own, `${id}.${attribute}`)))
      .map(([, id = '', attribute = '']) => ({ id, attribute }));
    return [...named, ...attributesIn(own)];
  });
}

function attributeFaults({ Resources, Outputs = {} }: Template, known: Known): string[] {
  const asked = attributesIn([Object.values(Resources), Object.values(Outputs)]);
  const faults = asked.flatMap(({ id, attribute }) => {
    const type = Resources[id]?.Type;
    const attributes = type === undefined ? undefined : known.attributesOf(type);
    if (attributes === undefined || attributes.includes(attribute)) return [];
    // An attribute of a map, or of a list of maps, is named below it.
    if (attributes.some((one) => attribute.startsWith(`${one}.`) || one.startsWith(`${attribute}.`))) return [];
    return [`${id}.${attribute || '(nothing)'}: ${type} has no such attribute for Fn::GetAtt`];
  });
  return [...new Set(faults)];
}

/** The first circle of references that is found. */
function cycleFaults({ Resources }: Template): string[] {
  const state = new Map<string, 'open' | 'done'>();
  const named = new Map(Object.entries(Resources).map(([id, resource]) => [id, referencedBy(resource, Resources)]));
  function visit(id: string, above: readonly string[]): string[] | undefined {
    if (state.get(id) === 'done') return undefined;
    if (state.get(id) === 'open') return [...above.slice(above.indexOf(id)), id];
    state.set(id, 'open');
    for (const next of named.get(id) ?? []) {
      const circle = visit(next, [...above, id]);
      if (circle) return circle;
    }
    state.set(id, 'done');
    return undefined;
  }
  for (const id of named.keys()) {
    const circle = visit(id, []);
    if (circle) return [`${circle.slice(0, 8).join(' → ')} is a circle of references`];
  }
  return [];
}

function referencedBy({ Properties, DependsOn }: Template['Resources'][string], all: Template['Resources']): string[] {
  const named = [...[DependsOn ?? []].flat(), ...referencesIn(Properties ?? {})];
  return [...new Set(named)].filter((id) => Object.hasOwn(all, id));
}
