/** One planner of AWS, as each file here has one. */
import type { z } from 'zod';
import type { AwsDraft } from '../observed.ts';
import type { PlannerContext } from './context.ts';

export interface PlannerFile<Input = unknown, Recipe = unknown> {
  readonly name: string;
  readonly input: z.ZodType<Input>;
  plan(context: PlannerContext, input: Input): Promise<AwsDraft>;
  /** The name that its plans keep, to be computed again by; two planners may share a way. */
  readonly recipe: string;
  /** INVARIANT: with reads only; an existing change set is described again, never made anew. */
  replan(context: PlannerContext, recipe: Recipe): Promise<AwsDraft>;
}

/** Each planner reads back the recipe that it wrote itself. */
export function definePlanner<Input, Recipe>(planner: PlannerFile<Input, Recipe>): PlannerFile {
  return planner as unknown as PlannerFile;
}
