/** `policy explain`: why a plan, a change or a sketch of one is judged as it is. */

import { readFileSync } from 'node:fs';
import { styleText } from 'node:util';
import { guards } from '../../guards/index.ts';
import { CountersignError } from '../core/errors.ts';
import { didYouMean } from '../core/nearest.ts';
import type { LedgerView } from '../core/ports.ts';
import { makeVisibleLine } from '../core/render-safe.ts';
import { GOALS, type Goal } from '../core/verdict.ts';
import { openLedger } from '../ledger/store.ts';
import { loadPolicy } from '../policy/load.ts';
import type { Policy } from '../policy/model.ts';
import {
  type ExplainedVerdict,
  type Explanation,
  explain,
  type SmallestChange,
  type Subject,
} from '../policy-lab/explain/explain.ts';
import { readSample } from '../policy-lab/explain/sample.ts';
import { type Moment, momentOf } from '../policy-lab/replay/as-of.ts';
import { decisionText } from '../policy-lab/replay/replay.ts';
import { providerRules } from '../providers/index.ts';
import { labelled } from './labelled.ts';

export interface ExplainReport extends Explanation {
  subject: string;
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
  policyPath: string | undefined;
  sponsor: string | undefined;
  actsAs: string[];
  goal?: string;
  now?: Date;
}

/** @param subject id of a plan or change, or the file of a sketch. @throws INPUT_NOT_FOUND, INPUT_INVALID, CONFIG_POLICY_…. */
export async function explainPolicy(subject: string, request: ExplainRequest): Promise<ExplainReport> {
  const { home, policyPath, now = new Date() } = request;
  const goal = goalOf(request.goal);
  const policy = policyPath === undefined ? null : loadPolicy(policyPath, guards, now);
  const ledger = openLedger(home);
  try {
    const recorded = /^(?:plan|chg)_/.test(subject) ? await momentIn(ledger, subject) : undefined;
    const found: Subject = recorded ?? sketched(subject, policy, request, now);
    const asked: Subject = goal ? { ...found, goal } : found;
    const { plan, at, sponsor } = asked;
    const explanation = await explain(
      { policy, guards, provider: providerRules, ledger },
      asked,
      policyPath ?? 'no policy',
    );
    return {
      subject,
      target: `${plan.target.name} (${plan.target.account}, ${plan.target.region})`,
      goal: asked.goal ?? null,
      sponsor,
      asOf: at.toISOString(),
      policy: policyPath ?? null,
      recorded: recorded ? toldOf(recorded) : null,
      ...explanation,
    };
  } finally {
    ledger.close();
  }
}
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

async function momentIn(ledger: LedgerView, id: string): Promise<Moment> {
  const query = id.startsWith('chg_')
    ? { changeId: id, kinds: ['change.proposed'] }
    : { planId: id, kinds: ['plan.made'] };
  const [event] = await ledger.events(query);
  if (event) return momentOf({ ledger, provider: providerRules }, event);
  throw new CountersignError(
    'INPUT_NOT_FOUND',
    `The ledger has no plan or change ${makeVisibleLine(id, 60)}.`,
    'List changes with: countersign changes. A plan_* tool answers with its plan_id. Check --home.',
  );
}

function sketched(file: string, policy: Policy | null, { sponsor, actsAs }: ExplainRequest, now: Date): Subject {
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
  const sample = readSample(text, file, { policy, provider: providerRules, sponsor, now });
  return {
    kind: 'plan',
    seq: Number.MAX_SAFE_INTEGER,
    at: now,
    excluded: actsAs,
    sponsor: sample.plan.sponsor,
    ...sample,
  };
}

const INDENT = 8;
const NAMES_TOLD = 6;

