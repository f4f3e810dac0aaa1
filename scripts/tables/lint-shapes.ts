/** The shapes of a JSON schema of cfn-lint, of all its regions together. */
import { type Field, mergeShape, type Shape } from './shapes.ts';

export interface JsonSchema {
  [keyword: string]: unknown;
  properties?: Record<string, JsonSchema>;
  definitions?: Record<string, JsonSchema>;
  createOnlyProperties?: string[];
  conditionalCreateOnlyProperties?: string[];
  readOnlyProperties?: string[];
  primaryIdentifier?: string[];
}

/** No mark is in them: those stand as pointers, and are set with `markPath`. */
export function lintShapes(schemas: readonly JsonSchema[]): Shape {
  const whole: Shape = new Map();
  for (const schema of schemas) mergeShape(whole, shapeOf(schema));
  return whole;
}

function shapeOf(root: JsonSchema): Shape {
  const known = new Map<string, Field['below']>();

  function below(schema: JsonSchema): Field['below'] {
    const reference = typeof schema.$ref === 'string' ? schema.$ref.split('/').at(-1)! : undefined;
    if (reference !== undefined) return definition(reference);
    const inner = ['anyOf', 'oneOf', 'allOf'].flatMap((word) => (schema[word] as JsonSchema[] | undefined) ?? []);
    return [own(schema), ...inner.map(below)].reduce(either);
  }

  /** Filled after it is remembered, since a definition may contain itself. */
  function definition(name: string): Field['below'] {
    const found = known.get(name);
    if (found !== undefined) return found;
    const shape: Shape = new Map();
    known.set(name, shape);
    const made = below(root.definitions?.[name] ?? {});
    if (typeof made === 'string') known.set(name, made);
    else for (const [key, field] of made) shape.set(key, field);
    return known.get(name)!;
  }

  function own(schema: JsonSchema): Field['below'] {
    if (schema.items !== undefined) return below(schema.items as JsonSchema);
    const named = fields(schema.properties ?? {});
    const patterns = Object.values((schema.patternProperties as Record<string, JsonSchema> | undefined) ?? {});
    if (patterns.length > 0) named.set('*', { mark: 'never', below: patterns.map(below).reduce(either) });
    if (named.size > 0) return schema.additionalProperties === true ? 'anything' : named;
    return [schema.type].flat().includes('object') ? 'anything' : 'nothing';
  }

  const fields = (properties: Record<string, JsonSchema>): Shape =>
    new Map(Object.entries(properties).map(([name, schema]) => [name, { mark: 'never', below: below(schema) }]));

  return fields(root.properties ?? {});
}

function either(a: Field['below'], b: Field['below']): Field['below'] {
  if (a === 'anything' || b === 'anything') return 'anything';
  if (a === 'nothing') return b;
  return b === 'nothing' ? a : new Map([...a, ...b]);
}
