/** A plan to make a snapshot of a volume. */
import { z } from 'zod';
import { defineTool, placeInput } from '../../src/core/tool.ts';

export const planSnapshot = defineTool({
  name: 'plan_snapshot',
  effect: 'plan',
  title: 'Plan a snapshot',
  description: 'Dry run: a snapshot (backup) of an EBS volume, stack-owned ones too.',
  input: z.strictObject({
    volume_id: z.string().regex(/^vol-[0-9a-f]{8,17}$/, 'such as vol-0123456789abcdef0'),
    description: z.string().max(255).optional(),
    ...placeInput,
  }),
  target: ({ volume_id }) => ({ kind: 'resources', name: volume_id }),
  run: ({ volume_id, description }, { planner }) => planner.snapshot(volume_id, description),
});
