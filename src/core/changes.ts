/** Proposing, finding and withdrawing changes: everything about them lives in the ledger. */
import { randomBytes } from 'node:crypto';
import { type Change, foldChange, type Proposal } from './change.ts';
import type { Json } from './digest.ts';
import { CountersignError } from './errors.ts';
import { judgeAll } from './guard.ts';
import { type Plan, planDigest, planSchema } from './plan.ts';
import type { ChangesPort, Ledger, LedgerEvent, PolicyPort } from './ports.ts';
import { hidesSomething, makeVisible } from './render-safe.ts';
import type { Goal, Judgement } from './verdict.ts';

const missing = (what: string, id: string, tool: string) =>
  new CountersignError(
    'INPUT_NOT_FOUND',
    `There is no ${what} ${makeVisible(id, 60)}.`,
    `${tool} lists what is there.`,
  );

interface MadeBody {
  document: string;
  digest: string;
  judgement: Judgement;
  goals: Goal[];
}

export function createChanges(ports: { ledger: Ledger; policy: PolicyPort; now(): Date }): ChangesPort {
  const { ledger, policy } = ports;
  const fold = (events: LedgerEvent[]) => foldChange(events, ports.now(), policy.isFilled);

  function find(changeId: string): Change {
    const change = fold(ledger.events({ changeId }));
    if (!change) throw missing('change', changeId, 'describe_changes');
    return change;
  }

  function plan(planId: string): { plan: Plan; goalsAllowed: Goal[]; decision: Judgement; document: string } {
    const [made] = ledger.events({ planId, kinds: ['plan.made'], limit: 1 });
    if (!made) throw missing('plan', planId, 'plan_stack_update makes one; nothing');
    const body = made.body as unknown as MadeBody;
    const stored = planSchema.safeParse(ledger.document(body.document));
    if (!stored.success || planDigest(stored.data) !== body.digest) {
      throw new CountersignError(
        'LEDGER_TAMPERED',
        `The stored plan ${planId} is not the one that was made.`,
        'Stop and run countersign audit verify.',
      );
    }
    return { plan: stored.data, goalsAllowed: body.goals, decision: body.judgement, document: body.document };
  }

  return {
    find,
    plan,
    async propose({ planId, goal, reason, ticket }) {
      const { plan: proposed, document } = plan(planId);
      if (hidesSomething(reason))
        throw new CountersignError(
          'INPUT_INVALID',
          'reason has characters that a person could not see.',
          'Write it as plain text.',
        );
      const judge = policy.judgeFor(proposed.target, proposed.observed.stack?.tags ?? {}, 'propose', goal);
      const judgement = judgeAll(judge.guards, proposed, judge.facts);
      const now = ports.now();
      const proposal: Proposal = {
        id: `chg_${randomBytes(6).toString('hex')}`,
        planId,
        planDigest: proposed.digest,
        planDocument: document,
        target: proposed.target,
        sponsor: policy.sponsor().name,
        goal,
        reason: makeVisible(reason, 500),
        ticket: ticket === undefined ? null : makeVisible(ticket, 80),
        judgement,
        excluded: judge.excluded,
        environment: judge.facts.environment,
        proposedAt: now.toISOString(),
        approveBy: new Date(now.getTime() + judge.seatsWithinSeconds * 1000).toISOString(),
        nonce: randomBytes(16).toString('hex'),
        assurance: policy.assurance(),
      };
      ledger.transact((tx) => {
        if (!tx.claim(`proposed/${planId}`))
          throw new CountersignError(
            'STATE_PLAN_USED',
            'This plan was proposed already.',
            'describe_changes lists the change; plan again for a new one.',
          );
        tx.append({
          kind: 'change.proposed',
          changeId: proposal.id,
          planId,
          body: proposal as unknown as Json,
        });
      });
      return find(proposal.id);
    },
    withdraw(changeId) {
      ledger.transact((tx) => {
        const change = fold(tx.events({ changeId }));
        if (!change) throw missing('change', changeId, 'describe_changes');
        if (change.sponsor !== policy.sponsor().name)
          throw new CountersignError(
            'SPONSOR_UNKNOWN',
            `Only ${change.sponsor ?? 'its sponsor'} can withdraw this change.`,
            'Leave it; it expires by itself.',
          );
        if (change.state !== 'pending' && change.state !== 'approved')
          throw new CountersignError(
            'STATE_CHANGE_NOT_PENDING',
            `The change is ${change.state}.`,
            'There is nothing to withdraw.',
          );
        tx.append({
          kind: 'change.withdrawn',
          changeId,
          body: { why: `withdrawn for ${change.sponsor ?? 'nobody'}` },
        });
      });
      return find(changeId);
    },
    list({ state, cursor, limit }) {
      const before = cursor === undefined ? Number.MAX_SAFE_INTEGER : Number(cursor);
      const ids = ledger.events({ kinds: ['change.proposed'], newestFirst: true }).filter(({ seq }) => seq < before);
      const items: Change[] = [];
      let last: number | undefined;
      for (const { changeId, seq } of ids) {
        if (items.length === limit) return { items, ...(last === undefined ? {} : { cursor: String(last) }) };
        const change = find(changeId ?? '');
        if (state === undefined || change.state === state) items.push(change);
        last = seq;
      }
      return { items };
    },
    progress: (changeId) =>
      ledger
        .events({ changeId, kinds: ['change.progress'] })
        .map(({ at, body }) => ({ at, text: String((body as { text?: string }).text ?? '') })),
  };
}
