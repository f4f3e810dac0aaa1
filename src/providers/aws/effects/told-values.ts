/**
 * The values that the cloud tells of a change, where the templates show none that differs: a parameter whose value
 * changed behind its name, a default that is another by now.
 *
 * Guarantees: two values that are told and differ are judged, leaf by leaf; never one that is masked, made of a secret,
 * or known only once it is applied.
 * Does not cover: a cloud that tells no values; tags, which the stack's own are told among.
 */
import type { ResourceChange, ResourceChangeDetail } from '@aws-sdk/client-cloudformation';
import { canonicalJson, type Json } from '../../../core/digest.ts';
import { jsonInText } from '../../../core/input-bounds.ts';
import type { MarkContext, ResourceView } from '../knowledge/marks/finder.ts';

type Target = NonNullable<ResourceChangeDetail['Target']>;
type Path = readonly string[];
interface Difference {
  path: Path;
  was: Json;
  is: Json;
}

const TAGS = /Tag(?:s|List|Set)$/;
const NOT_TOLD = /\*{4}|\{\{/;
const isTree = (value: Json | undefined): value is { [key: string]: Json } =>
  typeof value === 'object' && value !== null;
const same = (one: Json | undefined, other: Json | undefined) =>
  canonicalJson(one ?? null) === canonicalJson(other ?? null);

export function withToldValues(
  views: MarkContext,
  changes: readonly ResourceChange[],
  isSecret: (logicalId: string, path: Path) => boolean,
): MarkContext {
  const [before, after] = [{ ...views.before }, { ...views.after }];
  for (const { Action, LogicalResourceId: id = '', Details = [] } of changes) {
    const [was, is] = [before[id], after[id]];
    if (Action !== 'Modify' || !was || !is) continue;
    const told = Details.flatMap(({ Target }) => (Target?.Attribute === 'Properties' ? differencesIn(Target) : []));
    const unseen = told.filter(
      ({ path }) => at(was, path) !== undefined && same(at(was, path), at(is, path)) && !isSecret(id, path),
    );
    before[id] = unseen.reduce((view, { path, was: value }) => withValue(view, path, value), was);
    after[id] = unseen.reduce((view, { path, is: value }) => withValue(view, path, value), is);
  }
  return { ...views, before, after };
}

function differencesIn({ Path, Name, BeforeValue, AfterValue }: Target): Difference[] {
  if (BeforeValue === undefined || AfterValue === undefined || TAGS.test(Name ?? '')) return [];
  const path = Path?.startsWith('/Properties/') ? Path.slice('/Properties/'.length).split('/') : [Name ?? ''];
  return [...differing(treeOf(BeforeValue), treeOf(AfterValue), path)];
}

function* differing(was: Json, is: Json, path: Path): Generator<Difference> {
  if (isTree(was) && isTree(is)) {
    for (const key of Object.keys(was)) if (key in is) yield* differing(was[key]!, is[key]!, [...path, key]);
  } else if (!same(was, is) && !NOT_TOLD.test(`${canonicalJson(was)}${canonicalJson(is)}`)) yield { path, was, is };
}

function treeOf(text: string): Json {
  const json = /^\s*[[{]/.test(text) ? jsonInText(text) : undefined;
  return typeof json === 'object' ? (json.value as Json) : text;
}

const at = ({ properties }: ResourceView, path: Path): Json | undefined =>
  path.reduce<Json | undefined>((value, key) => (isTree(value) ? value[key] : undefined), properties);

function withValue(view: ResourceView, path: Path, value: Json): ResourceView {
  const put = (inside: Json | undefined, [key, ...rest]: Path): Json => {
    if (key === undefined) return value;
    if (Array.isArray(inside)) return inside.map((item, index) => (String(index) === key ? put(item, rest) : item));
    return isTree(inside) ? { ...inside, [key]: put(inside[key], rest) } : (inside ?? null);
  };
  return { ...view, properties: put(view.properties, path) as ResourceView['properties'] };
}
