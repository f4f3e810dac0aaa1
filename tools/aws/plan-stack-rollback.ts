/** A plan to continue, roll back or cancel an operation of a stack, by its state. */
import { z } from 'zod';
import { defineTool, placeInput } from '../../src/core/tool.ts';
import { stackNameOf } from '../../src/providers/aws/tool-input.ts';

export const planStackRollback = defineTool({
  name: 'plan_stack_rollback',
  effect: 'plan',
  title: 'Plan a stack rollback',
  description:
    'Dry run for a stuck CloudFormation stack: continue a failed rollback, roll back a failed update or creation, or cancel a running update, depending on its state.',
  input: z.strictObject({
    stack: z.string().min(1).max(2_048),
    resources_to_skip: z.array(z.string().max(255)).max(50).default([]),
    ...placeInput,
  }),
  action: () => 'roll_back',
  target: ({ stack }) => ({ kind: 'stack', name: stackNameOf(stack) }),
  run: ({ stack, resources_to_skip }, { plan }) => plan('stack_rollback', { stack, skip: resources_to_skip }),
});
