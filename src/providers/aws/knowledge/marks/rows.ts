/**
 * Rows of the tables, `type | path | mark | rule | what goes | +`, and what their rules mean.
 *
 * Guarantees: judged on resolved values, item by item; an unknown value after counts as the worst it could be, an
 * unknown one before as the best, unless both are surely the same. A row is judged on updates; with `+` on creation
 * too, with `create` on creation only.
 */

import { isCut } from '../../../../core/capacity.ts';
import type { Json } from '../../../../core/digest.ts';
import { jsonInText } from '../../../../core/input-bounds.ts';
import type { Mark, MarkKind } from '../../../../core/mark.ts';
import { isDefaultWritten } from '../defaults.ts';
import { foreignOriginsIn, newAddressesIn } from './addresses.ts';
import type { MarkContext, ResourceView } from './finder.ts';
import {
  changeOf,
  foreignAccountsIn,
  foreignBucketsIn,
  foreignHostsIn,
  foreignSitesIn,
  isWhollyUnknown,
  sentenceOf,
} from './openings.ts';
import { changedAt, isMembers, isTrue, listOf, mayDiffer, numberOf, same, valueAt, valuesAt } from './read.ts';

export interface Row {
  type: string;
  path: string;
  mark: MarkKind;
  rule: string;
  loses: string;
  onCreate: boolean;
  onUpdate: boolean;
}

export function rowsByType(table: string): Map<string, Row[]> {
  const rows = table
    .trim()
    .split('\n')
    .map((line): Row => {
      const [type = '', path = '', mark = '', rule = '', loses = '', flag] = line
        .split(' | ')
        .map((cell) => cell.trim());
      return {
        type,
        path,
        mark: mark as MarkKind,
        rule,
        loses,
        onCreate: flag === '+' || flag === 'create',
        onUpdate: flag !== 'create',
      };
    });
  return Map.groupBy(rows, ({ type }) => type);
}

type Value = Json | undefined;
/** @returns whether going from one value to the other loses something. Never asked with an unknown `is`. */
type Rule = (was: Value, is: Value, argument: string[], context: MarkContext) => boolean;

/** @param absent what absence means. */
export const isOn = (value: Value, absent: string | undefined) =>
  value === undefined ? absent === 'on' : /^(true|enabled|active|on|started|yes|1)$/i.test(String(value));

const RULES: Record<string, Rule> = {
  /** A number falls. Arguments: what absence means (`never`: without end), and the number that means `never`. */
  shorter(was, is, [absent, never], context) {
    const days = (value: Value) => {
      const text = value === undefined ? absent : String(value);
      return text === 'never' || text === never ? Number.POSITIVE_INFINITY : Number(text);
    };
    const before = context.isUnknown(was) ? Number.POSITIVE_INFINITY : days(was);
    return !(days(is) >= before);
  },
  off: (was, is, [absent], context) => (context.isUnknown(was) || isOn(was, absent)) && !isOn(is, absent),
  /** Capacity falls to nothing, or by more than half and by more than two: three tasks that become one are no outage. */
  cut: (was, is, _argument, context) => context.isUnknown(was) || isCut(numberOf(was), numberOf(is)),
  /** One of a list, and was none of it. */
  becomes(was, is, [wanted = '']) {
    const among = (value: Value) => wanted.toLowerCase().split(',').includes(String(value).toLowerCase());
    return among(is) && !among(was);
  },
  changed: (was, is, _argument, context) => was !== undefined && mayDiffer(was, is, context),
  set: (was, is) => is !== undefined && !same(was, is),
  /** Something in it is gone, is another, or is a lower number. */
  weaker: (was, is) => was !== undefined && !isAsStrong(is, was),
  removed: (was, is) => was !== undefined && is === undefined,
  fewer: (was, is, _argument, context) =>
    context.isUnknown(was)
      ? !context.isUnknown(is)
      : itemsOf(was).some((item) => !isSwitchedOff(item) && !itemsOf(is).some((i) => saysAllOf(i, item))),
  /** All of a list of conditions must hold: one more, or one with a value less, matches less. */
  narrower: (was, is) =>
    was !== undefined &&
    is !== undefined &&
    (itemsOf(is).length > itemsOf(was).length ||
      itemsOf(was).some((item) => !itemsOf(is).some((i) => matchesAllOf(i, item)))),
  more: (was, is) => itemsOf(is).some((item) => !itemsOf(was).some((known) => same(known, item))),
  /** A rule that is new, or another than before; not one that only counts what it matches, and blocked nothing before. */
  blocks: (was, is) =>
    itemsOf(is).some((item) => {
      if (itemsOf(was).some((known) => same(known, item))) return false;
      const before = itemsOf(was).find((known) => isMembers(known) && isMembers(item) && same(known.Name, item.Name));
      return !onlyCounts(item) || (before !== undefined && !onlyCounts(before));
    }),
  /** Names another account, or another host, that it did not name. */
  foreign: (was, is, _argument, context) => isMore(foreignAccountsIn(was, context), foreignAccountsIn(is, context)),
  host: (was, is) => isMore(foreignHostsIn(was), foreignHostsIn(is)),
  /** Names a bucket whose owner is not known to be this account, or something of another account. */
  bucket: (was, is, _argument, context) =>
    isMore(foreignBucketsIn(was, context), foreignBucketsIn(is, context)) ||
    isMore(foreignAccountsIn(was, context), foreignAccountsIn(is, context)),
  /** The same of a host without a scheme. */
  site: (was, is) => isMore(foreignSitesIn(was), foreignSitesIn(is)),
  /** The same, and neither a bucket of this account nor a host that the stack named anywhere. */
  origin: (was, is, _argument, context) => isMore(foreignOriginsIn(was, context), foreignOriginsIn(is, context)),
  /** An e-mail address of a domain, or a telephone number, that the stack did not name. */
  mail: (was, is, _argument, context) => isMore(newAddressesIn(was, context), newAddressesIn(is, context)),
  /** More, and not a thing of this stack. */
  elsewhere: (was, is) =>
    itemsOf(is).some((item) => !itemsOf(was).some((known) => same(known, item)) && !/\u{27e6}own:/u.test(String(item))),
  ttl: (was, is) => {
    const on = (value: Value) => isMembers(value) && isTrue(value.Enabled ?? true);
    return (
      on(is) &&
      !(on(was) && same((was as { AttributeName: Json }).AttributeName, (is as { AttributeName: Json }).AttributeName))
    );
  },
  sooner: (was, is) => expiringRules(is).some((rule) => !expiringRules(was).some((known) => isNoSooner(rule, known))),
};

