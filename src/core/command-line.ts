/** The commands that people are told to run. */
import type { Plan } from './plan.ts';

/** The command as it must be typed: a plan of the simulated cloud is executed there. */
export const commandFor = ({ endpoint }: Pick<Plan, 'endpoint'>, command: string): string =>
  `countersign ${endpoint.startsWith('sandbox:') ? '--sandbox ' : ''}${command}`;
