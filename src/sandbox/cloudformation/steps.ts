/** The steps of an operation, laid one after the other in the world's time. */
import type { World } from '../world.ts';
import type { StackResource, Step } from './model.ts';

const STEP_MILLISECONDS = 350;
export type Unscheduled = Omit<Step, 'dueAt'>;

/** The first is due at once. */
export function schedule(world: World, steps: Unscheduled[]): Step[] {
  return steps.map((step, index) => ({ ...step, dueAt: world.now() + index * STEP_MILLISECONDS * world.pace }));
}

export const bothPhases = (action: Step['action'], logicalId: string, old?: StackResource): Unscheduled[] =>
  (['begin', 'end'] as const).map((phase) => ({ action, phase, logicalId, ...(old ? { old } : {}) }));

export const finish: Unscheduled = { action: 'finish', phase: 'end', logicalId: '' };
