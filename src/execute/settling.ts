/**
 * When it may be said of a call that it did not happen, and when a target may be free: by facts of the endpoint.
 *
 * INVARIANT: everything that was signed for the change is refused by then, by the cloud's own clock, asked before the
 * look: its credentials have ended, or its signature is too old and its executor is gone or has given up. An executor
 * that is gone does not call back what it has sent, and no clock of ours decides.
 */
import type { Call } from '../core/call.ts';
import type { Change } from '../core/change.ts';
import { CountersignError } from '../core/errors.ts';
import { type EventOf, eventsOf } from '../core/events.ts';
import { absoluteTime } from '../core/instant.ts';
import type { Owners } from '../core/owner.ts';
import type { Plan } from '../core/plan.ts';
import type { LedgerView, Provider } from '../core/ports.ts';

export interface SettlingPorts {
  cloud: Pick<Provider, 'refusedFrom' | 'clock'>;
  owners: Owners;
}

const RECORDED = ['call.intended', 'call.returned', 'call.failed', 'call.unknown'] as const;
export type RecordedCall = EventOf<(typeof RECORDED)[number]>;
type Intent = EventOf<'call.intended'>;

/** What the ledger says of the calls of a change, oldest first. */
export const recordedCalls = (view: LedgerView, changeId: string): Promise<RecordedCall[]> =>
  eventsOf(view, RECORDED, { changeId });

const intentsIn = (recorded: readonly RecordedCall[]) =>
  recorded.filter((event): event is Intent => event.kind === 'call.intended');

/** Is its executor at it? One that has recorded an unknown outcome has given up. */
function presenceIn({ owners }: SettlingPorts, { state }: Change, recorded: readonly RecordedCall[]) {
  const owner = intentsIn(recorded).at(-1)?.body.owner;
  if (state === 'unknown' || owner === undefined) return { owner, isAlive: false, isGone: state === 'unknown' };
  const presence = owners.presenceOf(owner);
  return { owner, isAlive: presence === 'alive', isGone: presence === 'dead' };
}

/**
 * @throws STATE_CHANGE_RUNNING while its executor is at it: not if it waits for an answer under credentials that have
 * ended. An executor that cannot be looked at from here is not disturbed before it has been silent for long.
 *
 * @param isGiven such an executor was not heard of, and the change was given to this process to look into.
 */
export async function mustBeLeft(
  ports: SettlingPorts,
  change: Change,
  plan: Plan,
  recorded: readonly RecordedCall[],
  isGiven = false,
): Promise<void> {
  const { owner, isAlive, isGone } = presenceIn(ports, change, recorded);
  if (isGone || (!isAlive && (change.abandoned || isGiven))) return;
  const isUnanswered = recorded.at(-1)?.kind === 'call.intended';
  if (isAlive && isUnanswered && !(await whatMayArrive(ports, change, plan, recorded, { isVouched: false }))) return;
  const where = owner ? `process ${owner.pid} on ${owner.host}` : 'its process';
  throw new CountersignError(
    'STATE_CHANGE_RUNNING',
    isAlive ? `Its executor is running: ${where}.` : `Its executor may still be running: ${where}.`,
    {
      agent: `Wait for it: describe_change {"change_id": "${change.id}"}.`,
      person: isAlive
        ? `Wait until it ends. If it hangs, end that process, and run: countersign reconcile ${change.id}`
        : `Wait; countersign show ${change.id} reports when the executor has been silent for long. On its host, countersign reconcile ${change.id} finds at once whether it is gone.`,
    },
  );
}

export interface MayArrive {
  /** By the cloud's own clock. null: not known. */
  until: Date | null;
  why: string;
}

/**
 * Asks the cloud for the time, so call it before the look that it is to prove.
 *
 * @param isVouched a person says that the executor is gone: of an intent of an older version, which does not name
 * its signature, the time of its event counts.
 * @returns null when nothing of this change can have an effect any more.
 */
export async function whatMayArrive(
  ports: SettlingPorts,
  change: Change,
  plan: Plan,
  recorded: readonly RecordedCall[],
  { isVouched }: { isVouched: boolean },
): Promise<MayArrive | null> {
  const intents = intentsIn(recorded);
  if (intents.length === 0) return null;
  const { isAlive } = presenceIn(ports, change, recorded);
  let until = new Date(0);
  for (const { at, body } of intents) {
    const signing = body.signing ?? (isVouched ? { signedAt: at } : undefined);
    if (!signing)
      return { until: null, why: 'an older version sent its request, and did not record when it was signed' };
    const { ofAge, ofCredentials } = ports.cloud.refusedFrom(signing, calledAt(plan, body.step));
    const due = isAlive ? ofCredentials : ofCredentials && ofCredentials < ofAge ? ofCredentials : ofAge;
    if (due === null) return { until: null, why: 'its executor is running, and its credentials have no known end' };
    if (due > until) until = due;
  }
  const now = await ports.cloud.clock(calledAt(plan, intents.at(-1)?.body.step));
  if (now === null) return { until, why: 'the answers do not say the time of the cloud' };
  if (now >= until) return null;
  return { until, why: `its request may still arrive until ${minuteAfter(until)}` };
}

/** Sentences tell whole minutes. */
const minuteAfter = (time: Date) => absoluteTime(new Date(time.getTime() + 59_999).toISOString());

const calledAt = ({ calls }: Plan, at: string | undefined): Call => calls.find(({ step }) => step === at) ?? calls[0]!;

/** A target is free only when nothing can arrive there any more. */
export function refuseEarly({ id }: Change, { until, why }: MayArrive): CountersignError {
  const after = until ? ` after ${minuteAfter(until)}` : '';
  const noTime = /do not say the time/.test(why)
    ? ' Use a connection whose answers keep the Date header of the cloud.'
    : '';
  return new CountersignError('STATE_CALL_MAY_ARRIVE', `The change cannot be signed off yet: ${why}.`, {
    agent: `Tell the user to run again${after}: countersign reconcile ${id}.`,
    person: `Run this command again${after}; countersign reconcile ${id} finds the outcome if there is one.${noTime}`,
  });
}
