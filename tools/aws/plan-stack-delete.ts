/** A synthesised plan of a stack deletion. */
import { z } from 'zod';
import { defineTool, placeInput, stackNameOf } from '../../src/core/tool.ts';

export const planStackDelete = defineTool({
  name: 'plan_stack_delete',
  effect: 'plan',
  title: 'Plan a stack deletion',
  description:
    'Dry run: what would vanish and what would stay if this stack were deleted? To mend a stack, plan_stack_update in place.',
  input: z.strictObject({ ...placeInput, stack: z.string().min(1).max(2_048) }),
  action: () => 'delete',
  target: ({ stack }) => ({ kind: 'stack', name: stackNameOf(stack) }),
  run: ({ stack }, { planner }) => planner.stackDelete(stack),
});
