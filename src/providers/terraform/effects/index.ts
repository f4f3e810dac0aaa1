/** From the JSON of a plan to what guards judge. The door of this room; nothing here starts a process or reads a file. */

export { parsePlanJson, readPlanJson } from '../plan-json/read.ts';
export type { TerraformPlan, Tool } from '../plan-json/shape.ts';
export { bodiesIn, type ModuleBodies } from './bodies.ts';
export { type Described, type DescribedAs, describePlan, WORKSPACE_TYPE } from './describe.ts';
