/**
 * Every signature in a ledger, verified again: each under the policy that was in force when it was recorded, over the
 * statement that is built again from the ledger, by the key and with the text that stand beside it.
 *
 * INVARIANT: each kind of event with a signature has its check here; the compiler refuses a kind without one.
 */
import { checkReview, type Opening, problemOf } from '../approvals/break-glass.ts';
import { checkClosing, closedBy } from '../approvals/closing.ts';
import { isAsRecorded } from '../approvals/signature.ts';
import { checkedThen, type SignatureCheck } from '../approvals/verify-recorded.ts';
import type { Change } from '../core/change.ts';
import { eachEvent } from '../core/each-event.ts';
import {
  type BodyOf,
  bodyOf,
  EVENT_BODIES,
  type EventKind,
  type EventOf,
  eventsOf,
  type LedgerEvent,
  parsedBody,
} from '../core/events.ts';
import { foldChange } from '../core/lifecycle.ts';
import type { Plan } from '../core/plan.ts';
import { readPlan } from '../core/plan-document.ts';
import { readLedgerAt } from '../ledger/open.ts';
import { type AuditProblem, auditPins, auditSignedPolicy, NAMING_KINDS, nameAudit } from '../policy/audit.ts';
import { directoryAt } from '../policy/directory.ts';
import { providerRules } from '../providers/index.ts';

export interface SignatureAudit {
  /** Approvals and rejections. */
  good: number;
  /** Made before the folder adopted a policy, by an older version. */
  notChecked: number;
  /** Good ones of policies, break-glass, its reviews and closings. */
  others: number;
  problems: AuditProblem[];
}
type Reading = ReturnType<typeof readLedgerAt>;
/** An empty body has every key. */
type Signs<Body> = string extends keyof Body ? false : 'signature' extends keyof Body ? true : false;
type SignedKind = { [K in EventKind]: Signs<BodyOf<K>> extends true ? K : never }[EventKind];

const CHECKS: { [K in SignedKind]: (ledger: Reading, event: EventOf<K>) => Promise<SignatureCheck> } = {
  'change.approved': ofDecision,
  'change.rejected': ofDecision,
  'change.closed': ofClosing,
  'glass.broken': ofOpening,
  'glass.reviewed': ofReview,
  'policy.signed': async (ledger, event) => asCheck(await auditSignedPolicy(ledger, event)),
};
/** Of which the ledger holds signatures. */
export const SIGNED_KINDS = Object.keys(CHECKS) as SignedKind[];
const asCheck = (problem: string | undefined): SignatureCheck => (problem === undefined ? 'good' : { problem });
const OF_CHANGES: readonly string[] = ['change.approved', 'change.rejected'];

export async function auditSignatures(home: string): Promise<SignatureAudit> {
  const ledger = readLedgerAt(home);
  try {
    const problems = [...(await auditPins(ledger)), ...(await auditNamed(ledger))];
    const audit: SignatureAudit = { good: 0, notChecked: 0, others: 0, problems };
    for await (const event of eachEvent(ledger, SIGNED_KINDS)) {
      const check = await checkOf(ledger, event as LedgerEvent & { kind: SignedKind });
      if (typeof check === 'object')
        problems.push({ seq: event.seq, message: `Row ${event.seq} (${event.kind}): ${check.problem}` });
      else if (check === 'not_checked') audit.notChecked += 1;
      else if (OF_CHANGES.includes(event.kind)) audit.good += 1;
      else audit.others += 1;
    }
    problems.sort((a, b) => a.seq - b.seq);
    return audit;
  } finally {
    ledger.close();
  }
}

async function checkOf<K extends SignedKind>(
  ledger: Reading,
  event: LedgerEvent & { kind: K },
): Promise<SignatureCheck> {
  try {
    return await CHECKS[event.kind](ledger, { ...event, body: bodyOf(event.kind, event) } as EventOf<K>);
  } catch (error) {
    return { problem: error instanceof Error ? error.message : 'the record cannot be read.' };
  }
}

/** Remembered at once. */
const READ_PLANS = 1_000;
const plan = {
  'plan.made': EVENT_BODIES['plan.made'].pick({ document: true, digest: true }),
  'change.proposed': EVENT_BODIES['change.proposed'].pick({ planDocument: true, planDigest: true }),
};
const NAMING_PLANS = Object.keys(plan);

