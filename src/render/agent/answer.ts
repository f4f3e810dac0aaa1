/** How a plan or a change is told to an agent: worst first, short, and always with what to do next. */
import { z } from 'zod';
import { type Change, type OpenChange, onePersonLabels } from '../../core/change.ts';
import { type Effect, effectName, worstReversibility } from '../../core/effect.ts';
import type { Plan } from '../../core/plan.ts';
import type { AboutPlan } from '../../core/ports.ts';
import { makeVisibleLine } from '../../core/render-safe.ts';
import { guardCode, type Judgement } from '../../core/verdict.ts';
import { seatsOf } from '../../people/seats.ts';
import { mustBeNamed, nameRanges, worstFirst } from '../worst-first.ts';
import { EFFECTS_SHOWN, FEW_EFFECTS, LEAST_EFFECTS, PAGE_ITEMS, STRUCTURE, sizeFor } from './answer-size.ts';
import { type AboutChange, isDeadEnd, nextAfterPlan, nextForChange } from './next.ts';

const PROPERTIES_SHOWN = 4;
const MARKS_SHOWN = 3;

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

export function answerPlan(plan: Plan, judgement: Judgement, about: AboutPlan) {
  const decision = plan.dryRun.kind === 'no_change' ? 'no_change' : judgement.decision;
  const { goals, assurance, open, changeId, scope } = about;
  const answer = {
    decision,
    plan_id: plan.id,
    expires_at: plan.expiresAt,
    target: targetText(plan),
    scope,
    effects: describeEffects(plan.effects, judgement),
    verdicts: describeVerdicts(judgement, plan.action),
    ...(goals.length > 0 ? { goals_allowed: goals } : {}),
    ...(judgement.seats > 0 && decision !== 'denied'
      ? { seats: { needed: judgement.seats, roles: judgement.roles } }
      : {}),
    ...(changeId === null ? {} : { proposed_as: changeId }),
    ...openChanges(open.filter(({ id }) => id !== changeId)),
    ...(plan.notes.length > 0 ? { notes: plan.notes.slice(0, 5) } : {}),
    assurance,
  };
  const next = (cursor?: string) => nextAfterPlan(plan, decision, judgement, about, cursor);
  return fitted(answer, plan, judgement, next);
}

type TellsVerdict = { outcome: string; message: string };
const BRIEF_CHARACTERS = 60;
/** A note stops nothing: where there is no room it is told in short; the stored plan has it whole. */
const briefNote = <V extends TellsVerdict>(verdict: V): V =>
  verdict.outcome === 'note' ? { ...verdict, message: makeVisibleLine(verdict.message, BRIEF_CHARACTERS) } : verdict;

/** Reasons come first: where they are many and long, fewer effects are told at once (describe_plan tells all). */
function fitted<Answer extends { verdicts: TellsVerdict[]; notes?: string[] }>(
  answer: Answer,
  { effects }: Plan,
  judgement: Judgement,
  next: (cursor?: string) => object,
) {
  const room = STRUCTURE[sizeFor(effects.length)];
  const telling = (most: number) => {
    const cursor = effects.length > most ? String(most) : undefined;
    return {
      ...answer,
      effects: describeEffects(effects, judgement, most),
      ...(cursor === undefined ? {} : { cursor }),
      next: next(cursor),
    };
  };
  let most = EFFECTS_SHOWN;
  while (most > LEAST_EFFECTS && JSON.stringify(telling(most)).length > room) most -= 1;
  const told = telling(most);
  const isLong = (answered: object) => JSON.stringify(answered).length > room;
  if (!isLong(told)) return told;
  const brief = { ...told, verdicts: told.verdicts.map(briefNote) };
  // Of the plan's notes none is a verdict or a loss; `show` has them.
  const { notes: _, ...rest } = brief;
  return isLong(brief) ? rest : brief;
}

