/** One stack, as much of it as asked for. */
import { z } from 'zod';
import { defineTool, placeInput, placeOf } from '../../src/core/tool.ts';

export const describeStack = defineTool({
  name: 'describe_stack',
  effect: 'describe',
  title: 'Describe a stack',
  description:
    'One CloudFormation stack: status, protection, tags, and the parts in include (resources by default). logical_ids narrows resources and events; cursor pages. Get the template before an update.',
  input: z.strictObject({
    stack: z.string().min(1).max(2_048),
    include: z
      .array(z.enum(['resources', 'outputs', 'parameters', 'events', 'template', 'drift', 'dependents']))
      .max(7)
      .default(['resources']),
    logical_ids: z.array(z.string().max(255)).max(100).default([]),
    cursor: z
      .string()
      .regex(/^\d{1,5}$/)
      .optional(),
    ...placeInput,
  }),
  output: z.looseObject({ stack: z.string(), stack_id: z.string(), status: z.string() }),
  run: ({ stack, include, logical_ids: logicalIds, cursor, ...place }, { cloud }) =>
    cloud.stack(placeOf(place), stack, { include, logicalIds, ...(cursor ? { cursor } : {}) }),
});
