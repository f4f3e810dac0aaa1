/** A guard: a pure judge of one plan plus facts. */
import type { z } from 'zod';
import type { SignedIn } from './caller.ts';
import type { Lowering } from './capacity.ts';
import type { OnePerson } from './change.ts';
import type { Effect } from './effect.ts';
import type { Environment } from './environment.ts';
import type { Remedy } from './errors.ts';
import { GOALS } from './goals.ts';
import type { Holder } from './holder.ts';
import type { Plan } from './plan.ts';
import type { Proof } from './proof.ts';
import type { ProviderFacts } from './subject.ts';
import { decide, type Goal, guardCode, type Judgement, type Verdict } from './verdict.ts';

export type Phase = 'preview' | 'propose' | 'execute';

export interface SeatRule {
  seats: number;
  include: string[];
  /** The least that an approval must prove. Absent: any key of the person. */
  proof?: Proof | undefined;
}

/** Sums over changes that were proposed and not refused, rejected, expired, withdrawn or stale. */
export interface Spent {
  changes: number;
  updated: number;
  created: number;
  lost: number;
}

/** What one of the policy's own rules (Cedar) said of this plan. */
export interface RuleVerdict {
  id: string;
  outcome: 'deny' | 'hold' | 'note';
  seats: number;
  message: string;
  remedy: string;
  /** The effects that it forbids, by name. */
  effects: string[];
  /** Shadow mode: what it would be, did the rule not say `observe`. */
  observed?: 'hold' | 'deny';
}

/** A dated exception of the policy: takes one resource out of one guard's sight, and is shown in every plan. */
export interface Exception {
  guard: string;
  /** Logical id, or physical id where there is no stack. */
  resource: string;
  until: string;
  owner: string;
  reason: string;
}

/** How the policy bends a guard here. `observe`: shadow mode. `raise`: stricter in this scope. */
export interface Adjustment {
  observe?: boolean;
  raise?: { outcome: 'deny' } | { outcome: 'hold'; seats: number };
}

/**
 * How a process's policy stands to the one that its state folder has adopted. `none`: the process has no policy;
 * `not_adopted`: the folder has adopted none yet; `changed`: it has adopted another.
 */
export type PolicyStanding = 'none' | 'not_adopted' | 'changed' | 'adopted';

