/**
 * The SQL of a query of events. Values are always bound, never part of the text.
 *
 * INVARIANT: a query with a kind, a change, a plan, a tag or a standing reads what an index finds for it, and never the
 * table: one of several kinds with a limit is asked for each of them, since SQLite would read all of them to sort them.
 */
import type { EventQuery } from '../core/events.ts';

/** Three of four events record tool calls, and nobody looks them up by kind: with no index they cost one page each. */
export const NOT_A_TOOL_CALL = "kind NOT GLOB 'tool.*'";

type Value = string | number;
interface Part {
  text: string;
  values: readonly Value[];
}
export interface Selection {
  sql: string;
  values: readonly Value[];
}

/** More than there can be. */
const ALL = Number.MAX_SAFE_INTEGER;

const marks = (values: readonly unknown[]) => values.map(() => '?').join(',');
const part = (text: string, ...values: Value[]): Part => ({ text, values });
const joined = (parts: readonly Part[], by = ' '): Part => ({
  text: parts.map(({ text }) => text).join(by),
  values: parts.flatMap(({ values }) => values),
});

export function selectionOf(query: EventQuery): Selection {
  const order = `ORDER BY ${isByStanding(query) ? 's' : 'e'}.seq ${query.newestFirst ? 'DESC' : 'ASC'} LIMIT ?`;
  const limit = query.limit ?? ALL;
  const { kinds } = query;
  const isEachAsked =
    kinds !== undefined &&
    kinds.length > 1 &&
    query.limit !== undefined &&
    !sourceIsNarrow(query) &&
    !hasToolCalls(kinds);
  const { text, values } = isEachAsked
    ? joined([
        part('SELECT e.text FROM ('),
        joined(
          kinds.map((kind) =>
            joined([part('SELECT * FROM ('), rowsOf({ ...query, kinds: [kind] }), part(`${order}) AS one`, limit)]),
          ),
          ' UNION ALL ',
        ),
        part(`) AS e ${order}`, limit),
      ])
    : joined([rowsOf(query), part(order, limit)]);
  return { sql: text, values };
}

const sourceIsNarrow = ({ changeId, planId, tags, standing, ...query }: EventQuery): boolean =>
  changeId !== undefined ||
  planId !== undefined ||
  tags !== undefined ||
  standing !== undefined ||
  prefixesOf(query).length > 0;
const prefixesOf = ({ changeIdPrefix, planIdPrefix }: EventQuery): (readonly ['change' | 'plan', string])[] => [
  ...(changeIdPrefix === undefined ? [] : [['change', changeIdPrefix] as const]),
  ...(planIdPrefix === undefined ? [] : [['plan', planIdPrefix] as const]),
];
/** After every text that begins with the same. */
const LAST_CHARACTER = '\u{10ffff}';
/** Named: of a range SQLite expects many rows, and would read all of a kind in their order instead. */
function byPrefix(query: EventQuery): string {
  const [first] = prefixesOf(query);
  return first && query.changeId === undefined && query.planId === undefined
    ? ` INDEXED BY events_${first[0]}_kind`
    : '';
}
const hasToolCalls = (kinds: readonly string[]): boolean => kinds.some((kind) => kind.startsWith('tool.'));

/** Without a time, how something stands is asked first; SQLite sorts nothing then when it is told in that order. */
const isByStanding = ({ tags, standing, sinceAt }: EventQuery): boolean =>
  standing !== undefined && (tags === undefined || sinceAt === undefined);

/** Rows without their order. */
function rowsOf(query: EventQuery): Part {
  const { source, conditions } = sourceOf(query);
  if (query.changeId !== undefined) conditions.push(part('e.change_id = ?', query.changeId));
  if (query.planId !== undefined) conditions.push(part('e.plan_id = ?', query.planId));
  for (const [of, prefix] of prefixesOf(query))
    conditions.push(part(`e.${of}_id >= ? AND e.${of}_id < ?`, prefix, `${prefix}${LAST_CHARACTER}`));
  if (query.sinceSeq !== undefined) conditions.push(part('e.seq > ?', query.sinceSeq));
  if (query.untilSeq !== undefined) conditions.push(part('e.seq <= ?', query.untilSeq));
  if (query.sinceAt !== undefined) conditions.push(part('e.at >= ?', query.sinceAt));
  if (query.untilAt !== undefined) conditions.push(part('e.at <= ?', query.untilAt));
  if (query.kinds !== undefined) {
    conditions.push(part(`e.kind IN (${marks(query.kinds)})`, ...query.kinds));
    // Said to SQLite in the index's own words: a partial index is used only where they stand in the query.
    if (!hasToolCalls(query.kinds)) conditions.push(part(`e.${NOT_A_TOOL_CALL}`));
  }
  const where = conditions.length > 0 ? [part('WHERE'), joined(conditions, ' AND ')] : [];
  return joined([part('SELECT e.seq, CAST(e.bytes AS TEXT) AS text'), source, ...where]);
}

/** What is asked first: the tag within its time, how something stands, or the table by its own indices. */
function sourceOf(query: EventQuery): { source: Part; conditions: Part[] } {
  const { tags, standing } = query;
  const byStanding = standing && standingCondition(standing);
  if (tags && !isByStanding(query)) {
    const from = joined([
      part(`FROM (SELECT DISTINCT seq FROM tags WHERE tag IN (${marks(tags)})`, ...tags),
      ...(query.sinceAt === undefined ? [] : [part('AND at >= ?', query.sinceAt)]),
      ...(query.untilAt === undefined ? [] : [part('AND at <= ?', query.untilAt)]),
      // Of what is not after it no event is read.
      ...(query.sinceSeq === undefined ? [] : [part('AND seq > ?', query.sinceSeq)]),
      part(') AS t CROSS JOIN events AS e ON e.seq = t.seq'),
    ]);
    const subject = 's.subject IN (e.change_id, e.plan_id) AND s.seq = e.seq';
    return {
      source: from,
      conditions: byStanding
        ? [joined([part(`EXISTS (SELECT 1 FROM standings AS s WHERE ${subject} AND`), byStanding, part(')')])]
        : [],
    };
  }
  if (!standing || !byStanding) return { source: part(`FROM events AS e${byPrefix(query)}`), conditions: [] };
  const index = standing.at === undefined ? 'standings_seq' : 'standings_until';
  return {
    source: part(`FROM standings AS s INDEXED BY ${index} CROSS JOIN events AS e ON e.seq = s.seq`),
    conditions: [
      byStanding,
      ...(tags
        ? [
            part(
              `EXISTS (SELECT 1 FROM tags AS t WHERE t.tag IN (${marks(tags)}) AND t.at = e.at AND t.seq = e.seq)`,
              ...tags,
            ),
          ]
        : []),
      // The row of the index itself, so that a page is read in its order.
      ...(query.sinceSeq === undefined ? [] : [part('s.seq > ?', query.sinceSeq)]),
      ...(query.untilSeq === undefined ? [] : [part('s.seq <= ?', query.untilSeq)]),
    ],
  };
}

const standingCondition = ({ states, at }: NonNullable<EventQuery['standing']>): Part =>
  joined([
    part(`s.state IN (${marks(states)})`, ...states),
    ...(at === undefined ? [] : [part('AND s.until >= ?', at)]),
  ]);
