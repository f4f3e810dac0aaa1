/** What the ledger remembers about a target and a sponsor: the facts behind rate, budget, protection and recreate. */

import type { Change, Proposal } from '../core/change.ts';
import { onlyPlanned } from '../core/dead-plans.ts';
import type { Environment } from '../core/environment.ts';
import { eventsOf } from '../core/events.ts';
import { type Execution, executionsIn, inFlightIn, isSameTarget } from '../core/folds.ts';
import type { Facts, Spent } from '../core/guard.ts';
import type { Target } from '../core/plan.ts';
import type { LedgerView, ProviderRules } from '../core/ports.ts';

/** The events in which a judgement is recorded. */
export const JUDGED = ['plan.made', 'change.proposed'] as const;

const HOUR_MILLISECONDS = 3_600_000;
/** States in which a change counts against its sponsor's budget: it happened, or it still may. */
const COUNTED: readonly Change['state'][] = [
  'pending',
  'approved',
  'executing',
  'succeeded',
  'failed',
  'rolled_back',
  'unknown',
  'closed',
];

export interface HistoryQuery {
  target: Target;
  environment: Environment;
  sponsor: string | null;
  /** The plan that is judged: its own change does not count against it. */
  planId: string;
  /** Of what an earlier version recorded. */
  actionOf: ProviderRules['actionOf'];
  /** What that plan touches, as `touchedBy` says. */
  touched: readonly string[];
  now: Date;
  /** The change as of now. */
  fold(changeId: string): Promise<Change | undefined>;
}

/** By environment: changes that began to execute within the last hour. */
export async function executedLately(view: LedgerView, now: Date): Promise<(environment: Environment) => number> {
  const events = await executionsIn(view, now);
  return (environment) => begunLately(events, environment, now);
}

const begunLately = (events: readonly Execution[], environment: Environment, now: Date): number =>
  events.filter(
    ({ kind, at, about }) =>
      kind === 'change.executing' &&
      about.environment === environment &&
      Date.parse(at) > now.getTime() - HOUR_MILLISECONDS,
  ).length;

export async function historyOf(view: LedgerView, query: HistoryQuery): Promise<Facts['history']> {
  const { target, environment, now } = query;
  const events = await executionsIn(view, now);
  const finished = events.filter(({ kind, about }) => kind === 'change.finished' && isSameTarget(about.target, target));
  const done = maybeDone(events.filter(({ about }) => isSameTarget(about.target, target)));
  return {
    inFlight: await inFlightIn(view, target),
    executionsLastHour: begunLately(events, environment, now),
    sameFailures: mostRepeated(
      finished
        .filter(({ about }) => about.outcome?.state === 'failed' || about.outcome?.state === 'rolled_back')
        .filter(({ about }) => about.touched.some((one) => query.touched.includes(one)))
        .map(({ about }) => causeOf(about.outcome?.detail ?? '')),
    ),
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

/** Older stacks of that kind are few, and a ledger that is read back further makes every plan slower. */
const EMPTY_FOR_MILLISECONDS = 7 * 24 * HOUR_MILLISECONDS;

async function plansOf(
  view: LedgerView,
  { sponsor, planId, actionOf, now }: HistoryQuery,
): Promise<Facts['history']['plans']> {
  const sinceAt = new Date(now.getTime() - EMPTY_FOR_MILLISECONDS).toISOString();
  const started = (await eventsOf(view, ['plan.started'], { sinceAt })).filter(
    (event) => event.planId !== planId && event.body.sponsor === sponsor,
  );
  const empty = await onlyPlanned(view, started, actionOf, sinceAt);
  return {
    lastHour: started.filter(({ at }) => Date.parse(at) > now.getTime() - HOUR_MILLISECONDS).length,
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
  const proposals = (await counted(view, now, fold)).filter((proposal) => proposal.planId !== planId);
  const here = proposals.filter((proposal) => isSameTarget(proposal.target, target));
  return {
    spent: spentIn(
      proposals.filter((proposal) => proposal.environment === environment),
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
  const proposals = await counted(view, now, fold);
  return (environment) =>
    spentIn(
      proposals.filter((proposal) => proposal.environment === environment),
      sponsor,
      now,
    );
}

type Counted = Proposal & { at: string };

async function counted(view: LedgerView, now: Date, fold: HistoryQuery['fold']): Promise<Counted[]> {
  const sinceAt = new Date(now.getTime() - 24 * HOUR_MILLISECONDS).toISOString();
  const proposals: Counted[] = [];
  for (const { at, body } of await eventsOf(view, ['change.proposed'], { sinceAt }))
    if (COUNTED.includes((await fold(body.id))?.state ?? 'denied')) proposals.push({ at, ...body });
  return proposals;
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
