/**
 * The executor: lock → live re-check → permit → the signed calls, one by one → outcome → ledger.
 *
 * INVARIANT: the intent of each call is durable before it leaves, its outcome after, as the provider judged the
 * answer. Only the cloud's own refusal is a failure; what was begun and not answered is `unknown` and never repeated.
 */

import { type Change, stateSentence } from '../core/change.ts';
import { isOfTheLedger, isOfUnknownOutcome } from '../core/durable.ts';
import { CountersignError } from '../core/errors.ts';
import type { BodyOf } from '../core/events.ts';
import { haltIn, inFlightIn } from '../core/folds.ts';
import { heldBy } from '../core/holder.ts';
import { type During, unwatched } from '../core/observing.ts';
import type { Owner, Owners } from '../core/owner.ts';
import type { Plan } from '../core/plan.ts';
import type { ChangesPort, Executor, Followed, Ledger, LedgerView } from '../core/ports.ts';
import { makeVisibleLine } from '../core/render-safe.ts';
import type { Signing } from '../core/signing.ts';
import { aboutChange, mustReach } from './about.ts';
import { clean } from './clean.ts';
import { recordEnd } from './ending.ts';
import { mayRunUnattended, mustBeTime } from './one-person.ts';
import { leftApproved, type RecheckPorts, whyStale } from './recheck.ts';
import { close, reconcile } from './reconcile.ts';
import { rehearse } from './rehearse.ts';
import { intentOf, runCalls } from './run-calls.ts';

export interface ExecutorPorts extends RecheckPorts {
  ledger: Ledger & { origin(): Promise<string> };
  changes: ChangesPort;
  owners: Owners;
  now(): Date;
  during?: During;
}
interface Ports extends ExecutorPorts {
  onProgress(text: string): void;
  /** No person runs it. */
  unattended: boolean;
  /** Aborted: another runner looks after it. */
  lost: AbortSignal | undefined;
  owner: Owner;
}

/** The executor of one process, over its ports. */
export function createExecutor(ports: ExecutorPorts): Executor {
  return {
    async run(changeId, onProgress = () => undefined, { unattended = false, lost } = {}) {
      const { owner, end } = ports.owners.begin();
      return executeChange({ ...ports, onProgress, owner, unattended, lost }, changeId).finally(end);
    },
    reconcile: (changeId, how) => reconcile(ports, changeId, how),
    close: (changeId, signed) => close(ports, changeId, signed),
    clean: (how) => clean(ports, how),
  };
}

async function executeChange(ports: Ports, changeId: string): Promise<Change> {
  await ports.policy.mustBeInForce();
  const change = await ports.changes.find(changeId);
  if (change.state !== 'approved') return answerWithoutRunning(ports, change);
  const { plan } = await ports.changes.plan(change.planId);
  if (ports.unattended) await mayRunUnattended(ports, ports.ledger, plan);
  await mustReach(ports, plan);
  const about = { changeId, sponsor: change.sponsor, digest: change.digest };
  const rights = await ports.cloud.takeRights(plan, about).catch((error) => {
    throw leftApproved(error, change, plan);
  });
  const policyDigest = await ports.policy.digest();
  // INVARIANT: the lock holds what was looked at: whatever was begun, ended or halted meanwhile is looked at again.
  let rehearsed: Followed | null | undefined;
  let signing: Signing | undefined;
  for (let isLocked = false; !isLocked; ) {
    const lookedAt = await newestExecution(ports.ledger);
    await recheck(ports, change, plan);
    await mustBeTime(ports, change, plan);
    rehearsed ??= await rehearse(ports, change, plan, rights);
    signing = await ports.cloud.signing(plan.calls[0]!, rights).catch((error) => {
      throw leftApproved(error, change, plan);
    });
    isLocked = await lock(ports, change, plan, {
      lookedAt,
      about: aboutChange(change, plan, { policyDigest, rights }),
      isRehearsed: rehearsed === null,
      signing,
    });
  }
  const { rights: had, ...ended } = await runCalls(ports, change, plan, {
    rehearsed: rehearsed ?? null,
    rights,
    signing: signing!,
  });
  return recordEnd(ports, changeId, {
    ...aboutChange(change, plan, { policyDigest, rights: had }),
    ...ended,
  });
}

