/** The sandbox's CloudFormation: its operations, and what happens by itself. `docs/sandbox.md` is its specification. */
import type { Service } from '../service.ts';
import { changeSetOperations } from './change-sets.ts';
import { driftOperations } from './drift.ts';
import { advanceStacks } from './engine.ts';
import { eventOperations } from './events.ts';
import { stackOperations } from './stack-operations.ts';
import { stackViews } from './stack-views.ts';
import { knowledge } from './target.ts';
import { templateOperations } from './templates.ts';

export const cloudformation: Service = {
  operations: {
    ...stackOperations,
    ...stackViews,
    ...changeSetOperations,
    ...templateOperations,
    ...driftOperations,
    ...eventOperations,
  },
  advance: (world) => advanceStacks(world, knowledge),
};
