/**
 * Finds every sensitive value of a plan, and takes them out of whatever is shown.
 *
 * SECURITY: the JSON has sensitive values in clear, and marks neither copies, variables nor defaults. So a value that is
 * sensitive anywhere is masked wherever it stands, as a whole or as a part of a text, plain, in base64 or in a URL.
 * Guarantees: what either `*_sensitive` tree, the state, an output or a variable of the configuration calls sensitive.
 * Does not cover: a value of fewer than four characters as a part of a text; what a function made of a sensitive value
 * (a digest, a cut); values that nothing calls sensitive (`picture/mask.ts` masks those by name and form).
 */
import type { Json } from '../../../core/digest.ts';
import { isMembers } from '../../../core/leaves.ts';
import { configurationOf } from '../plan-json/configuration.ts';
import type { StateModule, TerraformPlan } from '../plan-json/shape.ts';
import { needlesOf } from './needles.ts';

export interface Secrets {
  /** With every sensitive value in it as its tag; the same text where it has none. */
  masked(text: string): string;
  /** Is this value sensitive as a whole? */
  has(value: string): boolean;
}

/** Words that say nothing where they stand, whatever they are the value of. */
const TRIVIAL = /^(?:true|false|null|none|enabled|disabled|default|yes|no|on|off|\d{1,3})$/i;

export function secretsOf(plan: TerraformPlan, tag: (secret: string) => string): Secrets {
  const found = new Set<string>();
  for (const text of sensitiveIn(plan)) if (text !== '' && !TRIVIAL.test(text)) found.add(text);
  const needles = needlesOf(found);
  return {
    has: (value) => found.has(value),
    masked: (text) => (found.has(text) ? tag(text) : needles.replaced(text, tag)),
  };
}

/** Every sensitive text and number. */
function* sensitiveIn(plan: TerraformPlan): Generator<string> {
  const changes = [...(plan.resource_changes ?? []), ...(plan.resource_drift ?? [])].map(({ change }) => change);
  for (const change of [...changes, ...Object.values(plan.output_changes ?? {})]) {
    yield* marked(change.before, change.before_sensitive);
    yield* marked(change.after, change.after_sensitive);
  }
  for (const values of [plan.planned_values, plan.prior_state?.values]) {
    for (const { sensitive, value } of Object.values(values?.outputs ?? {})) yield* marked(value, sensitive);
    if (values?.root_module) yield* inModule(values.root_module);
  }
  const { modules } = configurationOf(plan);
  for (const [, { variables = {} }] of modules)
    for (const { sensitive, default: value } of Object.values(variables)) yield* marked(value, sensitive);
  const root = modules[0]?.[1].variables ?? {};
  for (const [name, { value }] of Object.entries(plan.variables ?? {}))
    if (Object.hasOwn(root, name)) yield* marked(value, root[name]!.sensitive);
}

function* inModule({ resources = [], child_modules: children = [] }: StateModule): Generator<string> {
  for (const { values, sensitive_values: sensitive } of resources) yield* marked(values, sensitive);
  for (const child of children) yield* inModule(child);
}

/** @param tree `true` where the value is sensitive, a tree of the same shape where a part of it is. */
function* marked(value: Json | undefined, tree: Json | undefined): Generator<string> {
  if (value === undefined || value === null || tree === undefined || tree === false) return;
  if (tree === true) yield* scalars(value);
  else if (Array.isArray(value) && Array.isArray(tree))
    for (const [index, item] of value.entries()) yield* marked(item, tree[index]);
  else if (isMembers(value) && isMembers(tree)) {
    for (const [key, inner] of Object.entries(tree)) if (Object.hasOwn(value, key)) yield* marked(value[key], inner);
  }
}

export function* scalars(value: Json): Generator<string> {
  if (typeof value === 'string') {
    yield value;
    const inner = /^\s*[[{]/.test(value) ? parsed(value) : undefined;
    if (inner !== undefined) yield* scalars(inner);
  } else if (typeof value === 'number') yield String(value);
  else if (value !== null && typeof value === 'object') for (const inner of Object.values(value)) yield* scalars(inner);
}

/** A sensitive document that is JSON: each of its values may stand alone elsewhere. */
function parsed(text: string): Json | undefined {
  try {
    const value = JSON.parse(text) as Json;
    return typeof value === 'object' ? value : undefined;
  } catch {
    return undefined;
  }
}
