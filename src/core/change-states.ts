/** The states of a change, for who needs no more of it. */
export const CHANGE_STATES = [
  'denied',
  'pending',
  'approved',
  'executing',
  'succeeded',
  'failed',
  'rolled_back',
  'unknown',
  'rejected',
  'expired',
  'stale',
  'withdrawn',
  'closed',
] as const;
export type ChangeState = (typeof CHANGE_STATES)[number];
