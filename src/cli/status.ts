/** `status`: this state folder at a glance. Reads the ledger and the policy; asks no cloud, and makes nothing. */
import { guards } from '../../guards/index.ts';
import { type Config, ledgerPlace } from '../config.ts';
import { sponsorIs } from '../core/assurance.ts';
import type { Change } from '../core/change.ts';
import { counted } from '../core/counted.ts';
import { CountersignError } from '../core/errors.ts';
import { eventsOf } from '../core/events.ts';
import { changeIn, haltIn } from '../core/folds.ts';
import { makeVisibleLine } from '../core/render-safe.ts';
import { isLedgerAt, readLedgerAt, shownPlace } from '../ledger/open.ts';
import { areSeatsFilled, waitsFor } from '../people/seats.ts';
import { mapsTo } from '../people/sign-in.ts';
import { loadPolicy } from '../policy/load.ts';
import type { Policy } from '../policy/model.ts';
import { pinOf, standingOf } from '../policy/pin.ts';
import { everyScope } from '../policy/scope.ts';
import { timeAgo, timeLeft } from '../render/time.ts';
import { labelled } from './labelled.ts';
import { runnersTold } from './runners.ts';

const WEEK_MILLISECONDS = 7 * 86_400_000;
type View = ReturnType<typeof readLedgerAt>;

export interface Status {
  home: string;
  /** `missing`: there is no ledger yet. `moved`: the file of this folder takes no more events. */
  ledger: 'there' | 'missing' | 'moved';
  /** Where a ledger that was moved goes on, without its password. */
  moved_to: string | null;
  /** Of a ledger outside of the state folder. null: it is in the folder. */
  database: string | null;
  policy: { file: string | null; standing: string; problem: string | null; adopted: string | null };
  halt: string;
  you: { acts_as: string[]; person: string | null; sponsor: string | null; sponsor_is: string };
  waits_for_you: { id: string; target: string; goal: string; approve_by: string; needs: number; has: number }[];
  waits: number;
  agents_this_week: { agent: string; plans: number; proposed: number }[];
  execution: Record<string, number>;
  runners: string[];
  assurance: { newest: { sponsor: string | null; level: string; at: string }[] };
}

export async function statusOf(config: Config, now = new Date()): Promise<Status> {
  const { policy, problem } = policyAt(config.policyPath);
  const people = policy?.people ?? [];
  const person = people.find((one) => config.actsAs.some((name) => mapsTo(one, name)))?.name ?? null;
  const isThere = isLedgerAt(ledgerPlace(config));
  const base: Status = {
    home: config.home,
    ledger: isThere ? 'there' : 'missing',
    moved_to: null,
    database: config.ledgerUrl === undefined ? null : shownPlace(config.ledgerUrl),
    policy: { file: config.policyPath ?? null, standing: policy ? 'not_adopted' : 'none', problem, adopted: null },
    halt: 'running',
    you: {
      acts_as: config.actsAs,
      person,
      sponsor: config.sponsor ?? null,
      sponsor_is: sponsorIs({ assurance: 'L0' }),
    },
    waits_for_you: [],
    waits: 0,
    agents_this_week: [],
    execution: executionsOf(policy),
    runners: [],
    assurance: { newest: [] },
  };
  if (!isThere) return base;
  const view = readLedgerAt(ledgerPlace(config));
  try {
    const pin = await pinOf(view);
    const moved = await view.movedTo();
    const waiting = await waitingIn(view, now);
    const mine = waiting.filter((change) =>
      people.some((one) => one.name === person && waitsFor(change, change.approvals, one)),
    );
    return {
      ...base,
      ...(moved === null ? {} : { ledger: 'moved', moved_to: moved }),
      policy: { ...base.policy, standing: await standingOf(view, policy), adopted: pin?.at ?? null },
      halt: await haltIn(view),
      waits_for_you: mine.map(summaryOf),
      waits: waiting.length,
      runners: await runnersTold(view),
      agents_this_week: await agentsSince(view, new Date(now.getTime() - WEEK_MILLISECONDS)),
      assurance: { newest: await newestReports(view) },
    };
  } finally {
    view.close();
  }
}

function policyAt(path: string | undefined): { policy: Policy | null; problem: string | null } {
  if (path === undefined) return { policy: null, problem: null };
  try {
    return { policy: loadPolicy(path, guards), problem: null };
  } catch (error) {
    if (!(error instanceof CountersignError)) throw error;
    return { policy: null, problem: error.message };
  }
}

const executionsOf = (policy: Policy | null): Record<string, number> => {
  const counts: Record<string, number> = {};
  for (const { execute } of policy ? everyScope(policy) : []) counts[execute] = (counts[execute] ?? 0) + 1;
  return counts;
};

