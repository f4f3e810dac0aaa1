/** Where in a template's nodes a path of `set` leads, and what it says when it leads nowhere. */
import { type Document, isMap, isScalar, isSeq, type YAMLMap, type YAMLSeq } from 'yaml';
import type { Json } from '../../../core/digest.ts';
import { CountersignError } from '../../../core/errors.ts';
import type { TemplateEdit } from '../ports.ts';
import { longName } from './dialect.ts';

export type Container = YAMLMap | YAMLSeq;

export interface Spot {
  container: Container;
  /** Of the item that is replaced or removed; undefined: one is added at the end. */
  index?: number;
  /** Of the item that is added to a mapping. */
  key: string;
  /** What is written there; undefined: the item is removed. */
  value: Json | undefined;
  /** The item that is the container. */
  owner?: { container: Container; index: number };
  /** The same path in the text's meaning, where short forms are written out. */
  meaningPath: string[];
}

const SECTIONS: Record<string, string> = {
  Resources: '{"Type": …, "Properties": {…}}',
  Parameters: '{"Type": …}',
  Outputs: '{"Value": …}',
  Conditions: '{"Fn::Equals": […]}',
  Mappings: '{"KEY": {"NAME": …}}',
  Metadata: 'its value',
};

/** `Resources.Fn.Properties.Tags[0]["a.b"]` in its parts. */
export const keysOf = (path: string): string[] =>
  [...path.matchAll(/\[(\d+)\]|\["([^"]*)"\]|([^.[\]]+(?:\[(?!\d+\]|")[^\]]*\])*)/g)].map(
    ([, index, quoted, plain]) => index ?? quoted ?? plain ?? '',
  );

/** @throws CountersignError INPUT_INVALID naming the nearest part that exists, and how to add one that does not. */
export function locate(document: Pick<Document, 'contents'>, keys: string[], edit: TemplateEdit): Spot {
  const [section = '', entry] = keys;
  if (!Object.hasOwn(SECTIONS, section) || entry === undefined)
    throw refusal(
      edit,
      `it does not name an entry of ${Object.keys(SECTIONS).join(', ')}`,
      'Write Resources.<LogicalId> for a whole resource, Resources.<LogicalId>.Properties.<Property> for one value.',
    );
  const { spot, last } = walk(document, keys, edit);
  const empties = edit.remove && keys.length === 2 && last.items.length === 1 && spot.owner;
  // A section of which the last entry is removed goes with it: CloudFormation takes no empty one.
  return empties
    ? { ...spot, container: spot.owner!.container, index: spot.owner!.index, meaningPath: [section] }
    : spot;
}

function walk(
  document: Pick<Document, 'contents'>,
  keys: string[],
  edit: TemplateEdit,
): { spot: Spot; last: Container } {
  let node: unknown = document.contents;
  let owner: Spot['owner'];
  let entered: unknown;
  const meaningPath: string[] = [];
  for (let depth = 0; depth < keys.length; depth += 1) {
    const key = keys[depth]!;
    // Its long name may be in the path, or not.
    const short = node === entered ? undefined : tagOf(node);
    if (short) meaningPath.push(short);
    entered = node;
    if (short === key) {
      if (depth === keys.length - 1)
        throw refusal(edit, `${key} is written in short form there`, 'Set the value around it.');
      continue;
    }
    const container = containerAt(node, keys.slice(0, depth), edit);
    const index = indexOf(container, key, edit);
    const isLast = depth === keys.length - 1;
    const here = { container, key, ...(owner ? { owner } : {}) };
    if (index === undefined) {
      const value = added(container, keys, depth, edit);
      return { spot: { ...here, value, meaningPath: [...meaningPath, ...keys.slice(depth)] }, last: container };
    }
    meaningPath.push(key);
    const below = isMap(container) ? container.items[index]!.value : container.items[index];
    const isEmpty = below === null || (isScalar(below) && below.value === null && !edit.remove);
    if (isLast || isEmpty) {
      const rest = keys.slice(depth + 1);
      const value = edit.remove ? undefined : nested(rest, edit);
      if (!isLast && edit.remove) throw refusal(edit, `${keys.slice(0, depth + 1).join('.')} is empty`, LOOK);
      return { spot: { ...here, index, value, meaningPath: [...meaningPath, ...rest] }, last: container };
    }
    owner = { container, index };
    node = below;
  }
  throw refusal(edit, 'it does not name a value', LOOK);
}

const LOOK = 'Get the template with describe_stack include: ["template"].';

function containerAt(node: unknown, above: string[], edit: TemplateEdit): Container {
  if (isMap(node) || isSeq(node)) return node as Container;
  throw refusal(edit, `${above.join('.')} is a single value without entries`, `Set ${above.join('.')} whole.`);
}

/** @returns undefined where there is none yet. */
function indexOf(container: Container, key: string, edit: TemplateEdit): number | undefined {
  if (isSeq(container)) {
    const index = /^\d+$/.test(key) ? Number(key) : Number.NaN;
    if (index < container.items.length) return index;
    if (index === container.items.length && !edit.remove) return undefined;
    const count = container.items.length;
    throw refusal(edit, `the list there has ${count} items, and ${key} is none of them`, `Use 0 to ${count}.`);
  }
  const found = container.items.flatMap((item, index) => (keyOf(item.key) === key ? [index] : []));
  // Of equal keys CloudFormation takes the last: an edit of another would be lost.
  if (found.length > 1)
    throw refusal(
      edit,
      `${key} is written twice there, and only the last one counts`,
      'Remove the first one in the template, and send that.',
    );
  return found[0];
}

function added(container: Container, keys: string[], depth: number, edit: TemplateEdit): Json {
  const [section = '', entry = ''] = keys;
  const rest = keys.slice(depth + 1);
  const above = keys.slice(0, depth).join('.') || 'The template';
  const there = isMap(container) ? container.items.map(({ key }) => keyOf(key)) : [];
  const has = there.length > 0 && there.length <= 12 ? ` (it has ${there.join(', ')})` : '';
  const missing = `${above} has no ${keys[depth]}${has}`;
  if (edit.remove) throw refusal(edit, missing, LOOK);
  if (depth < 2 && keys.length > 2)
    throw refusal(
      edit,
      missing,
      `To add it whole, set {path: "${section}.${entry}", value: ${SECTIONS[section]}}. Otherwise ${LOOK.toLowerCase()}`,
    );
  if (rest.some((key) => /^\d+$/.test(key)))
    throw refusal(edit, missing, `Set ${keys.slice(0, depth + 1).join('.')} whole.`);
  return nested(rest, edit);
}

const nested = (rest: readonly string[], { value }: TemplateEdit): Json =>
  rest.reduceRight<Json>((inner, key) => ({ [key]: inner }), value as Json);

const keyOf = (key: unknown): string => String(isScalar(key) ? key.value : key);

/** The written-out name of a short form: its content stands below that name in the text's meaning. */
function tagOf(node: unknown): string | undefined {
  const tag = isMap(node) || isSeq(node) ? node.tag : undefined;
  return tag && /^![A-Za-z]/.test(tag) ? longName(tag.slice(1)) : undefined;
}

function refusal({ path }: TemplateEdit, what: string, remedy: string): CountersignError {
  return new CountersignError('INPUT_INVALID', `set: ${path}: ${what}.`, remedy);
}
