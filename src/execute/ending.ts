/**
 * The end of an execution, as its executor saw it.
 *
 * INVARIANT: it is recorded only while the change is executing. What `reconcile` or a person has ended meanwhile is
 * final, whatever an executor that wakes afterwards has to say.
 */
import { type Change, stateSentence } from '../core/change.ts';
import { recordDurably } from '../core/durable.ts';
import { CountersignError } from '../core/errors.ts';
import type { BodyOf } from '../core/events.ts';
import type { ChangesPort, Ledger } from '../core/ports.ts';

interface EndingPorts {
  ledger: Ledger;
  changes: ChangesPort;
  now(): Date;
  onProgress(text: string): void;
}

/** @throws STATE_CHANGE_SETTLED when the change has ended otherwise in the meantime. */
export async function recordEnd(
  { ledger, changes, now, onProgress }: EndingPorts,
  changeId: string,
  body: BodyOf<'change.finished'>,
): Promise<Change> {
  const fenced: Pick<Ledger, 'append' | 'events'> = {
    events: ledger.events,
    append: (event) =>
      ledger.transact(async (tx) => {
        const { state } = await changes.findIn(tx, changeId, now());
        if (state !== 'executing') throw settled(changeId, state, body);
        return tx.append(event);
      }),
  };
  const isSame = (error: unknown) => error instanceof Settled && error.state === body.outcome.state;
  await recordDurably({ ledger: fenced, onProgress }, { kind: 'change.finished', changeId, body }).catch((error) => {
    if (!isSame(error)) throw error;
  });
  return changes.find(changeId);
}

class Settled extends CountersignError {
  state?: Change['state'];
}

function settled(changeId: string, state: Change['state'], { outcome }: BodyOf<'change.finished'>): Settled {
  const error = new Settled(
    'STATE_CHANGE_SETTLED',
    `${stateSentence(state)}: it was ended while this executor was away, so what this executor saw is not recorded as its outcome. It saw: ${outcome.state}: ${outcome.detail}`,
    `Compare it with the record: countersign show ${changeId}`,
  );
  error.state = state;
  return error;
}
