/** How the execution of a change ended, for who needs no more of its events. */
import type { Outcome } from './change.ts';
import { EVENT_BODIES, parsedBody } from './events.ts';
import type { Rights } from './rights.ts';

const ended = EVENT_BODIES['change.finished'].pick({ outcome: true });
/** Of `change.finished`, for who needs no more of it. */
export function outcomeIn(event: { seq: number; body: unknown }): Outcome {
  return parsedBody(ended, 'change.finished', event).outcome;
}

const compared = EVENT_BODIES['change.finished'].pick({ differs: true });
/** Of `change.finished`. */
export function differencesIn(event: { seq: number; body: unknown }): string[] {
  return parsedBody(compared, 'change.finished', event).differs ?? [];
}

const executed = EVENT_BODIES['change.executing'].pick({ rights: true });
/** Of `change.executing` and `change.finished`. */
export function rightsIn(event: { seq: number; body: unknown }): Rights | null {
  return parsedBody(executed, 'change.executing', event).rights ?? null;
}
