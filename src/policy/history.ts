/** What the ledger remembers about a target and a sponsor: the facts behind rate, budget, protection and recreate. */

import { cutInSteps, type Lowering } from '../core/capacity.ts';
import type { Change, Proposal } from '../core/change.ts';
import { onlyPlanned } from '../core/dead-plans.ts';
import type { Environment } from '../core/environment.ts';
import { type EventOf, type EventQuery, eventsOf } from '../core/events.ts';
import { before, type Execution, executionsOn, inFlightIn, isSameTarget } from '../core/folds.ts';
import type { Facts, Spent } from '../core/guard.ts';
import { tagged } from '../core/kept.ts';
import type { Target } from '../core/plan.ts';
import type { LedgerView, ProviderRules } from '../core/ports.ts';
import { fallenSince, type Protection } from '../core/protection.ts';

/** The events in which a judgement is recorded. */
export const JUDGED = ['plan.made', 'change.proposed'] as const;

const HOUR_MILLISECONDS = 3_600_000;
/** States in which a change counts against its sponsor's budget: it happened, or it still may. */
const BEGUN = ['executing', 'succeeded', 'failed', 'rolled_back', 'unknown', 'closed'] as const;
const COUNTED: readonly Change['state'][] = ['pending', 'approved', ...BEGUN];

export interface HistoryQuery {
  target: Target;
  environment: Environment;
  sponsor: string | null;
  /** The plan that is judged: its own change does not count against it. */
  planId: string;
  /** Of what an earlier version recorded. */
  actionOf: ProviderRules['actionOf'];
  /** What protects the target now; absent: that plan loses nothing. */
  protections?: readonly Protection[] | undefined;
  lowered?: readonly Lowering[] | undefined;
  /** What that plan touches, as `touchedBy` says. */
  touched: readonly string[];
  now: Date;
  /** The change as of now. */
  fold(changeId: string): Promise<Change | undefined>;
}

/** By environment: changes that began to execute within the last hour. */
export async function executedLately(view: LedgerView, now: Date): Promise<(environment: Environment) => number> {
  const begun = (await eventsOf(view, ['change.executing'], { sinceAt: before(now, 1) })).filter(
    ({ at }) => Date.parse(at) > now.getTime() - HOUR_MILLISECONDS,
  );
  return (environment) => begun.filter(({ body }) => body.environment === environment).length;
}

export async function historyOf(view: LedgerView, query: HistoryQuery): Promise<Facts['history']> {
  const { target, environment, now } = query;
  const events = await executionsOn(view, target, now);
  const finished = events.filter(({ kind }) => kind === 'change.finished');
  const done = maybeDone(events);
  return {
    inFlight: await inFlightIn(view, target),
    executionsLastHour: (await executedLately(view, now))(environment),
    sameFailures: mostRepeated(
      finished
        .filter(({ about }) => about.outcome?.state === 'failed' || about.outcome?.state === 'rolled_back')
        .filter(({ about }) => about.touched.some((one) => query.touched.includes(one)))
        .map(({ about }) => causeOf(about.outcome?.detail ?? '')),
    ),
    ...(await sinceEarlierLooks(view, query)),
    protectionLoweredAt: done.find(({ about }) => about.unprotects)?.at ?? null,
    // A deletion of unknown outcome is in the cloud's own list, or did not happen.
    deletedAt:
      done.find(
        ({ about }) =>
          about.outcome?.state === 'succeeded' &&
          (about.action ?? query.actionOf(about.operations)) === 'delete' &&
          !about.neverCompleted,
      )?.at ?? null,
    plans: await plansOf(view, query),
    ...(await spending(view, query)),
  };
}

/** Looks of anybody at this target within 24 h, where the plan has something to compare with them. */
async function sinceEarlierLooks(view: LedgerView, { target, planId, protections, lowered = [], now }: HistoryQuery) {
  if (protections === undefined && lowered.length === 0) return {};
  const made = await eventsOf(view, ['plan.made'], { tags: tagged.place(target), sinceAt: before(now, 24) });
  const looks = made
    .filter((event) => event.planId !== planId && isSameTarget(event.body.target, target))
    .map(({ at, body }) => ({ at, protections: body.protections, capacity: body.capacity }));
  return {
    protectionFell: protections === undefined ? null : fallenSince(looks, protections),
    cutInSteps: cutInSteps(
      looks.flatMap(({ capacity }) => capacity),
      lowered,
    ),
  };
}

/** Older stacks of that kind are few, and a ledger that is read back further makes every plan slower. */
const EMPTY_FOR_HOURS = 7 * 24;

