/** Judges an event by the schema's own words, of which schema.json is an extract; whatever is not in it is a problem. */
import { readFileSync } from 'node:fs';

interface Attribute {
  type: string;
  requirement: string;
  isArray?: boolean;
  enum?: Record<string, string>;
}
interface Shape {
  attributes: Record<string, Attribute>;
  constraints?: { at_least_one?: string[]; just_one?: string[] };
}
interface Class extends Shape {
  name: string;
  categoryUid: number;
}
export const schema = JSON.parse(readFileSync(new URL('./schema.json', import.meta.url), 'utf8')) as {
  about: { version: string; license: string };
  classes: Record<string, Class>;
  objects: Record<string, Shape>;
};

const PLAIN: Record<string, (value: unknown) => boolean> = {
  string_t: (value) => typeof value === 'string' && value !== '',
  integer_t: (value) => Number.isInteger(value),
  long_t: (value) => Number.isSafeInteger(value),
  boolean_t: (value) => typeof value === 'boolean',
  json_t: () => true,
};

/** @returns what is wrong with it, by path; empty: it is valid. */
export function problemsOf(event: Record<string, unknown>): string[] {
  const shape = schema.classes[String(event.class_uid)];
  if (!shape) return [`class_uid ${event.class_uid} is not in the extract`];
  const problems = problemsIn(shape, event, '');
  if (event.category_uid !== shape.categoryUid) problems.push('category_uid is not the class’s');
  if (event.type_uid !== Number(event.class_uid) * 100 + Number(event.activity_id)) problems.push('type_uid');
  const { version } = (event.metadata ?? {}) as { version?: string };
  if (version !== schema.about.version) problems.push(`metadata.version ${version}`);
  return problems;
}

function problemsIn({ attributes, constraints = {} }: Shape, value: Record<string, unknown>, path: string): string[] {
  const given = Object.keys(value);
  const missing = Object.entries(attributes)
    .filter(([name, { requirement }]) => requirement === 'required' && value[name] === undefined)
    .map(([name]) => `${path}${name} is required`);
  const { at_least_one: some, just_one: one } = constraints;
  if (some && !some.some((name) => given.includes(name))) missing.push(`${path || 'the event'} needs one of ${some}`);
  if (one && one.filter((name) => given.includes(name)).length !== 1) missing.push(`${path} needs just one of ${one}`);
  return [
    ...missing,
    ...given.flatMap((name) => {
      const attribute = attributes[name];
      if (!attribute) return [`${path}${name} is unknown`];
      const values = attribute.isArray ? (value[name] as unknown[]) : [value[name]];
      return values.flatMap((each) => problemsOfOne(attribute, each, `${path}${name}`));
    }),
  ];
}

function problemsOfOne({ type, enum: values }: Attribute, value: unknown, path: string): string[] {
  const isPlain = PLAIN[type];
  if (isPlain && !isPlain(value)) return [`${path} is no ${type}`];
  // Of whole numbers the schema lists all that there are; of texts it suggests some.
  if (isPlain)
    return values && type === 'integer_t' && !(String(value) in values) ? [`${path} cannot be ${value}`] : [];
  const shape = schema.objects[type];
  if (!shape) return [`${path} is a ${type}, which the extract does not have`];
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [`${path} is no object`];
  return problemsIn(shape, value as Record<string, unknown>, `${path}.`);
}
