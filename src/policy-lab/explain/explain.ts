/** Why a plan is judged as it is: every guard's verdict, what that rests on, and the smallest change that would pass. */
import { type Effect, effectName } from '../../core/effect.ts';
import { type Guard, type GuardDefinition, judgeAll } from '../../core/guard.ts';
import type { Judge } from '../../core/ports.ts';
import type { Judgement, Verdict } from '../../core/verdict.ts';
import { judgeAsOf, type Moment, type Rejudging } from '../replay/as-of.ts';
import { outcomeText } from '../replay/replay.ts';
import { factText, watched } from './facts-read.ts';
import { type Places, placesIn } from './lines.ts';
import { keeping, type LeftOut, smallestLeftOut } from './smallest-change.ts';

export interface ExplainedFact {
  fact: string;
  value: string;
  /** `policy.yaml:12:5 seats.production.reversible`, `default (no …)`, `the ledger` … */
  from: string[];
}
export interface SmallestChange {
  /** What is left out of the plan, worst first; null: nothing that could be. */
  without: string[] | null;
  /** What is decided then. */
  decision: Pick<Judgement, 'decision' | 'seats' | 'roles'> | null;
  /** Nothing smaller would do. */
  exact: boolean;
}
export interface ExplainedVerdict {
  guard: string;
  outcome: string;
  message: string;
  remedy: string;
  facts: ExplainedFact[];
  /** Its own lines of the policy: options, a scope that raises it, exceptions. Empty: it has no options. */
  lines: string[];
  observed?: 'hold' | 'deny';
  exceptions?: string[];
  seats?: number;
  roles?: string[];
  /** Names of the effects that it is about. */
  effects?: string[];
  /** Of a denial or a hold: what to leave out so that this guard says nothing. */
  passesWithout?: Omit<SmallestChange, 'decision'>;
}
export interface Explanation {
  decision: Judgement['decision'];
  seats: number;
  roles: string[];
  environment: string;
  guards: ExplainedVerdict[];
  /** When it is denied: what would not be. */
  notDenied?: SmallestChange;
  /** When people must sign: what nobody must. */
  noSeats?: SmallestChange;
}
export type Subject = Omit<Moment, 'id' | 'judgement'>;

/** @param policyName as places begin with it. */
export async function explain(about: Rejudging, subject: Subject, policyName: string): Promise<Explanation> {
  const { plan } = subject;
  const judge = judgeAsOf(about, subject);
  const judged = remembering(plan.effects, async (kept) => {
    const { guards, facts } = await judge(keeping(plan, kept));
    return judgeAll(guards, keeping(plan, kept), facts);
  });
  const now = await judge();
  const judgement = judgeAll(now.guards, plan, now.facts);
  const { decision, seats, roles } = judgement;
  const smallest = async (isEnough: (judgement: Judgement) => boolean): Promise<SmallestChange> => {
    const { effects, exact } = await smallestLeftOut(plan.effects, async (kept) => isEnough(await judged(kept)));
    const then = effects && (await judged(plan.effects.filter((effect) => !effects.includes(effect))));
    return {
      without: named({ effects, exact }),
      decision: then && { decision: then.decision, seats: then.seats, roles: then.roles },
      exact,
    };
  };
  const isDenied = decision === 'denied';
  const places = placesIn({ policy: about.policy, policyName, plan, facts: now.facts });
  const guards: ExplainedVerdict[] = [];
  for (const guard of now.guards) {
    const definition = about.guards.find(({ name }) => name === guard.name)!;
    const explained = verdictOf(guard, definition, plan, now, places);
    if (/deny|hold/.test(explained.outcome) && plan.effects.length > 1) {
      const left = await smallestLeftOut(
        plan.effects,
        async (kept) => says(await judged(kept), guard.name) === 'nothing',
      );
      explained.passesWithout = { without: named(left), exact: left.exact };
    }
    guards.push(explained);
  }
  return {
    decision,
    seats,
    roles,
    environment: now.facts.environment,
    guards,
    ...(isDenied ? { notDenied: await smallest((one) => one.decision !== 'denied') } : {}),
    ...(isDenied || seats > 0
      ? { noSeats: await smallest((one) => one.decision !== 'denied' && one.seats === 0) }
      : {}),
  };
}

function verdictOf(
  guard: Guard,
  definition: GuardDefinition,
  plan: Moment['plan'],
  { facts }: Judge,
  places: Places,
): ExplainedVerdict {
  const { guard: watchedGuard, read } = watched(guard);
  const verdict = judgeAll([watchedGuard], plan, facts).verdicts[0] as Verdict;
  return {
    guard: guard.name,
    outcome: outcomeText(verdict),
    message: verdict.message,
    remedy: verdict.remedyForPeople ?? verdict.remedy,
    facts: read().map(({ path, value }) => ({ fact: path, value: factText(value), from: places.ofFact(path) })),
    lines: places.ofGuard(definition, verdict),
    ...(verdict.observed ? { observed: verdict.observed } : {}),
    ...(verdict.exceptions ? { exceptions: verdict.exceptions } : {}),
    ...(verdict.seats === undefined ? {} : { seats: verdict.seats }),
    ...(verdict.roles ? { roles: verdict.roles } : {}),
    ...(verdict.effects ? { effects: verdict.effects } : {}),
  };
}

function says({ verdicts }: Judgement, guard: string): 'something' | 'nothing' {
  const outcome = verdicts.find((verdict) => verdict.guard === guard)?.outcome;
  return outcome === 'pass' || outcome === 'note' ? 'nothing' : 'something';
}

const named = ({ effects }: LeftOut): string[] | null =>
  effects?.map((effect) => `${effectName(effect)} (${effect.kind})`) ?? null;

/** The searches ask for the same again and again. */
function remembering(all: readonly Effect[], judge: (kept: readonly Effect[]) => Promise<Judgement>) {
  const known = new Map<string, Promise<Judgement>>();
  return (kept: readonly Effect[]): Promise<Judgement> => {
    const these = new Set(kept);
    const key = all.map((effect) => (these.has(effect) ? '1' : '0')).join('');
    const answer = known.get(key) ?? judge(kept);
    known.set(key, answer);
    return answer;
  };
}
