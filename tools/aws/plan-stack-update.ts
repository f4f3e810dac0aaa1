/** A dry run of a stack update, as a change set. */
import { z } from 'zod';
import type { Json } from '../../src/core/digest.ts';
import { defineTool, placeInput } from '../../src/core/tool.ts';
import { stackNameOf, templateInput, templateRequestOf } from '../../src/providers/aws/tool-input.ts';

/** Any JSON; the types are spelled out because strict clients want to be told. */
const anyValue = z.unknown().meta({ type: ['string', 'number', 'boolean', 'object', 'array'] });

export const planStackUpdate = defineTool({
  name: 'plan_stack_update',
  effect: 'plan',
  title: 'Plan a stack update',
  description:
    'Dry run: what would an update do? Send template, template_file, change_set (prepared by cdk, sam or aws without executing it) or set ([{path: "Resources.Fn.Properties.MemorySize", value: 1024}] on the deployed template), or none to change parameters or tags only. What you do not name is kept.',
  input: z.strictObject({
    ...placeInput,
    stack: z.string().min(1).max(2_048),
    ...templateInput,
    set: z
      .array(z.strictObject({ path: z.string().min(1).max(1_024), value: anyValue }))
      .min(1)
      .max(50)
      .optional(),
  }),
  action: () => 'update',
  target: ({ stack }) => ({ kind: 'stack', name: stackNameOf(stack) }),
  run: (input, { plan }) =>
    plan('stack_update', {
      ...templateRequestOf(input),
      ...(input.set === undefined ? {} : { set: input.set as { path: string; value: Json }[] }),
    }),
});