async function plansOf(
  view: LedgerView,
  { sponsor, planId, actionOf, now }: HistoryQuery,
): Promise<Facts['history']['plans']> {
  const startedSince = async (what: 'began' | 'creates', sinceAt: string) =>
    (await eventsOf(view, ['plan.started'], { tags: tagged.sponsor(what, sponsor), sinceAt })).filter(
      (event) => event.planId !== planId && event.body.sponsor === sponsor,
    );
  const sinceAt = before(now, EMPTY_FOR_HOURS);
  const empty = await onlyPlanned(view, await startedSince('creates', sinceAt), actionOf, { sinceAt });
  const lately = await startedSince('began', before(now, 1));
  return {
    lastHour: lately.filter(({ at }) => Date.parse(at) > now.getTime() - HOUR_MILLISECONDS).length,
    emptyStacks: [...new Set(empty.map(({ body }) => body.target.name))].sort(),
  };
}

/** INVARIANT: what was begun counts as done unless the cloud said that it did nothing or took it back: unknown is the worst. */
function maybeDone(events: readonly Execution[]): Execution[] {
  const ends = new Map(events.filter(({ kind }) => kind === 'change.finished').map((end) => [end.changeId, end]));
  return events
    .filter(({ kind }) => kind === 'change.executing')
    .map((begun) => ends.get(begun.changeId) ?? begun)
    .filter(({ about: { outcome } }) => {
      const didNothing = outcome?.state === 'failed' && outcome.calls.every((call) => call.outcome === 'failed');
      return outcome?.state !== 'rolled_back' && !didNothing;
    });
}

/** The same error says other numbers, ids, names in quotes and times from attempt to attempt. */
function causeOf(detail: string): string {
  return detail
    .replaceAll(/"[^"]*"|'[^']*'|\[[^\]]*\]/g, '…')
    .replaceAll(/\barn:\S+/g, '…')
    .replaceAll(/\b(?=[\w-]*\d)[\w-]+\b/g, '…')
    .toLowerCase();
}

function mostRepeated(names: readonly string[]): number {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return Math.max(0, ...counts.values());
}

async function spending(
  view: LedgerView,
  { target, environment, sponsor, planId, now, fold }: HistoryQuery,
): Promise<Pick<Facts['history'], 'spent' | 'lostHere'>> {
  const others = async (tags: readonly string[]) =>
    (await counted(view, tags, now, fold)).filter((proposal) => proposal.planId !== planId);
  const own = await others(tagged.sponsor('proposed', sponsor));
  const here = (await others(tagged.target(target))).filter((proposal) => isSameTarget(proposal.target, target));
  return {
    spent: spentIn(
      own.filter((proposal) => proposal.environment === environment),
      sponsor,
      now,
    ),
    lostHere: {
      names: [...new Set(here.flatMap(({ sums }) => sums.losses))].sort(),
      sizeBefore: here.find(({ sums }) => sums.sizeBefore > 0)?.sums.sizeBefore ?? 0,
    },
  };
}

/** What a sponsor spent of its budgets so far in each environment, for describe_policy. */
export async function spentBy(
  view: LedgerView,
  sponsor: string | null,
  now: Date,
  fold: HistoryQuery['fold'],
): Promise<(environment: Environment) => Facts['history']['spent']> {
  const proposals = await counted(view, tagged.sponsor('proposed', sponsor), now, fold);
  return (environment) =>
    spentIn(
      proposals.filter((proposal) => proposal.environment === environment),
      sponsor,
      now,
    );
}

type Counted = Proposal & { at: string };

/** Of the last 24 h, oldest first. Only of what still waits does a clock decide, so only that is folded. */
async function counted(
  view: LedgerView,
  tags: readonly string[],
  now: Date,
  fold: HistoryQuery['fold'],
): Promise<Counted[]> {
  const of = (standing: EventQuery['standing']) =>
    eventsOf(view, ['change.proposed'], { tags, sinceAt: before(now, 24), ...(standing ? { standing } : {}) });
  const waiting: EventOf<'change.proposed'>[] = [];
  for (const event of await of({ states: ['waiting'], at: now.toISOString() }))
    if (COUNTED.includes((await fold(event.body.id))?.state ?? 'denied')) waiting.push(event);
  return [...(await of({ states: BEGUN })), ...waiting]
    .sort((one, other) => one.seq - other.seq)
    .map(({ at, body }) => ({ at, ...body }));
}

function spentIn(proposals: readonly Counted[], sponsor: string | null, now: Date): Facts['history']['spent'] {
  const own = proposals.filter((proposal) => proposal.sponsor === sponsor);
  const lastHour = own.filter(({ at }) => Date.parse(at) > now.getTime() - HOUR_MILLISECONDS);
  return { hour: total(lastHour), day: total(own) };
}

function total(proposals: readonly Proposal[]): Spent {
  const sum = (key: 'updated' | 'created' | 'lost') => proposals.reduce((all, { sums }) => all + sums[key], 0);
  return { changes: proposals.length, updated: sum('updated'), created: sum('created'), lost: sum('lost') };
}