const isMore = (was: readonly string[], is: readonly string[]) => is.some((item) => !was.includes(item));

function isAsStrong(is: Value, was: Value): boolean {
  if (isMembers(was)) return isMembers(is) && Object.keys(was).every((name) => isAsStrong(is[name], was[name]));
  return /^\d+$/.test(String(was)) ? numberOf(is) >= numberOf(was) : same(is, was);
}

/** The same, or with more said beside it: a target that gets a dead-letter queue stays that target. */
const saysAllOf = (item: Json, known: Json): boolean =>
  same(item, known) ||
  (isMembers(item) && isMembers(known) && Object.entries(known).every(([name, value]) => same(item[name], value)));

/** The same, with at least the values that it had. */
const matchesAllOf = (item: Json, known: Json): boolean => {
  if (Array.isArray(item) && Array.isArray(known)) return known.every((value) => item.some((one) => same(one, value)));
  if (!isMembers(item) || !isMembers(known)) return same(item, known);
  return [...new Set([...Object.keys(item), ...Object.keys(known)])].every((name) =>
    matchesAllOf(item[name] ?? null, known[name] ?? null),
  );
};

/** A member of a map that says “off” was none before. */
const isSwitchedOff = (item: Json): boolean =>
  isMembers(item) &&
  Object.keys(item).length === 1 &&
  Object.values(item).every((value) => /^(false|disabled|off|none)$/i.test(String(value)));

const onlyCounts = (rule: Json): boolean =>
  isMembers(rule) && [rule.Action, rule.OverrideAction].some((action) => isMembers(action) && 'Count' in action);

/** Items of a list, members of a map. */
export const itemsOf = (value: Value): Json[] =>
  isMembers(value) ? Object.entries(value).map(([name, item]) => ({ [name]: item })) : listOf(value);

/** Parts of a rule that say nothing of what it removes, and when. */
const SAYS_NOTHING =
  /^(Id|id|RuleName|Transitions?|NoncurrentVersionTransitions?|AbortIncompleteMultipartUpload|Status|rulePriority|description|ScheduleExpression(Timezone)?|(Start|Completion)WindowMinutes|RecoveryPointTags)$/;
const EXPIRES = /expir|noncurrent|delete|count|retain|interval/i;

/** The rules of a lifecycle that remove something: as a list, or as JSON text with `rules`. */
function expiringRules(value: Value): Json[] {
  let parsed: Value = value;
  if (typeof value === 'string') {
    const json = jsonInText(value);
    if (typeof json !== 'object') return [value];
    parsed = json.value as Json;
  }
  const rules = isMembers(parsed) && 'rules' in parsed ? parsed.rules : parsed;
  return listOf(rules)
    .filter((rule) => !isMembers(rule) || rule.Status === undefined || isOn(rule.Status, 'on'))
    .map((rule) =>
      isMembers(rule) ? Object.fromEntries(Object.entries(rule).filter(([name]) => !SAYS_NOTHING.test(name))) : rule,
    )
    .filter((rule) => EXPIRES.test(JSON.stringify(rule)));
}

