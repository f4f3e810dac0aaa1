/** The `aws_*` resources of a plan as CloudFormation's judgements read them, and what these find. */
import { isMembers } from '../../../../core/leaves.ts';
import type { Mark } from '../../../../core/mark.ts';
import type { MarkContext, ResourceView } from '../../../aws/knowledge/marks/finder.ts';
import { marksOfChange } from '../../../aws/knowledge/marks/index.ts';
import { isSecretPath } from '../../../aws/template/secrets.ts';
import { blockAddress } from '../../plan-json/configuration.ts';
import { aliasOf, ownOf, readable } from '../alias.ts';
import type { Resource, Values } from '../judgement.ts';
import { isUnknown } from '../unknown-value.ts';
import { PART_OF, PARTS } from './parts.ts';
import { translated } from './translate.ts';
import { cloudFormationType } from './types.ts';

type Side = 'before' | 'after';
type Views = Record<string, ResourceView>;

export interface Judging {
  context: MarkContext;
  /** Addresses by alias, for sentences. */
  addresses: ReadonlyMap<string, string>;
  /** The pairs of views of each resource, by its address. */
  pairs: ReadonlyMap<string, readonly (readonly [ResourceView | null, ResourceView | null])[]>;
}

/** What the cloud works out, and names nothing. */
const LEFT_OUT = ['id', 'arn', 'tags', 'tags_all', 'timeouts', 'owner_id', 'unique_id', 'create_date', 'region'];

export function judgingOf(resources: readonly Resource[], account: string | undefined): Judging {
  const sides: Record<Side, Views> = { before: Object.create(null), after: Object.create(null) };
  const physicalIds: Record<string, string> = Object.create(null);
  const addresses = new Map<string, string>();
  const lately: Lately = new Map();
  const pairs = new Map<string, (readonly [ResourceView | null, ResourceView | null])[]>();
  for (const resource of resources) {
    const alias = aliasOf(resource.address);
    addresses.set(alias, resource.address);
    const isPart = PART_OF.has(resource.type);
    const [was, is] = (['before', 'after'] as const).map((side) => viewsOf(resource, side, lately));
    pairs.set(resource.address, paired(was!, is!, isPart));
    if (isPart) continue;
    for (const [side, views] of [
      ['before', was!],
      ['after', is!],
    ] as const)
      for (const view of views) sides[side][view.logicalId] = view;
    const id = (resource.before ?? resource.after)?.id;
    if (typeof id === 'string' && !isUnknown(id)) physicalIds[alias] = id;
  }
  fold(resources, sides, pairs);
  attach(resources, sides.after);
  const context: MarkContext = {
    ...sides,
    physicalIds,
    ...(account === undefined ? {} : { account }),
    isSecret: isSecretPath,
    isUnknown,
  };
  return { context, addresses, pairs };
}

function viewsOf(resource: Resource, side: Side, lately: Lately): ResourceView[] {
  const { address, type } = resource;
  const own = resource[side];
  if (own === null) return [];
  const alias = aliasOf(address);
  const isSeveral = Object.hasOwn(PARTS, type);
  const known = PART_OF.get(type)?.[0] ?? cloudFormationType(type);
  if (isSeveral)
    return PARTS[type]!(own, ownOf(address)).map(({ key, type: of, properties }) =>
      viewOf(key === '' ? alias : aliasOf(`${address} ${key}`), of, properties),
    );
  // What CloudFormation does not have is looked through, too: a policy is one wherever it stands.
  return [new Told(alias, known ?? type, type, own, lately)];
}

const viewOf = (logicalId: string, type: string, properties: Values): ResourceView => ({
  logicalId,
  type,
  properties,
  ...POLICIES,
});
const POLICIES = { deletionPolicy: 'Delete', updateReplacePolicy: 'Delete' };

/** How many resources are kept as they were told: judgements look at one at a time, and at few others. */
const MOST_TOLD = 64;
type Lately = Map<Told, Values>;

/** Told in CloudFormation's words whenever it is looked at, so that a plan is not kept in both. */
class Told implements ResourceView {
  readonly logicalId: string;
  readonly type: string;
  readonly deletionPolicy = POLICIES.deletionPolicy;
  readonly updateReplacePolicy = POLICIES.updateReplacePolicy;
  readonly #terraformType: string;
  readonly #values: Values;
  readonly #lately: Lately;

  constructor(logicalId: string, type: string, terraformType: string, values: Values, lately: Lately) {
    this.logicalId = logicalId;
    this.type = type;
    this.#terraformType = terraformType;
    this.#values = values;
    this.#lately = lately;
  }

