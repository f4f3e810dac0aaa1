/** What each kind of event counts. What is counted is what the ledger says, so that figures and ledger agree. */
import { bodyOf, type EventKind, type LedgerEvent } from '../core/events.ts';
import type { Attributes, FindState } from '../core/observing.ts';
import { guardCode, type Judgement, type ShortJudgement, whole } from '../core/verdict.ts';
import type { MetricName } from './metrics.ts';

export type Measure = (metric: MetricName, value: number, attributes: Attributes) => void;
type Counts = (event: LedgerEvent, measure: Measure, find: FindState) => Promise<void> | void;

const PROPOSED_AS: Readonly<Record<Judgement['decision'], string>> = {
  denied: 'denied',
  plan_only: 'denied',
  needs_approval: 'pending',
  pass: 'approved',
  no_change: 'approved',
};
const entered = (measure: Measure, state: string) => measure('countersign.changes', 1, { 'countersign.state': state });
const as =
  (state: string): Counts =>
  (_, measure) =>
    entered(measure, state);
const secondsBetween = (from: string, to: string): number => (Date.parse(to) - Date.parse(from)) / 1_000;

function countVerdicts(judged: ShortJudgement, phase: string, measure: Measure): void {
  for (const { guard, outcome } of whole(judged).verdicts)
    measure('countersign.verdicts', 1, {
      'countersign.guard.code': guardCode(guard),
      'countersign.verdict': outcome,
      'countersign.phase': phase,
    });
}

const COUNTS: { readonly [K in EventKind]?: Counts } = {
  'plan.made': (event, measure) => {
    const { tool, judgement, judged } = bodyOf('plan.made', event);
    measure('countersign.plans', 1, { 'countersign.decision': judgement.decision, 'gen_ai.tool.name': tool });
    countVerdicts({ judgement, judged }, 'preview', measure);
  },
  'tool.refused': (event, measure) => {
    const { code, tool } = bodyOf('tool.refused', event);
    // SECURITY: the name of a tool that is none is a text of the agent's.
    const name = code === 'INPUT_UNKNOWN_TOOL' ? UNKNOWN_TOOL : tool;
    measure('countersign.refusals', 1, { 'countersign.error.code': code, 'gen_ai.tool.name': name });
  },
  'change.proposed': (event, measure) => {
    const { judgement } = bodyOf('change.proposed', event);
    countVerdicts({ judgement }, 'propose', measure);
    entered(measure, PROPOSED_AS[judgement.decision]);
  },
  'change.approved': async ({ changeId = '', at }, measure, find) => {
    const { state, environment, proposedAt } = await find(changeId);
    if (state !== 'approved') return;
    entered(measure, 'approved');
    const attributes = { 'countersign.environment': environment };
    measure('countersign.approval.duration', secondsBetween(proposedAt, at), attributes);
  },
  'change.rejected': as('rejected'),
  'change.withdrawn': as('withdrawn'),
  'change.stale': as('stale'),
  'change.closed': as('closed'),
  'change.executing': as('executing'),
  'change.finished': async ({ changeId = '', at }, measure, find) => {
    const { state, environment, startedAt } = await find(changeId);
    entered(measure, state);
    const attributes = { 'countersign.state': state, 'countersign.environment': environment };
    if (startedAt !== null) measure('countersign.execution.duration', secondsBetween(startedAt, at), attributes);
  },
};
export const UNKNOWN_TOOL = '_OTHER';

/** Never throws: a figure that is missing stops nothing. */
export async function count(events: readonly LedgerEvent[], measure: Measure, find: FindState): Promise<void> {
  for (const event of events) {
    try {
      await COUNTS[event.kind as EventKind]?.(event, measure, find);
    } catch {
      // What is in the ledger stays there, and `audit verify` judges it.
    }
  }
}
