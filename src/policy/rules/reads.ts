/**
 * What a rule reads, found in its syntax tree: so that effects that no rule can tell apart are judged once, and so
 * that tags which decide are known.
 *
 * INVARIANT: never less than it reads. Each operator that is understood stands in a closed table with its operands;
 * any other node, shape or part of the head counts as reading everything.
 */

export interface Reads {
  /** Parts of the request: attributes of the context and of the resource, `kind` (also the action), `type`. */
  names: Set<string>;
  tagKeys: Set<string>;
  /** The whole request: then no two effects are alike. */
  everything: boolean;
  /** `Type::"…"` and `Service::"…"` that it names, to find typos. */
  types: Set<string>;
  services: Set<string>;
  /** A tag key that is computed, not written: what decides could then not be known. */
  computedTag: boolean;
}
type Tree = Record<string, unknown>;
interface Entity {
  type: string;
  id: string;
}
/** The constraint on principal, action or resource in the head of a rule, in Cedar's JSON form. */
export interface Head {
  op: string;
  entity?: Entity;
  entities?: Entity[];
  entity_type?: string;
  in?: Omit<Head, 'op'>;
}

const everythingIn = (reads: Reads): void => {
  reads.everything = true;
};

/** @param policy Cedar's JSON form of one rule. */
export function readsOf(policy: Tree): Reads {
  const reads: Reads = {
    names: new Set(),
    tagKeys: new Set(),
    everything: false,
    types: new Set(),
    services: new Set(),
    computedTag: false,
  };
  const {
    effect: _effect,
    annotations: _annotations,
    principal: _same,
    action,
    resource,
    conditions,
    ...other
  } = policy;
  if (Object.keys(other).length > 0) everythingIn(reads);
  for (const head of [action, resource] as Head[]) {
    const named = namedIn(head);
    if (named === undefined || !named.every(isDecidable)) everythingIn(reads);
    for (const entity of named ?? []) nameEntity(entity, reads);
  }
  if (!Array.isArray(conditions)) everythingIn(reads);
  else for (const { body } of conditions as { body: unknown }[]) visit(body, reads);
  return reads;
}

/** The entities that decide a head; undefined: it is not understood. */
export function namedIn(head: Head | undefined): Entity[] | undefined {
  switch (head?.op) {
    case 'All':
      return [];
    case '==':
    case 'in':
      return head.entity ? [head.entity] : head.entities;
    case 'is':
      return head.in ? namedIn({ ...head.in, op: 'in' }) : [];
    default:
      return undefined;
  }
}

/** Of these it is known from action and type alone whether an effect is in them. */
const isDecidable = ({ type }: Entity): boolean => type === 'Type' || type === 'Service' || type === 'Action';

/** Can the head say anything of this action, or of a resource in these? What is not understood may. */
export function headAllows(head: Head, among: readonly Entity[]): boolean {
  const named = namedIn(head);
  if (named === undefined || head.op === 'All' || (head.op === 'is' && !head.in)) return true;
  return named.some((one) => !isDecidable(one) || among.some(({ type, id }) => type === one.type && id === one.id));
}

/** Operators whose value depends on the values of these operands and on nothing else. */
const OPERANDS: Record<string, readonly string[]> = {
  ...Object.fromEntries(
    ['==', '!=', '<', '<=', '>', '>=', '&&', '||', '+', '-', '*', 'contains', 'containsAll', 'containsAny'].map(
      (operator) => [operator, ['left', 'right']],
    ),
  ),
  '!': ['arg'],
  neg: ['arg'],
  isEmpty: ['arg'],
  like: ['left'],
  'if-then-else': ['if', 'then', 'else'],
};
/** Those that look at a variable without reading the whole of it. */
const LOOKING: Record<string, (operands: Tree, reads: Reads) => void> = {
  Var: (name, reads) => visitVariable(name, reads),
  Value: (literal, reads) => visitLiteral(literal, reads),
  Set: (members, reads) => visitAll(members, reads),
  Record: (members, reads) => visitAll(Object.values(members), reads),
  '.': visitAttribute,
  has: visitAttribute,
  getTag: visitTag,
  hasTag: visitTag,
  in: ({ left, right }, reads) => visitMembership(left, right, reads),
  is: ({ left, in: group }, reads) => {
    // What kind of entity a variable is, is the same for all.
    if (group !== undefined) visitMembership(left, group, reads);
    else if (variableOf(left) === undefined) visit(left, reads);
  },
};

function visit(node: unknown, reads: Reads): void {
  const parts = node !== null && typeof node === 'object' ? Object.entries(node) : [];
  const [operator, operands] = parts[0] ?? [''];
  if (parts.length !== 1) everythingIn(reads);
  else if (Object.hasOwn(LOOKING, operator)) LOOKING[operator]!(operands as Tree, reads);
  else if (Object.hasOwn(OPERANDS, operator)) visitOperands(OPERANDS[operator]!, operands as Tree, reads);
  else everythingIn(reads);
}

function visitAll(nodes: unknown, reads: Reads): void {
  if (!Array.isArray(nodes)) everythingIn(reads);
  else for (const one of nodes) visit(one, reads);
}

function visitOperands(names: readonly string[], operands: Tree, reads: Reads): void {
  for (const name of names) visit(operands[name], reads);
}

/** `principal` is one and the same for all effects of a plan. */
function visitVariable(name: unknown, reads: Reads): void {
  if (name === 'action') reads.names.add('kind');
  else if (name !== 'principal') everythingIn(reads);
}

function visitLiteral(literal: unknown, reads: Reads): void {
  const entity = (literal as { __entity?: Entity } | null)?.__entity;
  if (entity) nameEntity(entity, reads);
}

function nameEntity({ type, id }: Entity, reads: Reads): void {
  if (type === 'Type') reads.types.add(id);
  if (type === 'Service') reads.services.add(id);
}

function visitAttribute({ left, attr }: Tree, reads: Reads): void {
  const variable = variableOf(left);
  if (variable === 'principal') return;
  if (variable === 'context' || variable === 'resource') reads.names.add(String([attr].flat()[0]));
  else visit(left, reads);
}

function visitTag({ left, right }: Tree, reads: Reads): void {
  const key = (right as Tree | undefined)?.Value;
  if (typeof key === 'string' && variableOf(left) === 'resource') reads.tagKeys.add(key);
  else {
    reads.computedTag ||= typeof key !== 'string';
    everythingIn(reads);
  }
}

/** The resource's own type and service are known by its type; any other group is one that it may be itself. */
function visitMembership(left: unknown, group: unknown, reads: Reads): void {
  const literals = membersOf(group);
  visit(group, reads);
  if (variableOf(left) !== 'resource') visit(left, reads);
  else if (literals?.every(({ type }) => type === 'Type' || type === 'Service')) reads.names.add('type');
  else everythingIn(reads);
}

function membersOf(group: unknown): Entity[] | undefined {
  const nodes = (group as { Set?: unknown[] } | null)?.Set ?? [group];
  const entities = nodes.map((node) => (node as { Value?: { __entity?: Entity } } | null)?.Value?.__entity);
  return entities.every((entity) => entity !== undefined) ? entities : undefined;
}

function variableOf(node: unknown): unknown {
  return node !== null && typeof node === 'object' && 'Var' in node ? node.Var : undefined;
}