/** The effects from this one on, as many as a page holds; what the first answer told of the plan is not told again. */
export function answerPlanPage(plan: Plan, judgement: Judgement, about: AboutPlan, from: number) {
  const rest = worstFirst(plan.effects, judgement).slice(from);
  let most = EFFECTS_SHOWN;
  while (most > 1 && describeEffects(rest.slice(0, most), judgement).items.join('').length > PAGE_ITEMS) most -= 1;
  const page = rest.slice(0, most);
  const cursor = rest.length > page.length ? String(from + page.length) : undefined;
  return {
    decision: plan.dryRun.kind === 'no_change' ? 'no_change' : judgement.decision,
    plan_id: plan.id,
    effects: describeEffects(page, judgement),
    total_effects: plan.effects.length,
    ...(cursor === undefined ? {} : { cursor }),
    next: nextAfterPlan(plan, judgement.decision, judgement, about, cursor),
  };
}

const OPEN_TOLD = 3;
/** Others on the same target, and what becomes of them when one executes. */
function openChanges(open: readonly OpenChange[]) {
  if (open.length === 0) return {};
  const told = open
    .slice(0, OPEN_TOLD)
    .map(({ id, state, reason, gone }) => `${id} ${state}: ${makeVisibleLine(reason, 80)}${gone ? ` ${gone}` : ''}`);
  return {
    open_changes: [
      ...told,
      ...(open.length > OPEN_TOLD ? [`${open.length - OPEN_TOLD} more: describe_changes`] : []),
      'When one of them executes, the others on this target become stale and must be planned again. Withdraw one that is no longer needed with withdraw_change.',
    ],
  };
}

const targetText = ({ target }: Pick<Plan, 'target'>): string => `${target.name} (${target.account}, ${target.region})`;

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
export function describeVerdicts(judgement: Judgement, action?: Plan['action']) {
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
      ...(remedy === '' ||
      (judgement.decision === 'denied' && outcome !== 'deny') ||
      isDeadEnd(guard, judgement, action) ||
      (outcome === 'note' && observed === undefined)
        ? {}
        : { remedy: makeVisibleLine(remedy, 300) }),
    }));
}
const RANK = ['deny', 'hold', 'note', 'pass'];

export function answerChange(change: Change, others: readonly Change[] = [], about: AboutChange = {}) {
  return {
    decision: change.judgement.decision,
    change_id: change.id,
    plan_id: change.planId,
    state: change.state,
    version: change.version,
    target: targetText(change),
    does: summaryOf(change),
    goal: change.goal,
    reason: makeVisibleLine(change.reason, 200),
    sponsor: change.sponsor === null ? null : `${change.sponsor} (claimed)`,
    seats: {
      needed: change.judgement.seats,
      roles: change.judgement.roles,
      filled_by: seatsOf(change, change.approvals).filledBy,
      excluded: change.excluded,
    },
    ...labelled(change),
    expires_at: change.executeBy ?? change.approveBy,
    verdicts: change.state === 'denied' ? describeVerdicts(change.judgement) : [],
    ...(change.explanation ? { explanation: makeVisibleLine(change.explanation) } : {}),
    ...(change.outcome ? { outcome: change.outcome } : {}),
    ...(change.differs.length > 0 ? { differs_from_what_was_signed: change.differs } : {}),
    ...openChanges(others),
    assurance: change.assurance,
    next: nextForChange(change, about),
  };
}

function labelled(change: Change) {
  const [label] = onePersonLabels(change);
  return label === undefined ? {} : { one_person: label };
}

/** `2 updated, 1 created, 1 lost: CostTable`. */
export function summaryOf({ sums }: Pick<Change, 'sums'>): string {
  const { updated, created, lost, losses } = sums;
  const named = losses.length > 0 ? `: ${makeVisibleLine(nameRanges(losses), 200)}` : '';
  return `${updated} updated, ${created} created, ${lost} lost${named}`;
}