async function waitingIn(view: View, now: Date): Promise<Change[]> {
  const standing = { states: ['waiting'] as const, at: now.toISOString() };
  const proposed = await eventsOf(view, ['change.proposed'], { standing });
  const changes = await Promise.all(proposed.map(({ body }) => changeIn(view, body.id, now, areSeatsFilled)));
  return changes.flatMap((change) => (change?.state === 'pending' ? [change] : []));
}

const summaryOf = ({ id, target, goal, approveBy, judgement, approvals }: Change) => ({
  id,
  target: target.name,
  goal,
  approve_by: approveBy,
  needs: judgement.seats,
  has: approvals.length,
});

/** By the client's own name for itself. */
async function agentsSince(view: View, since: Date): Promise<Status['agents_this_week']> {
  const called = await eventsOf(view, ['tool.called'], { sinceAt: since.toISOString() });
  const byAgent = new Map<string, { plans: number; proposed: number }>();
  for (const { body } of called) {
    const agent = body.agent ?? 'unnamed';
    const counts = byAgent.get(agent) ?? { plans: 0, proposed: 0 };
    if (body.tool.startsWith('plan_')) counts.plans += 1;
    if (body.tool === 'propose_change') counts.proposed += 1;
    byAgent.set(agent, counts);
  }
  return [...byAgent].map(([agent, counts]) => ({ agent, ...counts }));
}

/** As they were found; whether they still hold is asked for by each server. */
async function newestReports(view: View): Promise<Status['assurance']['newest']> {
  const { assuranceOf } = await import('../core/assurance.ts');
  const reports = await eventsOf(view, ['doctor.reported'], { newestFirst: true, limit: 20 });
  const newest = new Map(
    reports.toReversed().map(({ at, body }) => [body.sponsor, { at, level: assuranceOf(body.levels) }]),
  );
  return [...newest].map(([sponsor, found]) => ({ sponsor, ...found }));
}

const STANDINGS: Record<string, string> = {
  none: 'none: agents can only describe and plan',
  not_adopted: 'not adopted: agents can only describe and plan',
  changed: 'another one than the state folder adopted: agents can only plan',
  adopted: 'in force',
};

const LABEL = 14;

export function statusText(status: Status, now = new Date(), width = Number.POSITIVE_INFINITY): string {
  const {
    home,
    ledger,
    database,
    policy,
    halt,
    you,
    waits_for_you,
    waits,
    agents_this_week,
    execution,
    runners,
    assurance,
  } = status;
  const line = (text: string) => makeVisibleLine(text, 200);
  const who = you.person === null ? 'no person of the policy' : line(you.person);
  const scopes = Object.entries(execution).map(([how, count]) => `${how} in ${counted(count, 'scope')}`);
  const proofs = assurance.newest.map(
    ({ sponsor, level, at }) => `${level} for ${sponsor === null ? 'no sponsor' : line(sponsor)}, ${timeAgo(at, now)}`,
  );
  const row = (label: string, text: string) => labelled(label.padEnd(LABEL), LABEL, text, width);
  const inForce = policy.problem ? `invalid: ${line(policy.problem)}` : (STANDINGS[policy.standing] ?? policy.standing);
  const since = policy.adopted ? `, adopted ${timeAgo(policy.adopted, now)}` : '';
  return [
    ...row('state folder', `${home}${ledger === 'missing' ? ' (no ledger yet)' : ''}`),
    ...(database === null ? [] : row('ledger', database)),
    ...(status.moved_to === null
      ? []
      : row('ledger', `moved to ${line(status.moved_to)}; what follows is as it was then: pass --ledger postgres://…`)),
    ...row('policy', `${inForce}${policy.file ? ` (${policy.file})` : ''}${since}`),
    ...row('halt', halt),
    ...row('you', `${you.acts_as.join(', ')}, ${who}; sponsor ${you.sponsor === null ? 'not set' : line(you.sponsor)}`),
    ...row('execution', scopes.join(', ') || 'nothing can be executed'),
    ...runners.flatMap((runner) => row('runner', runner)),
    ...row('assurance', proofs.join('; ') || 'L0: countersign doctor has not run'),
    '',
    waits_for_you.length > 0 ? 'WAITS FOR YOU' : `Nothing waits for you (${counted(waits, 'change')} waiting in all).`,
    ...waits_for_you.flatMap(({ id, target, goal, approve_by, needs, has }) => [
      ...labelled(
        '  ',
        4,
        `${id}  ${goal} ${line(target)}: ${has} of ${needs} approvals, ${timeLeft(approve_by, now)}`,
        width,
      ),
      `    countersign show ${id}`,
      `    countersign approve ${id}`,
    ]),
    '',
    agents_this_week.length > 0 ? 'AGENTS, LAST 7 DAYS' : 'No agent has called in the last 7 days.',
    ...agents_this_week.map(
      ({ agent, plans, proposed }) => `  ${line(agent)}  ${counted(plans, 'plan')}, ${counted(proposed, 'proposal')}`,
    ),
  ].join('\n');
}
