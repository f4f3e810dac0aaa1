/** Finding changes and plans in the ledger: of the policy it needs no more than when seats are filled. */
import type { Approval, Change, Proposal, SignersNow } from './change.ts';
import type { ChangeState } from './change-states.ts';
import { AUDIT_REMEDY, CountersignError } from './errors.ts';
import { type EventQuery, eventsOf } from './events.ts';
import { changeIn, isSameTarget } from './folds.ts';
import { tagged } from './kept.ts';
import { type Picture, pictureSchema } from './picture.ts';
import type { Plan, Target } from './plan.ts';
import { type CompletePlan, readPlan } from './plan-document.ts';
import type { ChangeReader, Ledger, LedgerView } from './ports.ts';
import { makeVisible } from './render-safe.ts';
import { type Goal, type Judgement, whole } from './verdict.ts';

const missing = (changeId: string) =>
  new CountersignError(
    'INPUT_NOT_FOUND',
    `There is no change ${makeVisible(changeId, 60)}.`,
    { agent: 'List changes with describe_changes.', person: 'List changes with: countersign changes' },
    { next: { tool: 'describe_changes', input: {} } },
  );

const OPEN_STATES: readonly ChangeState[] = ['pending', 'approved', 'executing', 'unknown'];

/** A stored plan with its judgement. */
export interface StoredPlan {
  plan: Plan;
  goalsAllowed: Goal[];
  judgement: Judgement;
  /** Digest of the stored document. */
  document: string;
}
/** All of it but what a policy and a provider tell of a plan. */
export type StoredChanges = Omit<ChangeReader, 'aboutPlan' | 'plan' | 'executorOf' | 'wayBack'> & {
  plan(planId: string): Promise<StoredPlan>;
};

