/** `halt` and `resume`: the switch of one state folder. It needs no readable policy, so that nothing is in its way. */
import { existsSync } from 'node:fs';
import { type Config, ledgerPlace } from '../config.ts';
import { CountersignError } from '../core/errors.ts';
import { eventsOf } from '../core/events.ts';
import { openExecutions } from '../core/folds.ts';
import { absoluteTime } from '../core/instant.ts';
import type { LedgerView } from '../core/ports.ts';
import { openLedgerAt, shownPlace } from '../ledger/open.ts';
import { directoryOf } from '../policy/directory.ts';
import { pinOf } from '../policy/pin.ts';

/** A change that was begun, and whose end is not recorded: a halt does not call back what it has sent. */
export interface Begun {
  change: string;
  target: string;
  state: 'executing' | 'unknown';
  /** Its newest call. null: none was sent. */
  call: { operation: string; at: string; isAnswered: boolean } | null;
}
export interface Switched {
  text: string;
  /** null: it cannot be read. */
  begun: Begun[] | null;
}

/** @returns what was switched, and where. @throws INPUT_NOT_FOUND for a folder that is not there. */
export async function setHalt(
  { home, ledgerUrl, actsAs }: Pick<Config, 'home' | 'ledgerUrl' | 'actsAs'>,
  kind: 'halted' | 'resumed',
): Promise<Switched> {
  if (ledgerUrl === undefined && !existsSync(home))
    throw new CountersignError(
      'INPUT_NOT_FOUND',
      `The state folder ${home} does not exist, so nothing was ${kind}.`,
      'Name the state folder of the server: --home or COUNTERSIGN_HOME.',
    );
  const ledger = openLedgerAt(ledgerPlace({ home, ledgerUrl }));
  try {
    await ledger.append({ kind, body: { by: [...actsAs] } });
    const begun = kind === 'halted' ? await begunIn(ledger).catch(() => null) : [];
    const told = begun?.map(lineOf) ?? [
      'cannot be called back: unknown, because the calls in the ledger cannot be read',
    ];
    return {
      text: [`${kind}: ${shownPlace(ledgerPlace({ home, ledgerUrl }))}`, ...(await scopeOf(ledger)), ...told].join(
        '\n',
      ),
      begun,
    };
  } finally {
    ledger.close();
  }
}

const SENT = ['call.intended', 'call.returned', 'call.failed', 'call.unknown'] as const;

/** Read after the switch: what is begun later than this list does not send a call. */
async function begunIn(view: LedgerView): Promise<Begun[]> {
  const begun: Begun[] = [];
  for (const { changeId, target, state } of await openExecutions(view)) {
    const newest = (await eventsOf(view, SENT, { changeId })).at(-1);
    const isAnswered = newest?.kind === 'call.returned' || newest?.kind === 'call.failed';
    const call = newest ? { operation: newest.body.operation, at: newest.at, isAnswered } : null;
    begun.push({ change: changeId, target: target.name, state, call });
  }
  return begun;
}

function lineOf({ change, target, state, call }: Begun): string {
  const so = `cannot be called back: ${change} (${state}) on ${target}`;
  if (call === null) return `${so}; it has sent no call`;
  const at = absoluteTime(call.at);
  return call.isAnswered
    ? `${so}; ${call.operation} was answered, and what it began goes on`
    : `${so}; ${call.operation} was sent at ${at} and has no answer`;
}

/** Told after the switch: a policy that cannot be read does not undo it. */
async function scopeOf(ledger: Parameters<typeof directoryOf>[0]): Promise<string[]> {
  try {
    const pin = await pinOf(ledger);
    if (!pin) return ['accounts: unknown, because this state folder has not adopted a policy', 'policy: none adopted'];
    const accounts = (await directoryOf(ledger, pin)).accounts.map(({ alias, id }) => `${alias} (${id})`);
    return [`accounts: ${accounts.join(', ') || 'none'}`, `policy: ${pin.digest}, adopted ${absoluteTime(pin.at)}`];
  } catch (error) {
    return [`accounts and policy cannot be read: ${error instanceof Error ? error.message : String(error)}`];
  }
}
