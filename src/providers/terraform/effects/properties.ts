/** What changes of one resource, leaf by leaf, and which of it are tags. */
import type { Json } from '../../../core/digest.ts';
import { type PropertyChange, UNREADABLE_TAGS } from '../../../core/effect.ts';
import { changedLeaves, isMembers } from '../../../core/leaves.ts';
import { makeVisible } from '../../../core/render-safe.ts';
import type { Change } from '../plan-json/shape.ts';
import type { Sides } from './values.ts';

/** What runs on a host: shown to people and not to agents. */
const HOST_TEXT =
  /(?:^|\.)(?:user_data|user_data_base64|custom_data|startup[-_]script|metadata_startup_script|shutdown-script)(?:[.:]|$)/;

export function propertiesOf(
  { before, after }: Sides,
  { replace_paths: paths = [] }: Pick<Change, 'replace_paths'>,
): PropertyChange[] {
  if (before === null || after === null) return [];
  const replacing = paths.map((path) => path.join('.'));
  const visible = (text: string) => makeVisible(text, Number.POSITIVE_INFINITY);
  return changedLeaves(before, after, '')
    .map(({ path, ...values }) => ({ path: path.replace(/^\./, ''), ...values }))
    .map(
      ({ path, before: was, after: is }): PropertyChange => ({
        path: visible(path),
        ...(was === undefined ? {} : { before: visible(was) }),
        ...(is === undefined ? {} : { after: visible(is) }),
        replaces: replacing.some((one) => isWithin(path, one) || isWithin(one, path)) ? 'always' : 'never',
        ...(HOST_TEXT.test(path) ? { peopleOnly: true as const } : {}),
      }),
    )
    .sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0));
}

const isWithin = (path: string, above: string) =>
  path === above || (path.startsWith(above) && /^[.:\s]/.test(path.slice(above.length)));

/** What clouds call the labels of a resource, at the top of its attributes. */
const TAGS = ['tags', 'tags_all', 'labels', 'effective_labels', 'terraform_labels', 'user_labels', 'resource_labels'];

/** Keys of tags that differ; `UNREADABLE_TAGS` where which ones is not known. */
export function changedTagKeys({ before, after, after_unknown: unknown }: Change): string[] {
  return [
    ...new Set(TAGS.flatMap((name) => differing(at(before, name), at(after, name), at(unknown ?? null, name)))),
  ].sort();
}

const at = (value: Json | undefined, name: string): Json | undefined => (isMembers(value) ? value[name] : undefined);

function differing(was: Json | undefined, is: Json | undefined, unknown: Json | undefined): string[] {
  if (unknown === true) return [UNREADABLE_TAGS];
  const [old, now, open] = [was, is, unknown].map((value) => (isMembers(value) ? value : {})) as [
    Members,
    Members,
    Members,
  ];
  return [...new Set([...Object.keys(old), ...Object.keys(now), ...Object.keys(open)])].filter(
    (key) => (old[key] ?? null) !== (now[key] ?? null) || open[key] === true,
  );
}
type Members = { [key: string]: Json };

/** Does an update change tags, and nothing else? */
export const isTagsOnly = (properties: readonly PropertyChange[]): boolean =>
  properties.length > 0 && properties.every(({ path }) => TAGS.includes(path.split('.')[0]!));

/** By what name the cloud knows it, where the name is set: renaming the address is no new thing. */
const NAMES = /^(?:name|bucket|identifier|\w+_name|\w+_identifier|domain|account_id|secret_id)$/;
const NO_NAMES =
  /^(?:resource_group_name|availability_zone_name|key_name|domain_name|cluster_name|namespace_name|server_name|storage_account_name|vault_name|\w*group_name|final_snapshot_identifier|snapshot_identifier|\w*parent\w*)$/;

export function physicalNames(values: Json | null): string[] {
  if (!isMembers(values ?? undefined)) return [];
  return Object.entries(values as Members).flatMap(([key, value]) =>
    NAMES.test(key) && !NO_NAMES.test(key) && typeof value === 'string' && value !== '' ? [value] : [],
  );
}
