/** CloudFormation templates as text: JSON or YAML, short forms made long, strict about what is not a template. */
import { type CollectionTag, isMap, LineCounter, parseDocument, type ScalarTag, YAMLMap } from 'yaml';
import { CountersignError } from '../core/errors.ts';

export type Value = null | boolean | number | string | Value[] | { [key: string]: Value };

export interface TemplateResource {
  Type: string;
  Properties?: Record<string, Value>;
  DependsOn?: string | string[];
  Condition?: string;
  DeletionPolicy?: Value;
  UpdateReplacePolicy?: Value;
  Metadata?: Record<string, Value>;
}
export interface TemplateParameter {
  Type: string;
  Default?: Value;
  NoEcho?: Value;
  AllowedValues?: Value[];
}
export interface Template {
  Description?: string;
  Parameters?: Record<string, TemplateParameter>;
  Mappings?: Record<string, Value>;
  Conditions?: Record<string, Value>;
  Transform?: Value;
  Resources: Record<string, TemplateResource>;
  Outputs?: Record<string, { Value: Value; Export?: { Name: Value }; Condition?: string; Description?: string }>;
  Metadata?: Record<string, Value>;
}

/** CloudFormation's own limit for a template in S3, in bytes. */
export const MAX_TEMPLATE_BYTES = 1_000_000;

const SHORT_FORMS =
  'And Base64 Cidr Equals FindInMap GetAtt GetAZs If ImportValue Join Length Not Or Select Split Sub ToJsonString Transform Ref Condition'.split(
    ' ',
  );
const longName = (short: string) => (short === 'Ref' || short === 'Condition' ? short : `Fn::${short}`);

function splitGetAtt(value: string): string[] {
  const dot = value.indexOf('.');
  return dot < 0 ? [value] : [value.slice(0, dot), value.slice(dot + 1)];
}

type Node = { toJSON(key: unknown, context: unknown): unknown };
const under = (key: string) => (node: unknown) =>
  ({ toJSON: (at: unknown, context: unknown) => ({ [key]: (node as Node).toJSON(at, context) }) }) as never;

/** A tag for each node kind a short form may stand on. */
const shortFormTags: (ScalarTag | CollectionTag)[] = SHORT_FORMS.flatMap((short): (ScalarTag | CollectionTag)[] => {
  const key = longName(short);
  return [
    {
      tag: `!${short}`,
      resolve: (text: string) => ({ [key]: short === 'GetAtt' ? splitGetAtt(text) : text }) as never,
    },
    { tag: `!${short}`, collection: 'seq', resolve: under(key) },
    { tag: `!${short}`, collection: 'map', resolve: under(key) },
  ];
});

const PARSE_OPTIONS = { version: '1.2' as const, uniqueKeys: true, merge: true, strict: true };

/**
 * @param text JSON or YAML.
 * @throws CountersignError INPUT_TEMPLATE_INVALID with line and column, INPUT_TOO_LARGE.
 */
export function parseTemplate(text: string): Template {
  if (Buffer.byteLength(text) > MAX_TEMPLATE_BYTES) {
    throw new CountersignError(
      'INPUT_TOO_LARGE',
      `The template has ${Buffer.byteLength(text)} bytes; CloudFormation takes ${MAX_TEMPLATE_BYTES}.`,
      'Split it, or prepare a change set.',
    );
  }
  const document = parseDocument(text, {
    ...PARSE_OPTIONS,
    lineCounter: new LineCounter(),
    customTags: (tags) => [...tags, ...shortFormTags],
  });
  const error = document.errors[0];
  if (error) {
    const at = error.linePos?.[0];
    throw invalid(`${error.message.split(/ at line|\n/)[0]}${at ? ` (line ${at.line}, column ${at.col})` : ''}`);
  }
  try {
    return asTemplate(document.toJS({ maxAliasCount: 200 }));
  } catch (cause) {
    if (cause instanceof CountersignError) throw cause;
    throw invalid(cause instanceof Error ? cause.message : 'it cannot be read');
  }
}

function invalid(what: string): CountersignError {
  return new CountersignError(
    'INPUT_TEMPLATE_INVALID',
    `This is not a CloudFormation template: ${what}.`,
    'Send a JSON or YAML template with a Resources section in which each resource has a Type.',
  );
}

function asTemplate(value: unknown): Template {
  if (!isRecord(value)) throw invalid('it is not a mapping');
  if (!isRecord(value.Resources) || Object.keys(value.Resources).length === 0) throw invalid('it has no Resources');
  for (const [logicalId, resource] of Object.entries(value.Resources)) {
    if (!isRecord(resource) || typeof resource.Type !== 'string') throw invalid(`resource ${logicalId} has no Type`);
    if (resource.Properties !== undefined && resource.Properties !== null && !isRecord(resource.Properties))
      throw invalid(`Properties of ${logicalId} are not a mapping`);
  }
  for (const section of ['Parameters', 'Conditions', 'Mappings', 'Outputs'] as const) {
    if (value[section] !== undefined && value[section] !== null && !isRecord(value[section]))
      throw invalid(`${section} is not a mapping`);
  }
  return value as unknown as Template;
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}

const EDITABLE = ['Resources', 'Parameters', 'Conditions', 'Mappings', 'Outputs', 'Metadata'];

/**
 * The `set` input: changes values in a template's text, keeping comments and short forms.
 *
 * @param edits paths such as `Resources.Fn.Properties.MemorySize`, with `[0]` or `.0` for list items.
 * @throws CountersignError INPUT_INVALID naming the nearest part that exists.
 */
export function editTemplate(text: string, edits: readonly { path: string; value: unknown }[]): string {
  parseTemplate(text);
  const document = parseDocument(text, { ...PARSE_OPTIONS, logLevel: 'silent' });
  for (const { path, value } of edits) {
    const keys = path
      .replaceAll(/\[(\d+)\]/g, '.$1')
      .split('.')
      .map((key) => (/^\d+$/.test(key) ? Number(key) : key));
    if (!EDITABLE.includes(String(keys[0])) || keys.length < 3) {
      throw new CountersignError(
        'INPUT_INVALID',
        `set: ${path} does not name a value inside ${EDITABLE.join(', ')}.`,
        'Write it like Resources.<LogicalId>.Properties.<Property>.',
      );
    }
    const parent = keys.slice(0, -1);
    const missing = parent.findIndex((_, index) => !document.hasIn(parent.slice(0, index + 1)));
    if (missing >= 0) {
      // Properties of a resource that has none yet may be made; anything above it must exist.
      if (missing < 2 || !isMap(document.getIn(parent.slice(0, missing)))) {
        throw new CountersignError(
          'INPUT_INVALID',
          `set: ${path}: ${parent.slice(0, missing).join('.') || 'the template'} has no ${String(parent[missing])}.`,
          'Look the template up with describe_stack include: ["template"].',
        );
      }
      for (let depth = missing; depth < parent.length; depth += 1)
        document.setIn(parent.slice(0, depth + 1), new YAMLMap());
    }
    document.setIn(keys, document.createNode(value));
  }
  return document.toString({ lineWidth: 0 });
}
