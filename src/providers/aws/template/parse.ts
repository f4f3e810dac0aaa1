/** CloudFormation templates as text: JSON or YAML, short forms made long, strict about what is not a template. */
import { isAlias, visit } from 'yaml';
import { CountersignError } from '../../../core/errors.ts';
import { bareRecord, faultOf } from '../../../core/input-bounds.ts';
import { readDocument } from './dialect.ts';

export type Value = null | boolean | number | string | Value[] | { [key: string]: Value };

export interface TemplateResource {
  Type: string;
  Properties?: Record<string, Value>;
  DependsOn?: string | string[];
  Condition?: string;
  DeletionPolicy?: Value;
  UpdateReplacePolicy?: Value;
  Metadata?: Record<string, Value>;
  CreationPolicy?: Value;
  UpdatePolicy?: Value;
}
export interface TemplateParameter {
  Type: string;
  Default?: Value;
  NoEcho?: Value;
  Description?: string;
  AllowedValues?: Value[];
  AllowedPattern?: string;
  ConstraintDescription?: string;
  MinLength?: Value;
  MaxLength?: Value;
  MinValue?: Value;
  MaxValue?: Value;
}
export interface TemplateOutput {
  Value: Value;
  Export?: { Name: Value };
  Condition?: string;
  Description?: string;
}
export interface Template {
  Description?: string;
  Parameters?: Record<string, TemplateParameter>;
  Rules?: Record<string, Value>;
  Mappings?: Record<string, Value>;
  Conditions?: Record<string, Value>;
  Transform?: Value;
  Resources: Record<string, TemplateResource>;
  Outputs?: Record<string, TemplateOutput>;
  Metadata?: Record<string, Value>;
  /** `Fn::ForEach::…` entries, taken out of their section: what is left there has a Type (Resources) or a Value. */
  Loops?: Partial<Record<LoopSection, Record<string, Value>>>;
}
export type LoopSection = 'Resources' | 'Outputs' | 'Conditions';

/** CloudFormation's own limit for a template in S3, in bytes. */
export const MAX_TEMPLATE_BYTES = 1_000_000;

/** One plan asks for its two to four texts two dozen times. */
const MOST_KEPT = 4;
/** The latest last. */
const kept = new Map<string, Template>();

/**
 * @param text JSON or YAML.
 * @returns frozen: whoever reads the same text gets the same template.
 * @throws CountersignError INPUT_TEMPLATE_INVALID with line and column, INPUT_TOO_LARGE.
 */
export function parseTemplate(text: string): Template {
  const known = kept.get(text);
  if (known) {
    kept.delete(text);
    kept.set(text, known);
    return known;
  }
  if (Buffer.byteLength(text) > MAX_TEMPLATE_BYTES) {
    throw new CountersignError(
      'INPUT_TOO_LARGE',
      `The template has ${Buffer.byteLength(text)} bytes; the limit of CloudFormation is ${MAX_TEMPLATE_BYTES}.`,
      'Split it, or prepare a change set.',
    );
  }
  const template = frozen(asTemplate(readTemplate(text)));
  kept.set(text, template);
  for (const [oldest] of [...kept].slice(0, -MOST_KEPT)) kept.delete(oldest);
  return template;
}

function frozen<T>(value: T): T {
  if (value === null || typeof value !== 'object') return value;
  for (const inner of Object.values(value)) frozen(inner);
  return Object.freeze(value);
}

/**
 * The text's own value, short forms made long, before anything is asked of it as a template.
 *
 * @throws CountersignError INPUT_TEMPLATE_INVALID with line and column.
 */
