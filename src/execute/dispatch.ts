/** How runners on several machines share what is to be executed. The ledger alone says what happened. */
import type { Change } from '../core/change.ts';

export interface Dispatch {
  /**
   * Lets one of the runners work on it: one at a time on a target, over all machines, in the order of offering.
   *
   * @param attempt the same offer, from whichever runner, is there once.
   */
  offer(change: Pick<Change, 'id' | 'target'>, attempt: string): Promise<void>;
  /**
   * Takes what is offered on the accounts of what this runner has offered.
   *
   * @param work `signal`: aborted when another runner was given it, since this one was not heard of.
   */
  start(work: (changeId: string, signal: AbortSignal) => Promise<void>): Promise<void>;
  /** Resolves when nothing of it is under way. */
  stop(): Promise<void>;
}

/** What still waits then was perhaps taken by a runner that could not, or its job was lost. */
const AGAIN_MILLISECONDS = 30_000;
/** One that is not offered any more has ended. */
const FORGOTTEN_MILLISECONDS = 10 * AGAIN_MILLISECONDS;

/** Offers each version of a change once, and again while it waits. */
export function offersOf(now: () => Date): {
  offer(to: Dispatch, change: Pick<Change, 'id' | 'target' | 'version'>): Promise<void>;
  isDue(): boolean;
} {
  const offered = new Map<string, { version: number; attempt: number; at: number }>();
  return {
    async offer(to, { id, target, version }) {
      const at = now().getTime();
      const before = offered.get(id);
      const isSame = before?.version === version;
      if (isSame && before.at + AGAIN_MILLISECONDS > at) return;
      const attempt = isSame ? before.attempt + 1 : 0;
      await to.offer({ id, target }, `${version}/${attempt}`);
      offered.set(id, { version, attempt, at });
    },
    isDue() {
      const at = now().getTime();
      for (const [id, offer] of offered) if (offer.at + FORGOTTEN_MILLISECONDS < at) offered.delete(id);
      return [...offered.values()].some((offer) => offer.at + AGAIN_MILLISECONDS <= at);
    },
  };
}
