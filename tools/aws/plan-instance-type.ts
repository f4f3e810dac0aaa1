/** A plan to give an instance another type. */
import { z } from 'zod';
import { defineTool, placeInput } from '../../src/core/tool.ts';

export const planInstanceType = defineTool({
  name: 'plan_instance_type',
  effect: 'plan',
  title: 'Plan an instance type',
  description: 'Dry run: change the type (size) of an EC2 instance: stop, change, start.',
  input: z.strictObject({
    instance_id: z.string().regex(/^i-[0-9a-f]{8,17}$/, 'such as i-0123456789abcdef0'),
    instance_type: z.string().regex(/^[a-z0-9-]{1,20}\.[a-z0-9-]{1,20}$/, 'such as t3.large'),
    ...placeInput,
  }),
  target: ({ instance_id }) => ({ kind: 'resources', name: instance_id }),
  run: ({ instance_id, instance_type }, { planner }) => planner.instanceType(instance_id, instance_type),
});
