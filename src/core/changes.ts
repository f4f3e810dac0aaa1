/** Proposing, finding and withdrawing changes: everything about them lives in the ledger. */
import { randomBytes } from 'node:crypto';
import { attributed } from './attribution.ts';
import { type Change, type ChangeState, type Proposal, stateSentence } from './change.ts';
import { AUDIT_REMEDY, CountersignError } from './errors.ts';
import { type EventQuery, eventsOf } from './events.ts';
import { changeIn, isSameTarget } from './folds.ts';
import { judgeAll } from './guard.ts';
import { tagged } from './kept.ts';
import { type Picture, pictureSchema } from './picture.ts';
import { type Plan, sumsOf, type Target } from './plan.ts';
import { readPlan } from './plan-document.ts';
import type { ChangesPort, Judge, Ledger, LedgerTransaction, LedgerView, PolicyPort, ProviderRules } from './ports.ts';
import { hidesSomething, makeVisible } from './render-safe.ts';
import { type Goal, type Judgement, whole } from './verdict.ts';

const missing = (changeId: string) =>
  new CountersignError(
    'INPUT_NOT_FOUND',
    `There is no change ${makeVisible(changeId, 60)}.`,
    { agent: 'List changes with describe_changes.', person: 'List changes with: countersign changes' },
    { next: { tool: 'describe_changes', input: {} } },
  );
/** A change that is not as the caller took it to be. */
const described = (changeId: string) => ({
  next: { tool: 'describe_change', input: { change_id: changeId } },
});

const OPEN_STATES: readonly ChangeState[] = ['pending', 'approved', 'executing', 'unknown'];

interface StoredPlan {
  plan: Plan;
  goalsAllowed: Goal[];
  judgement: Judgement;
  /** Digest of the stored document. */
  document: string;
}

