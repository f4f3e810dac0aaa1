/**
 * What a rule reads, found in its syntax tree: so that effects that no rule can tell apart are judged once, and so
 * that tags which decide are known. Anything that is not understood counts as reading everything.
 */

export interface Reads {
  /** Names of attributes, of the context, of the resource, or below them. */
  attributes: Set<string>;
  /** The action, or the type through an entity (`resource in Type::"…"`), below the head of the rule. */
  action: boolean;
  type: boolean;
  tagKeys: Set<string>;
  /** The identity of the resource, or the context as a whole: then no two effects are alike. */
  everything: boolean;
  /** CloudFormation types that it names as `Type::"…"`, to find typos. */
  types: Set<string>;
  /** A tag key that is computed, not written: what decides could then not be known. */
  computedTag: boolean;
}
type Tree = Record<string, unknown>;

/** @param policy Cedar's JSON form. Its head is decided by action and type alone, unless it names one resource. */
export function readsOf({ conditions, ...head }: { conditions?: unknown; [part: string]: unknown }): Reads {
  const inHead = readsIn(head);
  const below = readsIn(conditions);
  return {
    ...below,
    everything: below.everything || inHead.everything,
    types: new Set([...inHead.types, ...below.types]),
  };
}

function readsIn(tree: unknown): Reads {
  const reads: Reads = {
    attributes: new Set(),
    action: false,
    type: false,
    tagKeys: new Set(),
    everything: false,
    types: new Set(),
    computedTag: false,
  };
  visit(tree, reads);
  return reads;
}

function visit(node: unknown, reads: Reads): void {
  if (Array.isArray(node)) for (const one of node) visit(one, reads);
  if (node === null || typeof node !== 'object' || Array.isArray(node)) return;
  for (const [operator, value] of Object.entries(node as Tree)) visitOperator(operator, value, reads);
}

function visitOperator(operator: string, value: unknown, reads: Reads): void {
  const operands = (value ?? {}) as Tree;
  switch (operator) {
    case 'annotations':
      break;
    case 'Var':
      if (value === 'action') reads.action = true;
      else if (value !== 'principal') reads.everything = true;
      break;
    case '.':
    case 'has':
      for (const name of [operands.attr].flat()) reads.attributes.add(String(name));
      visitOwner(operands.left, reads);
      break;
    case 'hasTag':
    case 'getTag': {
      const key = (operands.right as Tree | undefined)?.Value;
      if (typeof key === 'string') reads.tagKeys.add(key);
      else reads.computedTag = true;
      visitOwner(operands.left, reads);
      break;
    }
    case 'is':
      visitOwner(operands.left, reads);
      visit(operands.in, reads);
      break;
    case 'in':
      // `resource in Type::"…"` depends on the type only; a Resource named there is found as an entity.
      reads.type = true;
      visitOwner(operands.left, reads);
      visit(operands.right ?? value, reads);
      break;
    case 'entity':
    case '__entity':
      if (operands.type === 'Resource') reads.everything = true;
      if (operands.type === 'Type') reads.types.add(String(operands.id));
      break;
    default:
      visit(value, reads);
  }
}

/** A variable below an operator that looks at one attribute of it is not read as a whole. */
function visitOwner(left: unknown, reads: Reads): void {
  const variable = left !== null && typeof left === 'object' && 'Var' in left ? left.Var : undefined;
  if (variable === 'action') reads.action = true;
  else if (variable === undefined) visit(left, reads);
}
