/** `policy explain`: why a plan, a change or a sketch of one is judged as it is. */

import { readFileSync } from 'node:fs';
import { guards } from '../../guards/index.ts';
import { ledgerPlace } from '../config.ts';
import { counted } from '../core/counted.ts';
import { CountersignError } from '../core/errors.ts';
import { GOALS } from '../core/goals.ts';
import { absoluteTime } from '../core/instant.ts';
import { didYouMean } from '../core/nearest.ts';
import type { Plan } from '../core/plan.ts';
import type { LedgerView } from '../core/ports.ts';
import { makeVisibleLine } from '../core/render-safe.ts';
import type { Goal, Verdict } from '../core/verdict.ts';
import { openLedgerAt } from '../ledger/open.ts';
import { loadPolicy } from '../policy/load.ts';
import type { Policy } from '../policy/model.ts';
import { type Explanation, explain, type SmallestChange, type Subject } from '../policy-lab/explain/explain.ts';
import { readSample } from '../policy-lab/explain/sample.ts';
import { type Moment, momentOf } from '../policy-lab/replay/as-of.ts';
import { decisionText } from '../policy-lab/replay/replay.ts';
import { providerRules, providerRulesWithTypes } from '../providers/index.ts';
import { layOut, NARROWEST, type Row, rowOf, type Tone, wrapped } from '../render/layout.ts';
import { sentenceOf } from '../render/sentence.ts';
import { verdictText } from '../render/verdict-text.ts';
import { subjectIdOf } from './ids.ts';
import { paint } from './paint.ts';

/** `told`: as `show` tells it. */
type ExplainedVerdict = Explanation['guards'][number] & { told: string };

export interface ExplainReport extends Explanation {
  subject: string;
  /** What the plan does, in one sentence. */
  summary: string;
  guards: ExplainedVerdict[];
  target: string;
  goal: Goal | null;
  sponsor: string | null;
  /** History, budgets, freezes and exceptions are those of then. */
  asOf: string;
  policy: string | null;
  /** What was decided then, of what is in the ledger. */
  recorded: Pick<Explanation, 'decision' | 'seats' | 'roles'> | null;
}
export interface ExplainRequest {
  home: string;
  ledgerUrl?: string | undefined;
  policyPath: string | undefined;
  sponsor: string | undefined;
  actsAs: string[];
  goal?: string;
  now?: Date;
}

