/**
 * The graph of what a plan touches: resources, and what uses what among them and from outside.
 *
 * Guarantees: every effect is in exactly one node; a node names all that is in it. Beside what is touched only its direct
 * users are drawn, and what is left out is counted. The same plan gives the same graph.
 * Limits: a use is a reference that stands in the values of the picture; one that a program looks up by itself is not
 * seen, and text that only looks like a reference draws a line too much. It is a drawing: the rows say everything.
 */
import type { Json } from '../core/digest.ts';
import { couldBeLoss, type Effect, type EffectKind, effectName } from '../core/effect.ts';
import { isMembers, leavesOf } from '../core/leaves.ts';
import type { Thing } from '../core/picture.ts';
import { lineOf, nameIn } from './names.ts';
import type { Subject } from './subject.ts';
import { nameRanges } from './worst-first.ts';

/** `outside`: what uses something that the plan touches, in the stack or elsewhere; the plan does not touch it. */
export type NodeKind = EffectKind | 'outside';
export interface GraphNode {
  /** `n0`, `n1`, …: names are from outside, and some of them are words of the program that lays it out. */
  id: string;
  kind: NodeKind;
  label: string;
  type: string;
  /** It is lost, or could be. */
  isLost: boolean;
  storesData: boolean;
  /** Names of the effects in it, as the plan has them. */
  names: readonly string[];
}
export interface Graph {
  nodes: GraphNode[];
  /** The first uses the second. */
  uses: [user: string, used: string][];
  isGrouped: boolean;
  /** Resources of the target that are not drawn: the plan does not touch them, and they use nothing that it touches. */
  leftOut: number;
}

/** More than these are not told apart in a drawing. */
export const MOST_NODES = 50;

interface Item {
  name: string;
  label: string;
  kind: NodeKind;
  type: string;
  isLost: boolean;
  storesData: boolean;
}

export function graphOf(subject: Subject): Graph {
  const { plan, picture } = subject;
  const touched = plan.effects.map((effect): Item => itemOf(effect, nameIn(plan, effect)));
  const known = new Set(touched.map(({ name }) => name));
  const things = picture?.things ?? [];
  const inside = things.flatMap((thing) => usesOf(thing).map((used): [string, string] => [thing.id, used]));
  const uses = [...inside, ...outsideUses(subject, things)].filter(([user, used]) => user !== used && known.has(used));
  // Who uses those in turn is told by no line: only what the plan does reaches it.
  const others = [...new Set(uses.map(([user]) => user))].filter((user) => !known.has(user));
  const typeOf = new Map(things.filter(({ kind }) => kind === 'resource').map(({ id, type }) => [id, type]));
  const items = [...touched, ...others.map((user) => outsideItem(user, typeOf.get(user)))];
  const drawn = new Set(items.map(({ name }) => name));
  const leftOut = [...typeOf.keys()].filter((id) => !drawn.has(id)).length;
  return { ...numbered(grouped(items), uses), leftOut };
}

const itemOf = (effect: Effect, label: string): Item => ({
  name: effectName(effect),
  label,
  kind: effect.kind,
  type: lineOf(effect.type),
  isLost: couldBeLoss(effect),
  storesData: effect.holds === 'data' || effect.holds === 'unknown',
});
const outsideItem = (user: string, type?: string): Item => ({
  name: user,
  label: lineOf(user),
  kind: 'outside',
  type: type === undefined ? 'not in this stack' : `${lineOf(type)}, not touched`,
  isLost: false,
  storesData: false,
});

const REFERENCE = /\$\{([A-Za-z0-9]{1,255})(?:\.[^}]*)?\}/g;
const parentOf = (id: string) => id.slice(0, id.lastIndexOf('/') + 1);

/** As it is afterwards; of what goes, as it was. Names are unique in their own stack. */
function usesOf({ kind, id, before, after }: Thing): string[] {
  if (kind !== 'resource') return [];
  return namesIn(after ?? before).map((name) => parentOf(id) + name);
}

