/** Waiting for an answer no longer than its client does. */
import { CountersignError } from './errors.ts';

/** @returns undefined when the time is up first, or nobody waits any more; the promise goes on. */
export async function within<T>(
  promise: Promise<T>,
  milliseconds: number,
  signal?: AbortSignal,
): Promise<T | undefined> {
  let stop: () => void = () => undefined;
  const timeUp = new Promise<undefined>((resolve) => {
    const end = () => resolve(undefined);
    const timer = setTimeout(end, milliseconds);
    signal?.addEventListener('abort', end);
    if (signal?.aborted) end();
    stop = () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', end);
    };
  });
  return Promise.race([promise, timeUp]).finally(() => stop());
}

/** For the ledger: the client, gone or tired of waiting, reads no answer. */
export const cancelled = (): CountersignError =>
  new CountersignError('STATE_CALL_CANCELLED', 'The client cancelled this call.', 'Call again to get an answer.');
