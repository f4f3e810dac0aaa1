/**
 * Every text and number that a plan calls sensitive, wherever it does: in either tree of a change, in the state, in an
 * output, or by a variable of the configuration. The JSON has them in clear.
 */
import type { Json } from '../../../core/digest.ts';
import { isMembers } from '../../../core/leaves.ts';
import { configurationOf } from './configuration.ts';
import type { Change, PlanJson, StateResource } from './shape.ts';

/** Words that say nothing where they stand, whatever they are the value of. */
const TRIVIAL = /^(?:true|false|null|none|enabled|disabled|default|yes|no|on|off|\d{1,3})?$/i;
/** A shorter part of a sensitive document says too little. */
const LEAST_PART = 8;

type Found = (text: string) => void;

/** @param all what is known already, of the resources of the state. */
export function sensitiveIn(plan: PlanJson, all: Set<string>): Set<string> {
  const found = foundBy(all);
  for (const list of [plan.resource_changes, plan.resource_drift])
    for (const { change } of list ?? []) ofChange(change, found);
  for (const change of Object.values(plan.output_changes ?? {})) ofChange(change, found);
  for (const values of [plan.planned_values, plan.prior_state?.values]) {
    for (const { sensitive, value } of objectsIn(Object.values(values?.outputs ?? {}))) marked(value, sensitive, found);
  }
  const { modules } = configurationOf(plan);
  for (const [, { variables = {} }] of modules)
    for (const { sensitive, default: value } of Object.values(variables)) marked(value, sensitive, found);
  const root = modules[0]?.[1].variables ?? {};
  for (const [name, { value }] of Object.entries(plan.variables ?? {}))
    if (Object.hasOwn(root, name)) marked(value, root[name]!.sensitive, found);
  return all;
}

const foundBy =
  (all: Set<string>): Found =>
  (text) => {
    if (!TRIVIAL.test(text)) all.add(text);
  };

/** All that a sensitive value is made of. */
export function addSensitive(value: Json | undefined, to: Set<string>): void {
  if (value !== undefined) scalars(value, foundBy(to));
}

function ofChange(change: Change, found: Found): void {
  marked(change.before, change.before_sensitive, found);
  marked(change.after, change.after_sensitive, found);
}

/** Of a resource of a state. */
export function addSensitiveOf({ values, sensitive_values: sensitive }: StateResource, to: Set<string>): void {
  marked(values, sensitive, foundBy(to));
}

/** A state is not checked otherwise: what is no list of objects has none. */
const objectsIn = <T extends object>(list: readonly T[] | undefined): T[] =>
  Array.isArray(list) ? list.filter((one) => typeof one === 'object' && one !== null) : [];

/** @param tree `true` where the value is sensitive, a tree of the same shape where a part of it is. */
function marked(value: Json | undefined, tree: Json | undefined, found: Found): void {
  if (value === undefined || value === null || tree === undefined || tree === null || tree === false) return;
  if (tree === true) scalars(value, found);
  else if (Array.isArray(value) && Array.isArray(tree))
    for (const [index, item] of value.entries()) marked(item, tree[index], found);
  else if (isMembers(value) && isMembers(tree))
    for (const key of Object.keys(tree)) if (Object.hasOwn(value, key)) marked(value[key], tree[key], found);
}

function scalars(value: Json, found: Found): void {
  if (typeof value === 'string') {
    found(value);
    // Of a document each value may stand alone elsewhere.
    const inner = /^\s*[[{]/.test(value) ? parsed(value) : undefined;
    if (inner !== undefined)
      scalars(inner, (part) => {
        if (part.length >= LEAST_PART) found(part);
      });
  } else if (typeof value === 'number') found(String(value));
  else if (value !== null && typeof value === 'object') for (const inner of Object.values(value)) scalars(inner, found);
}

function parsed(text: string): Json | undefined {
  try {
    const value = JSON.parse(text) as Json;
    return typeof value === 'object' ? value : undefined;
  } catch {
    return undefined;
  }
}
