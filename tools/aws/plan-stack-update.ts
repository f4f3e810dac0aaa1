/** A dry run of a stack update, as a change set. */
import { z } from 'zod';
import { defineTool, placeInput } from '../../src/core/tool.ts';
import type { TemplateEdit } from '../../src/providers/aws/ports.ts';
import { stackNameOf, templateInput, templateRequestOf } from '../../src/providers/aws/tool-input.ts';

/**
 * One value of a template. `value` has an empty schema: any list of types makes some client rewrite or refuse it
 * (docs/clients.md).
 */
const edit = z.strictObject({
  path: z.string().min(1).max(1_024),
  value: z.unknown().optional(),
  remove: z.boolean().optional(),
});

export const planStackUpdate = defineTool({
  name: 'plan_stack_update',
  effect: 'plan',
  title: 'Plan a stack update',
  description:
    'Dry run of an update of a CloudFormation stack. set edits the deployed template: {path: "Resources.Fn.Properties.MemorySize", value: 1024}; a path such as Resources.NewQueue or Outputs.Url adds a new entry, {path, remove: true} removes one. Or send template, template_file, change_set (prepared by cdk, sam or aws, not executed), or only parameters or tags. undo: a change_id; plans the stack back to before it. Everything that you do not name is kept.',
  input: z.strictObject({
    stack: z.string().min(1).max(2_048),
    set: z.array(edit).min(1).max(50).optional(),
    undo: z.string().max(64).optional(),
    ...templateInput,
    ...placeInput,
  }),
  action: () => 'update',
  target: ({ stack }) => ({ kind: 'stack', name: stackNameOf(stack) }),
  run: (input, { plan }) =>
    plan('stack_update', {
      ...templateRequestOf(input),
      ...(input.set === undefined ? {} : { set: input.set as TemplateEdit[] }),
      ...(input.undo === undefined ? {} : { undo: input.undo }),
    }),
});
