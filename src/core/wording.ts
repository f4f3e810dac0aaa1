/** What the core leaves to the edge: the sentences that agents are told. */
import type { CountersignError, ErrorAnswer, WayOut } from './errors.ts';
import type { Plan } from './plan.ts';
import type { AboutPlan } from './ports.ts';
import type { Judgement } from './verdict.ts';

/** A call that was refused before there was a plan or a change. Without `next` the remedy is all. */
export type Refusal = ErrorAnswer & { next?: WayOut | { ask: string } | { tell_user: string } };
/** How an agent is told of what the core decided; its sentences are made outside (`src/render/agent`). */
export interface AgentWording {
  plan(plan: Plan, judgement: Judgement, about: AboutPlan): Record<string, unknown>;
  /** @param answer of this error, as it may be read outside. */
  refusal(error: CountersignError, answer?: ErrorAnswer): Refusal;
}