  get properties(): Values {
    const lately = this.#lately;
    const known = lately.get(this);
    if (known) return known;
    const made = translated(this.#terraformType, this.type, withoutComputed(this.#values));
    if (lately.size >= MOST_TOLD) lately.delete(lately.keys().next().value!);
    lately.set(this, made);
    return made;
  }
}

function withoutComputed(values: Values): Values {
  const made = { ...values };
  for (const name of LEFT_OUT) delete made[name];
  return made;
}

/** A part of another thing comes and goes while that thing stays. */
function paired(was: readonly ResourceView[], is: readonly ResourceView[], isPart: boolean) {
  const ids = new Set([...was, ...is].map(({ logicalId }) => logicalId));
  return [...ids].map((id) => {
    const [before, after] = [was, is].map((views) => views.find(({ logicalId }) => logicalId === id));
    const without = (view: ResourceView) => viewOf(view.logicalId, view.type, {});
    if (!isPart) return [before ?? null, after ?? null] as const;
    return [before ?? without(after!), after ?? without(before!)] as const;
  });
}

/** What a part says counts for the thing that it names: a role can do what its attachments give it. */
function fold(resources: readonly Resource[], sides: Record<Side, Views>, pairs: Judging['pairs']): void {
  const parts = resources.filter(({ type }) => PART_OF.has(type));
  if (parts.length === 0) return;
  const byName = new Map<string, string[]>();
  for (const { address, type, before, after } of resources)
    for (const name of new Set([before, after].flatMap((values) => namesOf(values)).concat(blockAddress(address))))
      byName.set(`${cloudFormationType(type)} ${name}`, [
        ...(byName.get(`${cloudFormationType(type)} ${name}`) ?? []),
        aliasOf(address),
      ]);
  for (const part of parts) {
    const [type, attribute] = PART_OF.get(part.type)!;
    const named = [part.before?.[attribute], part.after?.[attribute], ...part.references(attribute)];
    const parents = new Set(
      named.flatMap((name) => (typeof name === 'string' ? (byName.get(`${type} ${name}`) ?? []) : [])),
    );
    for (const [before, after] of pairs.get(part.address) ?? [])
      for (const parent of parents) {
        if (before && part.before) merge(sides.before, parent, before.properties);
        if (after && part.after) merge(sides.after, parent, after.properties);
      }
  }
}

/** Properties by which a policy names who bears it. */
const BEARERS = ['RoleName', 'Roles', 'UserName', 'GroupName'];

/**
 * A policy whose role is not known yet counts for the role that its block names, so that the role is judged with it. The
 * policy itself is judged as one of a role that is not known. One that denies something could stand elsewhere.
 */
function attach(resources: readonly Resource[], after: Views): void {
  for (const { address, after: values, references } of resources) {
    const view = values === null ? undefined : after[aliasOf(address)];
    if (!view || /"Deny"|\\"Deny/.test(JSON.stringify(view.properties))) continue;
    const open = BEARERS.find((name) => isUnknown(view.properties[name]));
    if (open === undefined) continue;
    const named = [...new Set(['role', 'roles', 'user', 'group'].flatMap((attribute) => references(attribute)))];
    const bearers = resources.filter(
      (other) => other.after !== null && other.address !== address && named.includes(blockAddress(other.address)),
    );
    for (const [index, bearer] of bearers.entries()) {
      const id = index === 0 ? view.logicalId : aliasOf(`${address} of ${bearer.address}`);
      after[id] = viewOf(id, view.type, { ...view.properties, [open]: ownOf(bearer.address) });
    }
  }
}

const namesOf = (values: Values | null): string[] =>
  values === null
    ? []
    : ['id', 'arn', 'name', 'bucket', 'identifier', 'cluster_identifier', 'url', 'domain_name'].flatMap((name) => {
        const value = values[name];
        return typeof value === 'string' && !isUnknown(value) ? [value] : [];
      });

function merge(views: Views, id: string, properties: Values): void {
  const view = views[id];
  if (!view) return;
  const merged = { ...view.properties };
  for (const [name, value] of Object.entries(properties)) {
    const known = merged[name];
    if (Array.isArray(known) && Array.isArray(value)) merged[name] = [...known, ...value];
    else if (isMembers(known) && isMembers(value)) merged[name] = { ...known, ...value };
    else merged[name] = value;
  }
  views[id] = viewOf(id, view.type, merged);
}

export function marksIn({ address }: Resource, { context, addresses, pairs }: Judging): Mark[] {
  return (pairs.get(address) ?? []).flatMap(([before, after]) =>
    marksOfChange(before, after, context).map((mark) => asTerraform(mark, addresses, after ?? before)),
  );
}

/** What the judgements call the thing that a plan is about, and a value that they could not read. */
const WORDS: readonly (readonly [RegExp, string])[] = [
  [/\bthis stack\b/g, 'this workspace'],
  [/\bthis template\b/g, 'this configuration'],
  [/\bunresolved\b/g, '(unknown until execution)'],
];
const worded = (text: string): string => WORDS.reduce((made, [word, instead]) => made.replaceAll(word, instead), text);

/** With the words of CloudFormation's tables, and the addresses of Terraform. */
function asTerraform(mark: Mark, addresses: ReadonlyMap<string, string>, view: ResourceView | null): Mark {
  const told = (text: string) => worded(readable(text, addresses));
  const path = mark.path === 'Properties' ? mark.path : told(mark.path.replace(/^Properties\./, ''));
  return {
    ...mark,
    path: path === '' ? (view?.type ?? '') : path,
    text: told(mark.text),
    ...(mark.principal === undefined ? {} : { principal: told(mark.principal) }),
    ...(mark.target === undefined ? {} : { target: { ...mark.target, id: told(mark.target.id) } }),
  };
}
