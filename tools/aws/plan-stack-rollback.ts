/** A plan to continue, roll back or cancel an operation of a stack, by its state. */
import { z } from 'zod';
import { defineTool, placeInput, stackNameOf } from '../../src/core/tool.ts';

export const planStackRollback = defineTool({
  name: 'plan_stack_rollback',
  effect: 'plan',
  title: 'Plan a stack rollback',
  description:
    'Dry run for a stuck CloudFormation stack: continue a failed rollback, roll back a failed update or creation, or cancel a running update, by its state.',
  input: z.strictObject({
    stack: z.string().min(1).max(2_048),
    resources_to_skip: z.array(z.string().max(255)).max(50).default([]),
    ...placeInput,
  }),
  target: ({ stack }) => ({ kind: 'stack', name: stackNameOf(stack) }),
  run: ({ stack, resources_to_skip }, { planner }) => planner.stackRollback(stack, resources_to_skip),
});
