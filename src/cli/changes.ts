/** `changes`: the changes of a state folder as a table: how each stands, and who waits for whom. */
import type { Change } from '../core/change.ts';
import type { ChangeState } from '../core/change-states.ts';
import { counted } from '../core/counted.ts';
import { absoluteTime } from '../core/instant.ts';
import type { Page } from '../core/ports.ts';
import { countedApprovals } from '../core/verdict.ts';
import type { StateFolder } from '../folder.ts';
import { seatsOf, waitsFor } from '../people/seats.ts';
import type { Tone } from '../render/layout.ts';
import { type Column, tableLines } from '../render/table.ts';
import { ageOf } from '../render/time.ts';
import { paint } from './paint.ts';

export interface ChangesAsked {
  state?: ChangeState;
  /** Of agents that work for whoever asks. */
  mine?: boolean;
  /** Which wait for whoever asks; with `mine`, for anybody. */
  waiting?: boolean;
  before?: number;
  limit?: number;
}
const PAGE = 50;

/** Newest first. @throws INPUT_INVALID where it must be known who asks, and is not. */
export async function changesAsked(folder: StateFolder, asked: ChangesAsked): Promise<Page<Change>> {
  const { mine = false, waiting = false, before, limit = PAGE } = asked;
  const state = waiting ? 'pending' : asked.state;
  const me = mine || waiting ? await whoAsks(folder) : undefined;
  const page = (cursor: string | undefined) =>
    folder.changes.list({
      limit,
      ...(state === undefined ? {} : { state }),
      ...(me && mine ? { sponsors: me.sponsors } : {}),
      ...(cursor === undefined ? {} : { cursor }),
    });
  const first = before === undefined ? undefined : String(before);
  if (!me || mine) return page(first);
  const items: Change[] = [];
  for (let cursor = first; ; ) {
    const found = await page(cursor);
    items.push(...found.items.filter((change) => me.waitsForMe(change)));
    if (items.length >= limit || found.cursor === undefined) return { ...found, items };
    cursor = found.cursor;
  }
}

async function whoAsks(folder: StateFolder) {
  const { personHere, peopleNow } = await import('./who-is-here.ts');
  const people = await peopleNow(folder);
  const name = personHere(people, folder.config);
  const person = people.find((one) => one.name === name);
  const sponsors = [...new Set([name, folder.config.sponsor].filter((one) => one !== undefined))];
  return {
    sponsors,
    waitsForMe: (change: Change) => person !== undefined && waitsFor(change, change.approvals, person),
  };
}

/** `alice for 1 approval (data)`, `alice for countersign execute`; empty: nobody waits. */
export function whoWaits(change: Change, now: Date): string {
  const { state, sponsor, approvals, executeFrom } = change;
  const who = sponsor ?? 'no sponsor';
  if (state === 'pending') {
    const { needed, filledBy, missingRoles } = seatsOf(change, approvals);
    const missing = Math.max(needed - filledBy.length, missingRoles.length);
    const more = filledBy.length > 0 ? counted(missing, 'more approval') : countedApprovals(missing);
    return `${who} for ${more}${missingRoles.length > 0 ? ` (${missingRoles.join(', ')})` : ''}`;
  }
  if (state === 'approved')
    return executeFrom && now.getTime() < Date.parse(executeFrom)
      ? `${who} until ${absoluteTime(executeFrom)}`
      : `${who} for its execution`;
  if (state === 'executing') return `${who} for the cloud`;
  return state === 'unknown' ? `${who} for countersign reconcile` : '';
}

const TONES: Partial<Record<ChangeState, Tone>> = {
  pending: 'warn',
  approved: 'good',
  succeeded: 'good',
  denied: 'bad',
  failed: 'bad',
  unknown: 'bad',
  rolled_back: 'bad',
};

const columnsAt = (now: Date): Column<Change>[] => [
  { title: 'ID', cell: ({ id }) => id },
  { title: 'STATE', cell: ({ state }) => state, tone: ({ state }) => TONES[state] ?? 'quiet' },
  { title: 'AGE', cell: ({ proposedAt }) => ageOf(proposedAt, now), isWhole: true },
  { title: 'WHAT', cell: whatOf },
  { title: 'WHO WAITS FOR WHAT', cell: (change) => whoWaits(change, now) },
];

/** An executing one says how far it is. */
const whatOf = ({ goal, target, state, explanation }: Change): string =>
  [`${goal} ${target.name}`, state === 'executing' ? explanation : null].filter(Boolean).join(': ');

export function changesText(
  { items, cursor }: Page<Change>,
  asked: ChangesAsked,
  width?: number,
  now = new Date(),
): string {
  if (items.length === 0) return noneText(asked);
  const more = cursor === undefined ? [] : ['', `There are older changes: --before ${cursor}`];
  return [...tableLines(columnsAt(now), items, width, paint), ...more].join('\n');
}

function noneText({ waiting, mine, state, before }: ChangesAsked): string {
  if (waiting) return mine ? 'None of your changes waits.' : 'No change waits for you.';
  if (mine) return 'Your agents have proposed no changes.';
  return state === undefined && before === undefined ? 'No changes yet.' : `No ${state ?? 'older'} changes.`;
}
