/** What a guard says of a plan, in the words of every page: what it decides, its code, the facts, and what it is about. */
import type { Plan } from '../core/plan.ts';
import { approvalsAmong, guardCode, type Verdict } from '../core/verdict.ts';
import { lineOf, toldName, toldSentence } from './names.ts';
import { nameRanges } from './worst-first.ts';

export type Told = Pick<
  Verdict,
  'guard' | 'outcome' | 'message' | 'seats' | 'roles' | 'effects' | 'observed' | 'exceptions'
>;

/** `HELD for 2 approvals, data among them, by GUARD_STATEFUL_LOSS: …`. SECURITY: ours up to the first colon. */
export function verdictText(plan: Plan, verdict: Told): string {
  const { guard, outcome, message, effects = [], observed, exceptions = [] } = verdict;
  const about = effects.length > 0 ? ` About: ${nameRanges(effects.map((one) => toldName(plan, one)))}.` : '';
  const watched = observed ? `, would be ${OUTCOMES[observed]} outside observe mode` : '';
  const excepted = exceptions.map((one) => ` Exception: ${lineOf(one)}.`).join('');
  const needs = outcome === 'hold' ? needsOf(verdict) : '';
  return `${OUTCOMES[outcome]}${needs} by ${guardCode(guard)}${watched}: ${toldSentence(plan, message)}${about}${excepted}`;
}

const OUTCOMES: Record<Verdict['outcome'], string> = { deny: 'DENIED', hold: 'HELD', note: 'NOTE', pass: 'PASSED' };
const needsOf = ({ seats = 1, roles = [] }: Told) =>
  ` for ${approvalsAmong(seats, roles)}${roles.length > 0 ? ',' : ''}`;