/** @param subject id of a plan or change, or the file of a sketch. @throws INPUT_NOT_FOUND, INPUT_INVALID, CONFIG_POLICY_…. */
export async function explainPolicy(subject: string, request: ExplainRequest): Promise<ExplainReport> {
  const { policyPath, now = new Date() } = request;
  const goal = goalOf(request.goal);
  const policy = policyPath === undefined ? null : loadPolicy(policyPath, guards, now);
  const ledger = openLedgerAt(ledgerPlace(request));
  try {
    const recorded = /^(?:plan|chg)_/.test(subject) ? await momentIn(ledger, subject) : undefined;
    const found: Subject = recorded ?? (await sketched(subject, policy, request, now));
    const asked: Subject = goal ? { ...found, goal } : found;
    const { plan, at, sponsor } = asked;
    const explanation = await explain(
      { policy, guards, provider: providerRules, ledger },
      asked,
      policyPath ?? 'no policy',
    );
    return {
      subject: recorded?.id ?? subject,
      summary: sentenceOf(plan),
      target: `${plan.target.name} (${plan.target.account}, ${plan.target.region})`,
      goal: asked.goal ?? null,
      sponsor,
      asOf: at.toISOString(),
      policy: policyPath ?? null,
      recorded: recorded ? toldOf(recorded) : null,
      ...explanation,
      guards: explanation.guards.map((one) => ({ ...one, told: toldVerdict(plan, one) })),
    };
  } finally {
    ledger.close();
  }
}
/** `hold(2, data)` is a hold. */
const toldVerdict = (plan: Plan, { outcome, ...verdict }: Explanation['guards'][number]): string =>
  verdictText(plan, { ...verdict, outcome: outcome.replace(/\(.*/, '') as Verdict['outcome'] });

const toldOf = ({ judgement: { decision, seats, roles } }: Moment) => ({ decision, seats, roles });

function goalOf(text: string | undefined): Goal | undefined {
  const goal = GOALS.find((one) => one === text);
  if (text === undefined || goal) return goal;
  throw new CountersignError(
    'INPUT_INVALID',
    `${makeVisibleLine(text, 40)} is not a goal.${didYouMean(text, GOALS)}`,
    `Goals are: ${GOALS.join(', ')}.`,
  );
}

/** @throws INPUT_NOT_FOUND */
async function momentIn(ledger: LedgerView, given: string): Promise<Moment> {
  const id = await subjectIdOf(ledger, given);
  const query = id.startsWith('chg_')
    ? { changeId: id, kinds: ['change.proposed'] }
    : { planId: id, kinds: ['plan.made'] };
  const [event] = await ledger.events(query);
  if (event) return momentOf({ ledger, provider: providerRules }, event);
  throw new CountersignError(
    'INPUT_NOT_FOUND',
    `No plan was made of ${makeVisibleLine(id, 60)}.`,
    'Its planning failed, or has not ended: countersign plans',
  );
}

async function sketched(
  file: string,
  policy: Policy | null,
  { sponsor, actsAs }: ExplainRequest,
  now: Date,
): Promise<Subject> {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (cause) {
    throw new CountersignError(
      'INPUT_NOT_FOUND',
      `${makeVisibleLine(file, 120)} is neither an id (plan_…, chg_…) nor a readable file.`,
      'Name a plan, a change, or the file of a sketch.',
      { cause },
    );
  }
  const provider = await providerRulesWithTypes();
  const sample = readSample(text, file, { policy, provider, sponsor, now });
  return {
    kind: 'plan',
    seq: Number.MAX_SAFE_INTEGER,
    at: now,
    excluded: actsAs,
    sponsor: sample.plan.sponsor,
    ...sample,
  };
}

const NAMES_TOLD = 6;
const GUARD_COLUMNS = 17;

/** The change in the sentence of `show`, then each verdict in its words. @param width columns of the terminal. */
export function explainText(report: ExplainReport, width = 100): string {
  const { subject, summary, target, goal, sponsor, asOf, policy, recorded, environment, guards: judged } = report;
  const was = recorded && decisionText(recorded) !== decisionText(report) ? ` (then: ${decisionText(recorded)})` : '';
  const state: Row[] = [
    { text: `${subject}: ${decisionText(report)} in ${environment}${was}`, tone: TONES[report.decision] ?? 'warn' },
    rowOf([target, ...(goal === null ? [] : [`goal ${goal}`]), `asked by ${sponsor ?? 'no sponsor'}`]),
    { text: `under ${policy ?? 'no policy'}, as of ${absoluteTime(asOf)}` },
    ...(report.notDenied ? smallestRows('not denied', report.notDenied) : []),
    ...(report.noSeats ? smallestRows('no approval', report.noSeats) : []),
  ];
  const told = judged.filter(({ outcome }) => outcome !== 'pass');
  const passed = judged.filter(({ outcome }) => outcome === 'pass');
  const rows = [
    ...told.flatMap(verdictRows),
    { indent: 2, text: `${counted(passed.length, 'guard')} passed`, own: true as const },
  ];
  return [
    ...layOut(
      [
        { key: 'state', title: summary, rows: state },
        { key: 'guards', title: 'GUARDS', rows },
      ],
      width,
      paint,
    ),
    ...passed.map((one) => passLine(one, width)),
  ].join('\n');
}
const TONES: Partial<Record<ExplainReport['decision'], Tone>> = { denied: 'bad', pass: 'good', no_change: 'good' };

function smallestRows(what: string, { without, decision, exact }: SmallestChange): Row[] {
  const label = `${what}: `;
  if (!without || !decision) return [{ text: `${label}no smaller plan: each effect alone needs approval` }];
  const then = decision.decision === 'needs_approval' ? `needs ${decisionText(decision)}` : decisionText(decision);
  return [
    { text: `${label}without ${namesText(without)}: ${then}${exact ? '' : ' (leaving out less may also suffice)'}` },
  ];
}

const namesText = (names: readonly string[]) =>
  makeVisibleLine(names.slice(0, NAMES_TOLD).join(', ')) +
  (names.length > NAMES_TOLD ? ` and ${names.length - NAMES_TOLD} more` : '');

/** In one line: the facts, with line and column of what the policy says; cut at a word. */
function passLine({ guard, facts, lines }: ExplainedVerdict, width: number): string {
  const place = (from: readonly string[]) => from.map((one) => /:(\d+:\d+) /.exec(one)?.[1]).filter(Boolean);
  const told = [
    ...lines.filter((line) => !line.startsWith('default')).map((line) => line.replace(/^.*?:(?=\d+:\d+ )/, '')),
    ...facts.map(({ fact, value, from }) => [`${fact}: ${makeVisibleLine(value, 60)}`, ...place(from)].join(' ← ')),
  ].join(' · ');
  const indent = `    ${guard.padEnd(GUARD_COLUMNS)}`;
  const [first = '', ...more] = wrapped(told, Math.max(NARROWEST, width) - indent.length - 2);
  return told === '' ? indent.trimEnd() : `${indent}${paint('quiet', more.length > 0 ? `${first} …` : first)}`;
}

const VERDICT_TONES: Record<string, Tone> = { deny: 'bad', hold: 'warn' };

function verdictRows(verdict: ExplainedVerdict): Row[] {
  const { outcome, told, remedy, facts, lines, passesWithout } = verdict;
  const row = (text: string): Row => ({ indent: 4, text });
  return [
    { indent: 2, text: told, tone: VERDICT_TONES[outcome.slice(0, 4)] ?? 'plain' },
    ...(remedy ? [row(`would pass: ${makeVisibleLine(remedy)}`)] : []),
    ...(passesWithout?.without ? [row(`or without: ${namesText(passesWithout.without)}`)] : []),
    ...facts.map(({ fact, value, from }) =>
      row(`rests on ${fact}: ${makeVisibleLine(value, 200)}${from.length > 0 ? ` ← ${from.join('; ')}` : ''}`),
    ),
    ...lines.map((line) => row(`policy: ${line}`)),
  ];
}
