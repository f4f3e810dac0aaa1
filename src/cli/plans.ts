/**
 * `plans`: what agents planned, newest first, with what the guards said: what there is to look at before anything is
 * proposed. Reads a page of the ledger, and of each of its plans what is stored of it.
 *
 * Limit: a plan that was refused before anything of it began (halted, in no scope) is a tool call, and in `audit show`.
 */
import { guards } from '../../guards/index.ts';
import { CountersignError } from '../core/errors.ts';
import { type EventOf, eventsOf } from '../core/events.ts';
import { didYouMean } from '../core/nearest.ts';
import { makeVisibleLine } from '../core/render-safe.ts';
import { countedApprovals, type Decision, guardOf, type Verdict, whole } from '../core/verdict.ts';
import type { StateFolder } from '../folder.ts';
import type { Tone } from '../render/layout.ts';
import { sentenceOf } from '../render/sentence.ts';
import { type Column, tableLines } from '../render/table.ts';
import { ageOf } from '../render/time.ts';
import { paint } from './paint.ts';

export interface PlansAsked {
  since?: Date;
  before?: number;
  /** Only those that this guard denied or held, or would have outside observe mode. */
  guard?: string;
  limit: number;
}
export interface PlanTold {
  id: string;
  at: string;
  sponsor: string | null;
  /** The MCP client's own name, as it claims. */
  agent: string | null;
  tool: string;
  target: string;
  /** In one sentence; null: there is no plan to tell of. */
  what: string | null;
  decision: Decision | 'planning' | 'failed';
  approvals: number;
  roles: string[];
  /** Names of guards. */
  denied: string[];
  held: string[];
  /** Of those in observe mode, that would have denied or held it. */
  observed: string[];
  /** Why no plan was made of it. */
  failure: { code: string; message: string } | null;
  /** The change that it was proposed as. */
  change: string | null;
}
/** `before`: the page goes on with it; null: there is no more. */
export interface PlansPage {
  plans: PlanTold[];
  before: number | null;
}

export async function plansAsked(folder: StateFolder, asked: PlansAsked): Promise<PlansPage> {
  const { guard, limit } = asked;
  if (guard === undefined) return pageOf(folder, asked);
  const plans: PlanTold[] = [];
  for (let before = asked.before; ; ) {
    const page = await pageOf(folder, { ...asked, ...(before === undefined ? {} : { before }) });
    for (const [index, plan] of page.plans.entries()) {
      if (![...plan.denied, ...plan.held, ...plan.observed].includes(guard)) continue;
      plans.push(plan);
      if (plans.length === limit) return { plans, before: page.seqs[index]! };
    }
    if (page.before === null) return { plans, before: null };
    before = page.before;
  }
}

type Page = PlansPage & { seqs: number[] };
async function pageOf(folder: StateFolder, { since, before, limit }: PlansAsked): Promise<Page> {
  const started = await eventsOf(folder.ledger, ['plan.started'], {
    newestFirst: true,
    limit: limit + 1,
    ...(before === undefined ? {} : { untilSeq: before - 1 }),
  });
  const recent = since === undefined ? started : started.filter(({ at }) => at >= since.toISOString());
  const page = recent.slice(0, limit);
  const plans: PlanTold[] = [];
  for (const event of page) plans.push(await toldOf(folder, event));
  const seqs = page.map(({ seq }) => seq);
  return { plans, before: recent.length > limit ? seqs.at(-1)! : null, seqs };
}

async function toldOf(folder: StateFolder, { planId = '', at, body }: EventOf<'plan.started'>): Promise<PlanTold> {
  const kinds = ['plan.made', 'plan.failed', 'plan.left_nothing', 'change.proposed'] as const;
  const events = await eventsOf(folder.ledger, kinds, { planId });
  const begun = { id: planId, at, sponsor: body.sponsor, tool: body.tool, target: body.target.name };
  const change = events.find(({ kind }) => kind === 'change.proposed')?.changeId ?? null;
  const made = events.find((event) => event.kind === 'plan.made');
  if (made) return { ...begun, ...(await madeOf(folder, planId)), ...judgedOf(made), failure: null, change };
  const failed = events.find((event) => event.kind === 'plan.failed')?.body;
  const none = { agent: null, what: null, approvals: 0, roles: [], denied: [], held: [], observed: [], change };
  const failure = failed ? { code: failed.code, message: failed.message } : null;
  const hasEnded = failure !== null || events.some(({ kind }) => kind === 'plan.left_nothing');
  return { ...begun, ...none, decision: hasEnded ? 'failed' : 'planning', failure };
}

