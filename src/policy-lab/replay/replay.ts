/** What another policy would have decided of everything that was judged: the differences, the most alarming first. */
import { CountersignError } from '../../core/errors.ts';
import type { LedgerEvent } from '../../core/events.ts';
import { enforced, judgeAll } from '../../core/guard.ts';
import { approvalsAmong, type Judgement, type Verdict } from '../../core/verdict.ts';
import { JUDGED } from '../../policy/history.ts';
import { judgeAsOf, type Moment, momentOf, type Rejudging } from './as-of.ts';
import { pastOf } from './past.ts';

type Told = Pick<Judgement, 'decision' | 'seats' | 'roles'>;
export interface GuardDifference {
  guard: string;
  /** `deny`, `hold(2)`, `note`, `pass`; null: this guard did not judge it. */
  was: string | null;
  is: string | null;
  message: string;
}
export interface Difference {
  id: string;
  plan: string;
  at: string;
  target: string;
  sponsor: string | null;
  goal: string | null;
  was: Told;
  is: Told;
  /** The decision, the seats or their roles. */
  changed: boolean;
  direction: 'milder' | 'stricter';
  guards: GuardDifference[];
}
export interface Replayed {
  judged: { plans: number; changes: number };
  /** `denied → pass`, with its number. */
  counts: Record<string, number>;
  differences: Difference[];
  /** Judgements that could not be repeated, because their plan cannot be read any more. */
  unreadable: { id: string; why: string }[];
}

/**
 * @param compare `policies`: what was decided then, with what this policy decides. `observation`: what this policy
 * decides, with what it would, were nothing only observed.
 */
export async function replay(
  about: Rejudging,
  since: Date,
  compare: 'policies' | 'observation' = 'policies',
  onProgress: (judged: number, of: number) => void = () => undefined,
): Promise<Replayed> {
  const past = pastOf(about.ledger, since);
  const unreadable: Replayed['unreadable'] = [];
  const judged = { plans: 0, changes: 0 };
  const found: Difference[] = [];
  const events = await about.ledger.events({ kinds: JUDGED, sinceAt: since.toISOString() });
  for (const [index, event] of events.entries()) {
    onProgress(index, events.length);
    const moment = await readable(about, event);
    if ('why' in moment) {
      unreadable.push(moment);
      continue;
    }
    judged[moment.kind === 'change' ? 'changes' : 'plans'] += 1;
    const { guards, facts } = await judgeAsOf(about, moment, past)();
    const again = judgeAll(guards, moment.plan, facts);
    const [was, is] =
      compare === 'policies' ? [moment.judgement, again] : [again, judgeAll(guards, moment.plan, enforced(facts))];
    const difference = differenceOf(moment, was, is);
    // Observation that would not have changed the decision tells something of its guard nevertheless.
    if (difference.changed || (compare === 'observation' && difference.guards.length > 0)) found.push(difference);
  }
  // A plan that was proposed is told of once, as its change.
  const proposed = new Set(found.filter(({ id, plan }) => id !== plan).map(({ plan }) => plan));
  const differences = found.filter(({ id }) => !proposed.has(id)).sort(compareAlarm);
  const counts: Record<string, number> = {};
  for (const { was, is } of differences.filter(({ changed }) => changed)) {
    const change = `${decisionText(was)} → ${decisionText(is)}`;
    counts[change] = (counts[change] ?? 0) + 1;
  }
  return { judged, counts, differences, unreadable };
}

async function readable(about: Rejudging, event: LedgerEvent): Promise<Moment | Replayed['unreadable'][number]> {
  try {
    return await momentOf(about, event);
  } catch (error) {
    if (!(error instanceof CountersignError)) throw error;
    return { id: event.changeId ?? event.planId ?? String(event.seq), why: error.message };
  }
}

/** Of what is denied nobody is asked: its seats are no difference. */
const toldOf = ({ decision, seats, roles }: Judgement): Told =>
  decision === 'denied' ? { decision, seats: 0, roles: [] } : { decision, seats, roles };

function differenceOf({ id, plan, at, sponsor, goal }: Moment, before: Judgement, after: Judgement): Difference {
  const [was, is] = [toldOf(before), toldOf(after)];
  const steps = SEVERITY[is.decision] - SEVERITY[was.decision];
  return {
    id,
    plan: plan.id,
    at: at.toISOString(),
    target: plan.target.name,
    sponsor,
    goal: goal ?? null,
    was,
    is,
    changed: JSON.stringify(was) !== JSON.stringify(is),
    direction: (steps || is.seats - was.seats || is.roles.length - was.roles.length) < 0 ? 'milder' : 'stricter',
    guards: guardDifferences(before.verdicts, after.verdicts),
  };
}

const MILD = ['pass', 'note'];

/** What a guard lets through is not told; `note` and `pass` are alike. */
function guardDifferences(before: readonly Verdict[], after: readonly Verdict[]): GuardDifference[] {
  const names = [...new Set([...before, ...after].map(({ guard }) => guard))];
  return names.flatMap((guard) => {
    const [was, is] = [before, after].map((verdicts) => verdicts.find((verdict) => verdict.guard === guard));
    if (MILD.includes(was?.outcome ?? 'pass') && MILD.includes(is?.outcome ?? 'pass')) return [];
    const [told, now] = [was, is].map((verdict) => (verdict ? outcomeText(verdict) : null));
    if (told === now) return [];
    const { message } = is && !MILD.includes(is.outcome) ? is : was!;
    return [{ guard, was: told ?? null, is: now ?? null, message }];
  });
}

export function outcomeText({ outcome, seats, roles = [] }: Verdict): string {
  if (outcome !== 'hold') return outcome;
  return `hold(${[seats ?? 1, ...roles].join(', ')})`;
}
export function decisionText({ decision, seats, roles }: Told): string {
  if (decision !== 'needs_approval') return decision;
  return approvalsAmong(seats, roles);
}

const SEVERITY = { no_change: 0, pass: 0, needs_approval: 1, plan_only: 2, denied: 3 } as const;

/** The longest way between the decisions first; of two that are as long, the one that became milder; then seats. */
function compareAlarm(a: Difference, b: Difference): number {
  const steps = ({ was, is }: Difference) => Math.abs(SEVERITY[is.decision] - SEVERITY[was.decision]);
  const seats = ({ was, is }: Difference) => Math.abs(is.seats - was.seats);
  const milder = ({ direction }: Difference) => (direction === 'milder' ? 1 : 0);
  return steps(b) - steps(a) || milder(b) - milder(a) || seats(b) - seats(a) || b.at.localeCompare(a.at);
}