/** What was begun is looked into first, since it may have ended; nothing is sent. */
async function answerWithoutRunning(ports: Ports, change: Change): Promise<Change> {
  const isBegun = change.state === 'executing' || change.state === 'unknown';
  const told = isBegun
    ? await reconcile(ports, change.id).catch((error: unknown) => {
        if (error instanceof CountersignError) return { change, saw: error.message };
        throw error;
      })
    : { change, saw: change.explanation ?? '' };
  const { id, state } = told.change;
  if (isBegun && state !== 'executing' && state !== 'unknown') return told.change;
  throw new CountersignError(
    state === 'expired' ? 'STATE_CHANGE_EXPIRED' : 'STATE_CHANGE_NOT_APPROVED',
    `${stateSentence(state)}${told.saw ? `: ${told.saw.replace(/\.$/, '')}` : ''}.`,
    state === 'pending'
      ? `It still needs approvals: countersign approve ${id}`
      : isBegun
        ? `It may have taken effect, so it is not repeated. Look for its outcome with: countersign reconcile ${id}`
        : 'There is nothing to execute.',
  );
}

/** A difference, a stricter verdict or a signer whose key is gone ends the change as stale. */
async function recheck(ports: Ports, change: Change, plan: Plan): Promise<void> {
  const { during = unwatched } = ports;
  const looked = during({ name: 'recheck' }, () => whyStale(ports, change, plan));
  const reason = await looked.catch(async (error) => {
    // Another executor of the same change is in its own way.
    if ((await ports.changes.find(change.id)).state !== 'approved') throw takenByAnother(change);
    throw error;
  });
  if (reason === null) return;
  const now = ports.now();
  await ports.ledger.transact(async (tx) => {
    // What another executor has done meanwhile is the difference that was seen: it is not stale, it is taken.
    if ((await ports.changes.findIn(tx, change.id, now)).state !== 'approved') throw takenByAnother(change);
    await tx.append({ kind: 'change.stale', changeId: change.id, body: { why: makeVisibleLine(reason) } });
  });
  throw new CountersignError(
    'STATE_STALE',
    reason,
    'Have an agent plan and propose it again from the current state, then approve the new change.',
  );
}

const takenByAnother = ({ id }: Change) =>
  new CountersignError(
    'STATE_NONCE_USED',
    'Another executor has already started this change.',
    `See its outcome with: countersign show ${id}`,
  );

/**
 * One executor wins: the nonce is consumed once, and nothing else is executing on the target.
 *
 * INVARIANT: the lock and the intent of the first call are one: a ledger that cannot take it has consumed nothing.
 */
async function lock(
  ports: Ports,
  change: Change,
  plan: Plan,
  {
    lookedAt,
    about,
    isRehearsed,
    signing,
  }: { lookedAt: number; about: BodyOf<'change.executing'>; isRehearsed: boolean; signing: Signing },
): Promise<boolean> {
  const now = ports.now();
  const decide = ports.ledger.transact(async (tx) => {
    await ports.policy.mustBeInForce(tx);
    if (ports.lost?.aborted) throw takenByAnother(change);
    if ((await newestExecution(tx)) !== lookedAt) return false;
    if (!(await tx.claim(`nonce/${change.nonce}`))) throw takenByAnother(change);
    await mustBeFree(tx, plan);
    if (ports.unattended) await mayRunUnattended(ports, tx, plan);
    if ((await ports.changes.findIn(tx, change.id, now)).state !== 'approved')
      throw new CountersignError(
        'STATE_CHANGE_NOT_APPROVED',
        'The change is no longer approved.',
        'There is nothing to execute.',
      );
    await tx.append({
      kind: 'change.executing',
      changeId: change.id,
      body: about,
    });
    const [first] = plan.calls;
    if (isRehearsed && first) await tx.append(intentOf(change, first, { owner: ports.owner, signing }));
    return true;
  });
  return decide.catch((error) => {
    // What may have been locked is not told as left as it was.
    throw isOfTheLedger(error) && !isOfUnknownOutcome(error) ? leftApproved(error, change, plan) : error;
  });
}

async function mustBeFree(tx: LedgerView, { target }: Plan): Promise<void> {
  if ((await haltIn(tx)) !== 'running')
    throw new CountersignError(
      'STATE_HALTED',
      'A person has halted all changes.',
      'Lift the halt with: countersign resume',
    );
  const holder = await inFlightIn(tx, target);
  if (!holder) return;
  const { message, remedy } = heldBy(holder, target);
  throw new CountersignError('STATE_TARGET_LOCKED', message, remedy);
}

async function newestExecution(view: LedgerView): Promise<number> {
  const kinds = ['change.executing', 'change.finished', 'halted', 'policy.adopted'];
  return (await view.events({ kinds, newestFirst: true, limit: 1 }))[0]?.seq ?? 0;
}
