/** A dry run of a new stack, as a change set. */
import { z } from 'zod';
import { defineTool, placeInput, stackNameOf, templateInput, templateRequestOf } from '../../src/core/tool.ts';

export const planStackCreate = defineTool({
  name: 'plan_stack_create',
  effect: 'plan',
  title: 'Plan a new stack',
  description:
    'Dry run of a new CloudFormation stack, from template, template_file or change_set (as in plan_stack_update).',
  input: z.strictObject({ stack: z.string().min(1).max(128), ...templateInput, ...placeInput }),
  target: ({ stack }) => ({ kind: 'stack', name: stackNameOf(stack) }),
  run: (input, { planner }) => planner.stackCreate(templateRequestOf(input)),
});
