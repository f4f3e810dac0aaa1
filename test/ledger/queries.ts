/** Queries as commands, guards and pages ask them, and what SQLite says of each where it reads an index. */
import type { EventQuery } from '../../src/core/events.ts';

const at = '2026-01-01T00:00:00.000Z';
export const QUERIES: [string, EventQuery, RegExp][] = [
  ['one kind of a plan', { planId: 'p', kinds: ['plan.made'] }, /events_plan_kind \(plan_id=\? AND kind=\?\)/],
  ['some kinds of a plan', { planId: 'p', kinds: ['a', 'b'], limit: 1 }, /events_plan_kind \(plan_id=\? AND kind=\?\)/],
  ['a change', { changeId: 'c' }, /events_change_kind \(change_id=\?\)/],
  ['a kind of a change', { changeId: 'c', kinds: ['k'], newestFirst: true, limit: 1 }, /events_change_kind/],
  [
    'changes by the beginning of their ids',
    { changeIdPrefix: 'chg_ab', kinds: ['k'], newestFirst: true, limit: 6 },
    /events_change_kind \(change_id>\? AND change_id<\?\)/,
  ],
  [
    'plans by the beginning of their ids',
    { planIdPrefix: 'p', kinds: ['k', 'l'], limit: 6 },
    /events_plan_kind \(plan_id>/,
  ],
  ['a kind since a time', { kinds: ['k'], sinceAt: at }, /events_kind_at \(kind=\? AND at>\?\)/],
  ['kinds since a time', { kinds: ['k', 'l'], sinceAt: at }, /events_kind_at \(kind=\? AND at>\?\)/],
  ['a kind between times', { kinds: ['k'], sinceAt: at, untilAt: at }, /events_kind_at/],
  ['the newest of a kind', { kinds: ['k'], newestFirst: true, limit: 1 }, /events_kind \(kind=\?\)/],
  [
    'the newest before a row',
    { kinds: ['k'], newestFirst: true, limit: 1, untilSeq: 9 },
    /events_kind \(kind=\? AND rowid<\?\)/,
  ],
  ['a kind after a row', { kinds: ['k'], sinceSeq: 9, limit: 1 }, /events_kind \(kind=\? AND rowid>\?\)/],
  ['the newest of some kinds', { kinds: ['k', 'l'], newestFirst: true, limit: 1 }, /events_kind \(kind=\?\)/],
  ['tags', { tags: ['t', 'u'] }, /SEARCH tags USING PRIMARY KEY \(tag=\?\)/],
  [
    'tags since a time',
    { tags: ['t'], sinceAt: at, kinds: ['k'] },
    /SEARCH tags USING PRIMARY KEY \(tag=\? AND at>\?\)/,
  ],
  ['how something stands', { standing: { states: ['waiting'], at } }, /standings_until \(state=\? AND until>\?\)/],
  [
    'a page of what stands',
    { standing: { states: ['failed'] }, newestFirst: true, limit: 9, untilSeq: 9 },
    /standings_seq \(state=\? AND seq<\?\)/,
  ],
  [
    'tags of what stands',
    { standing: { states: ['executing'] }, tags: ['t'] },
    /SEARCH t EXISTS USING PRIMARY KEY \(tag=\? AND at=\? AND seq=\?\)/,
  ],
  ['what stands since a time', { standing: { states: ['failed'] }, tags: ['t'], sinceAt: at }, /SEARCH s /],
];
