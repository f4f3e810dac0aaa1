/** Proposing and withdrawing changes; finding them is `change-reader.ts`. */
import { randomBytes } from 'node:crypto';
import { attributed } from './attribution.ts';
import { type Proposal, stateSentence } from './change.ts';
import { createChangeReader } from './change-reader.ts';
import { CountersignError } from './errors.ts';
import type { EventQuery } from './events.ts';
import { judgeAll } from './guard.ts';
import { tagged } from './kept.ts';
import { isAnyAfter, newestSeq } from './newest.ts';
import { type Plan, sumsOf } from './plan.ts';
import type { ChangesPort, Judge, Ledger, LedgerTransaction, LedgerView, PolicyPort, ProviderRules } from './ports.ts';
import { hidesSomething, makeVisible } from './render-safe.ts';
import { wayBackOf } from './taking-back.ts';
import type { Goal } from './verdict.ts';

/** A change that is not as the caller took it to be. */
const described = (changeId: string) => ({
  next: { tool: 'describe_change', input: { change_id: changeId } },
});

export function createChanges(ports: {
  ledger: Ledger;
  policy: PolicyPort;
  provider: ProviderRules;
  now(): Date;
}): ChangesPort {
  const { ledger, policy } = ports;
  const { completePlan } = ports.provider;
  const reader = createChangeReader({ ...policy, ledger, completePlan, now: ports.now });
  const { find, findIn } = reader;
  const mustNotBeAnother = async () => {
    if ((await policy.standing()) !== 'none') await policy.mustBeInForce();
  };

  return {
    ...reader,
    aboutPlan: async (plan) => ({
      open: await reader.openOn(plan.target),
      changeId: (await changeOf(ledger, plan.id)) || null,
      provider: ports.provider,
      scope: policy.scopeOf(plan),
    }),
    async executorOf(plan) {
      if (policy.executionOf(plan) !== 'by_runner') return 'person';
      return (await policy.runners()).length > 0 ? 'runner' : 'no_runner';
    },
    wayBack: (change, plan) => wayBackOf(ledger, ports.provider, change, plan),
    async propose({ planId, goal, reason, ticket }) {
      const { plan: proposed, document } = await reader.plan(planId);
      // Without a policy the judgement is plan_only; under one that is not in force there is nothing to judge by.
      await mustNotBeAnother();
      mustBePlain(reason);
      for (;;) {
        const judgedAt = await newestSeq(ledger);
        const judge = await policy.judgeFor(proposed, 'propose', goal);
        const about = { proposed, document, goal, reason, ticket, judge, policy, now: ports.now() };
        const proposal = await proposalOf(about);
        // Budgets hold across processes: what others proposed meanwhile was not in the facts, so judge again.
        const isAppended = await ledger.transact(async (tx) => {
          if (await isAnyAfter(tx, judgedAt, judgedBy(proposed, policy.sponsor().name))) return false;
          await appendProposal(tx, proposal);
          return true;
        });
        if (isAppended) return find(proposal.id);
      }
    },
    async withdraw(changeId) {
      const now = ports.now();
      const { signedIn } = policy.sponsor();
      // Whoever proposed it is known without a policy; which person another token means, the one in force says.
      if (signedIn && (await find(changeId)).signedInAs !== signedIn.as) await mustNotBeAnother();
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
  };
}

function mustBePlain(reason: string): void {
  if (!hidesSomething(reason)) return;
  throw new CountersignError(
    'INPUT_INVALID',
    'The reason has characters that a person cannot see.',
    'Write the reason as plain text.',
  );
}

/** What a judgement reads of the ledger, whoever's it is. Of proposals it reads those of its sponsor and its target. */
const CHANGE_EVENTS = ['change.executing', 'change.finished', 'halted', 'resumed', 'policy.adopted'];

const judgedBy = ({ target }: Pick<Plan, 'target'>, sponsor: string | null): EventQuery[] => [
  { kinds: CHANGE_EVENTS },
  { kinds: ['change.proposed'], tags: [...tagged.sponsor('proposed', sponsor), ...tagged.target(target)] },
];

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

async function proposalOf(from: {
  proposed: Plan;
  document: string;
  goal: Goal;
  reason: string;
  ticket: string | undefined;
  judge: Judge;
  policy: PolicyPort;
  now: Date;
}): Promise<Proposal> {
  const { proposed, document, goal, reason, ticket, judge, policy, now } = from;
  const { name, signedIn } = policy.sponsor();
  const [proof, onePerson] = [policy.proofFor(proposed), policy.onePerson()];
  return {
    id: `chg_${randomBytes(6).toString('hex')}`,
    planId: proposed.id,
    planDigest: proposed.digest,
    planDocument: document,
    target: proposed.target,
    sponsor: name,
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
    assurance: await policy.assurance(),
    ...(signedIn?.as == null ? {} : { signedInAs: signedIn.as }),
    policyDigest: await policy.digest(),
    ...(proof === 'software' ? {} : { proof }),
    ...(onePerson === null ? {} : { onePerson }),
  };
}
