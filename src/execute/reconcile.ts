/**
 * A change whose outcome is not known: looked into by `reconcile`, signed off by `close`.
 *
 * INVARIANT: neither sends a write, and neither guesses: what is recorded is a fact of the calls themselves, or a
 * person's signed word that they have looked. While the executor is at work both refuse, and while a request of it may
 * still arrive nothing is recorded as not done, and no target is free (`settling.ts`).
 */
import { type Closing, checkClosing, closedBy } from '../approvals/closing.ts';
import { mustCountUp } from '../approvals/counting.ts';
import type { RelyingParty } from '../approvals/relying-party.ts';
import { provenBy } from '../approvals/signature.ts';
import { type Change, type Outcome, stateSentence } from '../core/change.ts';
import { CountersignError } from '../core/errors.ts';
import { eventsOf } from '../core/events.ts';
import type { Plan } from '../core/plan.ts';
import type { ChangesPort, Ledger, LedgerTransaction, PolicyPort, Provider, Seen } from '../core/ports.ts';
import { makeVisibleLine } from '../core/render-safe.ts';
import type { Person } from '../people/person.ts';
import { aboutChange, mustReach } from './about.ts';
import { type Compared, comparedWithSigned } from './comparing.ts';
import { labelOf } from './run-calls.ts';
import {
  mustBeLeft,
  type RecordedCall,
  recordedCalls,
  refuseEarly,
  type SettlingPorts,
  whatMayArrive,
} from './settling.ts';

export interface ReconcilePorts extends Pick<SettlingPorts, 'owners'> {
  ledger: Ledger;
  changes: ChangesPort;
  policy: Pick<PolicyPort, 'mustBeInForce'>;
  cloud: Provider;
  now(): Date;
}

export async function reconcile(
  ports: ReconcilePorts,
  changeId: string,
  { isGiven = false }: { isGiven?: boolean } = {},
): Promise<{ change: Change; saw: string }> {
  const change = await ports.changes.find(changeId);
  mustBeOpen(change);
  const recorded = await recordedCalls(ports.ledger, changeId);
  const { plan } = await ports.changes.plan(change.planId);
  await mustReach(ports, plan);
  await mustBeLeft(ports, change, plan, recorded, isGiven);
  const { saw, outcome } = await lookedInto(ports, change, plan, recorded);
  if (!outcome) return { change, saw };
  const rights = change.rights ? { rights: change.rights } : {};
  const { detail, differs } = await afterwards(ports.cloud, plan, outcome);
  const body = {
    ...aboutChange(change, plan, rights),
    outcome: { ...outcome, detail },
    ...(differs.length > 0 && { differs }),
  };
  await appendIfUnchanged(ports, change, (tx) => tx.append({ kind: 'change.finished', changeId, body }));
  return { change: await ports.changes.find(changeId), saw };
}

const afterwards = async (cloud: Provider, plan: Plan, { state, detail }: Outcome): Promise<Compared> =>
  state === 'succeeded' ? comparedWithSigned(cloud, plan, detail) : { detail, differs: [] };

export async function close(
  ports: ReconcilePorts & { people: readonly Person[] },
  changeId: string,
  { page, ...given }: Closing & { page?: RelyingParty | undefined },
): Promise<Change> {
  await ports.policy.mustBeInForce();
  const change = await ports.changes.find(changeId);
  mustBeOpen(change);
  const { person, why, signed } = await checkClosing(given, change, ports.people, { page });
  const recorded = await recordedCalls(ports.ledger, changeId);
  const { plan } = await ports.changes.plan(change.planId);
  await mustReach(ports, plan);
  await mustBeLeft(ports, change, plan, recorded);
  const arrival = await whatMayArrive(ports, change, plan, recorded, { isVouched: true });
  if (arrival) throw refuseEarly(change, arrival);
  const { signature, keyFingerprint } = signed;
  const body = {
    why: closedBy(person, why),
    by: person,
    statement: given.statement,
    signature,
    keyFingerprint,
    ...provenBy(signed),
  };
  await appendIfUnchanged(ports, change, async (tx) => {
    await ports.policy.mustBeInForce(tx);
    await mustCountUp(tx, signed);
    return tx.append({ kind: 'change.closed', changeId, body });
  });
  return ports.changes.find(changeId);
}

