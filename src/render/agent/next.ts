/** How an agent goes on from a plan or a change: one call with its input, a command for the people, or a question. */

import { type Change, stateSentence } from '../../core/change.ts';
import { commandFor } from '../../core/command-line.ts';
import { couldBeLoss, isRetained, worstReversibility } from '../../core/effect.ts';
import type { CountersignError, ErrorAnswer, WayOut } from '../../core/errors.ts';
import { GOALS } from '../../core/goals.ts';
import { absoluteTime } from '../../core/instant.ts';
import type { Plan } from '../../core/plan.ts';
import type { AboutPlan } from '../../core/ports.ts';
import { guardOf, type Judgement } from '../../core/verdict.ts';
import type { WayBack } from '../../core/way-back.ts';
import type { Refusal } from '../../core/wording.ts';
import { seatsOf } from '../../people/seats.ts';

export const NO_WAY_AROUND = 'Do not try other tools or credentials.';

/** @param cursor of the effects that this answer leaves out. */
export function nextAfterPlan(
  plan: Plan,
  decision: string,
  judgement: Judgement,
  about: AboutPlan,
  cursor: string | undefined,
) {
  if (decision === 'no_change') return { tell_user: 'Nothing would change.' };
  if (about.changeId !== null) return { tool: 'describe_change', input: { change_id: about.changeId } };
  if (decision === 'denied') return wayOut(judgement, plan, about.provider);
  if (decision === 'plan_only') return { tell_user: planOnlyText(judgement) };
  // INVARIANT: a loss for good is not offered for proposal before all of the plan was told.
  if (cursor !== undefined && isForGood(plan)) return { tool: 'describe_plan', input: { plan_id: plan.id, cursor } };
  const goals = about.goals.length > 0 ? about.goals : GOALS;
  return {
    tool: 'propose_change',
    input: { plan_id: plan.id, goal: `<${goals.join('|')}: say which>`, reason: '<the reason, in one sentence>' },
  };
}

const isForGood = ({ effects }: Plan): boolean => ['irreversible', 'unknown'].includes(worstReversibility(effects));

function planOnlyText({ verdicts }: Judgement): string {
  const why = verdicts.find(({ guard }) => guard === 'execution');
  const adopt = why?.cause === 'policy_not_adopted' ? ' A person must run: countersign policy adopt.' : '';
  return `Plan only. ${why?.message ?? ''}${adopt} ${NO_WAY_AROUND}`;
}

/** Guards whose denial a way to keep what would be lost can lift. */
const LIFTED_BY_KEEPING = ['stateful-loss', 'backup-first'];

/** By the guard that denied: what not to go on with, and the question for the user. */
const QUESTIONS: Record<string, string> = {
  recreate:
    'Do not pursue a deletion and recreation, in one plan or in several. Ask the user which setting should change, and change it in place.',
  'stack-deletion':
    'Do not pursue the deletion. Ask the user whether all of it should be deleted; only a person can lift a protection or an import.',
  intent: 'Do not pursue this under another goal. Ask the user whether the loss is intended; a fix must be in place.',
  halt: 'Do not pursue anything here. A person has halted all changes and must resume them; ask the user.',
  scope: 'Do not pursue this. Ask the user whether the target is the right one; the policy owners decide on scopes.',
  identity: 'Do not pursue this. Ask the user which account and role to use.',
  labels: 'Do not pursue this tag. Ask the user; a person must change such a tag outside of Countersign.',
  'plan-budget':
    'Do not pursue more plans now. Propose an existing plan, or ask the user; countersign clean deletes new stacks that no plan needs.',
};
const DELETION =
  'Do not pursue the deletion. Ask the user whether the target should be deleted permanently; a setting can be changed in place.';
const OTHERWISE =
  'Do not pursue this as it is, and do not split it. Tell the user the refusal and its reason, and ask for a decision.';

/** @param plan of a change: absent, since its verdicts are judged for good. */
export function wayOut(
  judgement: Judgement,
  plan?: Plan,
  provider?: AboutPlan['provider'],
): (WayOut & { afterwards: string }) | { ask: string } {
  const denying = denyingGuards(judgement);
  if (plan && provider && plan.action !== 'delete' && denying.length > 0) {
    const kept = denying.every((guard) => LIFTED_BY_KEEPING.includes(guard))
      ? provider.waysToKeep?.(plan, bare(plan))
      : undefined;
    if (kept) return { ...kept, afterwards: `Once that is executed, plan this again. ${NO_WAY_AROUND}` };
    const owned = plan.subject.resources.find(({ owner }) => owner !== null);
    const through =
      denying.every((guard) => guard === 'ownership') && owned && !owned.owner?.released
        ? provider.wayThroughOwner?.(owned, plan)
        : undefined;
    if (through) return { ...through, afterwards: `Check that these are the values that you want. ${NO_WAY_AROUND}` };
  }
  const asked = denying.find((guard) => Object.hasOwn(QUESTIONS, guard));
  const question = asked ? QUESTIONS[asked] : plan?.action === 'delete' ? DELETION : OTHERWISE;
  return { ask: `${question} ${NO_WAY_AROUND}` };
}

/** Refusals that no call of an agent lifts. */
const FOR_PEOPLE =
  /^(?:CONFIG|LEDGER)_|^AWS_(?:CREDENTIALS|ACCESS_DENIED|CLOCK)|^SPONSOR_UNKNOWN$|^INPUT_ACCOUNT_UNKNOWN$/;

