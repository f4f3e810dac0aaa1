/** The list: first what waits for the person who looks. */
import type { Child } from 'hono/jsx';
import type { Change } from '../core/change.ts';
import type { ChangeState } from '../core/change-states.ts';
import { counted } from '../core/counted.ts';
import { makeVisibleLine } from '../core/render-safe.ts';
import { countedApprovals } from '../core/verdict.ts';
import { seatsOf } from '../people/seats.ts';
import { timeAgo, timeLeft } from '../render/time.ts';
import type { ReviewPorts } from './ports.ts';
import { LIST, STATE_WORDS } from './words.ts';

/** Of each state; more are on no page. */
const MOST = 50;
const MOST_RECENT = 20;

export interface Entry {
  change: Change;
  sentence: string;
  /** Why the person who looks cannot approve it; null: they can, or it is not known who looks. */
  why: string | null;
}
export interface ListPage {
  groups: { title: string; entries: Entry[] }[];
  isEmpty: boolean;
  hasMore: boolean;
  halted: boolean;
  now: Date;
}

const OPEN: readonly ChangeState[] = ['pending', 'approved', 'executing', 'unknown'];

/** Reads as many changes as it shows. */
export async function listPage(ports: ReviewPorts, me: string | null, now: Date): Promise<ListPage> {
  const [open, recent] = await Promise.all([
    Promise.all(OPEN.map((state) => ports.list({ state, limit: MOST }))),
    ports.list({ limit: MOST_RECENT }),
  ]);
  const entry = async (change: Change): Promise<Entry> => ({
    change,
    sentence: await ports.sentence(change),
    why: whyNot(ports, change, me),
  });
  const [pending, approved, executing, unknown] = await Promise.all(
    open.map(({ items }) => Promise.all(items.map(entry))),
  );
  const ended = recent.items.filter(({ state }) => !OPEN.includes(state));
  const others = pending!.filter(({ why }) => why !== null);
  const yours = pending!.filter(({ why }) => why === null);
  const groups = [
    { title: me === null ? LIST.waiting : LIST.yours, entries: soonestFirst(yours) },
    { title: LIST.unknown, entries: unknown! },
    { title: LIST.running, entries: executing! },
    { title: LIST.approved, entries: approved! },
    { title: LIST.others, entries: soonestFirst(others) },
    { title: LIST.recent, entries: await Promise.all(ended.map(entry)) },
  ];
  return {
    groups: groups.filter(({ entries }) => entries.length > 0),
    isEmpty: recent.items.length === 0,
    hasMore: [...open, recent].some(({ cursor }) => cursor !== undefined),
    halted: await ports.halted(),
    now,
  };
}

function whyNot(ports: ReviewPorts, change: Change, me: string | null): string | null {
  if (me === null || change.state !== 'pending') return null;
  const mine = ports.mayDecide(change).find(({ person }) => person === me);
  return mine?.may ? null : (mine?.why ?? null);
}

const soonestFirst = (entries: readonly Entry[]): Entry[] =>
  [...entries].sort((a, b) => (a.change.approveBy < b.change.approveBy ? -1 : 1));

export function List({ page }: { page: ListPage }): Child {
  const { groups, isEmpty, hasMore, halted, now } = page;
  const waits = groups.some(({ entries }) => entries.some(({ change }) => change.state === 'pending'));
  return (
    <div id="list" data-living="">
      <h1>{LIST.title}</h1>
      {halted ? <p class="row bad halted">{LIST.halted}</p> : null}
      {waits ? null : <p class="row quiet">{isEmpty ? LIST.noneYet : LIST.none}</p>}
      {groups.map(({ title, entries }) => (
        <section class="group">
          <h2>
            {title} <span class="count">{entries.length}</span>
          </h2>
          <ul class="entries">
            {entries.map((entry) => (
              <li>
                <EntryLine entry={entry} now={now} />
              </li>
            ))}
          </ul>
        </section>
      ))}
      {hasMore ? <p class="hint">{LIST.more}</p> : null}
    </div>
  );
}

function EntryLine({ entry: { change, sentence, why }, now }: { entry: Entry; now: Date }): Child {
  const { id, state, environment, sponsor, goal } = change;
  const lost = change.sums.lost;
  return (
    <a class={`entry ${state}`} href={`/changes/${id}`}>
      <span class="entry-top">
        <span class={`environment ${environment}`}>{environment}</span>
        <span class={`state ${state}`}>{STATE_WORDS[state]}</span>
        {lost > 0 ? <span class="lost-count">{counted(lost, 'resource')} deleted or replaced</span> : null}
      </span>
      <bdi class="entry-sentence">{sentence}</bdi>
      <span class="entry-facts">
        <span>{goal}</span>
        <span>
          for <bdi>{sponsor === null ? 'no sponsor' : makeVisibleLine(sponsor)}</bdi>
        </span>
        <span>{approvals(change)}</span>
        <span>{clock(change, now)}</span>
        <span class="id">{id}</span>
      </span>
      {why === null ? null : <span class="entry-why">{why}</span>}
    </a>
  );
}

function approvals(change: Change): string {
  const { needed, filledBy } = seatsOf(change, change.approvals);
  return needed === 0 ? 'needs no approval' : `${filledBy.length} of ${countedApprovals(needed)}`;
}

function clock({ state, approveBy, executeBy, proposedAt }: Change, now: Date): string {
  if (state === 'pending') return timeLeft(approveBy, now);
  if (state === 'approved' && executeBy) return timeLeft(executeBy, now);
  return `proposed ${timeAgo(proposedAt, now)}`;
}
