/**
 * Tells people what the ledger says happened, in order and at least once: how far it was told is an event too.
 *
 * Guarantees: no failure of it reaches a call or a change; a message that fails is tried again, by this process after
 * longer and longer waits, and by every later one. Limits: after a day a message is dropped, so that a receiver that is
 * gone for long is not flooded. One process sends at a time, on whichever machine; a message is sent again, under the
 * same id, where it was sent and that could not be recorded.
 */
import { eventsOf, type LedgerEvent } from '../core/events.ts';
import type { Alone, Ledger } from '../core/ports.ts';
import { messageOf, TOLD_KINDS } from './messages.ts';
import { send, webhookOf } from './webhook.ts';

export interface OutboxPorts {
  home: string;
  ledger: Pick<Ledger, 'events' | 'append'> & { origin(): Promise<string>; alone: Alone };
  now(): Date;
  /** Of what failed: without address and key. */
  complain(problem: string): void;
}

const DROPPED_AFTER_MILLISECONDS = 86_400_000;
export const WAITS_MILLISECONDS = [1_000, 5_000, 30_000, 120_000] as const;

/** Oldest first: what was not told yet. */
async function untold({ ledger, now }: OutboxPorts): Promise<LedgerEvent[]> {
  const [newest] = await eventsOf(ledger, ['people.told'], { newestFirst: true, limit: 1 });
  const sinceAt = new Date(now().getTime() - DROPPED_AFTER_MILLISECONDS).toISOString();
  return ledger.events({ kinds: TOLD_KINDS, sinceAt, sinceSeq: newest?.body.through ?? 0 });
}

type Left = 'something' | 'nothing';

/** The oldest message that is untold. @throws when it fails. */
async function tellNext(ports: OutboxPorts, origin: string): Promise<Left> {
  const { home, ledger, now } = ports;
  for (const event of await untold(ports)) {
    const message = messageOf(event, origin);
    if (message === null) continue;
    await send(webhookOf(home), message, now());
    await ledger.append({ kind: 'people.told', body: { through: event.seq, by: 'webhook' } });
    return 'something';
  }
  return 'nothing';
}

/** One attempt. @returns whether all is told; false: another process is telling. @throws when it fails. */
async function tellOnce(ports: OutboxPorts): Promise<boolean> {
  const origin = await ports.ledger.origin();
  for (;;) {
    if (!(await isUntold(ports, origin))) return true;
    // What is untold is read again inside: another one may have told it meanwhile.
    const left = await ports.ledger.alone('telling', () => tellNext(ports, origin));
    if (left === undefined) return false;
    if (left === 'nothing') return true;
  }
}

const isUntold = async (ports: OutboxPorts, origin: string): Promise<boolean> =>
  (await untold(ports)).some((event) => messageOf(event, origin) !== null);

const busy = new Set<string>();

/**
 * @param waits between attempts, in milliseconds. Their timers keep no process alive.
 * @returns whether all was told. Never throws.
 */
export async function tellPeople(ports: OutboxPorts, waits: readonly number[] = WAITS_MILLISECONDS): Promise<boolean> {
  if (busy.has(ports.home)) return false;
  busy.add(ports.home);
  try {
    for (const wait of [...waits, undefined]) {
      try {
        if (await tellOnce(ports)) return true;
      } catch (error) {
        ports.complain(error instanceof Error ? error.message : String(error));
      }
      if (wait !== undefined) await new Promise((resolve) => setTimeout(resolve, wait).unref());
    }
    return false;
  } finally {
    busy.delete(ports.home);
  }
}
