/** What the ledger remembers about a target and a sponsor: the facts behind rate, budget, protection and recreate. */

import type { Change, Proposal } from '../core/change.ts';
import type { Environment } from '../core/environment.ts';
import { type BodyOf, eventsOf } from '../core/events.ts';
import type { Facts, Spent } from '../core/guard.ts';
import type { Target } from '../core/plan.ts';
import type { Ledger } from '../core/ports.ts';

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
];

export interface HistoryQuery {
  target: Target;
  environment: Environment;
  sponsor: string | null;
  /** The plan that is judged: its own change does not count against it. */
  planId: string;
  /** What that plan touches, as `touchedBy` says. */
  touched: readonly string[];
  now: Date;
  /** The change as of now. */
  fold(changeId: string): Change | undefined;
}

/** One stack, or one of the resources in common: `i-a` and `i-a,i-b` share a lock. */
const isSame = (a: Target, b: Target) =>
  a.account === b.account && a.region === b.region && (a.name === b.name || a.ids.some((id) => b.ids.includes(id)));

/** INVARIANT: a switch that cannot be read is a halt. */
export function haltOf(ledger: Ledger): Facts['halt'] {
  try {
    const [newest] = ledger.events({ kinds: ['halted', 'resumed'], limit: 1, newestFirst: true });
    return newest?.kind === 'halted' ? 'halted' : 'running';
  } catch {
    return 'unreadable';
  }
}

export function inFlightOn(ledger: Ledger, target: Target, now: Date): string | null {
  const about = executionsSince(ledger, now).filter((event) => isSame(event.about.target, target));
  const finished = new Set(about.filter(({ kind }) => kind === 'change.finished').map(({ changeId }) => changeId));
  return about.find(({ kind, changeId }) => kind === 'change.executing' && !finished.has(changeId))?.changeId ?? null;
}

export function historyOf(ledger: Ledger, query: HistoryQuery): Facts['history'] {
  const { target, environment, now } = query;
  const events = executionsSince(ledger, now);
  const finished = events.filter(({ kind, about }) => kind === 'change.finished' && isSame(about.target, target));
  const done = maybeDone(events.filter(({ about }) => isSame(about.target, target)));
  return {
    inFlight: inFlightOn(ledger, target, now),
    executionsLastHour: events.filter(
      ({ kind, at, about }) =>
        kind === 'change.executing' &&
        about.environment === environment &&
        Date.parse(at) > now.getTime() - HOUR_MILLISECONDS,
    ).length,
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
          about.outcome?.state === 'succeeded' && about.operations.includes('DeleteStack') && !about.neverCompleted,
      )?.at ?? null,
    plans: plansOf(ledger, query),
    ...spending(ledger, query),
  };
}

/** Older stacks of that kind are few, and a ledger that is read back further makes every plan slower. */
const EMPTY_FOR_MILLISECONDS = 7 * 24 * HOUR_MILLISECONDS;

/** INVARIANT: a stack whose planning began counts as empty until something executed on it, or is known to have left none. */
function plansOf(ledger: Ledger, { sponsor, planId, now }: HistoryQuery): Facts['history']['plans'] {
  const sinceAt = new Date(now.getTime() - EMPTY_FOR_MILLISECONDS).toISOString();
  const started = eventsOf(ledger, ['plan.started'], { sinceAt }).filter(
    (event) => event.planId !== planId && event.body.sponsor === sponsor,
  );
  const leftNothing = new Set(eventsOf(ledger, ['plan.left_nothing'], { sinceAt }).map((event) => event.planId));
  const executed = eventsOf(ledger, ['change.executing'], { sinceAt });
  const empty = started.filter(
    ({ seq, planId: id, body: { tool, target } }) =>
      tool === 'plan_stack_create' &&
      !leftNothing.has(id) &&
      !executed.some((one) => one.seq > seq && isSame(one.body.target, target)),
  );
  return {
    lastHour: started.filter(({ at }) => Date.parse(at) > now.getTime() - HOUR_MILLISECONDS).length,
    emptyStacks: [...new Set(empty.map(({ body }) => body.target.name))].sort(),
  };
}

interface Execution {
  kind: 'change.executing' | 'change.finished';
  at: string;
  changeId: string | undefined;
  /** The outcome: of one that has ended. */
  about: BodyOf<'change.executing'> & Partial<BodyOf<'change.finished'>>;
}

/** INVARIANT: what was begun counts as done unless AWS said that it did nothing or took it back: unknown is the worst. */
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

function executionsSince(ledger: Ledger, now: Date) {
  return eventsOf(ledger, ['change.executing', 'change.finished'], {
    sinceAt: new Date(now.getTime() - 24 * HOUR_MILLISECONDS).toISOString(),
  }).map(({ kind, at, changeId, body }): Execution => ({ kind, at, changeId, about: body }));
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

function spending(
  ledger: Ledger,
  { target, environment, sponsor, planId, now, fold }: HistoryQuery,
): Pick<Facts['history'], 'spent' | 'lostHere'> {
  const proposals = counted(ledger, now, fold).filter((proposal) => proposal.planId !== planId);
  const here = proposals.filter((proposal) => isSame(proposal.target, target));
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
export function spentBy(
  ledger: Ledger,
  sponsor: string | null,
  now: Date,
  fold: HistoryQuery['fold'],
): (environment: Environment) => Facts['history']['spent'] {
  const proposals = counted(ledger, now, fold);
  return (environment) =>
    spentIn(
      proposals.filter((proposal) => proposal.environment === environment),
      sponsor,
      now,
    );
}

type Counted = Proposal & { at: string };

function counted(ledger: Ledger, now: Date, fold: HistoryQuery['fold']): Counted[] {
  return eventsOf(ledger, ['change.proposed'], {
    sinceAt: new Date(now.getTime() - 24 * HOUR_MILLISECONDS).toISOString(),
  })
    .map(({ at, body }) => ({ at, ...body }))
    .filter((proposal) => COUNTED.includes(fold(proposal.id)?.state ?? 'denied'));
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