// biome-ignore lint/complexity/noExcessiveLinesPerFunction: one closure over the ledger; its functions are short.
export function createChangeReader({
  ledger,
  isFilled,
  signersNow,
  completePlan,
  now,
}: {
  ledger: LedgerView & Pick<Ledger, 'watch'>;
  isFilled(proposal: Proposal, approvals: Approval[]): boolean;
  /** Asked of an open change that has signatures. */
  signersNow(view: LedgerView): Promise<SignersNow | undefined>;
  /** Asked for a plan of an earlier version only. */
  completePlan: CompletePlan;
  now(): Date;
}): StoredChanges {
  async function findIn(view: LedgerView, changeId: string, at: Date): Promise<Change> {
    const change = await changeIn(view, changeId, at, isFilled);
    if (!change) throw missing(changeId);
    if (!OPEN_STATES.includes(change.state) || change.approvals.length === 0) return change;
    const now = await signersNow(view);
    if (!now || change.approvals.every(now.isListed)) return change;
    // What was signed under another policy was counted by that one; the executor asks the policy of now for all.
    const counting = (proposal: Proposal, approvals: Approval[]) =>
      isFilled(proposal, approvals.at(-1)?.policyDigest === now.digest ? approvals.filter(now.isListed) : approvals);
    const counted = (await changeIn(view, changeId, at, counting)) ?? change;
    const approvals = counted.approvals.map((one) => (now.isListed(one) ? one : { ...one, isVoid: true as const }));
    return { ...counted, approvals };
  }
  const find = (changeId: string) => findIn(ledger, changeId, now());

  const planEvents = (planId: string) => eventsOf(ledger, ['plan.begun', 'plan.made', 'plan.failed'], { planId });

  async function plan(planId: string): Promise<StoredPlan> {
    const events = await planEvents(planId);
    const made = events.find((event) => event.kind === 'plan.made');
    const failed = events.find((event) => event.kind === 'plan.failed')?.body;
    if (failed) throw new CountersignError(failed.code, failed.message, failed.remedy);
    if (!made && events.length > 0)
      throw new CountersignError(
        'STATE_PLAN_BEING_MADE',
        `The plan ${planId} is still being made.`,
        {
          agent: `Wait for it: describe_plan {"plan_id": "${planId}", "wait_seconds": 45}.`,
          person: 'Wait a minute, then try again.',
        },
        { next: { tool: 'describe_plan', input: { plan_id: planId, wait_seconds: 45 } } },
      );
    if (!made)
      throw new CountersignError('INPUT_NOT_FOUND', `There is no plan ${makeVisible(planId, 60)}.`, {
        agent: 'Make a plan with a plan_* tool; its answer has the plan_id.',
        person: 'Check the id and --home. Agents make plans with the planning tools.',
      });
    const { body } = made;
    const stored = await readPlan(await ledger.document(body.document), body.digest, completePlan);
    if (!stored) {
      throw new CountersignError(
        'LEDGER_TAMPERED',
        `The stored plan ${planId} differs from the plan that was made.`,
        AUDIT_REMEDY,
      );
    }
    return { plan: stored, goalsAllowed: body.goals, judgement: whole(body), document: body.document };
  }

  async function picture({ pictureDigest }: Plan): Promise<Picture | null> {
    if (pictureDigest === undefined) return null;
    const stored = pictureSchema.safeParse(await ledger.document(pictureDigest));
    if (stored.success) return stored.data;
    throw new CountersignError(
      'LEDGER_TAMPERED',
      'The ledger has lost the values before and after the change, which the plan refers to.',
      AUDIT_REMEDY,
    );
  }

  async function openOn(target: Target): Promise<Change[]> {
    const proposed = await eventsOf(ledger, ['change.proposed'], {
      tags: tagged.target(target),
      standing: { states: ['waiting', 'executing', 'unknown'], at: now().toISOString() },
      newestFirst: true,
    });
    const here = proposed.filter(({ body }) => isSameTarget(body.target, target));
    const changes = await Promise.all(here.map(({ body }) => find(body.id)));
    return changes.filter(({ state }) => OPEN_STATES.includes(state));
  }

  return {
    find,
    findIn,
    watch: ledger.watch,
    plan,
    openOn,
    picture,
    isPlanning: async (planId) => (await planEvents(planId)).every(({ kind }) => kind === 'plan.begun'),
    async list({ state, sponsors, cursor, limit }) {
      if (cursor !== undefined && !/^[1-9]\d{0,14}$/.test(cursor))
        throw new CountersignError(
          'INPUT_INVALID',
          'cursor: this is not a cursor of this list.',
          'Pass the cursor of the previous answer, or leave it out to start again.',
        );
      if (limit === 0) return { items: [] };
      const tags = sponsors?.flatMap((sponsor) => tagged.sponsor('proposed', sponsor));
      const query = {
        kinds: ['change.proposed'],
        newestFirst: true,
        ...standingsOf(state, now()),
        ...(tags ? { tags } : {}),
      };
      const isWanted = (change: Change) =>
        (state === undefined || change.state === state) &&
        (sponsors === undefined || sponsors.includes(change.sponsor ?? ''));
      const items: Change[] = [];
      // One more than a page, to learn whether there is another.
      for (let before = cursor === undefined ? Number.MAX_SAFE_INTEGER : Number(cursor); ; ) {
        const events = await ledger.events({ ...query, untilSeq: before - 1, limit: limit + 1 });
        for (const { changeId = '', seq } of events) {
          if (items.length === limit) return { items, cursor: String(before) };
          const change = await find(changeId);
          if (isWanted(change)) items.push(change);
          before = seq;
        }
        if (events.length <= limit) return { items };
      }
    },
    progress: async (changeId) =>
      (await eventsOf(ledger, ['change.progress'], { changeId })).map(({ at, body }) => ({ at, text: body.text })),
  };
}

/** How changes of that state stand: a clock decides the rest. */
function standingsOf(state: ChangeState | undefined, now: Date): Pick<EventQuery, 'standing'> {
  switch (state) {
    case undefined:
      return {};
    case 'pending':
    case 'approved':
      return { standing: { states: ['waiting'], at: now.toISOString() } };
    case 'expired':
      return { standing: { states: ['waiting'] } };
    default:
      return { standing: { states: [state] } };
  }
}