/** By its name, or by the code of its verdicts. @throws INPUT_INVALID */
export function guardNamed(text: string): string {
  const name = guardOf(text) ?? text;
  const names = guards.map((guard) => guard.name);
  if (names.includes(name)) return name;
  throw new CountersignError(
    'INPUT_INVALID',
    `There is no guard ${makeVisibleLine(text, 60)}.${didYouMean(name, names)}`,
    'docs/guards.md lists them.',
  );
}

/** A plan that cannot be read any more is told of by its judgement alone. */
async function madeOf(folder: StateFolder, planId: string): Promise<Pick<PlanTold, 'what' | 'agent'>> {
  try {
    const { plan } = await folder.changes.plan(planId);
    return { what: sentenceOf(plan), agent: plan.agent };
  } catch (error) {
    if (!(error instanceof CountersignError)) throw error;
    return { what: null, agent: null };
  }
}

function judgedOf({ body }: EventOf<'plan.made'>) {
  const { decision, seats, roles, verdicts } = whole(body);
  const named = (isMeant: (verdict: Verdict) => boolean) => verdicts.filter(isMeant).map(({ guard }) => guard);
  return {
    decision,
    approvals: decision === 'denied' || decision === 'plan_only' ? 0 : seats,
    roles,
    denied: named(({ outcome }) => outcome === 'deny'),
    held: named(({ outcome }) => outcome === 'hold'),
    observed: named(({ observed }) => observed !== undefined),
  };
}

/** `denied by recreate, stateful-loss`, `held for 2 approvals by approval`, `passes`. */
export function verdictText({ decision, approvals, denied, held, observed, failure }: PlanTold): string {
  const by = (what: string, names: readonly string[]) => (names.length > 0 ? `${what} ${names.join(', ')}` : '');
  const watched = by('observed', observed);
  const told: Record<PlanTold['decision'], string> = {
    denied: by('denied by', denied) || 'denied',
    plan_only: 'plan only',
    needs_approval: `held for ${countedApprovals(approvals)}${by(' by', held)}`,
    pass: 'passes',
    no_change: 'changes nothing',
    planning: 'no result yet',
    failed: failure ? `failed: ${failure.code}` : 'failed',
  };
  return [told[decision], watched].filter(Boolean).join('; ');
}

const TONES: Partial<Record<PlanTold['decision'], Tone>> = {
  denied: 'bad',
  failed: 'bad',
  plan_only: 'warn',
  needs_approval: 'warn',
  pass: 'good',
};

const columnsAt = (now: Date): Column<PlanTold>[] => [
  { title: 'PLAN', cell: ({ id }) => id },
  { title: 'AGE', cell: ({ at }) => ageOf(at, now), isWhole: true },
  { title: 'FOR', cell: ({ sponsor }) => sponsor ?? 'no sponsor' },
  { title: 'AGENT', cell: ({ agent }) => (agent === null ? '–' : makeVisibleLine(agent, 24)) },
  { title: 'WHAT', cell: ({ what, tool, target }) => what ?? `${tool} ${target}` },
  { title: 'GUARDS', cell: verdictText, tone: ({ decision }) => TONES[decision] ?? 'quiet' },
];

export function plansText({ plans, before }: PlansPage, width?: number, now = new Date()): string {
  if (plans.length === 0) return 'No plans in that time. Agents make them with the planning tools.';
  const more = before === null ? [] : ['', `There are older plans: --before ${before}`];
  return [...tableLines(columnsAt(now), plans, width, paint), ...more].join('\n');
}
