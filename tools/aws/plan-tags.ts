/** A plan to set or remove tags. */
import { z } from 'zod';
import { defineTool, placeInput } from '../../src/core/tool.ts';

export const planTags = defineTool({
  name: 'plan_tags',
  effect: 'plan',
  title: 'Plan tags',
  description:
    'Dry run: set or remove tags of EC2 instances, volumes, snapshots, security groups. Tags that the policy reads are refused.',
  input: z.strictObject({
    resource_ids: z
      .array(z.string().regex(/^[a-z]{1,5}-[0-9a-f]{8,17}$/, 'such as i-0123456789abcdef0'))
      .min(1)
      .max(50),
    set: z.record(z.string().max(128), z.string().max(256)).default({}),
    remove: z.array(z.string().max(128)).max(50).default([]),
    ...placeInput,
  }),
  target: ({ resource_ids }) => ({ kind: 'resources', name: [...new Set(resource_ids)].sort().join(',') }),
  run: ({ resource_ids, set, remove }, { planner }) => planner.tags(resource_ids, set, remove),
});
