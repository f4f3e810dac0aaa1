/**
 * The ledger and the policy port as of a moment: what was judged is judged again with the facts of then.
 *
 * Guarantees: history, budgets, halt and clock are those that the first judgement saw; nothing is written.
 * Limits: what was refused before a plan was made (out of scope, halted, another account) left nothing to judge. The
 * guards are those of this version. A change that another process appended in the milliseconds between
 * the judging and the recording of a plan counts as known.
 */
import { CountersignError } from '../../core/errors.ts';
import { bodyOf, type LedgerEvent } from '../../core/events.ts';
import type { Plan } from '../../core/plan.ts';
import { readPlan } from '../../core/plan-document.ts';
import type { Judge, LedgerView, ProviderRules } from '../../core/ports.ts';
import { type Goal, type Judgement, whole } from '../../core/verdict.ts';
import { createPolicyPort, type PolicyPortOptions } from '../../policy/port.ts';
import { type PastLedger, pastOf } from './past.ts';

/** One judgement in the ledger: of a plan when it was made, or of a change when it was proposed. */
export interface Moment {
  kind: 'plan' | 'change';
  id: string;
  seq: number;
  at: Date;
  plan: Plan;
  /** Of a change it can be another than the plan's. */
  sponsor: string | null;
  /** Of a change. */
  goal?: Goal;
  judgement: Judgement;
  /** Who could not sign. */
  excluded: string[];
}
export type Rejudging = Pick<PolicyPortOptions, 'policy' | 'guards' | 'ledger'> & { provider: ProviderRules };

interface Stored {
  ledger: LedgerView;
  provider: ProviderRules;
}

/**
 * @param event one of a kind in which a judgement is recorded.
 * @throws LEDGER_TAMPERED when the event cannot be read, or the stored plan is gone or another.
 */
export async function momentOf(stored: Stored, event: LedgerEvent): Promise<Moment> {
  const { planId = '', seq } = event;
  if (event.kind === 'plan.made') {
    const { document, digest, excluded, ...judged } = bodyOf('plan.made', event);
    const plan = await storedPlan(stored, planId, document, digest);
    const { sponsor, madeAt } = plan;
    return { kind: 'plan', id: planId, seq, at: new Date(madeAt), plan, sponsor, judgement: whole(judged), excluded };
  }
  const { id, planDocument, planDigest: digest, proposedAt, ...proposal } = bodyOf('change.proposed', event);
  const { sponsor, goal, judgement, excluded } = proposal;
  const plan = await storedPlan(stored, planId, planDocument, digest);
  return { kind: 'change', id, seq, at: new Date(proposedAt), plan, sponsor, goal, judgement, excluded };
}

async function storedPlan(
  { ledger, provider }: Stored,
  planId: string,
  document: string,
  digest: string,
): Promise<Plan> {
  const plan = await readPlan(await ledger.document(document), digest, provider.completePlan);
  if (plan) return plan;
  throw new CountersignError(
    'LEDGER_TAMPERED',
    `The stored plan ${planId} differs from the plan that was made.`,
    'Stop, and run: countersign audit verify',
  );
}

/**
 * Judges as of the moment: that plan, or another in its place.
 *
 * @param past of the ledger, for who judges many moments.
 */
export function judgeAsOf(
  about: Rejudging,
  { seq, at, kind, goal, plan, sponsor, excluded }: Omit<Moment, 'id' | 'judgement'>,
  past: PastLedger = pastOf(about.ledger, at),
) {
  const port = createPolicyPort({
    isHypothetical: true,
    ...about,
    ledger: past(seq - 1),
    // `excluded` could not sign then: whoever the server ran as is among them.
    caller: { sponsor, actsAs: excluded },
    now: () => at,
  });
  return (instead: Plan = plan): Promise<Judge> =>
    port.judgeFor(instead, kind === 'plan' ? 'preview' : 'propose', goal);
}
