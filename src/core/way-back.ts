/** How a change that was carried out is taken back: as a new plan, judged as any other; or why it cannot be. */
import type { Change } from './change.ts';
import type { Json } from './digest.ts';
import type { WayOut } from './errors.ts';
import type { Plan } from './plan.ts';

/** A call of the plan that was carried out. `made`: ids of what it made, that stays. */
export interface DoneCall {
  step: string;
  made: readonly string[];
}
export interface WayBack {
  /** Each plans one part of it, in this order. Empty: there is no way back. */
  calls: WayOut[];
  /** What to know of it; without calls, what is there instead. */
  told: string;
}

/** A change, with what its target was before it. `before`: as its planner kept it; undefined: it kept nothing. */
export interface Earlier {
  change: Change;
  plan: Plan;
  before: Json | undefined;
  /** Changes of the same target that ended after it. */
  later: string[];
}