/** Says the same apart from numbers, none of which is lower; one that was not there before is a new limit. */
function isNoSooner(rule: Value, known: Value): boolean {
  if (isMembers(rule) && isMembers(known))
    return [...new Set([...Object.keys(rule), ...Object.keys(known)])].every((name) =>
      // Numbers that say what it matches, not when.
      /^ObjectSize/.test(name) ? same(rule[name], known[name]) : isNoSooner(rule[name], known[name]),
    );
  if (Array.isArray(rule) && Array.isArray(known))
    return rule.length === known.length && rule.every((item, index) => isNoSooner(item, known[index]));
  const limits = /^\d+$/;
  if (limits.test(String(known)) && rule === undefined) return true;
  if (limits.test(String(rule)) && limits.test(String(known))) return Number(rule) >= Number(known);
  return same(rule, known);
}

/** Rules that look for names within a value: an unknown part of it names nothing. */
const NAMES = new Set(['foreign', 'host', 'bucket', 'site', 'origin', 'mail', 'elsewhere']);

/** The cloud refuses to deliver to a bucket whose owner is another than the one that is expected. */
const isOwnersOnly = (view: ResourceView, path: string | undefined, context: MarkContext): boolean =>
  path !== undefined &&
  context.account !== undefined &&
  String(valueAt(view, path, context) ?? '').padStart(12, '0') === context.account;

const EXACTLY_OWN = /^\u{27e6}own:([A-Za-z0-9]+)[^\u{27e7}]*\u{27e7}$/u;

/** The same resource of this stack, by another property that was not there: an address by its allocation. */
function isNamedAnew(was: Value, before: ResourceView | null, after: ResourceView): boolean {
  const named = (value: Value) => EXACTLY_OWN.exec(String(value))?.[1];
  const thing = named(was);
  return (
    thing !== undefined &&
    Object.entries(after.properties).some(
      ([name, value]) => named(value) === thing && before?.properties[name] === undefined,
    )
  );
}

function judgeRow(row: Row, before: ResourceView | null, after: ResourceView, context: MarkContext): Mark[] {
  const [name = '', ...argument] = row.rule.split(' ');
  const rule = RULES[name]!;
  if (name === 'bucket' && isOwnersOnly(after, argument[0], context)) return [];
  const [was, is] = [valuesAt(before, row.path, context), valuesAt(after, row.path, context)];
  const lost = [...new Set([...was.keys(), ...is.keys()])].filter((path) => {
    const value = is.get(path);
    if (before && isDefaultWritten(after.type, row.path, was.get(path), value)) return false;
    if (row.mark === 'disconnect' && value === undefined && isNamedAnew(was.get(path), before, after)) return false;
    if (NAMES.has(name) && !isWhollyUnknown(value)) return rule(was.get(path), value, argument, context);
    // Whatever the secret is, it is there.
    if (name === 'removed' && typeof value === 'string' && value.includes('{{resolve:')) return false;
    return context.isUnknown(value)
      ? mayDiffer(was.get(path), value, context)
      : rule(was.get(path), value, argument, context);
  });
  return lost.slice(0, 3).map((path): Mark => {
    const change = { was: was.get(path), is: is.get(path) };
    return row.mark === 'expose'
      ? { kind: 'expose', path, ...sentenceOf(row, change, after, context) }
      : { kind: row.mark, path, text: textOf(row, change.was, change.is, context) };
  });
}

export const VERB: Partial<Record<MarkKind, string>> = {
  expire: 'Will expire',
  disable: 'Stops',
  disconnect: 'Cuts',
  unprotect: 'Lowers protection',
  expose: 'Opens',
  protect: 'Raises protection',
  overwrite: 'Overwrites',
};

function textOf({ path, mark, rule, loses }: Row, was: Value, is: Value, context: MarkContext): string {
  // A share of the capacity that goes stops nothing as a whole.
  const verb = rule === 'cut' && numberOf(is) !== 0 ? 'Cuts capacity' : VERB[mark];
  return `${verb}: ${loses} (${changeOf(path, was, is, context)}).`;
}

/** @param rows of the type of `after`. */
export function judgeRows(
  rows: readonly Row[],
  before: ResourceView | null,
  after: ResourceView,
  context: MarkContext,
): Mark[] {
  return rows
    .filter(
      ({ path, onCreate, onUpdate }) =>
        (before ? onUpdate : onCreate) && (path !== '*' || changedAt(before, after, '*', context)),
    )
    .flatMap((row) => judgeRow(row, before, after, context));
}
