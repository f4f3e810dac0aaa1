/**
 * The two sides of a change as they are shown: nothing sensitive, what is not known yet named as that, text opened.
 *
 * SECURITY: nothing of a plan reaches an effect, a picture or a note but through here or `Secrets.masked`.
 */
import { canonicalJson, type Json } from '../../../core/digest.ts';
import { isMembers, opened } from '../../../core/leaves.ts';
import { masked } from '../../aws/picture/mask.ts';
import type { Change } from '../plan-json/shape.ts';
import type { Secrets } from './secrets.ts';

export type Tag = (secret: string) => string;

/** Stands for a value that is known only once it is applied; `picture/mask.ts` writes it `${known after apply}`. */
const UNKNOWN = '\u{27e6}?known after apply\u{27e7}';

export interface Sides {
  before: Json | null;
  after: Json | null;
}

export function shownSides(change: Change, secrets: Secrets, tag: Tag): Sides {
  const shown = (value: Json | undefined, sensitive: Json | undefined, unknown: Json | undefined): Json | null => {
    const merged = told(value ?? null, sensitive, unknown, tag);
    return merged === null
      ? null
      : masked(secrets.isEmpty ? opened(merged) : withoutSecrets(opened(merged), secrets), [], tag);
  };
  return {
    before: shown(change.before, change.before_sensitive, undefined),
    after: shown(change.after, change.after_sensitive, change.after_unknown),
  };
}

/** Members that are null are absent, as they are to Terraform. */
function told(value: Json, sensitive: Json | undefined, unknown: Json | undefined, tag: Tag): Json {
  if (unknown === true) return UNKNOWN;
  if (value !== null && sensitive === true) return tag(typeof value === 'string' ? value : canonicalJson(value));
  if (Array.isArray(value) || (value === null && Array.isArray(unknown))) {
    const items: Json[] = value ?? [];
    const [hidden, open] = [sensitive, unknown].map((tree) => (Array.isArray(tree) ? tree : []));
    const length = Math.max(items.length, open!.length);
    return Array.from({ length }, (_, index) => told(items[index] ?? null, hidden![index], open![index], tag));
  }
  if (!isMembers(value) && !isMembers(unknown)) return value;
  const [members, hidden, open] = [value, sensitive, unknown].map((tree) =>
    isMembers(tree ?? undefined) ? tree : {},
  ) as [Members, Members, Members];
  const made: Members = {};
  for (const key of new Set([...Object.keys(members), ...Object.keys(open)])) {
    const inner = told(members[key] ?? null, hidden[key], open[key], tag);
    if (inner !== null && !(isEmpty(inner) && members[key] === undefined)) made[key] = inner;
  }
  return made;
}
type Members = { [key: string]: Json };

/** A tree of what is unknown has members for what is known: they say nothing. */
const isEmpty = (value: Json): boolean =>
  typeof value === 'object' && value !== null && Object.keys(value).length === 0;

export function withoutSecrets(value: Json, secrets: Secrets): Json {
  if (typeof value === 'string') return secrets.masked(value);
  if (typeof value === 'number') return secrets.has(String(value)) ? secrets.masked(String(value)) : value;
  if (Array.isArray(value)) return value.map((item) => withoutSecrets(item, secrets));
  if (!isMembers(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [secrets.masked(key), withoutSecrets(item, secrets)]),
  );
}
