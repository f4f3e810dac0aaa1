/** `policy replay`: everything that was judged, judged again under another policy, as of then. */

import { styleText } from 'node:util';
import { guards } from '../../guards/index.ts';
import { counted } from '../core/counted.ts';
import { absoluteTime } from '../core/instant.ts';
import { makeVisibleLine } from '../core/render-safe.ts';
import { openLedgerAt } from '../ledger/open.ts';
import { loadPolicy } from '../policy/load.ts';
import { type Difference, decisionText, type Replayed, replay } from '../policy-lab/replay/replay.ts';
import { providerRules } from '../providers/index.ts';
import { labelled } from './labelled.ts';
import { sinceWhen } from './since.ts';

export interface ReplayReport extends Replayed {
  policy: string;
  digest: string;
  since: string;
  compared: 'policies' | 'observation';
}

const PROGRESS_EVERY = 200;

/** @throws INPUT_INVALID for a time that is none, CONFIG_POLICY_… for a policy that is none. */
export async function replayPolicy(
  home: string,
  policyPath: string,
  { since, observed = false, now = new Date() }: { since: string; observed?: boolean; now?: Date },
  tell: (progress: string) => void = () => undefined,
): Promise<ReplayReport> {
  const from = sinceWhen(since, now);
  const policy = loadPolicy(policyPath, guards, now);
  const ledger = openLedgerAt(home);
  try {
    const compared = observed ? 'observation' : 'policies';
    const replayed = await replay({ policy, guards, provider: providerRules, ledger }, from, compared, (judged, of) => {
      if (judged > 0 && judged % PROGRESS_EVERY === 0) tell(`${judged} of ${of} judged`);
    });
    return { policy: policyPath, digest: policy.digest, since: from.toISOString(), compared, ...replayed };
  } finally {
    ledger.close();
  }
}

/** @param width columns of the terminal. */
export function replayText(report: ReplayReport, width = 100): string {
  const { policy, since, compared, judged, counts, differences, unreadable } = report;
  const about = `${counted(judged.plans, 'plan')} and ${counted(judged.changes, 'change')} since ${since.slice(0, 16).replace('T', ' ')}`;
  const head =
    compared === 'policies'
      ? `${about}, re-evaluated under ${policy} as of then`
      : `${about}: guards and rules in observe mode in ${policy}, as if enforced`;
  return [
    styleText('bold', head),
    ...(judged.plans + judged.changes === 0
      ? ['The ledger has none, so nothing was judged. Check --home and --since.']
      : []),
    ...(judged.plans + judged.changes > 0 && differences.length === 0 ? ['Nothing differs.'] : []),
    ...Object.entries(counts).map(([change, count]) => `${String(count).padStart(5)}  ${change}`),
    ...differences.slice(0, TOLD).flatMap((difference) => ['', ...differenceLines(difference, width)]),
    ...(differences.length > TOLD
      ? ['', `${differences.length - TOLD} more with smaller differences; --json lists all`]
      : []),
    ...unreadable.map(({ id, why }) => styleText('red', `not judged: ${id}: ${makeVisibleLine(why, 160)}`)),
  ].join('\n');
}

const INDENT = 23;
const TOLD = 50;

function differenceLines(difference: Difference, width: number): string[] {
  const { id, at, target, sponsor, goal, was, is, changed, direction, guards: by } = difference;
  const change = changed ? `${decisionText(was)} → ${decisionText(is)}` : `${decisionText(is)} either way`;
  const colour = changed ? (direction === 'milder' ? 'red' : 'yellow') : 'dim';
  const who = [makeVisibleLine(target, 60), goal, sponsor === null ? 'without a sponsor' : `for ${sponsor}`]
    .filter(Boolean)
    .join(' · ');
  const below = (text: string) => labelled(' '.repeat(INDENT), INDENT, text, width);
  return [
    `${styleText(colour, change.padEnd(INDENT - 1))} ${who}`,
    ...below(`${absoluteTime(at)}, ${id}`),
    ...by.flatMap(({ guard, was: before, is: after, message }) =>
      below(`${guard}: ${before ?? 'not there'} → ${after ?? 'not there'}: ${makeVisibleLine(message, 200)}`),
    ),
  ];
}
