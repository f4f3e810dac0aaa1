/** What a guard says of one plan, and what all of them together decide. */
import { z } from 'zod';
import { counted } from './counted.ts';
import type { Remedy } from './errors.ts';
import { GOALS } from './goals.ts';

export const goalSchema = z.enum(GOALS);
export type Goal = z.infer<typeof goalSchema>;

export const verdictSchema = z.strictObject({
  guard: z.string(),
  outcome: z.enum(['pass', 'note', 'hold', 'deny']),
  /** What is the case, with the facts that decided. Empty for a pass. */
  message: z.string(),
  /** What would pass, for the agent: its tools, and what to tell the user. */
  remedy: z.string(),
  /** The same for a person: commands. Absent where one sentence suits both. */
  remedyForPeople: z.string().optional(),
  /** For a hold: how many people must sign, and roles that must be among them. */
  seats: z.number().int().optional(),
  roles: z.array(z.string()).optional(),
  /** Names of the effects that it is about, each of which alone would be held or denied. Absent: the plan as a whole. */
  effects: z.array(z.string()).optional(),
  /** What is the case as a code, where an answer goes on differently by it. */
  cause: z.enum(['policy_not_adopted']).optional(),
  /** Shadow mode: what it would have been, had the policy not said `mode: observe`. */
  observed: z.enum(['hold', 'deny']).optional(),
  /** Of the policy’s own rules: those of which that is said. */
  observedRules: z.array(z.string()).optional(),
  /** Exceptions of the policy that took effects out of this verdict: shown in every plan. */
  exceptions: z.array(z.string()).optional(),
});
export type Verdict = z.infer<typeof verdictSchema>;

export type Decision = 'pass' | 'needs_approval' | 'denied' | 'plan_only' | 'no_change';

export const judgementSchema = z.strictObject({
  decision: z.enum(['pass', 'needs_approval', 'denied', 'plan_only', 'no_change']),
  verdicts: z.array(verdictSchema),
  seats: z.number().int(),
  roles: z.array(z.string()),
});
export type Judgement = z.infer<typeof judgementSchema>;

/** What would pass, for both readers. */
export const remediesOf = ({ remedy, remedyForPeople }: Verdict): Remedy => ({
  agent: remedy,
  person: remedyForPeople ?? remedy,
});

export const pass = (guard: string): Verdict => ({ guard, outcome: 'pass', message: '', remedy: '' });

/** Guards that judged, in their order, beside the verdicts that say something: what a ledger keeps of a judgement. */
export interface ShortJudgement {
  judgement: Judgement;
  judged?: string[] | undefined;
}

const isPlainPass = ({ outcome, message, remedy, ...rest }: Verdict): boolean =>
  outcome === 'pass' &&
  message === '' &&
  remedy === '' &&
  Object.values(rest).filter((value) => value !== undefined).length === 1;

/** Without the verdicts that only say that a guard passed. */
export function shortened(judgement: Judgement): ShortJudgement {
  const { verdicts } = judgement;
  return {
    judgement: { ...judgement, verdicts: verdicts.filter((verdict) => !isPlainPass(verdict)) },
    judged: verdicts.map(({ guard }) => guard),
  };
}

/** As it was before it was shortened; one of an earlier version is whole. */
export function whole({ judgement, judged }: ShortJudgement): Judgement {
  if (judged === undefined) return judgement;
  const said = new Map(judgement.verdicts.map((verdict) => [verdict.guard, verdict]));
  return { ...judgement, verdicts: judged.map((guard) => said.get(guard) ?? pass(guard)) };
}

export function guardCode(guard: string): `GUARD_${string}` {
  return `GUARD_${guard.toUpperCase().replaceAll('-', '_')}`;
}
/** @returns undefined for a code that is no guard's. */
export const guardOf = (code: string): string | undefined =>
  /^GUARD_(.+)$/.exec(code)?.[1]?.toLowerCase().replaceAll('_', '-');

/**
 * One decision from all verdicts; their order does not matter.
 * INVARIANT: no verdicts at all is a denial. `plan_only` only when the one thing in the way is that this scope
 * executes nothing.
 */
export function decide(verdicts: readonly Verdict[]): Judgement {
  const denials = verdicts.filter((verdict) => verdict.outcome === 'deny');
  const holds = verdicts.filter((verdict) => verdict.outcome === 'hold');
  const seats = Math.max(0, ...holds.map((verdict) => verdict.seats ?? 1));
  const roles = [...new Set(holds.flatMap((verdict) => verdict.roles ?? []))].sort();
  const denied = verdicts.length === 0 || denials.some((verdict) => verdict.guard !== 'execution');
  const decision = denied ? 'denied' : denials.length > 0 ? 'plan_only' : seats > 0 ? 'needs_approval' : 'pass';
  return { decision, verdicts: [...verdicts], seats, roles };
}

const DECISION_RANK = { no_change: 0, pass: 0, needs_approval: 1, plan_only: 2, denied: 3 } as const;

/** Is `live` stricter than what was `signed`? More seats, other roles or a harder decision all are. */
export function isStricter(live: Judgement, signed: Judgement): boolean {
  return (
    DECISION_RANK[live.decision] > DECISION_RANK[signed.decision] ||
    live.seats > signed.seats ||
    live.roles.some((role) => !signed.roles.includes(role))
  );
}

/** `1 approval`, `2 approvals`: what a plan needs before it can execute. */
export const countedApprovals = (count: number): string => counted(count, 'approval');

/** The same, with roles that must be among those who approve: `2 approvals, data among them`. */
export const approvalsAmong = (count: number, roles: readonly string[]): string =>
  `${countedApprovals(count)}${roles.length > 0 ? `, ${roles.join(' and ')} among them` : ''}`;
