/** How a plan or a change is told to an agent: worst first, short, and always with what to do next. */
import { z } from 'zod';
import { EFFECTS_SHOWN, FEW_EFFECTS, LEAST_EFFECTS, STRUCTURE, sizeFor } from './answer-size.ts';
import type { Change } from './change.ts';
import { type Effect, effectName, worstReversibility } from './effect.ts';
import type { Plan } from './plan.ts';
import { makeVisibleLine } from './render-safe.ts';
import { type Goal, guardCode, type Judgement } from './verdict.ts';
import { mustBeNamed, nameRanges, worstFirst } from './worst-first.ts';

const PROPERTIES_SHOWN = 4;
const MARKS_SHOWN = 3;
const NO_WAY_AROUND = 'Do not try other tools or credentials.';

/** The answer of every plan tool and of the change tools. */
export const planAnswerSchema = z.looseObject({
  decision: z.enum(['pass', 'needs_approval', 'denied', 'planning', 'no_change', 'plan_only']),
  plan_id: z.string().optional(),
  change_id: z.string().optional(),
  state: z.string().optional(),
  expires_at: z.string().optional(),
  effects: z.looseObject({ counts: z.record(z.string(), z.number()), worst: z.string() }).optional(),
  verdicts: z.array(z.looseObject({ code: z.string(), outcome: z.string(), message: z.string() })).optional(),
  goals_allowed: z.array(z.string()).optional(),
  next: z.looseObject({}).optional(),
});

export function answerPlan(plan: Plan, judgement: Judgement, goals: Goal[], assurance: string) {
  const decision = plan.dryRun.kind === 'no_change' ? 'no_change' : judgement.decision;
  const answer = {
    decision,
    plan_id: plan.id,
    expires_at: plan.expiresAt,
    target: `${plan.target.name} (${plan.target.account}, ${plan.target.region})`,
    effects: describeEffects(plan.effects, judgement),
    verdicts: describeVerdicts(judgement),
    goals_allowed: goals,
    ...(judgement.seats > 0 ? { seats: { needed: judgement.seats, roles: judgement.roles } } : {}),
    ...(plan.notes.length > 0 ? { notes: plan.notes.slice(0, 5) } : {}),
    assurance,
    next: nextAfterPlan(plan, decision, goals, judgement),
  };
  return fitted(answer, plan, judgement);
}

/** Reasons come first: where they are many and long, fewer effects are told at once (describe_plan tells all). */
function fitted<Answer extends { effects: ReturnType<typeof describeEffects> }>(
  answer: Answer,
  { effects }: Plan,
  judgement: Judgement,
): Answer {
  const room = STRUCTURE[sizeFor(effects.length)];
  let told = answer;
  for (let shown = answer.effects.items.length - 1; shown >= LEAST_EFFECTS; shown -= 1) {
    if (JSON.stringify(told).length <= room) return told;
    told = { ...answer, effects: describeEffects(effects, judgement, shown) };
  }
  return told;
}

/** @param most of them that are told with what changes; the others that must be named are named. */
export function describeEffects(effects: readonly Effect[], judgement: Judgement, most = EFFECTS_SHOWN) {
  const sorted = worstFirst(effects, judgement);
  const counts: Record<string, number> = {};
  for (const { kind } of sorted) counts[kind] = (counts[kind] ?? 0) + 1;
  const roomy = sorted.length <= FEW_EFFECTS;
  const shown = sorted
    .slice(0, most)
    .map((effect, index) => describeEffect(effect, roomy, effect.why === sorted[index - 1]?.why));
  const also = namedOnly(sorted.slice(most).filter(mustBeNamed(judgement)));
  return {
    counts,
    worst: worstReversibility(sorted),
    items: shown,
    ...(also.length > 0 ? { also } : {}),
    ...(sorted.length > shown.length ? { more: sorted.length - shown.length } : {}),
  };
}

/** `delete Table3-199 (a type), irreversible`: all of them, in one line for all that are alike. */
function namedOnly(effects: readonly Effect[]): string[] {
  const alike = Map.groupBy(effects, ({ kind, type, reversibility }) => `${kind} ${type} ${reversibility}`);
  return [...alike.values()].map((group) => {
    const { kind, type, reversibility } = group[0]!;
    return `${kind} ${nameRanges(group.map(effectName))} (${type}), ${reversibility}`;
  });
}

/** @param repeats its explanation is that of the effect before it. */
function describeEffect(effect: Effect, roomy: boolean, repeats: boolean): string {
  const changed = effect.properties
    .slice(0, PROPERTIES_SHOWN)
    .map(({ path, before, after, peopleOnly }) =>
      roomy && !peopleOnly && (before !== undefined || after !== undefined)
        ? `${path.replace(/^Properties\./, '')}: ${makeVisibleLine(before ?? '–', 60)} → ${makeVisibleLine(after ?? '–', 60)}`
        : path.replace(/^Properties\./, ''),
    );
  const rest = effect.properties.length - changed.length;
  const name = effect.logicalId ?? effect.physicalId ?? '?';
  return [
    `${effect.kind} ${name} (${effect.type})`,
    effect.reversibility,
    ...(effect.interrupts === 'no' ? [] : [`interrupts: ${effect.interrupts}`]),
    ...(changed.length > 0 ? [changed.join(', ') + (rest > 0 ? ` +${rest}` : '')] : []),
    ...describeMarks(effect, roomy),
    ...(roomy && !repeats && effect.reversibility !== 'reversible' ? [effect.why] : []),
  ].join(' · ');
}