export function readTemplate(text: string): unknown {
  const json = text.trimStart().startsWith('{') ? jsonOf(text) : undefined;
  if (json !== undefined) return json;
  try {
    const { document, error } = readDocument(text);
    if (error) {
      const at = error.linePos?.[0];
      throw invalid(`${error.message.split(/ at line|\n/)[0]}${at ? ` (line ${at.line}, column ${at.col})` : ''}`);
    }
    visit(document, {
      Node: (_key, node) => {
        if (isAlias(node)) throw invalid('YAML aliases are not allowed in CloudFormation templates');
      },
    });
    // With `json`, the values of short forms on lists and mappings are written out; without, they stay nodes.
    return document.toJS({ json: true });
  } catch (cause) {
    if (cause instanceof CountersignError) throw cause;
    // The YAML reader recurses: what is nested too deeply for it is nested too deeply.
    if (cause instanceof RangeError) throw invalid('it is nested too deeply');
    throw invalid(cause instanceof Error ? cause.message : 'it cannot be read');
  }
}

/** JSON is read as JSON: YAML's rules for tabs and plain words do not apply. Flow YAML in braces is left to YAML. */
export function jsonOf(text: string): unknown {
  if (!text.trimStart().startsWith('{')) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function invalid(what: string): CountersignError {
  return new CountersignError(
    'INPUT_TEMPLATE_INVALID',
    `This is not a CloudFormation template: ${what}.`,
    'Send a JSON or YAML template with a Resources section in which each resource has a Type.',
  );
}

const LOOP = 'Fn::ForEach';
const NAMED_SECTIONS = ['Resources', 'Parameters', 'Conditions', 'Mappings', 'Outputs', 'Rules'] as const;
const LOOP_SECTIONS: LoopSection[] = ['Resources', 'Outputs', 'Conditions'];

/** More than the text can hold: short forms are written out. */
const MAX_VALUE_CHARACTERS = 4 * MAX_TEMPLATE_BYTES;

function asTemplate(value: unknown): Template {
  if (!isRecord(value)) throw invalid('it is not a mapping');
  const fault = faultOf(value, MAX_VALUE_CHARACTERS);
  if (fault !== undefined) throw invalid(`it ${fault}`);
  if (!isRecord(value.Resources) || Object.keys(value.Resources).length === 0) throw invalid('it has no Resources');
  for (const section of ['Parameters', 'Conditions', 'Mappings', 'Outputs', 'Rules'] as const) {
    if (value[section] === null) delete value[section];
    else if (value[section] !== undefined && !isRecord(value[section])) throw invalid(`${section} is not a mapping`);
  }
  // What is looked up by a name of the template's own: a resource may be called `constructor`.
  for (const section of NAMED_SECTIONS) if (isRecord(value[section])) value[section] = bareRecord(value[section]);
  const template = withLoopsApart(value);
  for (const [logicalId, resource] of Object.entries(template.Resources)) checkResource(logicalId, resource);
  for (const [name, parameter] of Object.entries(template.Parameters ?? {}))
    if (!isRecord(parameter) || typeof parameter.Type !== 'string') throw invalid(`parameter ${name} has no Type`);
  for (const [name, output] of Object.entries(template.Outputs ?? {}))
    if (!isRecord(output)) throw invalid(`output ${name} is not a mapping`);
  return template;
}

function withLoopsApart(value: Record<string, unknown>): Template {
  const loops: NonNullable<Template['Loops']> = {};
  const sections: Record<string, unknown> = {};
  for (const section of LOOP_SECTIONS) {
    const entries = Object.entries((value[section] as Record<string, Value> | undefined) ?? {});
    if (!entries.some(([key]) => key.startsWith(LOOP))) continue;
    loops[section] = Object.fromEntries(entries.filter(([key]) => key.startsWith(LOOP)));
    sections[section] = bareRecord(Object.fromEntries(entries.filter(([key]) => !key.startsWith(LOOP))));
  }
  return { ...value, ...sections, ...(Object.keys(loops).length > 0 ? { Loops: loops } : {}) } as unknown as Template;
}

/** What every resource must be, whether written or made by a loop. */
export function checkResource(logicalId: string, resource: unknown): void {
  if (!isRecord(resource) || typeof resource.Type !== 'string') throw invalid(`resource ${logicalId} has no Type`);
  if (resource.Properties === null) delete resource.Properties;
  if (resource.Properties !== undefined && !isRecord(resource.Properties))
    throw invalid(`Properties of ${logicalId} are not a mapping`);
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}
