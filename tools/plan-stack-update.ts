/** A dry run of a stack update, as a change set. */
import { z } from 'zod';
import { defineTool, placeInput, stackNameOf } from '../src/core/tool.ts';

export const planStackUpdate = defineTool({
  name: 'plan_stack_update',
  effect: 'plan',
  title: 'Plan a stack update',
  description:
    'Dry run: what would an update do? Send template, template_file or set ([{path: "Resources.Fn.Properties.MemorySize", value: 1024}] on the deployed template), or none to change parameters or tags only. What you do not name is kept. Nothing changes.',
  input: z.strictObject({
    ...placeInput,
    stack: z.string().min(1).max(2_048),
    template: z.string().max(1_000_000).optional(),
    template_file: z.string().max(4_096).optional(),
    set: z
      .array(z.strictObject({ path: z.string().min(1).max(1_024), value: z.json() }))
      .min(1)
      .max(50)
      .optional(),
    parameters: z.record(z.string().max(255), z.string().max(4_096)).optional(),
    tags: z.record(z.string().max(128), z.string().max(256)).optional(),
    capabilities: z.array(z.enum(['CAPABILITY_IAM', 'CAPABILITY_NAMED_IAM', 'CAPABILITY_AUTO_EXPAND'])).optional(),
  }),
  target: ({ stack }) => ({ kind: 'stack', name: stackNameOf(stack) }),
  run: ({ stack, template, template_file, set, parameters, tags, capabilities }, { planner }) =>
    planner.stackUpdate({
      stack,
      ...(template === undefined ? {} : { template }),
      ...(template_file === undefined ? {} : { templateFile: template_file }),
      ...(set === undefined ? {} : { set }),
      ...(parameters === undefined ? {} : { parameters }),
      ...(tags === undefined ? {} : { tags }),
      ...(capabilities === undefined ? {} : { capabilities }),
    }),
});
