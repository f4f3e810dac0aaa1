/**
 * A team's own history under a policy that is not in force yet: each change of a template, planned as if its author had
 * asked an agent for it. Pure: planning is a port.
 *
 * Limit: each change is judged by itself, at its own time; budgets over several changes count for nothing, and what the
 * simulated cloud cannot plan is listed and counts for nothing either.
 */
export interface Revision {
  commit: string;
  at: Date;
  /** Stands for the author; says nothing of them. */
  author: number;
  path: string;
  before: string | null;
  after: string | null;
}
export interface History {
  revisions: Revision[];
  /** Every commit of the time, with its author: by whom, and when, somebody was at work. */
  commits: { at: Date; author: number }[];
}

export interface Judged {
  /** Of a plan: `no_change` has no verdicts. */
  decision: 'pass' | 'needs_approval' | 'denied' | 'no_change';
  verdicts: { guard: string; outcome: 'deny' | 'hold'; seats: number; message: string }[];
  seats: number;
  roles: string[];
}
export type Planned = Judged | { decision: 'not_planned'; why: string };
export interface Rehearsed {
  commit: string;
  at: string;
  path: string;
  stack: string;
  planned: Planned;
  /** Of a change that waits: until somebody else made a commit; null when nobody did within `LONGEST_WAIT_HOURS`. */
  waitedHours: number | null;
}
export interface Friction {
  guard: string;
  outcome: 'deny' | 'hold';
  changes: number;
  waitedHours: number;
  /** Of these changes, how many would then pass, and how many would wait for fewer. */
  lifted: { pass: number; fewer: number };
  example: { commit: string; path: string; message: string };
}
export interface Rehearsal {
  counts: Record<Planned['decision'], number>;
  waitedHours: number;
  /** Changes that waited, and nobody else was at work in time. */
  nobody: number;
  changes: Rehearsed[];
  /** The worst first. */
  friction: Friction[];
  /** Why changes could not be planned, the most frequent first. */
  notPlanned: { why: string; changes: number }[];
}
/** @returns undefined for what is no template. */
export type PlanChange = (revision: Revision, stack: string) => Promise<Planned | undefined>;

export async function rehearse(
  { revisions, commits }: History,
  plan: PlanChange,
  stackOf: (path: string) => string,
  tell: (done: number, of: number) => void,
): Promise<Rehearsal> {
  const changes: Rehearsed[] = [];
  for (const [index, revision] of revisions.entries()) {
    tell(index, revisions.length);
    const stack = stackOf(revision.path);
    const planned = await plan(revision, stack);
    if (!planned) continue;
    const waitedHours = planned.decision === 'needs_approval' ? hoursUntilAnother(revision, commits) : null;
    const { commit, at, path } = revision;
    changes.push({ commit, at: at.toISOString(), path, stack, planned, waitedHours });
  }
  return { ...summary(changes), changes };
}

/** A week. Whoever waits longer asks somebody. */
export const LONGEST_WAIT_HOURS = 7 * 24;

/** An approval is another person's: the next commit of somebody else is when such a person was at work. */
function hoursUntilAnother({ at, author }: Revision, commits: History['commits']): number | null {
  const next = commits.find((commit) => commit.at > at && commit.author !== author);
  const waited = next ? (next.at.getTime() - at.getTime()) / 3_600_000 : Number.POSITIVE_INFINITY;
  return waited <= LONGEST_WAIT_HOURS ? waited : null;
}

function summary(changes: readonly Rehearsed[]): Omit<Rehearsal, 'changes'> {
  const counts = { pass: 0, needs_approval: 0, denied: 0, no_change: 0, not_planned: 0 };
  for (const { planned } of changes) counts[planned.decision] += 1;
  return {
    counts,
    waitedHours: total(changes),
    nobody: changes.filter(({ planned, waitedHours }) => planned.decision === 'needs_approval' && waitedHours === null)
      .length,
    friction: frictionIn(changes),
    notPlanned: tally(changes.flatMap(({ planned }) => ('why' in planned ? [planned.why] : []))),
  };
}

const total = (changes: readonly Rehearsed[]): number =>
  changes.reduce((sum, { waitedHours }) => sum + (waitedHours ?? 0), 0);

function tally(reasons: readonly string[]): Rehearsal['notPlanned'] {
  const counted = new Map<string, number>();
  for (const why of reasons) counted.set(why, (counted.get(why) ?? 0) + 1);
  return [...counted].map(([why, count]) => ({ why, changes: count })).sort((a, b) => b.changes - a.changes);
}

/** A denial stops more than a wait; then by how many changes, then by the hours. */
const compareWorst = (a: Friction, b: Friction): number =>
  Number(b.outcome === 'deny') - Number(a.outcome === 'deny') || b.changes - a.changes || b.waitedHours - a.waitedHours;

function frictionIn(changes: readonly Rehearsed[]): Friction[] {
  const groups = new Map<string, { change: Rehearsed; judged: Judged; message: string }[]>();
  for (const change of changes) {
    const { planned } = change;
    if (!('verdicts' in planned)) continue;
    for (const { guard, outcome, message } of planned.verdicts) {
      const key = `${outcome} ${guard}`;
      const members = groups.get(key) ?? [];
      members.push({ change, judged: planned, message });
      groups.set(key, members);
    }
  }
  return [...groups]
    .map(([key, members]): Friction => {
      const [outcome, guard] = key.split(' ') as ['deny' | 'hold', string];
      const [{ change, message }] = members as [(typeof members)[number]];
      const after = members.map(({ judged }) => without(guard, judged));
      return {
        guard,
        outcome,
        changes: members.length,
        waitedHours: total(members.map((member) => member.change)),
        lifted: {
          pass: after.filter(({ decision }) => decision === 'pass').length,
          fewer: members.filter(({ judged }, index) => isEasier(after[index]!, judged)).length,
        },
        example: { commit: change.commit, path: change.path, message },
      };
    })
    .sort(compareWorst);
}

const isEasier = (now: Judged, then: Judged): boolean =>
  now.decision === 'needs_approval' && (then.decision === 'denied' || now.seats < then.seats);

/** As if that guard only observed: a plan's approvals are the most that one verdict asks for. */
export function without(guard: string, { verdicts, ...judged }: Judged): Judged {
  const left = verdicts.filter((verdict) => verdict.guard !== guard);
  const seats = Math.max(0, ...left.filter(({ outcome }) => outcome === 'hold').map((verdict) => verdict.seats));
  const isDenied = left.some(({ outcome }) => outcome === 'deny');
  return { ...judged, verdicts: left, seats, decision: isDenied ? 'denied' : seats > 0 ? 'needs_approval' : 'pass' };
}
