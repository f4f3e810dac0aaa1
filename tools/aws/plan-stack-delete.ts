/** A synthesised plan of a stack deletion. */
import { z } from 'zod';
import { defineTool, placeInput, stackNameOf } from '../../src/core/tool.ts';

export const planStackDelete = defineTool({
  name: 'plan_stack_delete',
  effect: 'plan',
  title: 'Plan a stack deletion',
  description:
    'Dry run of a CloudFormation stack deletion: what would be deleted and kept. To repair a stack, update it in place.',
  input: z.strictObject({ stack: z.string().min(1).max(2_048), ...placeInput }),
  target: ({ stack }) => ({ kind: 'stack', name: stackNameOf(stack) }),
  run: ({ stack }, { planner }) => planner.stackDelete(stack),
});