function mustBeOpen({ id, state }: Change): void {
  if (state === 'unknown' || state === 'executing') return;
  throw new CountersignError(
    'STATE_CHANGE_NOT_UNKNOWN',
    `${stateSentence(state)}, so there is no unknown outcome to look for.`,
    `See its state with: countersign show ${id}`,
  );
}

async function appendIfUnchanged(
  { ledger, changes, now: clock }: ReconcilePorts,
  { id, version }: Change,
  append: (tx: LedgerTransaction) => Promise<unknown>,
): Promise<void> {
  const now = clock();
  await ledger.transact(async (tx) => {
    if ((await changes.findIn(tx, id, now)).version !== version)
      throw new CountersignError(
        'STATE_CHANGE_RUNNING',
        'Another process has recorded an event of this change in the meantime.',
        `See the change as it is now: countersign show ${id}`,
      );
    await append(tx);
  });
}

/** What the ledger and the cloud say of its calls, in their order. */
async function lookedInto(
  ports: ReconcilePorts,
  change: Change,
  plan: Plan,
  recorded: readonly RecordedCall[],
): Promise<{ saw: string; outcome?: Outcome }> {
  const { ledger, cloud } = ports;
  const newest = new Map(recorded.map((event) => [event.body.step, event]));
  const begun = plan.calls.filter(({ step }) => newest.has(step));
  const last = begun.at(-1);
  const next = plan.calls[begun.length];
  if (!last) {
    // A rehearsal that may have had the effect is no call: what it did is not in the ledger.
    const tried = await eventsOf(ledger, ['call.tried'], { changeId: change.id });
    if (tried.some(({ body }) => body.answer === 'unknown'))
      return { saw: 'No call was sent after the rehearsal, and the effect of the rehearsal is not recorded.' };
    return told(change, { detail: 'Nothing was done: no call was sent.', state: 'failed', calls: [] });
  }
  const { kind, at, body } = newest.get(last.step)!;
  // INVARIANT: the proof that nothing can arrive any more comes before the look.
  const arrival =
    kind === 'call.failed' ? null : await whatMayArrive(ports, change, plan, recorded, { isVouched: false });
  const seen: Seen =
    kind === 'call.failed'
      ? { detail: `${body.operation} was refused: ${body.why}`, ended: { call: 'failed', state: 'failed' } }
      : await cloud.lookBack(last, plan, new Date(begunAt(recorded, last.step) ?? at));
  const saw = `${labelOf(last).operation}: ${seen.detail}`;
  if (!seen.ended) return { saw };
  if (seen.ended.call === 'failed' && arrival)
    return { saw: `${saw} so far; ${arrival.why}, so its outcome is not known yet.` };
  const calls = begun.map((call) => ({
    ...labelOf(call),
    outcome: call === last ? callOutcome(kind, seen.ended!.call) : ('done' as const),
  }));
  const stopped = seen.ended.state === 'succeeded' && next ? ` ${labelOf(next).operation} was not sent.` : '';
  return told(change, { detail: `${saw}.${stopped}`, state: stopped ? 'failed' : seen.ended.state, calls });
}

/** By the cloud's clock where it is known. */
const begunAt = (events: readonly RecordedCall[], step: string) => {
  const intent = events.find((event) => event.kind === 'call.intended' && event.body.step === step);
  return intent?.kind === 'call.intended' ? (intent.body.signing?.signedAt ?? intent.at) : undefined;
};
/** An answer that is recorded stays the answer. */
const callOutcome = (kind: RecordedCall['kind'], seen: 'done' | 'failed') =>
  kind === 'call.returned' ? ('done' as const) : seen;

function told({ rights }: Change, { detail, state, calls }: Pick<Outcome, 'detail' | 'state' | 'calls'>) {
  const words = makeVisibleLine(detail);
  return {
    saw: words,
    outcome: { state, detail: `Seen afterwards: ${words}`, credentials: rights?.credentials ?? 'unconfined', calls },
  };
}