function namesIn(value: Json | null): string[] {
  if (value === null) return [];
  const found = new Set<string>();
  for (const [, text] of leavesOf(value, '')) for (const [, name] of text.matchAll(REFERENCE)) found.add(name!);
  return [...found];
}

/** Stacks that import what this one exports, and resources that use one by its id. */
function outsideUses({ plan }: Subject, things: readonly Thing[]): [user: string, used: string][] {
  const { dependents, resources } = plan.subject;
  const stack = things.find(({ kind, id }) => kind === 'stack' && id === '');
  const exported = new Map([...exportsOf(stack?.after ?? null), ...exportsOf(stack?.before ?? null)]);
  return [
    ...dependents.flatMap(({ name, users }) =>
      users.flatMap((user) => (exported.get(name) ?? []).map((used): [string, string] => [user, used])),
    ),
    ...resources.flatMap(({ id, users }) => users.map((user): [string, string] => [user, id])),
  ];
}

function exportsOf(stack: Json | null): [name: string, told: string[]][] {
  const outputs = stack !== null && isMembers(stack) ? stack.Outputs : undefined;
  return Object.values(isMembers(outputs) ? outputs : {}).flatMap((output): [string, string[]][] =>
    isMembers(output) && typeof output.Export === 'string' ? [[output.Export, namesIn(output.Value ?? null)]] : [],
  );
}

/** Alike ones become one node, the largest group first and what is lost last, until all of it can be drawn. */
function grouped(items: readonly Item[]): Item[][] {
  let groups = items.map((item) => [item]);
  const ways: ((item: Item) => string)[] = [({ kind, type }) => `${kind} ${type}`, ({ kind }) => kind];
  for (const key of ways) {
    const merged = [...Map.groupBy(groups.flat(), key).values()]
      .filter(({ length }) => length > 1)
      .sort((a, b) => Number(a[0]!.isLost) - Number(b[0]!.isLost) || b.length - a.length);
    for (const group of merged) {
      if (groups.length <= MOST_NODES) return groups;
      const members = new Set(group);
      groups = [...groups.filter((one) => !one.some((item) => members.has(item))), group];
    }
  }
  return groups;
}

function numbered(groups: readonly Item[][], uses: readonly [string, string][]): Omit<Graph, 'leftOut'> {
  const idOf = new Map(groups.flatMap((group, index) => group.map(({ name }) => [name, `n${index}`] as const)));
  const nodes = groups.map((group, index) => nodeOf(group, `n${index}`));
  const between = new Map(
    uses.flatMap(([user, used]): [string, [string, string]][] => {
      const [from, to] = [idOf.get(user), idOf.get(used)];
      return from === undefined || to === undefined || from === to ? [] : [[`${from} ${to}`, [from, to]]];
    }),
  );
  return { nodes, uses: [...between.values()], isGrouped: groups.some(({ length }) => length > 1) };
}

const MOST_LABEL_CHARACTERS = 80;
/** The names, where they can be drawn; the rows have all of them. */
function groupLabel(labels: readonly string[]): string {
  const ranges = nameRanges(labels);
  return ranges.length <= MOST_LABEL_CHARACTERS ? ranges : 'resources';
}

function nodeOf(group: readonly Item[], id: string): GraphNode {
  const [first] = group as [Item, ...Item[]];
  const names = group.map(({ name }) => name);
  const types = new Set(group.map(({ type }) => type));
  return {
    id,
    kind: first.kind,
    label: group.length === 1 ? first.label : `${group.length} \u00d7 ${groupLabel(group.map(({ label }) => label))}`,
    type: types.size === 1 ? first.type : `${types.size} types`,
    isLost: group.some(({ isLost }) => isLost),
    storesData: group.some(({ storesData }) => storesData),
    names,
  };
}
