/** CloudFormation templates as text: JSON or YAML, short forms made long, strict about what is not a template. */
import { type Document, isAlias, isMap, isSeq, visit, YAMLMap } from 'yaml';
import { CountersignError } from '../../../core/errors.ts';
import { bareRecord, faultOf } from '../../../core/input-bounds.ts';
import { editableDocument, readDocument } from './dialect.ts';

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
  const json = text.trimStart().startsWith('{') ? jsonOf(text) : undefined;
  if (json !== undefined) return asTemplate(json);
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
    return asTemplate(document.toJS({ json: true }));
  } catch (cause) {
    if (cause instanceof CountersignError) throw cause;
    // The YAML reader recurses: what is nested too deeply for it is nested too deeply.
    if (cause instanceof RangeError) throw invalid('it is nested too deeply');
    throw invalid(cause instanceof Error ? cause.message : 'it cannot be read');
  }
}

/** JSON is read as JSON: YAML's rules for tabs and plain words do not apply. Flow YAML in braces is left to YAML. */
function jsonOf(text: string): unknown {
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

const EDITABLE = ['Resources', 'Parameters', 'Conditions', 'Mappings', 'Outputs', 'Metadata'];

/**
 * The `set` input: changes values in a template's text, keeping comments and short forms.
 *
 * @param edits paths such as `Resources.Fn.Properties.MemorySize`, with `[0]` or `.0` for list items.
 * @throws CountersignError INPUT_INVALID naming the nearest part that exists.
 */
export function editTemplate(text: string, edits: readonly { path: string; value: unknown }[]): string {
  parseTemplate(text);
  const document = editableDocument(text);
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
    refuseDoubleKeys(document, path, keys);
    refuseWrongIndices(document, path, keys);
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
  // What begins with a brace CloudFormation reads as JSON: it must stay JSON.
  return jsonOf(text) === undefined
    ? document.toString({ lineWidth: 0 })
    : JSON.stringify(document.toJS({ json: true }), null, 2);
}

/** A list is written to where it has an item, or right behind its last one: an index makes no list of that length. */
function refuseWrongIndices(document: Document, path: string, keys: (string | number)[]): void {
  keys.forEach((key, depth) => {
    const list = depth === 0 ? undefined : document.getIn(keys.slice(0, depth), true);
    if (!isSeq(list) || (typeof key === 'number' && key <= list.items.length)) return;
    const where = keys.slice(0, depth).join('.');
    throw new CountersignError(
      'INPUT_INVALID',
      `set: ${path}: ${where} is a list of ${list.items.length}; ${key} is no place in it.`,
      list.items.length === 0
        ? `Write ${where}[0] for a first item.`
        : `Write [0] to [${list.items.length - 1}] for an item, or [${list.items.length}] to add one.`,
    );
  });
}

/** Of equal keys CloudFormation takes the last, the editor the first: an edit between them would be lost. */
function refuseDoubleKeys(document: Document, path: string, keys: (string | number)[]): void {
  keys.forEach((key, depth) => {
    const map = depth === 0 ? document.contents : document.getIn(keys.slice(0, depth), true);
    if (!isMap(map)) return;
    if (map.items.filter((item) => String(item.key) === String(key)).length > 1)
      throw new CountersignError(
        'INPUT_INVALID',
        `set: ${path}: ${key} is written twice there, and only the last one counts.`,
        'Remove the first one in the template, and send that.',
      );
  });
}
