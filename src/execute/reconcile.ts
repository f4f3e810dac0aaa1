/**
 * A change whose outcome is not known: looked into by `reconcile`, signed off by `close`.
 *
 * INVARIANT: neither sends a write, and neither guesses: what is recorded is a fact of the calls themselves, or a
 * person's signed word that they have looked. While the executor may still be at work, both refuse.
 */
import { type Closing, checkClosing } from '../approvals/closing.ts';
import { canonicalSignature } from '../approvals/ssh-signature.ts';
import { type Change, type Outcome, stateSentence } from '../core/change.ts';
import { CountersignError } from '../core/errors.ts';
import { eventsOf } from '../core/events.ts';
import type { Plan } from '../core/plan.ts';
import type { ChangesPort, Ledger, LedgerTransaction, PolicyPort, Provider, Seen } from '../core/ports.ts';
import { makeVisibleLine } from '../core/render-safe.ts';
import type { Person } from '../people/person.ts';
import { aboutChange, mustReach } from './about.ts';
import { labelOf } from './run-calls.ts';

interface ReconcilePorts {
  ledger: Ledger;
  changes: ChangesPort;
  policy: Pick<PolicyPort, 'mustBeInForce'>;
  cloud: Provider;
  now(): Date;
}

export async function reconcile(ports: ReconcilePorts, changeId: string): Promise<{ change: Change; saw: string }> {
  const change = await ports.changes.find(changeId);
  mustBeUnknown(change);
  const { plan } = await ports.changes.plan(change.planId);
  await mustReach(ports, plan);
  const { saw, outcome } = await lookedInto(ports, change, plan);
  if (!outcome) return { change, saw };
  const rights = change.rights ? { rights: change.rights } : {};
  await appendIfUnchanged(ports, change, (tx) =>
    tx.append({ kind: 'change.finished', changeId, body: { ...aboutChange(change, plan, rights), outcome } }),
  );
  return { change: await ports.changes.find(changeId), saw };
}

export async function close(
  ports: ReconcilePorts & { people: readonly Person[] },
  changeId: string,
  signed: Closing,
): Promise<Change> {
  await ports.policy.mustBeInForce();
  const change = await ports.changes.find(changeId);
  mustBeUnknown(change);
  const { person, why, keyFingerprint } = checkClosing(signed, change, ports.people);
  const { statement } = signed;
  const body = {
    why: makeVisibleLine(`closed by ${person}: ${why}`),
    by: person,
    statement,
    signature: canonicalSignature(signed.signature),
    keyFingerprint,
  };
  await appendIfUnchanged(ports, change, async (tx) => {
    await ports.policy.mustBeInForce(tx);
    return tx.append({ kind: 'change.closed', changeId, body });
  });
  return ports.changes.find(changeId);
}

function mustBeUnknown({ id, state, abandoned }: Change): void {
  if (state === 'unknown' || abandoned) return;
  if (state === 'executing')
    throw new CountersignError(
      'STATE_CHANGE_RUNNING',
      'Its executor may still be running.',
      `Wait; countersign show ${id} reports when the executor has been silent for long.`,
    );
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

const RECORDED = ['call.intended', 'call.returned', 'call.failed', 'call.unknown'] as const;
type Recorded = (typeof RECORDED)[number];

/** What the ledger and the cloud say of its calls, in their order. */
async function lookedInto(
  { ledger, cloud }: ReconcilePorts,
  change: Change,
  plan: Plan,
): Promise<{ saw: string; outcome?: Outcome }> {
  const events = await eventsOf(ledger, RECORDED, { changeId: change.id });
  const newest = new Map(events.map((event) => [event.body.step, event]));
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
  const seen: Seen =
    kind === 'call.failed'
      ? { detail: `${body.operation} was refused: ${body.why}`, ended: { call: 'failed', state: 'failed' } }
      : await cloud.lookBack(last, plan, new Date(begunAt(events, last.step) ?? at));
  const saw = `${labelOf(last).operation}: ${seen.detail}`;
  if (!seen.ended) return { saw };
  const calls = begun.map((call) => ({
    ...labelOf(call),
    outcome: call === last ? callOutcome(kind, seen.ended!.call) : ('done' as const),
  }));
  const stopped = seen.ended.state === 'succeeded' && next ? ` ${labelOf(next).operation} was not sent.` : '';
  return told(change, { detail: `${saw}.${stopped}`, state: stopped ? 'failed' : seen.ended.state, calls });
}

const begunAt = (events: readonly { kind: string; at: string; body: { step: string } }[], step: string) =>
  events.find(({ kind, body }) => kind === 'call.intended' && body.step === step)?.at;
/** An answer that is recorded stays the answer. */
const callOutcome = (kind: Recorded, seen: 'done' | 'failed') => (kind === 'call.returned' ? ('done' as const) : seen);

function told({ rights }: Change, { detail, state, calls }: Pick<Outcome, 'detail' | 'state' | 'calls'>) {
  const words = makeVisibleLine(detail);
  return {
    saw: words,
    outcome: { state, detail: `Seen afterwards: ${words}`, credentials: rights?.credentials ?? 'unconfined', calls },
  };
}
