/**
 * src/providers/aws/knowledge/data/template-rules.json: what a value in a template must be, from cfn-lint's schemas, in the
 * form that src/providers/aws/knowledge/template-rules.ts reads. Of each type the schema of us-east-1, or of the first
 * region that has it. Left out: what only holds between several properties, and formats.
 */
import type { CfnLint } from './cfn-lint.ts';
import type { JsonSchema } from './lint-shapes.ts';

export interface RulesFile {
  sources: string[];
  /** A rule of a value: `Rule` of template-rules.ts, as JSON. */
  rules: string[];
  /** `Name=rule`, with `!` where it is required, joined by commas; `|` at the end: others may stand there too. */
  shapes: string[];
  /** Type: shape. */
  types: Record<string, number>;
}

const LETTER: Record<string, string> = {
  string: 's',
  number: 'n',
  integer: 'i',
  boolean: 'b',
  array: 'l',
  object: 'o',
};
const MAX_PATTERN = 200;

export function rulesFile(cfnLint: CfnLint): RulesFile {
  const rules = numbered();
  const shapes = numbered();
  const types = [...cfnLint.schemas]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([type, [schema = {}]]) => [type, shapeOf(schema, schema, shapes, rules, new Map())] as const);
  return {
    sources: [`cfn-lint ${cfnLint.version}, its resource provider schemas`],
    rules: rules.all,
    shapes: shapes.all,
    types: Object.fromEntries(types),
  };
}

interface Numbered {
  all: string[];
  of(content: string): number;
}
function numbered(): Numbered {
  const all: string[] = [];
  const known = new Map<string, number>();
  return {
    all,
    of(content) {
      if (!known.has(content)) known.set(content, all.push(content) - 1);
      return known.get(content)!;
    },
  };
}

/** A definition that contains itself is open where it comes again: what stands there is not checked. */
function shapeOf(
  schema: JsonSchema,
  root: JsonSchema,
  shapes: Numbered,
  rules: Numbered,
  above: Map<string, true>,
): number {
  const readOnly = new Set(
    (schema === root ? (root.readOnlyProperties ?? []) : []).map((path) => path.split('/').slice(2).join('/')),
  );
  const required = new Set((schema.required as string[] | undefined) ?? []);
  const fields = Object.entries(schema.properties ?? {})
    .filter(([name]) => !readOnly.has(name))
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, property]) => {
      const rule = ruleOf(property, root, shapes, rules, above);
      return `${name}=${rules.of(JSON.stringify(rule))}${required.has(name) && !readOnly.has(name) ? '!' : ''}`;
    });
  const closed = schema.additionalProperties === false && schema.patternProperties === undefined;
  return shapes.of(fields.join(',') + (closed ? '' : '|'));
}

function ruleOf(
  written: JsonSchema,
  root: JsonSchema,
  shapes: Numbered,
  rules: Numbered,
  above: Map<string, true>,
): object {
  const name = typeof written.$ref === 'string' ? written.$ref.split('/').at(-1)! : undefined;
  if (name !== undefined && above.has(name)) return {};
  const schema = name === undefined ? written : (root.definitions?.[name] ?? {});
  const inside = name === undefined ? above : new Map([...above, [name, true as const]]);
  if (schema !== written && schema.$ref !== undefined) return ruleOf(schema, root, shapes, rules, inside);
  // What may be one of several is checked by none of them.
  if (isChoice(schema)) return {};
  const types = [schema.type ?? []].flat().map((type) => LETTER[String(type)] ?? '');
  const t = types.includes('') ? '' : types.join('');
  const pattern = patternOf(schema.pattern);
  const items =
    schema.items === undefined ? undefined : ruleOf(schema.items as JsonSchema, root, shapes, rules, inside);
  const [map] = Object.values((schema.patternProperties as Record<string, JsonSchema> | undefined) ?? {});
  const enumeration =
    (schema.enum as unknown[] | undefined) ?? (schema.const === undefined ? undefined : [schema.const]);
  return compact({
    t,
    e: enumeration?.map(String),
    p: pattern,
    l: t === 'l' ? range(schema.minItems, schema.maxItems) : range(schema.minLength, schema.maxLength),
    v: range(schema.minimum, schema.maximum),
    s: schema.properties === undefined ? undefined : shapeOf(schema, root, shapes, rules, inside),
    i: items && Object.keys(items).length > 0 ? rules.of(JSON.stringify(items)) : undefined,
    m:
      map && schema.properties === undefined
        ? rules.of(JSON.stringify(ruleOf(map, root, shapes, rules, inside)))
        : undefined,
  });
}

const isChoice = (schema: JsonSchema): boolean =>
  ['anyOf', 'oneOf'].some((word) =>
    ((schema[word] as JsonSchema[] | undefined) ?? []).some((one) =>
      Object.keys(one).some((key) => !['format', 'required'].includes(key)),
    ),
  );

const compact = (rule: Record<string, unknown>): object =>
  Object.fromEntries(Object.entries(rule).filter(([, value]) => value !== undefined && value !== ''));

const range = (least: unknown, most: unknown): unknown[] | undefined =>
  least === undefined && most === undefined ? undefined : [least ?? null, most ?? null];

/**
 * SECURITY: patterns meet values that agents write. One that repeats a repetition can take for ever, and is left out; so
 * is one that JavaScript reads otherwise, or not at all.
 */
function patternOf(pattern: unknown): string | undefined {
  if (typeof pattern !== 'string' || pattern.length > MAX_PATTERN || repeatsRepetition(pattern)) return undefined;
  if (/\(\?[^:!=]|\\[pPAZzhH]|\[\[:/.test(pattern)) return undefined;
  try {
    new RegExp(pattern, 'u');
    return pattern;
  } catch {
    return undefined;
  }
}

/** A group that is repeated and has a repetition inside; bounded ones, such as `(ab?){1,3}`, too. */
export function repeatsRepetition(pattern: string): boolean {
  const plain = pattern.replaceAll(/\\./g, 'x').replaceAll(/\[(?:\^?\]?[^\]]*)\]/g, 'x');
  const open: boolean[] = [];
  let inside = false;
  for (let at = 0; at < plain.length; at += 1) {
    if (plain[at] === '(') {
      open.push(inside);
      inside = false;
    } else if (plain[at] === ')') {
      const isRepeated = /[*+{?]/.test(plain[at + 1] ?? '') && plain[at + 1] !== '?';
      if (isRepeated && inside) return true;
      inside = (open.pop() ?? false) || inside || isRepeated;
    } else if (/[*+{]/.test(plain[at]!)) inside = true;
  }
  return false;
}

/** One rule, shape or type a line. */
export const rulesText = (file: RulesFile): string =>
  `${JSON.stringify(file)
    .replaceAll('","', '",\n"')
    .replaceAll(/,"(\w+::)/g, ',\n"$1')}\n`;
