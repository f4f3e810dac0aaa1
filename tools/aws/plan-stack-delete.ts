/** A synthesised plan of a stack deletion. */
import { z } from 'zod';
import { defineTool, placeInput } from '../../src/core/tool.ts';
import { stackNameOf } from '../../src/providers/aws/tool-input.ts';

export const planStackDelete = defineTool({
  name: 'plan_stack_delete',
  effect: 'plan',
  title: 'Plan a stack deletion',
  description:
    'Dry run of a CloudFormation stack deletion: the resources that would be deleted or kept. To repair a stack, update it in place.',
  input: z.strictObject({ stack: z.string().min(1).max(2_048), ...placeInput }),
  action: () => 'delete',
  target: ({ stack }) => ({ kind: 'stack', name: stackNameOf(stack) }),
  run: ({ stack }, { plan }) => plan('stack_delete', { stack }),
});
