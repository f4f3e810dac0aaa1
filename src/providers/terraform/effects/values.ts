/**
 * The two sides of a change as they are shown: nothing sensitive, what is not known yet named as that, text opened.
 *
 * SECURITY: nothing of a plan reaches an effect, a picture or a note but through here or `Secrets.masked`.
 */
import { canonicalJson, type Json } from '../../../core/digest.ts';
import { isMembers, mapped, opened } from '../../../core/leaves.ts';
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
  // Text that stands on both sides is opened once, and kept once.
  const texts = new Map<string, Json>();
  const shown = (value: Json | undefined, sensitive: Json | undefined, unknown: Json | undefined): Json | null => {
    const merged = told(value ?? null, sensitive, unknown, tag);
    if (merged === null) return null;
    const text = openedOnce(merged, texts);
    return masked(secrets.isEmpty ? text : withoutSecrets(text, secrets), [], tag);
  };
  return {
    before: shown(change.before, change.before_sensitive, undefined),
    after: shown(change.after, change.after_sensitive, change.after_unknown),
  };
}

function openedOnce(value: Json, texts: Map<string, Json>): Json {
  if (typeof value !== 'string') return mapped(value, (item) => openedOnce(item, texts));
  const known = texts.get(value);
  if (known !== undefined) return known;
  const made = opened(value);
  if (made !== value) texts.set(value, made);
  return made;
}

/** Members that are null are absent, as they are to Terraform. What stays as it is, is no copy. */
function told(value: Json, sensitive: Json | undefined, unknown: Json | undefined, tag: Tag): Json {
  if (unknown === true) return UNKNOWN;
  if (value !== null && sensitive === true) return tag(typeof value === 'string' ? value : canonicalJson(value));
  if (Array.isArray(value) || (value === null && Array.isArray(unknown))) {
    const items: Json[] = value ?? [];
    const [hidden, open] = [sensitive, unknown].map((tree) => (Array.isArray(tree) ? tree : []));
    const whole = open!.length > items.length ? Array.from(open!, (_, index) => items[index] ?? null) : items;
    let index = -1;
    return mapped(whole, (item) => {
      index += 1;
      return told(item, hidden![index], open![index], tag);
    });
  }
  if (!isMembers(value) && !isMembers(unknown)) return value;
  const [members, hidden, open] = [value, sensitive, unknown].map((tree) =>
    isMembers(tree ?? undefined) ? tree : {},
  ) as [Members, Members, Members];
  const inner = mapped(members, (item, key = '') => told(item, hidden[key], open[key], tag)) as Members;
  const later = Object.keys(open).flatMap((key): [string, Json][] => {
    if (Object.hasOwn(members, key)) return [];
    const made = told(null, hidden[key], open[key], tag);
    return made === null || isEmpty(made) ? [] : [[key, made]];
  });
  const isWhole = later.length === 0 && !Object.values(inner).includes(null);
  return isWhole ? inner : Object.fromEntries([...Object.entries(inner).filter(([, item]) => item !== null), ...later]);
}
type Members = { [key: string]: Json };

/** A tree of what is unknown has members for what is known: they say nothing. */
const isEmpty = (value: Json): boolean =>
  typeof value === 'object' && value !== null && Object.keys(value).length === 0;

export function withoutSecrets(value: Json, secrets: Secrets): Json {
  if (typeof value === 'string') return secrets.masked(value);
  if (typeof value === 'number') return secrets.has(String(value)) ? secrets.masked(String(value)) : value;
  const inner = mapped(value, (item) => withoutSecrets(item, secrets));
  if (!isMembers(inner) || Object.keys(inner).every((key) => secrets.masked(key) === key)) return inner;
  return Object.fromEntries(Object.entries(inner).map(([key, item]) => [secrets.masked(key), item]));
}