/** @param width columns of the terminal. */
export function explainText(report: ExplainReport, width = 100): string {
  const { subject, target, goal, sponsor, asOf, policy, recorded, environment } = report;
  const about = [target, goal, sponsor === null ? 'without a sponsor' : `for ${sponsor}`].filter(Boolean).join(' · ');
  const was = recorded && decisionText(recorded) !== decisionText(report) ? ` (then: ${decisionText(recorded)})` : '';
  return [
    styleText('bold', `${subject}: ${decisionText(report)} in ${environment}${was}`),
    makeVisibleLine(about),
    `under ${policy ?? 'no policy'}, as of ${asOf.slice(0, 19).replace('T', ' ')} UTC`,
    '',
    ...(report.notDenied ? smallestLines('not denied', report.notDenied, width) : []),
    ...(report.noSeats ? smallestLines('no approval', report.noSeats, width) : []),
    '',
    ...report.guards.flatMap((verdict) =>
      verdict.outcome === 'pass' ? passLine(verdict, width) : verdictLines(verdict, width),
    ),
  ].join('\n');
}

function smallestLines(what: string, { without, decision, exact }: SmallestChange, width: number): string[] {
  const label = styleText('bold', what.padEnd(12));
  if (!without || !decision) return labelled(label, 12, 'no smaller plan: each effect alone needs approval', width);
  const then = decision.decision === 'needs_approval' ? `needs ${decisionText(decision)}` : decisionText(decision);
  return labelled(
    label,
    12,
    `without ${namesText(without)}: ${then}${exact ? '' : ' (leaving out less may also suffice)'}`,
    width,
  );
}

const namesText = (names: readonly string[]) =>
  makeVisibleLine(names.slice(0, NAMES_TOLD).join(', ')) +
  (names.length > NAMES_TOLD ? ` and ${names.length - NAMES_TOLD} more` : '');

/** In one line: the facts, with line and column of what the policy says. */
function passLine({ guard, facts, lines }: ExplainedVerdict, width: number): string {
  const place = (from: readonly string[]) => from.map((one) => /:(\d+:\d+) /.exec(one)?.[1]).filter(Boolean);
  const told = [
    ...lines.filter((line) => !line.startsWith('default')).map((line) => line.replace(/^.*?:(?=\d+:\d+ )/, '')),
    ...facts.map(({ fact, value, from }) => [`${fact}: ${makeVisibleLine(value, 60)}`, ...place(from)].join(' ← ')),
  ].join(' · ');
  const room = width - INDENT - 17;
  const shown = told.length > room ? `${told.slice(0, room - 1)}…` : told;
  return told === ''
    ? `${styleText('green', 'pass'.padEnd(INDENT))}${guard}`
    : `${styleText('green', 'pass'.padEnd(INDENT))}${guard.padEnd(17)}${styleText('dim', shown)}`;
}

const COLOURS = { deny: 'red', hold: 'yellow', note: 'cyan' } as const;

function verdictLines(verdict: ExplainedVerdict, width: number): string[] {
  const { guard, outcome, message, remedy, facts, lines, passesWithout, observed, exceptions = [] } = verdict;
  const [kind, seats] = [outcome.slice(0, 4) as keyof typeof COLOURS, outcome.slice(4)];
  const row = (label: string, text: string) =>
    labelled(`${' '.repeat(INDENT)}${label.padEnd(12)}`, INDENT + 12, text, width);
  return [
    `${styleText(COLOURS[kind], kind.padEnd(INDENT))}${styleText('bold', guard)} ${seats}`.trimEnd(),
    ...row('because', makeVisibleLine(message)),
    ...(remedy ? row('would pass', makeVisibleLine(remedy)) : []),
    ...(passesWithout?.without ? row('or without', namesText(passesWithout.without)) : []),
    ...(observed ? row('observed', `observe mode; enforced, it would ${observed}`) : []),
    ...exceptions.flatMap((exception) => row('excepted', exception)),
    ...facts.flatMap(({ fact, value, from }, index) =>
      row(
        index === 0 ? 'rests on' : '',
        `${fact}: ${makeVisibleLine(value, 200)}${from.length > 0 ? ` ← ${from.join('; ')}` : ''}`,
      ),
    ),
    ...lines.flatMap((line, index) => row(index === 0 ? 'policy' : '', line)),
  ];
}