export function refusalOf(error: CountersignError, answer: ErrorAnswer = error.toAnswer()): Refusal {
  if (error.next) return { ...answer, next: error.next };
  const guard = guardOf(error.code);
  if (guard !== undefined) return { ...answer, next: { ask: `${QUESTIONS[guard] ?? OTHERWISE} ${NO_WAY_AROUND}` } };
  return FOR_PEOPLE.test(error.code) ? { ...answer, next: { tell_user: error.remedyForPeople } } : answer;
}

export const denyingGuards = ({ verdicts }: Judgement): string[] =>
  verdicts.filter(({ outcome, guard }) => outcome === 'deny' && guard !== 'execution').map(({ guard }) => guard);

/** A remedy that another denial of the same plan bars, or that leads on to a deletion that is to be asked for first. */
export function isDeadEnd(guard: string, judgement: Judgement, action?: Plan['action']): boolean {
  if (!LIFTED_BY_KEEPING.includes(guard)) return false;
  return action === 'delete' || denyingGuards(judgement).some((one) => !LIFTED_BY_KEEPING.includes(one));
}

const bare = ({ effects }: Plan) =>
  effects.filter(
    (effect) => couldBeLoss(effect) && (effect.holds === 'data' || effect.holds === 'identity') && !isRetained(effect),
  );

/** What is told of a change besides. */
export interface AboutChange {
  wayBack?: WayBack | null;
  /** Absent: a person. */
  executor?: 'person' | 'runner' | 'no_runner';
  /** Where it was planned: the command to execute it names the simulated cloud. Absent: AWS. */
  endpoint?: string;
}

export function nextForChange(change: Change, about: AboutChange = {}) {
  const { wayBack = null } = about;
  switch (change.state) {
    case 'pending':
      return {
        tell_user: wholeWay(change, about),
        after_that: 'End your turn. You cannot approve this, and asking again does not speed it up.',
      };
    case 'approved':
      return {
        tell_user: `No approval is missing: ${change.executeFrom ? `from ${absoluteTime(change.executeFrom)} ` : ''}until ${absoluteTime(change.executeBy ?? change.approveBy)} ${whoExecutes(change, about)}`,
        after_that: 'End your turn, or follow it with describe_change.',
      };
    case 'executing':
      return change.abandoned
        ? lookedInto(change, 'The executor may have stopped; the outcome')
        : { tool: 'describe_change', input: { change_id: change.id, since: change.version, wait_seconds: 50 } };
    case 'denied':
      return wayOut(change.judgement);
    case 'stale':
    case 'expired':
      return { do: 'Plan again from the current state and propose that plan.' };
    case 'unknown':
      return lookedInto(change, 'The outcome');
    case 'failed':
    case 'rolled_back':
      return {
        tell_user: `${stateSentence(change.state)}. A person should check the outcome before another change of this target is planned.`,
        ...toUndo(wayBack),
      };
    case 'succeeded':
      return {
        tell_user:
          change.differs.length > 0
            ? 'The change has succeeded, but the live state differs from what was signed.'
            : 'The change has succeeded, which is final.',
        ...toUndo(wayBack),
      };
    default:
      return { tell_user: `${stateSentence(change.state)}, which is final.` };
  }
}

/** Offered, never the next step by itself: a way back is a new plan, with guards and approvals of its own. */
function toUndo(wayBack: WayBack | null) {
  if (!wayBack) return {};
  const { calls, told } = wayBack;
  if (calls.length === 0) return { cannot_be_undone: told };
  return {
    if_the_user_wants_it_undone: calls,
    ...(told === '' ? {} : { undoing: told }),
  };
}

/** The target stays locked until a fact or a person ends it. */
const lookedInto = ({ id }: Change, what: string) => ({
  tell_user: `${what} is unknown. A person should run: countersign reconcile ${id}; if that finds no outcome, a person should check the target, then run: countersign close ${id} --reason TEXT --key KEY`,
  after_that: 'Do not repeat it, here or by other means: it may have taken effect. End your turn.',
});

/** One sentence that a person can follow to the end without asking: how many, who, until when, and all commands. */
function wholeWay(change: Change, about: AboutChange): string {
  const { id, judgement, approvals, approveBy, excluded, onePerson } = change;
  if (onePerson)
    return `One person (solo mode): ${onePerson.person} approves alone until ${absoluteTime(approveBy)} with: countersign show ${id} && countersign approve ${id}; ${onePerson.waitSeconds / 60} min after that, within 1 h, ${whoExecutes(change, about)}`;
  const { filledBy: signed } = seatsOf(change, approvals);
  const among = judgement.roles.length > 0 ? ` (${judgement.roles.join(' and ')} among them)` : '';
  const so = signed.length > 0 ? `, ${signed.join(' and ')} did` : '';
  const not = excluded.length > 0 ? ` other than ${excluded.join(', ')}` : '';
  const told = judgement.verdicts.find(({ guard, outcome }) => guard === 'approval' && outcome === 'hold')?.message;
  const people = judgement.seats === 1 ? '1 person' : `${judgement.seats} people`;
  return `${people}${not}${among} must approve until ${absoluteTime(approveBy)}${so}${judgement.seats === 1 ? '' : ', each'} with: countersign show ${id} && countersign approve ${id} --key KEY; within 1 h of the last approval ${whoExecutes(change, about)}${told ? `. (${told})` : ''}`;
}

function whoExecutes({ id, sponsor }: Change, { executor, endpoint = '' }: AboutChange): string {
  if (executor === 'runner') return 'the runner executes it';
  const anyone = `anyone with the credentials${sponsor === null ? '' : ` (${sponsor} too)`} runs: ${commandFor({ endpoint }, `execute ${id}`)}`;
  return executor === 'no_runner'
    ? `a runner executes it; no runner is running now, so start countersign run, or ${anyone}`
    : anyone;
}
