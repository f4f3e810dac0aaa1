/** A dry run of a new stack, as a change set. */
import { z } from 'zod';
import { defineTool, placeInput } from '../../src/core/tool.ts';
import { stackNameOf, templateInput, templateRequestOf } from '../../src/providers/aws/tool-input.ts';

export const planStackCreate = defineTool({
  name: 'plan_stack_create',
  effect: 'plan',
  title: 'Plan a new stack',
  description:
    'Dry run of a new CloudFormation stack, from template, template_file or change_set (as in plan_stack_update).',
  input: z.strictObject({ stack: z.string().min(1).max(128), ...templateInput, ...placeInput }),
  action: () => 'create',
  target: ({ stack }) => ({ kind: 'stack', name: stackNameOf(stack) }),
  run: (input, { plan }) => plan('stack_create', templateRequestOf(input)),
});