function describeMarks({ marks }: Effect, roomy: boolean): string[] {
  if (roomy) return marks.slice(0, MARKS_SHOWN).map(({ kind, text }) => `${kind}: ${makeVisibleLine(text, 160)}`);
  const kinds = [...new Set(marks.map(({ kind }) => kind))];
  return kinds.length > 0 ? [kinds.join(', ')] : [];
}

/** What would pass is told of what refuses; of what people decide on as well only where nothing refuses. */
export function describeVerdicts(judgement: Judgement) {
  return judgement.verdicts
    .filter(({ outcome }) => outcome !== 'pass')
    .sort((a, b) => RANK.indexOf(a.outcome) - RANK.indexOf(b.outcome))
    .map(({ guard, outcome, message, remedy, seats, observed, exceptions }) => ({
      code: guardCode(guard),
      outcome,
      ...(seats === undefined ? {} : { seats }),
      ...(observed === undefined ? {} : { would_have_been: observed }),
      ...(exceptions === undefined ? {} : { exceptions }),
      message: makeVisibleLine(message, 400),
      ...(remedy === '' || (judgement.decision === 'denied' && outcome !== 'deny')
        ? {}
        : { remedy: makeVisibleLine(remedy, 300) }),
    }));
}
const RANK = ['deny', 'hold', 'note', 'pass'];

/** One call with its input, or what to tell the person. */
function nextAfterPlan(plan: Plan, decision: string, goals: Goal[], { verdicts }: Judgement) {
  if (decision === 'no_change') return { tell_user: 'Nothing would change.' };
  if (decision === 'denied') {
    return { do: `Change the plan as the remedies of the verdicts say, then plan again. ${NO_WAY_AROUND}` };
  }
  if (decision === 'plan_only') {
    const why = verdicts.find(({ guard }) => guard === 'execution');
    const adopt = why?.remedy.includes('policy adopt')
      ? ` ${why.message} A person must run: countersign policy adopt.`
      : '';
    return {
      tell_user: `Plan only${adopt ? `.${adopt}` : ': the policy does not allow execution in this scope.'} ${NO_WAY_AROUND}`,
    };
  }
  return {
    tool: 'propose_change',
    input: { plan_id: plan.id, goal: goals[0] ?? 'deploy', reason: '<the reason, in one sentence>' },
  };
}

export function answerChange(change: Change) {
  const counted = change.approvals.filter(({ decision }) => decision === 'approve').map(({ person }) => person);
  return {
    decision: change.judgement.decision,
    change_id: change.id,
    plan_id: change.planId,
    state: change.state,
    version: change.version,
    target: `${change.target.name} (${change.target.account}, ${change.target.region})`,
    goal: change.goal,
    sponsor: change.sponsor === null ? null : `${change.sponsor} (claimed)`,
    seats: {
      needed: change.judgement.seats,
      roles: change.judgement.roles,
      filled_by: counted,
      excluded: change.excluded,
    },
    expires_at: change.executeBy ?? change.approveBy,
    verdicts: change.state === 'denied' ? describeVerdicts(change.judgement) : [],
    ...(change.explanation ? { explanation: makeVisibleLine(change.explanation) } : {}),
    ...(change.outcome ? { outcome: change.outcome } : {}),
    assurance: change.assurance,
    next: nextForChange(change),
  };
}

function nextForChange(change: Change) {
  switch (change.state) {
    case 'pending':
      return {
        tell_user: `Approval needed. A person other than ${change.sponsor ?? 'the sponsor'} must run: countersign show ${change.id} && countersign approve ${change.id} --key KEY`,
        after_that: 'End your turn. You cannot approve this, and asking again does not speed it up.',
      };
    case 'approved':
      return {
        tell_user: `Approved. A person with credentials can now run: countersign execute ${change.id}`,
        after_that: 'End your turn, or follow it with describe_change.',
      };
    case 'executing':
      if (change.abandoned)
        return {
          tell_user: `The executor stopped; the outcome is unknown. A person should run: countersign reconcile ${change.id}`,
          after_that: 'Do not repeat it, here or by other means: it may have happened. End your turn.',
        };
      return {
        tool: 'describe_change',
        input: { change_id: change.id, since: change.version, wait_seconds: 50 },
      };
    case 'denied':
      return { do: `Change the plan as the remedies of the verdicts say, then plan again. ${NO_WAY_AROUND}` };
    case 'stale':
    case 'expired':
      return { do: 'Plan again from the current state and propose that plan.' };
    case 'failed':
    case 'rolled_back':
    case 'unknown':
      return {
        tell_user: `The change ended as ${change.state}. A person should look at the outcome before another change is planned for this target.`,
      };
    default:
      return { tell_user: `The change is ${change.state}, which is final.` };
  }
}