/** Each policy that an event names was in force; each plan that one names is the stored one, and no other document. */
async function auditNamed(ledger: Reading): Promise<AuditProblem[]> {
  const problems: AuditProblem[] = [];
  const policyProblem = await nameAudit(ledger);
  const read = new Set<string>();
  async function isStored(row: LedgerEvent): Promise<boolean> {
    const [document, digest] = planNamedBy(row);
    // What is proposed was planned a little before: most plans are named twice.
    const named = `${document} ${digest}`;
    if (read.has(named)) return true;
    if (read.size >= READ_PLANS) read.clear();
    if (!(await readPlan(await ledger.document(document), digest, providerRules.completePlan))) return false;
    read.add(named);
    return true;
  }
  for await (const row of eachEvent(ledger, [...new Set([...NAMING_PLANS, ...NAMING_KINDS])])) {
    const policy = NAMING_KINDS.includes(row.kind) ? await policyProblem(row) : undefined;
    const isAnother = NAMING_PLANS.includes(row.kind) && !(await isStored(row));
    for (const why of [policy, isAnother ? 'the plan that it names is not the stored one.' : undefined])
      if (why !== undefined) problems.push({ seq: row.seq, message: `Row ${row.seq} (${row.kind}): ${why}` });
  }
  return problems;
}

function planNamedBy(event: LedgerEvent): [document: string, digest: string] {
  if (event.kind === 'plan.made') {
    const { document, digest } = parsedBody(plan['plan.made'], 'plan.made', event);
    return [document, digest];
  }
  const { planDocument, planDigest } = parsedBody(plan['change.proposed'], 'change.proposed', event);
  return [planDocument, planDigest];
}

async function ofDecision(
  ledger: Reading,
  event: EventOf<'change.approved' | 'change.rejected'>,
): Promise<SignatureCheck> {
  const isOfItsKind = event.body.decision === (event.kind === 'change.approved' ? 'approve' : 'reject');
  if (!isOfItsKind) return { problem: 'its decision is another than its kind says.' };
  const found = await changeBefore(ledger, event);
  if (!found) return { problem: 'the change or plan that was signed is not in the ledger.' };
  const approval = { ...event.body, at: event.at, seq: event.seq };
  return checkedThen(approval, found.change, found.plan, (seq) => directoryAt(ledger, seq, null));
}

/** As it stood when this event was appended. */
async function changeBefore(
  ledger: Reading,
  { changeId = '', seq, at }: Pick<LedgerEvent, 'changeId' | 'seq' | 'at'>,
): Promise<{ change: Change; plan: Plan } | undefined> {
  const change = foldChange(await ledger.events({ changeId, untilSeq: seq - 1 }), new Date(at), () => false);
  const plan =
    change &&
    (await readPlan(await ledger.document(change.planDocument), change.planDigest, providerRules.completePlan));
  return change && plan ? { change, plan } : undefined;
}

async function ofClosing(ledger: Reading, event: EventOf<'change.closed'>): Promise<SignatureCheck> {
  const then = await directoryAt(ledger, event.seq, null);
  if (!then) return 'not_checked';
  const { body } = event;
  const { statement, signature } = body;
  if (statement === undefined || signature === undefined) return { problem: 'no person signed it.' };
  const found = await changeBefore(ledger, event);
  if (!found) return { problem: 'the change that was closed is not in the ledger.' };
  const { person, why, signed } = await checkClosing({ statement, signature }, found.change, then.people, 'recorded');
  const isSo = isAsRecorded(signed, body) && body.by === person && body.why === closedBy(person, why);
  return isSo ? 'good' : { problem: 'it tells something other than was signed.' };
}

/** It was opened by whom it says, for what it says, under the policy of then. */
async function ofOpening(ledger: Reading, event: Opening): Promise<SignatureCheck> {
  const then = await directoryAt(ledger, event.seq, null);
  if (!then) return { problem: 'no policy was adopted then.' };
  if (event.body.policyDigest !== then.digest) return { problem: 'it names a policy that was not in force.' };
  return asCheck(problemOf(event, await ledger.origin(), then.people) ?? undefined);
}

async function ofReview(ledger: Reading, { seq, body }: EventOf<'glass.reviewed'>): Promise<SignatureCheck> {
  const then = await directoryAt(ledger, seq, null);
  if (!then) return { problem: 'no policy was adopted then.' };
  if (body.policyDigest !== then.digest) return { problem: 'it names a policy that was not in force.' };
  const opened = { sinceSeq: body.opened - 1, untilSeq: Math.min(body.opened, seq), limit: 1 };
  const [opening] = await eventsOf(ledger, ['glass.broken'], opened);
  if (opening?.seq !== body.opened) return { problem: 'the break-glass that it reviews was never opened.' };
  const { statement, signed } = await checkReview(
    opening,
    body,
    { ledger: await ledger.origin(), people: then.people },
    'recorded',
  );
  const isSo = isAsRecorded(signed, body) && statement === body.statement;
  return isSo ? 'good' : { problem: 'it tells something other than was signed.' };
}