// biome-ignore lint/complexity/noExcessiveLinesPerFunction: one closure over ledger and policy; its functions are short.
export function createChanges(ports: {
  ledger: Ledger;
  policy: PolicyPort;
  provider: ProviderRules;
  now(): Date;
}): ChangesPort {
  const { ledger, policy } = ports;

  async function findIn(view: LedgerView, changeId: string, now: Date): Promise<Change> {
    const change = await changeIn(view, changeId, now, policy.isFilled);
    if (!change) throw missing(changeId);
    if (!OPEN_STATES.includes(change.state)) return change;
    const approvals = change.approvals.map((one) => (policy.isListed(one) ? one : { ...one, isVoid: true as const }));
    return { ...change, approvals };
  }
  const find = (changeId: string) => findIn(ledger, changeId, ports.now());

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
    const stored = readPlan(await ledger.document(body.document), body.digest, ports.provider.completePlan);
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
      standing: { states: ['waiting', 'executing', 'unknown'], at: ports.now().toISOString() },
      newestFirst: true,
    });
    const here = proposed.filter(({ body }) => isSameTarget(body.target, target));
    const changes = await Promise.all(here.map(({ body }) => find(body.id)));
    return changes.filter(({ state }) => OPEN_STATES.includes(state));
  }

  return {
    find,
    findIn,
    plan,
    openOn,
    aboutPlan: async (plan) => ({
      open: await openOn(plan.target),
      changeId: (await changeOf(ledger, plan.id)) || null,
      provider: ports.provider,
      scope: policy.scopeOf(plan),
    }),
    picture,
    isPlanning: async (planId) => (await planEvents(planId)).every(({ kind }) => kind === 'plan.begun'),
    async propose({ planId, goal, reason, ticket }) {
      const { plan: proposed, document } = await plan(planId);
      // Without a policy the judgement is plan_only; under one that is not in force there is nothing to judge by.
      if ((await policy.standing()) !== 'none') await policy.mustBeInForce();
      if (hidesSomething(reason))
        throw new CountersignError(
          'INPUT_INVALID',
          'The reason has characters that a person cannot see.',
          'Write the reason as plain text.',
        );
      for (;;) {
        const judgedAt = await newestChangeEvent(ledger);
        const judge = await policy.judgeFor(proposed, 'propose', goal);
        const about = { proposed, document, goal, reason, ticket, judge, policy, now: ports.now() };
        const proposal = proposalOf({ ...about, policyDigest: await policy.digest() });
        // Budgets hold across processes: what others proposed meanwhile was not in the facts, so judge again.
        const isAppended = await ledger.transact(async (tx) => {
          if ((await newestChangeEvent(tx)) !== judgedAt) return false;
          await appendProposal(tx, proposal);
          return true;
        });
        if (isAppended) return find(proposal.id);
      }
    },
    async withdraw(changeId) {
      const now = ports.now();
      await ledger.transact(async (tx) => {
        const change = await findIn(tx, changeId, now);
        if (change.sponsor !== policy.sponsor().name)
          throw new CountersignError(
            'SPONSOR_UNKNOWN',
            `Only an agent of ${change.sponsor ?? 'its sponsor'} can withdraw this change.`,
            'Leave it: it expires if it is not approved.',
            described(changeId),
          );
        if (change.state !== 'pending' && change.state !== 'approved')
          throw new CountersignError(
            'STATE_CHANGE_NOT_PENDING',
            `${stateSentence(change.state)}.`,
            'There is nothing to withdraw.',
            described(changeId),
          );
        await tx.append({
          kind: 'change.withdrawn',
          changeId,
          body: { why: `withdrawn for ${change.sponsor ?? 'an unknown sponsor'}` },
        });
      });
      return find(changeId);
    },
    async list({ state, cursor, limit }) {
      if (cursor !== undefined && !/^[1-9]\d{0,14}$/.test(cursor))
        throw new CountersignError(
          'INPUT_INVALID',
          'cursor: this is not a cursor of this list.',
          'Pass the cursor of the previous answer, or leave it out to start again.',
        );
      if (limit === 0) return { items: [] };
      const query = { kinds: ['change.proposed'], newestFirst: true, ...standingsOf(state, ports.now()) };
      const items: Change[] = [];
      // One more than a page, to learn whether there is another.
      for (let before = cursor === undefined ? Number.MAX_SAFE_INTEGER : Number(cursor); ; ) {
        const events = await ledger.events({ ...query, untilSeq: before - 1, limit: limit + 1 });
        for (const { changeId = '', seq } of events) {
          if (items.length === limit) return { items, cursor: String(before) };
          const change = await find(changeId);
          if (state === undefined || change.state === state) items.push(change);
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

const CHANGE_EVENTS = ['change.proposed', 'change.executing', 'change.finished', 'halted', 'resumed', 'policy.adopted'];

async function newestChangeEvent(view: LedgerView): Promise<number> {
  return (await view.events({ kinds: CHANGE_EVENTS, newestFirst: true, limit: 1 }))[0]?.seq ?? 0;
}

/** The change that this plan was proposed as; empty: none. */
async function changeOf(view: LedgerView, planId: string): Promise<string> {
  return (await view.events({ planId, kinds: ['change.proposed'], limit: 1 }))[0]?.changeId ?? '';
}

async function appendProposal(tx: LedgerTransaction, proposal: Proposal): Promise<void> {
  if (!(await tx.claim(`proposed/${proposal.planId}`)))
    throw new CountersignError(
      'STATE_PLAN_USED',
      'This plan has already been proposed.',
      {
        agent: 'Describe its change, or plan again for a new one.',
        person: 'Find its change with: countersign changes',
      },
      described(await changeOf(tx, proposal.planId)),
    );
  await tx.append({
    kind: 'change.proposed',
    changeId: proposal.id,
    planId: proposal.planId,
    body: proposal,
  });
}

function proposalOf(from: {
  proposed: Plan;
  document: string;
  goal: Goal;
  reason: string;
  ticket: string | undefined;
  judge: Judge;
  policy: PolicyPort;
  policyDigest: string;
  now: Date;
}): Proposal {
  const { proposed, document, goal, reason, ticket, judge, policy, policyDigest, now } = from;
  const proof = policy.proofFor(proposed);
  return {
    id: `chg_${randomBytes(6).toString('hex')}`,
    planId: proposed.id,
    planDigest: proposed.digest,
    planDocument: document,
    target: proposed.target,
    sponsor: policy.sponsor().name,
    agent: proposed.agent,
    goal,
    reason: makeVisible(reason, 500),
    ticket: ticket === undefined ? null : makeVisible(ticket, 80),
    judgement: attributed(judge.guards, proposed, judge.facts, judgeAll(judge.guards, proposed, judge.facts)),
    sums: sumsOf(proposed),
    excluded: judge.excluded,
    environment: judge.facts.environment,
    proposedAt: now.toISOString(),
    approveBy: new Date(now.getTime() + judge.seatsWithinSeconds * 1000).toISOString(),
    nonce: randomBytes(16).toString('hex'),
    assurance: policy.assurance(),
    policyDigest,
    ...(proof === 'software' ? {} : { proof }),
  };
}
