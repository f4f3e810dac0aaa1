/** Removing what plans alone left in the cloud. */
import type { Call } from './call.ts';

/** The call that removes what plans alone left of a target; without one, why it stays. */
export interface Removal {
  call?: Call;
  why: string;
}

/** What plans alone left, and what became of each. */
export type CleanReport = {
  what: string;
  /** Name of the target that it is of. */
  target: string;
  state: 'would go' | 'removed' | 'kept';
  why: string;
}[];
