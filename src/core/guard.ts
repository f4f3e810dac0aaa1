/** A guard: a pure judge of one plan plus facts. */
import type { z } from 'zod';
import type { Plan } from './plan.ts';
import { decide, GOALS, type Goal, guardCode, type Judgement, type Verdict } from './verdict.ts';

export type Environment = 'production' | 'development' | 'disposable';
export type Phase = 'preview' | 'propose' | 'execute';

export interface SeatRule {
  seats: number;
  include: string[];
}

/** What is true around the plan: people, policy, history, time. All of it is data; a guard reads nothing else. */
export interface Facts {
  now: Date;
  phase: Phase;
  /** Absent in a preview before the agent has named one. */
  goal?: Goal;
  halt: 'running' | 'halted' | 'unreadable';
  policy: { present: boolean; digest: string };
  /** What the policy says of the account that the plan was made in; null: the policy does not name it. */
  account: { alias: string; id: string; regions: string[] } | null;
  /** The scope that matched; null: none did. */
  scope: { text: string; create: boolean; execute: 'plan_only' | 'by_command' | 'by_runner' } | null;
  environment: Environment;
  /** Tag keys that a scope, freeze or rule reads. */
  decidingTags: string[];
  sponsor: { name: string | null; known: boolean };
  seatRules: Record<'reversible' | 'recoverable' | 'irreversible', SeatRule>;
  /** Who could fill a seat: everybody in the directory but the excluded. */
  approvers: { name: string; roles: string[] }[];
  /** From the ledger, about this target and this sponsor. */
  history: {
    /** Another change on this target that is executing now. */
    inFlight: string | null;
    /** Executions in this environment within the last hour. */
    executionsLastHour: number;
    /** The same plan of calls failed this often on this target within 24 h. */
    sameFailures: number;
    /** A change that lowered protection of this target within 24 h. */
    protectionLoweredAt: string | null;
    /** A stack of this name was deleted through the ledger within 24 h. */
    deletedAt: string | null;
  };
  /** Only when executing: what differs from what was signed. */
  differences?: string[];
}

export interface Guard {
  readonly name: string;
  judge(plan: Plan, facts: Facts): Verdict;
}

/** One file in `guards/`: the rule, its strict options, and how it is made. */
export interface GuardDefinition<Options = unknown> {
  readonly name: string;
  /** The rule, for the catalogue in `docs/guards.md`. */
  readonly rule: string;
  /** Must parse `{}`: every option has its default. */
  readonly options: z.ZodType<Options>;
  /** Judged on target, identity and halt alone, before anything is asked of the cloud that leaves a trace. */
  readonly beforePlanning?: boolean;
  create(options: Options): Guard;
}

/**
 * Judges with every guard; none short-circuits another.
 * INVARIANT: a guard that throws is a denial; an empty list is one too (`decide`).
 */
export function judgeAll(guards: readonly Guard[], plan: Plan, facts: Facts): Judgement {
  return decide(guards.map((guard) => judgeOne(guard, plan, facts)));
}

function judgeOne(guard: Guard, plan: Plan, facts: Facts): Verdict {
  try {
    return guard.judge(plan, facts);
  } catch {
    return {
      guard: guard.name,
      outcome: 'deny',
      message: `${guardCode(guard.name)} could not judge this plan, and what cannot be judged is refused.`,
      remedy: 'This is a defect of the guard, not of your plan: report it to the operators of this server.',
    };
  }
}

/** For which goals would this plan not be denied? Told in every preview, so that nobody has to guess. */
export function goalsAllowed(guards: readonly Guard[], plan: Plan, facts: Facts): Goal[] {
  return GOALS.filter((goal) => judgeAll(guards, plan, { ...facts, goal }).decision !== 'denied');
}

/** Small constructors, so that guard files read as rules. */
export const note = (guard: string, message: string, remedy = ''): Verdict => ({
  guard,
  outcome: 'note',
  message,
  remedy,
});
export const deny = (guard: string, message: string, remedy: string): Verdict => ({
  guard,
  outcome: 'deny',
  message,
  remedy,
});
export const hold = (guard: string, seats: number, message: string, remedy: string, roles: string[] = []): Verdict => ({
  guard,
  outcome: 'hold',
  seats,
  roles,
  message,
  remedy,
});