/** What is true around the plan: people, policy, history, time. All of it is data; a guard reads nothing else. */
export interface Facts {
  now: Date;
  phase: Phase;
  /** Absent in a preview before the agent has named one. */
  goal?: Goal;
  halt: 'running' | 'halted' | 'unreadable';
  policy: { present: boolean; digest: string; standing: PolicyStanding };
  provider: ProviderFacts;
  /** Accounts that the policy names. */
  ownAccounts: string[];
  /** What the policy says of the account that the plan was made in; null: the policy does not name it. */
  account: {
    alias: string;
    id: string;
    regions: string[];
    /** The role that plans must be made under, where the policy names one. */
    plannerRole?: string;
    /** An organisation's management account: nothing is planned there. */
    management?: boolean;
  } | null;
  /** The scope that matched; null: none did. */
  scope: { text: string; create: boolean; execute: 'plan_only' | 'by_command' | 'by_runner' } | null;
  environment: Environment;
  /** Tag keys that a scope, freeze or rule reads. */
  decidingTags: string[];
  sponsor: {
    name: string | null;
    known: boolean;
    /** By a token, and not by the server's environment. */
    signedIn?: SignedIn;
  };
  /**
   * Environment of what marks reach outside of the stack, by the mark's target id. Absent: production.
   * `out_of_scope`: it belongs to a stack that no scope of the policy matches.
   */
  reached: Record<string, Environment | 'out_of_scope'>;
  /** Freezes of the policy that are in force now for this target. */
  freezes: { text: string; until: string }[];
  /** What the policy's own rules forbid of this plan. */
  rules: RuleVerdict[];
  /** By guard name. */
  adjustments: Record<string, Adjustment>;
  exceptions: Exception[];
  seatRules: Record<'reversible' | 'recoverable' | 'irreversible', SeatRule>;
  /** Solo mode: this person signs alone. */
  onePerson?: OnePerson;
  /** Who could fill a seat: everybody in the directory but the excluded. */
  approvers: { name: string; roles: string[] }[];
  /** From the ledger, about this target and this sponsor. */
  history: {
    /** Another change that holds this target: it is executing, or (`isUnknown`) ended without a known outcome. */
    inFlight: Holder | null;
    /** Executions in this environment within the last hour. */
    executionsLastHour: number;
    /** Plans that touch some of what this one touches failed this often on this target by one cause within 24 h. */
    sameFailures: number;
    /** A change that lowered protection of this target within 24 h. */
    protectionLoweredAt: string | null;
    /** A protection that is lower than a plan of the last 24 h saw it, whoever lowered it. Absent: none. */
    protectionFell?: { what: string; since: string } | null;
    /** What this plan lowers and plans of the last 24 h saw higher: all steps together are a cut. Absent: nothing. */
    cutInSteps?: readonly Lowering[];
    /** A stack of this name that had completed its creation was deleted through the ledger within 24 h. */
    deletedAt: string | null;
    /** This sponsor's other plans: within an hour, and names of stacks that a plan began and nothing executed. */
    plans: { lastHour: number; emptyStacks: string[] };
    /** This sponsor's changes in this environment, of all its agents and processes, within one hour and one day. */
    spent: { hour: Spent; day: Spent };
    /**
     * What changes lose or lost of this target within 24 h: names, and how many resources it had before the first
     * change of that time (of any kind: else adding first would make the share lost smaller). 0: no change.
     */
    lostHere: { names: string[]; sizeBefore: number };
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
  /** What it says by default when the rule is broken: `deny`, `P-deny, else hold(1)`, `hold(2)`. */
  readonly normally: string;
  /** What the agent is told, for the catalogue. */
  readonly told: string;
  /**
   * What it refuses in production and no approval lifts, in a few words, for describe_policy. Absent: nothing that an
   * agent could plan around; what it denies is told with the plan.
   */
  readonly denies?: string;
  /** Holds the road itself together: the policy can neither observe it only, nor make exceptions from it. */
  readonly structural?: boolean;
  /** Must parse `{}`: every option has its default. */
  readonly options: z.ZodType<Options>;
  /** Judged on target, identity and halt alone, before anything is asked of the cloud that leaves a trace. */
  readonly beforePlanning?: boolean;
  /** What it denies passes with the hour or the shell: at execution it refuses, and ends no change as stale. */
  readonly transient?: boolean;
  create(options: Options): Guard;
  /** How many changes may execute in an environment within an hour, where it limits that. */
  executionsPerHour?(options: Options, environment: Environment): number;
  /** For a guard that counts over time: the caps in force, so that describe_policy can tell what is left. */
  caps?(options: Options, environment: Environment): { hour: Spent; day: Spent };
}

/**
 * Judges with every guard; none short-circuits another.
 * INVARIANT: a guard that throws is a denial; an empty list is one too (`decide`).
 */
export function judgeAll(guards: readonly Guard[], plan: Plan, facts: Facts): Judgement {
  return decide(guards.map((guard) => judgeOne(guard, plan, facts)));
}

/** What one guard says, bent as the policy bends it. */
export function judgeOne(guard: Guard, plan: Plan, facts: Facts): Verdict {
  const taken = facts.exceptions.filter((exception) => exception.guard === guard.name);
  const verdict = adjusted(guarded(guard, without(plan, taken), facts), facts.adjustments[guard.name]);
  const used = taken.filter(({ resource }) => plan.effects.some((effect) => isNamed(effect, resource)));
  if (used.length === 0) return verdict;
  const exceptions = used.map(
    ({ resource, until, owner, reason }) => `${resource} is excepted until ${until} by ${owner}: ${reason}`,
  );
  return { ...verdict, outcome: verdict.outcome === 'pass' ? 'note' : verdict.outcome, exceptions };
}

function guarded(guard: Guard, plan: Plan, facts: Facts): Verdict {
  try {
    return guard.judge(plan, facts);
  } catch {
    return {
      guard: guard.name,
      outcome: 'deny',
      message: `${guardCode(guard.name)} failed on this plan, so the plan is refused.`,
      remedy: 'This is a defect of the guard, not of your plan: tell the user to report it.',
      remedyForPeople: 'This is a defect of the guard: report it.',
    };
  }
}

const isNamed = (effect: Effect, resource: string) => effect.logicalId === resource || effect.physicalId === resource;

function without(plan: Plan, exceptions: readonly Exception[]): Plan {
  if (exceptions.length === 0) return plan;
  const effects = plan.effects.filter((effect) => !exceptions.some(({ resource }) => isNamed(effect, resource)));
  return { ...plan, effects };
}

/** INVARIANT: an adjustment raises a verdict, or watches it; it never turns a deny into a hold. */
export function adjusted(verdict: Verdict, adjustment: Adjustment | undefined): Verdict {
  if (verdict.outcome !== 'hold' && verdict.outcome !== 'deny') return verdict;
  if (adjustment?.observe) return { ...verdict, outcome: 'note', observed: verdict.observed ?? verdict.outcome };
  if (verdict.outcome === 'deny' || !adjustment?.raise) return verdict;
  if (adjustment.raise.outcome === 'deny') return { ...verdict, outcome: 'deny' };
  return { ...verdict, seats: Math.max(verdict.seats ?? 1, adjustment.raise.seats) };
}

/** The same, were nothing only observed. */
export function enforced(facts: Facts): Facts {
  const adjustments = Object.entries(facts.adjustments).filter(([, { observe }]) => !observe);
  const rules = facts.rules.map(({ observed, ...rule }) => ({ ...rule, ...(observed ? { outcome: observed } : {}) }));
  return { ...facts, adjustments: Object.fromEntries(adjustments), rules };
}

/** For which goals would this plan not be denied? Told in every preview, so that nobody has to guess. */
export function goalsAllowed(guards: readonly Guard[], plan: Plan, facts: Facts): Goal[] {
  return GOALS.filter((goal) => judgeAll(guards, plan, { ...facts, goal }).decision !== 'denied');
}

/** Small constructors, so that guard files read as rules. */
export const note = (guard: string, message: string, remedy: Remedy = ''): Verdict => ({
  guard,
  outcome: 'note',
  message,
  ...forReaders(remedy),
});
export const deny = (guard: string, message: string, remedy: Remedy): Verdict => ({
  guard,
  outcome: 'deny',
  message,
  ...forReaders(remedy),
});
export const hold = (guard: string, seats: number, message: string, remedy: Remedy, roles: string[] = []): Verdict => ({
  guard,
  outcome: 'hold',
  seats,
  roles,
  message,
  ...forReaders(remedy),
});

const forReaders = (remedy: Remedy): Pick<Verdict, 'remedy' | 'remedyForPeople'> =>
  typeof remedy === 'string' ? { remedy } : { remedy: remedy.agent, remedyForPeople: remedy.person };

/** `hold(n)` of the catalogue: n seats in production, one elsewhere. */
export const seatsIn = ({ environment }: Facts, inProduction: number): number =>
  environment === 'production' ? inProduction : 1;

/** `P-deny` of the catalogue: refused in production, held for one seat elsewhere; in disposable as said. */
export function denyInProduction(
  guard: string,
  { environment }: Facts,
  message: string,
  remedy: Remedy,
  inDisposable: 'hold' | 'note' = 'note',
): Verdict {
  if (environment === 'production') return deny(guard, message, remedy);
  if (environment === 'disposable' && inDisposable === 'note') return note(guard, message, remedy);
  return hold(guard, 1, message, remedy);
}
