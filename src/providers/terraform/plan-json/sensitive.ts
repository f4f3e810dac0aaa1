/**
 * Every text and number that a plan calls sensitive, wherever it does: in either tree of a change, in the state, in an
 * output, or by a variable of the configuration. The JSON has them in clear.
 */
import type { Json } from '../../../core/digest.ts';
import { isMembers } from '../../../core/leaves.ts';
import { configurationOf } from './configuration.ts';
import type { PlanJson, StateModule } from './shape.ts';

/** Words that say nothing where they stand, whatever they are the value of. */
const TRIVIAL = /^(?:true|false|null|none|enabled|disabled|default|yes|no|on|off|\d{1,3})?$/i;
/** A shorter part of a sensitive document says too little. */
const LEAST_PART = 8;

export function sensitiveIn(plan: PlanJson): Set<string> {
  const found = new Set<string>();
  for (const text of all(plan)) if (!TRIVIAL.test(text)) found.add(text);
  return found;
}

function* all(plan: PlanJson): Generator<string> {
  for (const list of [plan.resource_changes, plan.resource_drift])
    for (const { change } of list ?? []) yield* ofChange(change);
  for (const change of Object.values(plan.output_changes ?? {})) yield* ofChange(change);
  for (const values of [plan.planned_values, plan.prior_state?.values]) {
    for (const { sensitive, value } of objectsIn(Object.values(values?.outputs ?? {}))) yield* marked(value, sensitive);
    if (isMembers(values?.root_module as Json)) yield* inModule(values!.root_module!);
  }
  const { modules } = configurationOf(plan);
  for (const [, { variables = {} }] of modules)
    for (const { sensitive, default: value } of Object.values(variables)) yield* marked(value, sensitive);
  const root = modules[0]?.[1].variables ?? {};
  for (const [name, { value }] of Object.entries(plan.variables ?? {}))
    if (Object.hasOwn(root, name)) yield* marked(value, root[name]!.sensitive);
}

function* ofChange({
  before,
  after,
  before_sensitive: was,
  after_sensitive: is,
}: {
  before: Json;
  after: Json;
  before_sensitive?: Json | undefined;
  after_sensitive?: Json | undefined;
}): Generator<string> {
  yield* marked(before, was);
  yield* marked(after, is);
}

function* inModule({ resources, child_modules: children }: StateModule): Generator<string> {
  for (const { values, sensitive_values: sensitive } of objectsIn(resources)) yield* marked(values, sensitive);
  for (const child of objectsIn(children)) yield* inModule(child);
}

/** A state is not checked otherwise: what is no list of objects has none. */
const objectsIn = <T extends object>(list: readonly T[] | undefined): T[] =>
  Array.isArray(list) ? list.filter((one) => typeof one === 'object' && one !== null) : [];

/** @param tree `true` where the value is sensitive, a tree of the same shape where a part of it is. */
function* marked(value: Json | undefined, tree: Json | undefined): Generator<string> {
  if (value === undefined || value === null || tree === undefined || tree === null || tree === false) return;
  if (tree === true) yield* scalars(value);
  else if (Array.isArray(value) && Array.isArray(tree))
    for (const [index, item] of value.entries()) yield* marked(item, tree[index]);
  else if (isMembers(value) && isMembers(tree))
    for (const [key, inner] of Object.entries(tree)) if (Object.hasOwn(value, key)) yield* marked(value[key], inner);
}

function* scalars(value: Json): Generator<string> {
  if (typeof value === 'string') {
    yield value;
    // Of a document each value may stand alone elsewhere.
    const inner = /^\s*[[{]/.test(value) ? parsed(value) : undefined;
    if (inner !== undefined) for (const part of scalars(inner)) if (part.length >= LEAST_PART) yield part;
  } else if (typeof value === 'number') yield String(value);
  else if (value !== null && typeof value === 'object') for (const inner of Object.values(value)) yield* scalars(inner);
}

function parsed(text: string): Json | undefined {
  try {
    const value = JSON.parse(text) as Json;
    return typeof value === 'object' ? value : undefined;
  } catch {
    return undefined;
  }
}

/** How many objects a state has. */
export const managedIn = ({ resources, child_modules: children }: StateModule): number =>
  objectsIn(resources).filter(({ mode }) => mode !== 'data').length +
  objectsIn(children).reduce((sum, child) => sum + managedIn(child), 0);
